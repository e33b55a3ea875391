"""Callback cryptography: the cipher is wechatpy's, the checks that it leaves out are here.

wechatpy compares signatures in variable time, looks neither at the padding nor at the length inside, draws its random
prefix from a predictable source and lets five kinds of exceptions out of malformed input. Here everything that is not
exactly right becomes a ``CallbackRefused`` with a 4xx status and a sentence without secrets.
"""

import base64
import binascii
import hmac
import json
import re
import secrets
import string
import time
from collections.abc import Mapping
from typing import Any, ClassVar

from wechatpy.enterprise.crypto import PrpCrypto
from wechatpy.utils import WeChatSigner

LARGEST_BODY_BYTES = 256 * 1024
"""Far above the largest callback (a quoted answer of 20 KB, encrypted); files never come this way."""
_BLOCK = 32
_HEAD = 20
_KEY = re.compile(r"[A-Za-z0-9]{43}")
_LETTERS = string.ascii_letters + string.digits
_ENCRYPT = re.compile(rb"<Encrypt>\s*(?:<!\[CDATA\[([^\]<>]*)\]\]>|([^<>]*))\s*</Encrypt>")
_SIGNATURE_NAMES = ("msg_signature", "msgsignature", "signature")


class CallbackRefused(Exception):
    """A callback that nobody acts on. ``status`` is the HTTP answer; the text names what is wrong, never a value."""

    status: ClassVar[int] = 400


class CallbackMalformed(CallbackRefused):
    """Query, body or what was inside is not built as the platform builds it."""


class CallbackTooLarge(CallbackRefused):
    """The body has more than ``LARGEST_BODY_BYTES``."""

    status = 413


class CallbackUnsigned(CallbackRefused):
    """No signature, or not that of the configured token."""

    status = 403


class CallbackForAnother(CallbackRefused):
    """Correctly encrypted, but for another company."""

    status = 403


class CallbackCrypto:
    """Opens callbacks and seals replies of one robot or app.

    ``receive_id`` is the corp id for an app and empty for a robot. Raises ``ValueError`` naming the setting that is
    wrong, without its value.
    """

    def __init__(self, *, token: str, encoding_aes_key: str, receive_id: str) -> None:
        if not token:
            raise ValueError("token is empty")
        if not _KEY.fullmatch(encoding_aes_key):
            raise ValueError("encoding_aes_key must have 43 letters and digits")
        self._token = token
        self._receive_id = receive_id
        self._cipher = PrpCrypto(base64.b64decode(encoding_aes_key + "="))
        self._cipher.get_random_string = _random_prefix

    def echo(self, query: Mapping[str, str]) -> str:
        """The plaintext with which the verification of the callback's address is answered."""
        encrypted = query.get("echostr", "").replace(" ", "+")
        self._check_signature(query, encrypted)
        return self._open(encrypted)

    def verification(self, word: str) -> dict[str, str]:
        """The query with which WeCom verifies an address: its ``echo`` is ``word``. For checks of the installation."""
        encrypted, timestamp, nonce = self._seal(word), str(int(time.time())), secrets.token_hex(5)
        signature = self.signature(timestamp, nonce, encrypted)
        return {"msg_signature": signature, "timestamp": timestamp, "nonce": nonce, "echostr": encrypted}

    def open_xml(self, body: bytes, query: Mapping[str, str]) -> str:
        """The XML inside an app's callback. No XML parser sees anything before the signature is right."""
        _check_size(body)
        found = _ENCRYPT.findall(body)
        if len(found) != 1:
            raise CallbackMalformed(f"the body has {len(found)} Encrypt elements instead of one")
        try:
            encrypted = (found[0][0] or found[0][1]).decode("ascii").strip()
        except UnicodeDecodeError:
            raise CallbackMalformed("Encrypt is not ASCII") from None
        self._check_signature(query, encrypted)
        message = self._open(encrypted)
        if "<!DOCTYPE" in message or "<!ENTITY" in message:
            raise CallbackMalformed("the XML declares a document type")
        return message

    def open_json(self, body: bytes, query: Mapping[str, str]) -> dict[str, Any]:
        """The object inside a robot's callback."""
        _check_size(body)
        encrypted = _object(body, "the body").get("encrypt")
        if not isinstance(encrypted, str):
            raise CallbackMalformed("the body has no encrypt")
        self._check_signature(query, encrypted)
        return _object(self._open(encrypted), "the message")

    def seal_xml(self, message: str, *, nonce: str, at: int | None = None) -> str:
        """The passive reply of an app. ``nonce`` is that of the callback's query, ``at`` seconds since 1970."""
        encrypted, timestamp = self._seal(message), str(at or int(time.time()))
        return (
            f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt>"
            f"<MsgSignature><![CDATA[{self.signature(timestamp, nonce, encrypted)}]]></MsgSignature>"
            f"<TimeStamp>{timestamp}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
        )

    def seal_json(self, message: Mapping[str, Any], *, nonce: str, at: int | None = None) -> dict[str, Any]:
        """The passive reply of a robot. ``nonce`` is that of the callback's query, ``at`` seconds since 1970."""
        encrypted, timestamp = self._seal(json.dumps(message, ensure_ascii=False)), at or int(time.time())
        return {
            "encrypt": encrypted,
            "msgsignature": self.signature(str(timestamp), nonce, encrypted),
            "timestamp": timestamp,
            "nonce": nonce,
        }

    def signature(self, timestamp: str, nonce: str, encrypted: str) -> str:
        """The signature over the four values, in lower-case hexadecimal."""
        signer = WeChatSigner()
        signer.add_data(*(_bytes(value) for value in (self._token, timestamp, nonce, encrypted)))
        return str(signer.signature)

    def _check_signature(self, query: Mapping[str, str], encrypted: str) -> None:
        timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        given = next((query[name] for name in _SIGNATURE_NAMES if name in query), "")
        if not (given and timestamp and nonce and encrypted):
            raise CallbackUnsigned("signature, timestamp, nonce or message is missing")
        if not hmac.compare_digest(_bytes(self.signature(timestamp, nonce, encrypted)), _bytes(given)):
            raise CallbackUnsigned("the signature is not that of the token")

    def _seal(self, message: str) -> str:
        sealed: bytes = self._cipher.encrypt(message, self._receive_id)
        return sealed.decode("ascii")

    def _open(self, encrypted: str) -> str:
        try:
            ciphertext = base64.b64decode(encrypted, validate=True)
        except (binascii.Error, ValueError):
            raise CallbackMalformed("the message is not base64") from None
        if not ciphertext or len(ciphertext) % _BLOCK:
            raise CallbackMalformed("the message is not made of whole blocks")
        plain = without_padding(self._cipher.cipher.decrypt(ciphertext))
        if plain is None:
            raise CallbackMalformed("the padding is wrong: is the encoding_aes_key right?")
        length = int.from_bytes(plain[_HEAD - 4 : _HEAD], "big")
        if len(plain) < _HEAD + length:
            raise CallbackMalformed("the message is longer than what was sent")
        if plain[_HEAD + length :] != self._receive_id.encode():
            raise CallbackForAnother("the message is for another receiver: is the corp id right?")
        try:
            return plain[_HEAD : _HEAD + length].decode("utf-8")
        except UnicodeDecodeError:
            raise CallbackMalformed("the message is not UTF-8") from None


def without_padding(padded: bytes) -> bytes | None:
    """The bytes before a PKCS#7 padding of 1 to 32 bytes, or None when there is none."""
    count = padded[-1] if padded else 0
    if not 1 <= count <= _BLOCK or padded[-count:] != bytes([count]) * count:
        return None
    return padded[:-count]


def _check_size(body: bytes) -> None:
    if len(body) > LARGEST_BODY_BYTES:
        raise CallbackTooLarge(f"the body has more than {LARGEST_BODY_BYTES} bytes")


def _object(text: bytes | str, name: str) -> dict[str, Any]:
    try:
        # People's texts may hold raw control characters.
        value = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        raise CallbackMalformed(f"{name} is no JSON") from None
    if not isinstance(value, dict):
        raise CallbackMalformed(f"{name} is no JSON object")
    return value


def _bytes(value: str) -> bytes:
    return value.encode("utf-8", "surrogatepass")


def _random_prefix() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(16))
