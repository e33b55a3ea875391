"""The platform's side of callback cryptography, written from its description and not shared with the connector.

Two implementations that agree with each other and with the official vectors cannot share a mistake.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32


class Undecipherable(Exception):
    """What the bot sent is not what it should have sent; the text says what is wrong with it."""


def new_encoding_aes_key() -> str:
    """43 letters and digits whose 32 bytes are a key, as the admin page makes them."""
    while True:
        key = base64.b64encode(secrets.token_bytes(32)).decode()[:43]
        if key.isalnum():
            return key


def signature(token: str, timestamp: str, nonce: str, encrypted: str) -> str:
    """SHA-1 over the four values in byte order, in lower-case hexadecimal."""
    joined = b"".join(sorted(value.encode() for value in (token, timestamp, nonce, encrypted)))
    return hashlib.sha1(joined, usedforsecurity=False).hexdigest()


def raw_key(encoded: str) -> bytes:
    """The 32 bytes behind an EncodingAESKey or the ``aeskey`` of a file."""
    key = base64.b64decode(encoded.rstrip("=") + "=")
    if len(key) != 32:
        raise Undecipherable(f"the key has {len(key)} bytes")
    return key


def encrypt_bytes(key: bytes, plain: bytes) -> bytes:
    """AES-256-CBC, IV from the key, padded to 32 bytes; files of the robot are sent like this, without envelope."""
    pad = BLOCK - len(plain) % BLOCK
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()


def decrypt_bytes(key: bytes, cipher: bytes) -> bytes:
    """The reverse, with every byte of the padding looked at."""
    if not cipher or len(cipher) % 16:
        raise Undecipherable(f"{len(cipher)} bytes are no whole blocks")
    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    padded = decryptor.update(cipher) + decryptor.finalize()
    pad = padded[-1]
    if not 1 <= pad <= BLOCK or padded[-pad:] != bytes([pad]) * pad:
        raise Undecipherable(f"bad padding {pad}")
    return padded[:-pad]


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """Token, key and receiver of one callback; ``receive_id`` is the corp id, or empty for a robot."""

    token: str
    encoding_aes_key: str
    receive_id: str

    def seal(self, text: str, *, random: bytes | None = None) -> str:
        """The ``encrypt`` value for a message."""
        message = text.encode()
        plain = (random or secrets.token_bytes(16)) + len(message).to_bytes(4, "big") + message
        return base64.b64encode(
            encrypt_bytes(raw_key(self.encoding_aes_key), plain + self.receive_id.encode())
        ).decode()

    def open(self, encrypted: str) -> str:
        """The message in an ``encrypt`` value. Raises ``Undecipherable``."""
        try:
            cipher = base64.b64decode(encrypted, validate=True)
        except ValueError as error:
            raise Undecipherable(f"not base64: {error}") from None
        plain = decrypt_bytes(raw_key(self.encoding_aes_key), cipher)
        length = int.from_bytes(plain[16:20], "big")
        if len(plain) < 20 + length:
            raise Undecipherable(f"a message of {length} bytes does not fit")
        receiver = plain[20 + length :]
        if receiver != self.receive_id.encode():
            raise Undecipherable(f"for another receiver: {receiver!r}")
        try:
            return plain[20 : 20 + length].decode()
        except UnicodeDecodeError:
            raise Undecipherable("the message is not UTF-8") from None

    def sign(self, timestamp: str, nonce: str, encrypted: str) -> str:
        """The signature that goes with it."""
        return signature(self.token, timestamp, nonce, encrypted)
