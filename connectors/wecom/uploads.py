"""Files that a robot sends over its long connection: announced, sent in pieces, put together."""

import base64
import hashlib
from typing import Final

from connectors.wecom.api import LARGEST, MediaKind, media_name
from connectors.wecom.chat_budget import ChatBudget
from connectors.wecom.connection import LongConnection
from connectors.wecom.errors import WeComAway

SMALLEST: Final = 5
_CHUNK_BYTES: Final = 512 * 1024
_TRIES: Final = 3
_RECONNECTING_SECONDS: Final = 60.0
_PATIENCE_SECONDS: Final = 90.0


async def upload(
    connection: LongConnection, budget: ChatBudget, *, name: str, data: bytes, file_type: MediaKind
) -> str:
    """Upload a file and return its ``media_id``, good for three days. ``budget`` counts the uploads of the robot.

    Raises ``ValueError`` for a size that WeCom never takes, ``WeComError`` and ``WeComAway``.
    """
    if not SMALLEST <= len(data) <= LARGEST[file_type]:
        raise ValueError(f"a {file_type} of {len(data)} bytes")
    await budget.take("uploads", patience=_PATIENCE_SECONDS)
    chunks = [data[start : start + _CHUNK_BYTES] for start in range(0, len(data), _CHUNK_BYTES)]
    begun = await connection.request(
        "aibot_upload_media_init",
        {
            "type": file_type,
            "filename": media_name(name),
            "total_size": len(data),
            "total_chunks": len(chunks),
            "md5": hashlib.md5(data, usedforsecurity=False).hexdigest(),
        },
    )
    upload_id = str(begun.get("upload_id", ""))
    for index, chunk in enumerate(chunks):
        await _send(connection, upload_id, index, chunk)
    ended = await connection.request("aibot_upload_media_finish", {"upload_id": upload_id})
    return str(ended.get("media_id", ""))


async def _send(connection: LongConnection, upload_id: str, index: int, chunk: bytes) -> None:
    """A piece sent twice is the same piece, and an upload outlives the connection."""
    encoded = base64.b64encode(chunk).decode("ascii")
    body = {"upload_id": upload_id, "chunk_index": index, "base64_data": encoded}
    for attempt in range(_TRIES):
        try:
            await connection.until_connected(seconds=_RECONNECTING_SECONDS)
            await connection.request("aibot_upload_media_chunk", body)
        except WeComAway:
            if attempt == _TRIES - 1:
                raise
        else:
            return
