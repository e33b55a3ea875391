"""The hosts of bytes: Slack's file host, which wants the bot token, and a stranger, which must never see one."""

import asyncio

from aiohttp import web

from tests.fakes.slack.app import Installation
from tests.fakes.slack.errors import Refused
from tests.fakes.slack.shared_file import SharedFile
from tests.fakes.slack.world import World

_LOGIN_PAGE = '<!DOCTYPE html>\n<html lang="en"><head><title>Sign in | Slack</title></head><body>Sign in</body></html>'
LARGEST_UPLOAD = 1024**3


class FileHost:
    """Downloads and uploads; every request is in the journal with its token."""

    def __init__(self, world: World) -> None:
        self._world = world

    def application(self) -> web.Application:
        """To be served on a port of its own."""
        application = web.Application(client_max_size=LARGEST_UPLOAD)
        application.router.add_get("/files-pri/{ids}/{rest:.+}", self._download)
        application.router.add_get("/login", self._login)
        application.router.add_post("/upload/v1/{ticket}", self._upload)
        return application

    def stranger_application(self) -> web.Application:
        """Another company's host: it serves any path, and whoever sends a token here leaks it."""
        application = web.Application()
        application.router.add_get("/{path:.*}", self._strange_download)
        return application

    async def _download(self, request: web.Request) -> web.StreamResponse:
        team_id, _, file_id = request.match_info["ids"].partition("-")
        granted = self._world.granted(_token(request))
        workspace = next((w for w in self._world.workspaces if w.id == team_id), None)
        file = workspace.files.get(file_id) if workspace else None
        self._record(request, "files", file_id)
        if not _token(request):
            return web.Response(status=302, headers={"Location": f"{self._world.file_host}/login?redir={request.path}"})
        if granted is None or granted.is_revoked or granted.is_uninstalled or "files:read" not in granted.scopes:
            return _login_page()
        if file is None or not file.has_bytes or not _may_see(granted, file):
            return web.Response(status=404, text="<html><body>Not found</body></html>", content_type="text/html")
        return await self._served(request, file)

    async def _served(self, request: web.Request, file: SharedFile) -> web.StreamResponse:
        if file.serving == "login_page":
            return _login_page()
        if file.serving in ("not_found", "unavailable"):
            return web.Response(status=404 if file.serving == "not_found" else 503)
        if file.serving == "redirect_to_login":
            location = f"https://{file.workspace.domain}.slack.com/?redir={request.path}"
            return web.Response(status=302, headers={"Location": location})
        if file.serving in ("redirect_here", "redirect_elsewhere") and "moved" not in request.query:
            host = self._world.file_host if file.serving == "redirect_here" else self._world.stranger_host
            return web.Response(status=302, headers={"Location": file.redirect_to or f"{host}{request.path}?moved=1"})
        headers = {"Content-Type": file.mimetype, "Content-Disposition": "attachment"}
        if file.serving not in ("cut_short", "stalling"):
            return web.Response(body=file.content, headers=headers)
        response = web.StreamResponse(headers=headers | {"Content-Length": str(len(file.content))})
        await response.prepare(request)
        await response.write(file.content[: len(file.content) // 2])
        if file.serving == "stalling":
            await asyncio.Event().wait()  # until the fake closes
        if isinstance(request.transport, asyncio.Transport):
            request.transport.abort()
        return response

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        content = await _uploaded_bytes(request)
        try:
            self._world.uploads.receive(request.path, content)
        except Refused as refused:
            self._world.journal.record(
                "upload", request.path, token=_token(request), response=refused.body(), status=refused.status
            )
            return web.Response(status=refused.status, text=refused.error)
        self._record(request, "upload", request.path)
        return web.Response(text=f"OK - {len(content)}")

    async def _login(self, request: web.Request) -> web.StreamResponse:
        self._record(request, "files", "/login")
        return _login_page()

    async def _strange_download(self, request: web.Request) -> web.StreamResponse:
        self._record(request, "stranger", request.path)
        if _token(request):
            self._world.journal.refuse("stranger", request.path, "token_leaked")
        return web.Response(body=b"bytes of a stranger", content_type="application/octet-stream")

    def _record(self, request: web.Request, surface: str, name: str) -> None:
        arguments = {"path": request.path, **request.query}
        self._world.journal.record(surface, name, verb=request.method, token=_token(request), arguments=arguments)


async def _uploaded_bytes(request: web.Request) -> bytes:
    if request.content_type != "multipart/form-data":
        return await request.read()
    for part in (await request.post()).values():
        if isinstance(part, web.FileField):
            return part.file.read()
    return b""


def _may_see(granted: Installation, file: SharedFile) -> bool:
    if file.workspace is not granted.workspace or file.file_access == "access_denied":
        return False
    return file.user == granted.bot.id or any(granted.is_in(channel_id) for channel_id in file.shares)


def _login_page() -> web.Response:
    return web.Response(text=_LOGIN_PAGE, content_type="text/html")


def _token(request: web.Request) -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
