"""Shared files: their text by page, their bytes as a download, and pictures of safe kinds in the page."""

import asyncio
from pathlib import Path
from urllib.parse import quote

from aiohttp import web

from connectors.console.errors import ConsoleError
from connectors.console.host import ConsoleHost, FilePages
from connectors.console.people import People
from connectors.events import RecordId

_MAX_TEXT_CHARS = 500_000
_PICTURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)


class Files:
    """What opens when somebody clicks on a file or on a citation of one."""

    def __init__(self, host: ConsoleHost, people: People) -> None:
        self._host = host
        self._people = people

    async def text(self, request: web.Request) -> web.Response:
        """``GET /api/file``: name, kind and text by page; very long text is cut and says so."""
        file = await self._file(request)
        picture = await asyncio.to_thread(_picture_type, file.path)
        pages, left, cut = [], _MAX_TEXT_CHARS, False
        for label, text in file.pages:
            pages.append({"label": label, "text": text[:left]})
            cut = cut or len(text) > left
            left = max(0, left - len(text))
        body = {
            "file_id": file.file_id,
            "name": file.name,
            "media_type": file.media_type,
            "has_bytes": await asyncio.to_thread(_exists, file.path),
            "picture": picture is not None,
            "pages": pages,
            "cut": cut,
            "reason": file.reason,
            "also_in": [
                {"record_id": place.record_id, "channel": place.channel_name, "time": place.time.isoformat()}
                for place in file.also_in
            ],
        }
        return web.json_response(body)

    async def bytes(self, request: web.Request) -> web.StreamResponse:
        """``GET /api/file/bytes``: always a download, except pictures asked for with ``inline=1``."""
        file = await self._file(request)
        if file.path is None or not await asyncio.to_thread(_exists, file.path):
            raise ConsoleError("file_gone")
        picture = await asyncio.to_thread(_picture_type, file.path)
        inline = request.query.get("inline") == "1" and picture is not None
        kind = "inline" if inline else "attachment"
        headers = {
            "Content-Type": picture if inline and picture else "application/octet-stream",
            "Content-Disposition": f"{kind}; filename*=UTF-8''{quote(file.name, safe='')}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "private, max-age=3600",
        }
        return web.FileResponse(file.path, headers=headers)

    async def _file(self, request: web.Request) -> FilePages:
        person = await self._people.of(request)
        return await self._host.file(person.person_id, RecordId(request.query.get("id", "")))


def _exists(path: Path | None) -> bool:
    return path is not None and path.is_file()


def _picture_type(path: Path | None) -> str | None:
    """The media type by the first bytes; names and declared types are not believed."""
    if path is None or not path.is_file():
        return None
    with path.open("rb") as file:
        head = file.read(16)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return next((media_type for magic, media_type in _PICTURES if head.startswith(magic)), None)
