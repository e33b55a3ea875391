"""A model hub on this machine: Hugging Face's and ModelScope's addresses, with ranges, checksums and faults."""

import asyncio
import hashlib
from dataclasses import dataclass, field
from typing import Self

from aiohttp import web
from aiohttp.test_utils import TestServer


@dataclass
class FakeModelHub:
    """Serves ``files`` of one repository; the faults are used up one after another.

    ``break_after``: bytes after which a download's connection is cut. ``refuse_with``: statuses answered to downloads.
    """

    repository: str
    files: dict[str, bytes]
    small_files: dict[str, bytes] = field(default_factory=dict)
    """Not in the large-file storage: identified by git's hash only."""
    break_after: list[int] = field(default_factory=list)
    break_when: asyncio.Event | None = None
    """Cut only when the client says that it has read that much."""
    refuse_with: list[int] = field(default_factory=list)
    told_sha256: str | None = None
    """A checksum to tell instead of the true one."""
    knows_ranges: bool = True
    ranges_asked: list[str] = field(default_factory=list)
    downloads: int = 0

    async def __aenter__(self) -> Self:
        application = web.Application()
        repository = f"/{self.repository}"
        application.router.add_head("/", self._home)
        application.router.add_head(f"{repository}/resolve/main/{{path:.+}}", self._head)
        application.router.add_get(f"{repository}/resolve/main/{{path:.+}}", self._resolve, allow_head=False)
        application.router.add_get("/storage/{path:.+}", self._download, allow_head=False)
        application.router.add_get(f"/api/v1/models{repository}/repo/files", self._listing, allow_head=False)
        application.router.add_get(f"/models{repository}/resolve/master/{{path:.+}}", self._download, allow_head=False)
        self._server = TestServer(application)
        await self._server.start_server()
        self.address = str(self._server.make_url("")).rstrip("/")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.close()

    def _content(self, request: web.Request) -> bytes:
        path = request.match_info["path"]
        if path not in self.files and path not in self.small_files:
            raise web.HTTPNotFound
        return self.files.get(path) or self.small_files[path]

    def _sha256(self, content: bytes) -> str:
        return self.told_sha256 or hashlib.sha256(content).hexdigest()

    async def _home(self, _: web.Request) -> web.Response:
        return web.Response()

    async def _head(self, request: web.Request) -> web.Response:
        content = self._content(request)
        path = request.match_info["path"]
        if path in self.small_files:
            blob = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
            return web.Response(headers={"ETag": f'"{blob}"', "Content-Length": str(len(content))})
        headers = {
            "X-Linked-Etag": f'"{self._sha256(content)}"',
            "X-Linked-Size": str(len(content)),
            "Location": f"/storage/{path}",
        }
        return web.Response(status=302, headers=headers)

    async def _resolve(self, request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound(f"/storage/{request.match_info['path']}")

    async def _listing(self, request: web.Request) -> web.Response:
        files = [
            {"Path": path, "Size": len(content), "Sha256": self._sha256(content)}
            for path, content in self.files.items()
        ]
        return web.json_response({"Code": 200, "Data": {"Files": files}})

    async def _download(self, request: web.Request) -> web.StreamResponse:
        if self.refuse_with:
            return web.Response(status=self.refuse_with.pop(0))
        content = self._content(request)
        self.downloads += 1
        start = 0
        if asked := request.headers.get("Range"):
            self.ranges_asked.append(asked)
            if self.knows_ranges:
                start = int(asked.removeprefix("bytes=").split("-")[0])
        body = content[start:]
        response = web.StreamResponse(status=206 if start else 200, headers={"ETag": '"v1"'})
        if start:
            response.headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        response.content_length = len(body)
        await response.prepare(request)
        if self.break_after:
            await response.write(body[: self.break_after.pop(0)])
            if self.break_when is not None:
                async with asyncio.timeout(60):
                    await self.break_when.wait()
                self.break_when.clear()
            if request.transport is not None:
                request.transport.close()
            return response
        await response.write(body)
        return response
