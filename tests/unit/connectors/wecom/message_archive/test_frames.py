"""Frames between the bot and its worker."""

import asyncio
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.wecom.message_archive.frames import FrameBroken, packed, read_frame, receive_frame


def _streamed(content: bytes) -> asyncio.StreamReader:
    stream = asyncio.StreamReader()
    stream.feed_data(content)
    stream.feed_eof()
    return stream


@given(st.dictionaries(st.text(), st.text() | st.integers()), st.binary(max_size=2000))
def test_what_is_packed_is_read(words: dict[str, object], data: bytes) -> None:
    stream = io.BytesIO(packed(words, data) * 2)
    assert read_frame(stream) == (words, data)
    assert read_frame(stream) == (words, data)
    assert read_frame(stream) is None


async def test_it_is_received_on_a_loop() -> None:
    assert await receive_frame(_streamed(packed({"a": "泵\ud83d"}, b"\0\1"))) == ({"a": "泵\ud83d"}, b"\0\1")


@pytest.mark.parametrize(
    "content",
    [b"", b"\0\0", packed({"a": 1}, b"data")[:-1], b"\xff" * 30, b"\0\0\0\2\0\0\0\0[]", b"\0\0\0\1\0\0\0\0x"],
    ids=["nothing", "half a length", "cut", "endless", "a list", "no JSON"],
)
async def test_what_is_no_frame_is_refused(content: bytes) -> None:
    with pytest.raises(FrameBroken):
        await receive_frame(_streamed(content))
    if content:
        with pytest.raises(FrameBroken):
            read_frame(io.BytesIO(content))


def test_a_frame_that_nobody_would_take_is_not_sent() -> None:
    with pytest.raises(FrameBroken):
        packed({}, b"x" * (5 << 20))
