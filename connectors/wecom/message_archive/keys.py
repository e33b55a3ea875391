"""The company's private keys: messages are sealed for the newest public key of their day, so old ones stay."""

import base64
import binascii
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key


class KeyMissing(LookupError):
    """There is no private key of this version."""


class KeyWrong(Exception):
    """The random key of a message does not open with the private key of its version."""


class PrivateKeys:
    """By ``publickey_ver``. Keys that cannot be read are named in ``unreadable``, and count as missing."""

    def __init__(self, paths: Mapping[int, Path]) -> None:
        self._keys: dict[int, RSAPrivateKey] = {}
        self.unreadable: list[int] = []
        for version, path in paths.items():
            try:
                key = load_pem_private_key(path.read_bytes(), password=None)
            except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
                key = None
            if isinstance(key, RSAPrivateKey):
                self._keys[version] = key
            else:
                self.unreadable.append(version)

    @property
    def versions(self) -> list[int]:
        """Those that can be used."""
        return sorted(self._keys)

    def opened(self, version: int, sealed: str) -> bytes:
        """The random key of a message. Raises ``KeyMissing`` or ``KeyWrong``.

        With another key than it was sealed for this gives random bytes more often than an error: OpenSSL hides which.
        """
        key = self._keys.get(version)
        if key is None:
            raise KeyMissing(version)
        try:
            opened = key.decrypt(base64.b64decode(sealed, validate=True), PKCS1v15())
        except (ValueError, binascii.Error) as error:
            raise KeyWrong(version) from error
        # The SDK reads it as a text that ends with a zero byte.
        if not opened or b"\0" in opened:
            raise KeyWrong(version)
        return opened
