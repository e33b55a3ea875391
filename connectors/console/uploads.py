"""Files on their way into a message: the bytes go straight into the host's store, the message names them later."""

import asyncio
import mimetypes
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from pathlib import PurePosixPath
from uuid import uuid4

from aiohttp import web

from connectors.console.errors import ConsoleError
from connectors.console.host import ConsoleHost
from connectors.console.people import People
from connectors.events import FileRef, PersonId, RecordId

_CHUNK_BYTES = 256 * 1024
_STALL_SECONDS = 60.0
_KEPT = 2000


class Uploads:
    """Remembers uploads until a message takes them; the oldest are forgotten first."""

    def __init__(self, host: ConsoleHost, people: People, *, max_bytes: int) -> None:
        self._host = host
        self._people = people
        self._max_bytes = max_bytes
        self._waiting: OrderedDict[str, tuple[PersonId, FileRef]] = OrderedDict()

    async def upload(self, request: web.Request) -> web.Response:
        """``POST /api/uploads?name=…``: the body is the file."""
        person = await self._people.of(request)
        name = clean_name(request.query.get("name", ""))
        limit = f"{self._max_bytes // 1_000_000} MB"
        if request.content_length is not None and request.content_length > self._max_bytes:
            raise ConsoleError("file_too_large", limit)
        try:
            sha256, size = await self._host.store_file(self._chunks(request))
        except ValueError:
            raise ConsoleError("file_too_large", limit) from None
        upload_id = uuid4().hex
        file = FileRef(
            file_id=RecordId(f"console:file:{upload_id}"),
            name=name,
            media_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
            size_bytes=size,
            sha256=sha256,
        )
        self._waiting[upload_id] = (person.person_id, file)
        while len(self._waiting) > _KEPT:
            self._waiting.popitem(last=False)
        return web.json_response({"upload_id": upload_id, "name": name, "size_bytes": size}, status=201)

    def taken(self, person: PersonId, upload_ids: Sequence[str]) -> tuple[FileRef, ...]:
        """The files of a message; raises ``ConsoleError`` for one that this person did not upload."""
        files = []
        for upload_id in dict.fromkeys(upload_ids):
            owner, file = self._waiting.get(upload_id, (None, None))
            if owner != person or file is None:
                raise ConsoleError("unknown_upload")
            files.append(file)
        return tuple(files)

    async def _chunks(self, request: web.Request) -> AsyncIterator[bytes]:
        total = 0
        while True:
            try:
                async with asyncio.timeout(_STALL_SECONDS):
                    chunk = await request.content.read(_CHUNK_BYTES)
            except TimeoutError:
                raise ConsoleError("bad_input", "the upload stalled") from None
            if not chunk:
                return
            total += len(chunk)
            if total > self._max_bytes:
                message = "above the size limit"
                raise ValueError(message)
            yield chunk


def clean_name(name: str) -> str:
    """A file name without folders and control characters; raises ``ConsoleError`` when nothing is left."""
    last = PurePosixPath(name.replace("\\", "/")).name
    cleaned = "".join(character for character in last if character.isprintable()).strip()
    if not cleaned or cleaned in {".", ".."}:
        raise ConsoleError("bad_input", "name")
    stem, dot, suffix = cleaned.rpartition(".")
    return cleaned if len(cleaned) <= 200 else f"{stem[:180]}{dot}{suffix[:19]}"
