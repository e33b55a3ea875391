"""Private keys by version: real RSA, PKCS#1 v1.5."""

import base64
import contextlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from connectors.wecom.message_archive.keys import KeyMissing, KeyWrong, PrivateKeys
from tests.fakes.wecom_sdk import CannedArchive, private_key


def _sealed(content: bytes, version: int) -> str:
    return base64.b64encode(private_key(version).public_key().encrypt(content, PKCS1v15())).decode()


def test_a_key_opens_what_was_sealed_for_its_version(canned: CannedArchive) -> None:
    keys = PrivateKeys({1: canned.key_path(1), 2: canned.key_path(2)})
    assert keys.versions == [1, 2]
    assert keys.opened(1, _sealed(b"one", 1)) == b"one"
    assert keys.opened(2, _sealed(b"two", 2)) == b"two"


def test_a_key_that_is_not_there_is_named(canned: CannedArchive) -> None:
    with pytest.raises(KeyMissing):
        PrivateKeys({1: canned.key_path(1)}).opened(2, _sealed(b"two", 2))


@pytest.mark.parametrize("sealed", ["", "no base64!", base64.b64encode(b"short").decode()])
def test_what_is_not_sealed_does_not_open(canned: CannedArchive, sealed: str) -> None:
    with pytest.raises(KeyWrong):
        PrivateKeys({1: canned.key_path(1)}).opened(1, sealed)


def test_another_key_never_gives_what_was_sealed(canned: CannedArchive) -> None:
    keys = PrivateKeys({1: canned.key_path(2)})
    for _ in range(20):
        with contextlib.suppress(KeyWrong):
            assert keys.opened(1, _sealed(b"one", 1)) != b"one"


def test_files_that_hold_no_rsa_key_are_named_and_the_others_count(canned: CannedArchive, tmp_path: Path) -> None:
    curve = tmp_path / "curve.pem"
    curve.write_bytes(
        ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    text = tmp_path / "text.pem"
    text.write_text("no key")
    keys = PrivateKeys({1: canned.key_path(1), 2: curve, 3: text, 4: tmp_path / "absent.pem"})
    assert (keys.versions, keys.unreadable) == ([1], [2, 3, 4])
