"""What the bot and its reading process say to each other: JSON objects behind a length of four bytes."""

import json
import struct
from types import MappingProxyType
from typing import Any, Final

from knowledge.filetext.limits import ReadLimits
from knowledge.filetext.pages import FileText, PageText

LENGTH: Final = struct.Struct(">I")
MAX_FRAME_BYTES: Final = 64_000_000


def pack(message: dict[str, Any]) -> bytes:
    """A frame; characters that no encoding knows (lone surrogates) are replaced."""
    body = json.dumps(message, ensure_ascii=False).encode("utf-8", "replace")
    return LENGTH.pack(len(body)) + body


def unpack(body: bytes) -> dict[str, Any]:
    """The object of a frame's body; raises ``ValueError`` if it is none."""
    message = json.loads(body)
    if not isinstance(message, dict):
        raise ValueError("a frame must be an object")
    return message


def result_message(result: FileText, *, rss_bytes: int) -> dict[str, Any]:
    """The last frame of a job. Its pages were sent before, each in its own frame."""
    return {
        "done": {
            "kind": result.kind,
            "media_type": result.media_type,
            "title": result.title,
            "language": result.language,
            "metadata": dict(result.metadata),
            "reason": result.reason,
            "truncated": result.truncated,
        },
        "rss_bytes": rss_bytes,
    }


def result_from(done: dict[str, Any], pages: list[PageText]) -> FileText:
    """The result as the reading process made it."""
    return FileText(**{**done, "metadata": MappingProxyType(done["metadata"]), "pages": tuple(pages)})


def limits_message(limits: ReadLimits) -> dict[str, Any]:
    """Limits as plain values."""
    return {name: getattr(limits, name) for name in ReadLimits.__slots__}


def limits_from(values: dict[str, Any]) -> ReadLimits:
    """Limits out of a frame."""
    return ReadLimits(**values)
