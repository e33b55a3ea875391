"""The fake's own cryptography stands on the official vectors, so that it cannot share a mistake with the connector."""

import base64

import pytest

from tests.fakes.wecom.crypto import (
    Envelope,
    Undecipherable,
    decrypt_bytes,
    encrypt_bytes,
    new_encoding_aes_key,
    raw_key,
)
from tests.fakes.wecom.vectors import (
    MEDIA_ENCRYPTED,
    MEDIA_KEY,
    MEDIA_PLAIN,
    STREAM,
    STREAM_RANDOM,
    VECTORS,
    Vector,
)


def _envelope(vector: Vector) -> Envelope:
    return Envelope(token=vector.token, encoding_aes_key=vector.key, receive_id=vector.receive_id)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_official_vectors(vector: Vector) -> None:
    envelope = _envelope(vector)
    assert envelope.sign(vector.timestamp, vector.nonce, vector.encrypted) == vector.signature
    plain = envelope.open(vector.encrypted)
    assert all(part in plain for part in vector.contains)
    assert plain == vector.contains[0] or not vector.whole


def test_sealed_byte_for_byte() -> None:
    assert _envelope(STREAM).seal(STREAM.contains[0], random=STREAM_RANDOM) == STREAM.encrypted


def test_media() -> None:
    key = raw_key(MEDIA_KEY)
    assert base64.b64encode(encrypt_bytes(key, MEDIA_PLAIN)).decode() == MEDIA_ENCRYPTED
    assert decrypt_bytes(key, base64.b64decode(MEDIA_ENCRYPTED)) == MEDIA_PLAIN


def test_every_length_of_padding() -> None:
    envelope = Envelope(token="t", encoding_aes_key=new_encoding_aes_key(), receive_id="ww1")
    for length in range(70):
        assert envelope.open(envelope.seal("x" * length)) == "x" * length


@pytest.mark.parametrize("sealed", ["", "!", "AAAA", base64.b64encode(bytes(64)).decode()])
def test_what_is_no_message_is_said(sealed: str) -> None:
    with pytest.raises(Undecipherable):
        _envelope(STREAM).open(sealed)


def test_for_another_receiver() -> None:
    other = Envelope(token=STREAM.token, encoding_aes_key=STREAM.key, receive_id="ww1")
    with pytest.raises(Undecipherable, match="another receiver"):
        other.open(STREAM.encrypted)
