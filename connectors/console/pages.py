"""The pages themselves: read once at the start, served from memory with an entity tag."""

import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from connectors.console.bodies import Login, body_of
from connectors.console.guard import Guard

_FOLDER = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True)
class _Asset:
    body: bytes
    media_type: str
    tag: str


class Pages:
    """HTML, styles, scripts and texts. Nothing comes from another host and nothing is built."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._assets = {
            path.relative_to(_FOLDER).as_posix(): _asset(path) for path in sorted(_FOLDER.rglob("*")) if path.is_file()
        }

    async def chat(self, request: web.Request) -> web.Response:
        """``GET /``."""
        return self._page(request, "index.html")

    async def timeline(self, request: web.Request) -> web.Response:
        """``GET /timeline``."""
        return self._page(request, "timeline.html")

    async def asset(self, request: web.Request) -> web.Response:
        """``GET /console/…``: styles, scripts and texts."""
        name = request.match_info["path"]
        if name not in self._assets or name.endswith(".html"):
            raise LookupError(name)
        return self._send(request, name)

    async def login(self, request: web.Request) -> web.Response:
        """``POST /api/login``."""
        body = await body_of(request, Login)
        return self._guard.login(request, body.token.strip())

    def _page(self, request: web.Request, name: str) -> web.Response:
        if not self._guard.knows(request):
            response = self._send(request, "login.html")
            if response.status == 200:
                response.set_status(401)
            return response
        return self._send(request, name)

    def _send(self, request: web.Request, name: str) -> web.Response:
        asset = self._assets[name]
        headers = {"ETag": asset.tag, "Cache-Control": "no-cache"}
        if request.headers.get("If-None-Match") == asset.tag:
            return web.Response(status=304, headers=headers)
        return web.Response(body=asset.body, content_type=asset.media_type, charset="utf-8", headers=headers)


def _asset(path: Path) -> _Asset:
    body = path.read_bytes()
    media_type = "text/javascript" if path.suffix == ".js" else mimetypes.guess_type(path.name)[0]
    return _Asset(body, media_type or "application/octet-stream", f'"{hashlib.sha256(body).hexdigest()[:20]}"')
