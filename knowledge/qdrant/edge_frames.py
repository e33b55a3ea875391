"""The language between the embedded engine's process and its clients: length-prefixed frames of plain values.

A frame is a little-endian length and a pickle of builtin values (numbers, text, bytes, lists, tuples, dictionaries).
Pickle because it is nine times as fast as JSON on search results with text and carries vectors as bytes. It cannot run
code here: the reader refuses every class and function, and the socket lies in a folder that only its owner can enter.
"""

import asyncio
import io
import pickle
import struct
from typing import Any

Frame = tuple[int, str, Any]
"""Number of the request, operation or outcome, arguments or value."""

PROTOCOL_VERSION = 1
"""Raised when frames change, so that a client never talks to the worker of another release."""

STREAM_LIMIT = 4 * 1024 * 1024
"""Bytes that a reader buffers before it stops the writer."""

_HEADER = struct.Struct("<I")
_LARGEST_FRAME = 256 * 1024 * 1024


class FrameError(Exception):
    """The other side sent what is not a frame; the connection is useless from here on."""


class _PlainUnpickler(pickle.Unpickler):
    def find_class(self, module_name: str, global_name: str, /) -> object:
        msg = f"a frame holds {module_name}.{global_name}; only builtin values are allowed"
        raise pickle.UnpicklingError(msg)


def encode_frame(number: int, word: str, value: object) -> bytes:
    """A request (``word`` is the operation) or an answer (its outcome) as bytes; raises ``FrameError`` if too large."""
    body = pickle.dumps((number, word, value), protocol=5)
    if len(body) > _LARGEST_FRAME:
        msg = f"a frame of {len(body)} bytes is larger than {_LARGEST_FRAME}"
        raise FrameError(msg)
    return _HEADER.pack(len(body)) + body


def decode_body(body: bytes) -> Frame:
    """A frame without its header; raises ``FrameError`` on anything but a number, a word and builtin values."""
    try:
        frame = _PlainUnpickler(io.BytesIO(body)).load()
    except (pickle.UnpicklingError, EOFError, ValueError, IndexError, KeyError, AttributeError, TypeError) as error:
        msg = f"unreadable frame: {error}"
        raise FrameError(msg) from None
    match frame:
        case (int() as number, str() as word, value):
            return number, word, value
        case _:
            msg = "a frame of another shape"
            raise FrameError(msg)


async def read_frame(reader: asyncio.StreamReader) -> Frame:
    """The next frame; raises ``asyncio.IncompleteReadError`` at the end of the stream."""
    (length,) = _HEADER.unpack(await reader.readexactly(_HEADER.size))
    if length > _LARGEST_FRAME:
        msg = f"a frame announces {length} bytes, more than {_LARGEST_FRAME}"
        raise FrameError(msg)
    return decode_body(await reader.readexactly(length))
