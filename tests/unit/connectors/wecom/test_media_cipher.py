"""Files of the robot decrypt piece by piece, whatever the pieces are."""

import base64
from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.wecom.media_cipher import MediaUnreadable, decrypted_media
from tests.fakes.wecom.crypto import encrypt_bytes, raw_key
from tests.fakes.wecom.vectors import MEDIA_ENCRYPTED, MEDIA_KEY, MEDIA_PLAIN


async def _pieces(data: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


async def _decrypted(data: bytes, *, key: str = MEDIA_KEY, size: int = 7) -> bytes:
    return b"".join([piece async for piece in decrypted_media(_pieces(data, size), key=key)])


@pytest.mark.parametrize("key", [MEDIA_KEY, MEDIA_KEY + "="])
async def test_the_vector_decrypts_with_and_without_the_key_s_last_sign(key: str) -> None:
    assert await _decrypted(base64.b64decode(MEDIA_ENCRYPTED), key=key) == MEDIA_PLAIN


@given(st.binary(max_size=200), st.integers(1, 80))
@settings(max_examples=80, deadline=None)
async def test_any_file_in_any_pieces(data: bytes, size: int) -> None:
    assert await _decrypted(encrypt_bytes(raw_key(MEDIA_KEY), data), size=size) == data


@pytest.mark.parametrize("damage", ["cut", "empty", "other key"])
async def test_what_does_not_decrypt_is_said(damage: str) -> None:
    data = b"" if damage == "empty" else encrypt_bytes(raw_key(MEDIA_KEY), b"x" * 100)
    key = "B" * 43 if damage == "other key" else MEDIA_KEY
    with pytest.raises(MediaUnreadable):
        await _decrypted(data[:-5] if damage == "cut" else data, key=key)


@pytest.mark.parametrize("key", ["", "short", "é" * 43, "A" * 50])
async def test_a_key_that_is_none(key: str) -> None:
    with pytest.raises(MediaUnreadable) as error:
        await _decrypted(b"x" * 32, key=key)
    assert "é" not in str(error.value)
