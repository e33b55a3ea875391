"""What the bot and its worker say to each other: a length, a JSON object, and bytes behind it where there are any."""

import asyncio
import json
import struct
from collections.abc import Mapping
from typing import Any, BinaryIO

MOST_WORDS_BYTES = 32 << 20
MOST_DATA_BYTES = 4 << 20
_LENGTHS = struct.Struct("!II")

Words = dict[str, Any]
Frame = tuple[Words, bytes]


class FrameBroken(Exception):
    """The other side said something that is no frame, or a frame that is too large."""


def packed(words: Mapping[str, Any], data: bytes = b"") -> bytes:
    """A frame. Raises ``FrameBroken`` when it is too large."""
    head = json.dumps(words, separators=(",", ":")).encode()
    if len(head) > MOST_WORDS_BYTES or len(data) > MOST_DATA_BYTES:
        raise FrameBroken(f"a frame of {len(head)} and {len(data)} bytes")
    return _LENGTHS.pack(len(head), len(data)) + head + data


def read_frame(stream: BinaryIO) -> Frame | None:
    """The next frame of a stream, waiting for it; None at the end. Raises ``FrameBroken``."""
    begin = stream.read(_LENGTHS.size)
    if not begin:
        return None
    if len(begin) < _LENGTHS.size:
        raise FrameBroken("broken off")
    head_length, data_length = _lengths(begin)
    head, data = stream.read(head_length), stream.read(data_length)
    if len(head) < head_length or len(data) < data_length:
        raise FrameBroken("broken off")
    return _words(head), data


async def receive_frame(stream: asyncio.StreamReader) -> Frame:
    """The same on an event loop. Raises ``FrameBroken``, at the end of the stream too."""
    try:
        head_length, data_length = _lengths(await stream.readexactly(_LENGTHS.size))
        head = await stream.readexactly(head_length)
        return _words(head), await stream.readexactly(data_length)
    except asyncio.IncompleteReadError as error:
        raise FrameBroken("broken off") from error


def _lengths(begin: bytes) -> tuple[int, int]:
    head_length, data_length = _LENGTHS.unpack(begin)
    if head_length > MOST_WORDS_BYTES or data_length > MOST_DATA_BYTES:
        raise FrameBroken(f"a frame of {head_length} and {data_length} bytes")
    return head_length, data_length


def _words(head: bytes) -> Words:
    try:
        words = json.loads(head)
    except ValueError as error:
        raise FrameBroken("no JSON") from error
    if not isinstance(words, dict):
        raise FrameBroken("no object")
    return words
