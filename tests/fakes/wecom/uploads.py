"""Uploading a file over the long connection: begin, pieces in any order, end."""

import base64
import binascii
import hashlib
import secrets
from dataclasses import dataclass, field

from tests.fakes.wecom.clock import MINUTE, Clock
from tests.fakes.wecom.limits import Frequency
from tests.fakes.wecom.media import LARGEST, MediaStore
from tests.fakes.wecom.refusals import Json, Refusal, text_field
from tests.fakes.wecom.world import World

LARGEST_CHUNK = 512 * 1024
MOST_CHUNKS = 100


@dataclass(kw_only=True)
class _Upload:
    media_type: str
    name: str
    size: int
    chunks: int
    md5: str | None
    until: float
    parts: dict[int, bytes] = field(default_factory=dict)


@dataclass(kw_only=True)
class Uploads:
    """Uploads of the robot: each may take 30 minutes and survives a reconnect."""

    world: World
    clock: Clock
    media: MediaStore
    frequency: Frequency = field(init=False)
    _under_way: dict[str, _Upload] = field(default_factory=dict)
    _finished: int = 0

    def __post_init__(self) -> None:
        self.frequency = Frequency(clock=self.clock, per_minute=30, per_hour=1000)

    def begin(self, body: Json) -> Json:
        """``aibot_upload_media_init``."""
        self.frequency.take(self.world.robot.bot_id)
        media_type = body.get("type")
        if media_type not in LARGEST:
            raise Refusal(40004)
        name = text_field(body, "filename", limit=256, name="filename", empty=40058)
        size, chunks = body.get("total_size"), body.get("total_chunks")
        if not isinstance(size, int) or not 5 <= size <= LARGEST[media_type]:
            raise Refusal(40006, f"total_size {size!r}")
        if not isinstance(chunks, int) or not 1 <= chunks <= MOST_CHUNKS or chunks * LARGEST_CHUNK < size:
            raise Refusal(40058, f"total_chunks {chunks!r}")
        upload_id = secrets.token_hex(16)
        self._under_way[upload_id] = _Upload(
            media_type=media_type,
            name=name,
            size=size,
            chunks=chunks,
            md5=body.get("md5"),
            until=self.clock.time() + 30 * MINUTE,
        )
        return {"upload_id": upload_id}

    def chunk(self, body: Json) -> Json:
        """``aibot_upload_media_chunk``: indexes count from 0; the same piece twice is the same piece."""
        upload = self._found(body)
        index = body.get("chunk_index")
        if not isinstance(index, int) or not 0 <= index < upload.chunks:
            raise Refusal(40058, f"chunk_index {index!r} of {upload.chunks}")
        try:
            data = base64.b64decode(str(body.get("base64_data", "")), validate=True)
        except binascii.Error:
            raise Refusal(40058, "base64_data") from None
        if not 0 < len(data) <= LARGEST_CHUNK:
            raise Refusal(40058, f"a chunk of {len(data)} bytes")
        upload.parts[index] = data
        return {}

    def finish(self, body: Json) -> Json:
        """``aibot_upload_media_finish``."""
        upload = self._found(body)
        if set(upload.parts) != set(range(upload.chunks)):
            raise Refusal(40058, f"{len(upload.parts)} of {upload.chunks} chunks are here")
        data = b"".join(upload.parts[index] for index in range(upload.chunks))
        if len(data) != upload.size:
            raise Refusal(40006, f"{len(data)} bytes, not {upload.size}")
        if upload.md5 and hashlib.md5(data, usedforsecurity=False).hexdigest() != upload.md5:
            raise Refusal(40058, "md5")
        media = self.media.keep(upload.media_type, upload.name, data, owner=self.world.robot.bot_id)
        self._under_way.pop(str(body["upload_id"]))
        self._finished += 1
        created = int(self.clock.time())
        return {
            "type": media.media_type,
            "media_id": media.media_id,
            "created_at": created if self._finished % 2 else str(created),
        }

    def _found(self, body: Json) -> _Upload:
        upload = self._under_way.get(str(body.get("upload_id")))
        if upload is None or self.clock.time() > upload.until:
            raise Refusal(40058, "upload_id is unknown or older than 30 minutes")
        return upload
