"""Files that people send to a robot arrive encrypted: the same cipher as callbacks, without their envelope."""

import base64
import binascii
from collections.abc import AsyncIterator

from wechatpy.crypto.cryptography import WeChatCipher

from connectors.wecom.crypto import without_padding

_BLOCK = 32


class MediaUnreadable(Exception):
    """The file does not decrypt with its key: broken off, or not the key it was encrypted with."""


async def decrypted_media(chunks: AsyncIterator[bytes], *, key: str) -> AsyncIterator[bytes]:
    """Decrypt a download piece by piece; ``key`` is the EncodingAESKey, or the ``aeskey`` beside the address.

    Raises ``MediaUnreadable`` at the end when the padding is wrong: until then nothing that was yielded may be kept.
    """
    decryptor = WeChatCipher(_raw_key(key)).cipher.decryptor()
    held = b""
    async for chunk in chunks:
        held += decryptor.update(chunk)
        # The last block may be padding only: it stays back until the end is known.
        if len(held) > _BLOCK:
            yield held[:-_BLOCK]
            held = held[-_BLOCK:]
    try:
        held += decryptor.finalize()
    except ValueError:
        raise MediaUnreadable("the file is not made of whole blocks") from None
    rest = without_padding(held)
    if rest is None:
        raise MediaUnreadable("the padding of the file is wrong")
    if rest:
        yield rest


def _raw_key(key: str) -> bytes:
    try:
        raw = base64.b64decode(key.rstrip("=") + "=", validate=True)
    except (binascii.Error, ValueError):
        raise MediaUnreadable("the key of the file is not base64") from None
    if len(raw) != 32:
        raise MediaUnreadable("the key of the file has not 32 bytes")
    return raw
