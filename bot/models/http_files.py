"""Download one file over HTTP: resumed with ``Range``, retried with a limit, nothing trusted before its checksum."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from bot.errors import DownloadError
from bot.executor import Executor
from bot.models.hubs import RemoteFile

_ATTEMPTS = 5
_CHUNK = 1 << 20


class _BrokenOffError(DownloadError):
    """The transfer broke off or the server is busy: another attempt goes on where this one ended."""


def new_session() -> aiohttp.ClientSession:
    """A session that knows the proxy variables; connecting may take 15 s and silence 60 s."""
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=15, sock_read=60)
    return aiohttp.ClientSession(timeout=timeout, trust_env=True)


class HttpDownloader:
    """Fetches files into ``*.part`` files that another attempt, or another run, continues."""

    def __init__(self, session: aiohttp.ClientSession, disk: Executor, *, wait_seconds: float = 10.0) -> None:
        self._session = session
        self._disk = disk
        self._wait_seconds = wait_seconds

    async def fetch(self, file: RemoteFile, target: Path, *, on_bytes: Callable[[int], None]) -> None:
        """Write the whole file to ``target``; the checksum is the caller's to check. Raises ``DownloadError``."""
        part = target.with_name(f"{target.name}.part")
        await self._disk.run(target.parent.mkdir, parents=True, exist_ok=True)
        async for attempt in AsyncRetrying(
            stop=stop_after_attempt(_ATTEMPTS),
            wait=wait_random_exponential(multiplier=self._wait_seconds / 20, max=self._wait_seconds),
            retry=retry_if_exception_type(_BrokenOffError),
            reraise=True,
        ):
            with attempt:
                await self._transfer(file, part, on_bytes)
        await self._disk.run(part.replace, target)
        await self._disk.run(_tag_file(part).unlink, missing_ok=True)

    async def _transfer(self, file: RemoteFile, part: Path, on_bytes: Callable[[int], None]) -> None:
        start, tag = await self._disk.run(_state, part)
        if file.size is not None and start == file.size:
            on_bytes(start)
            return
        headers = {"Accept-Encoding": "identity"}
        if start:
            headers["Range"] = f"bytes={start}-"
            if tag:
                headers["If-Range"] = tag
        host = urlsplit(file.url).hostname
        try:
            async with self._session.get(file.url, headers=headers) as response:
                start = await self._check_status(response, file, part, start)
                total = await self._save(response, part, start, on_bytes)
        except (aiohttp.ClientConnectorError, aiohttp.InvalidURL) as error:
            raise DownloadError(f"{host} cannot be reached ({type(error).__name__})") from None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise _BrokenOffError(f"{host} broke off in the middle ({type(error).__name__})") from None
        if file.size is not None and total != file.size:
            if total > file.size:
                await self._disk.run(part.unlink)
            raise _BrokenOffError(f"{host} sent {total} bytes of {file.size}")

    async def _check_status(self, response: aiohttp.ClientResponse, file: RemoteFile, part: Path, start: int) -> int:
        """Where in the file the body begins; raises for every answer that carries no file."""
        host, status = urlsplit(file.url).hostname, response.status
        if status == 206 and response.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
            return start
        if status == 200:
            tag = response.headers.get("ETag", "")
            await self._disk.run(_begin, part, "" if tag.startswith("W/") else tag)
            return 0
        if status in {206, 416}:  # the part on disk does not fit the file on the server
            await self._disk.run(part.unlink, missing_ok=True)
            raise _BrokenOffError(f"{host} could not resume")
        if status in {408, 425, 429} or status >= 500:
            raise _BrokenOffError(f"{host} is busy or broken (HTTP {status})")
        raise DownloadError(f"{host} does not give {file.local_name} (HTTP {status})")

    async def _save(
        self, response: aiohttp.ClientResponse, part: Path, start: int, on_bytes: Callable[[int], None]
    ) -> int:
        total = start
        handle = await self._disk.run(part.open, "ab")
        try:
            async for chunk in response.content.iter_chunked(_CHUNK):
                await self._disk.run(handle.write, chunk)
                total += len(chunk)
                on_bytes(total)
        finally:
            await self._disk.run(handle.close)
        return total


def _tag_file(part: Path) -> Path:
    return part.with_name(f"{part.name}.etag")


def _state(part: Path) -> tuple[int, str]:
    """Bytes already there and the tag of the version they belong to."""
    if not part.exists():
        return 0, ""
    tag = _tag_file(part)
    return part.stat().st_size, tag.read_text(encoding="utf-8") if tag.exists() else ""


def _begin(part: Path, tag: str) -> None:
    part.write_bytes(b"")
    if tag:
        _tag_file(part).write_text(tag, encoding="utf-8")
    else:
        _tag_file(part).unlink(missing_ok=True)
