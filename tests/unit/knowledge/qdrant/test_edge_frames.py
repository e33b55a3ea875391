import asyncio
import os
import pickle
import struct

import pytest

from knowledge.qdrant.edge_frames import FrameError, decode_body, encode_frame, read_frame


async def test_frames_come_back() -> None:
    value = {"text": "拾光", "vector": b"\x00\x01", "list": [1, 2.5, None, True], "pair": (1, "x")}
    reader = asyncio.StreamReader()
    reader.feed_data(encode_frame(7, "upsert", value) + encode_frame(8, "ok", None))

    assert await read_frame(reader) == (7, "upsert", value)
    assert await read_frame(reader) == (8, "ok", None)


class _RunsCode:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("exit 1",)


@pytest.mark.parametrize(
    "body",
    [
        pickle.dumps((1, "ok", _RunsCode())),
        pickle.dumps((1, "ok", asyncio.Queue)),
        pickle.dumps("not a frame"),
        b"",
        b"noise",
    ],
)
def test_anything_but_builtin_values_is_refused(body: bytes) -> None:
    with pytest.raises(FrameError):
        decode_body(body)


async def test_an_absurd_length_is_refused_before_it_is_read() -> None:
    reader = asyncio.StreamReader()
    reader.feed_data(struct.pack("<I", 2**32 - 1))

    with pytest.raises(FrameError):
        await read_frame(reader)
