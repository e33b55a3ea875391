"""A file behind ``media/get``: bytes, or a JSON error with the same HTTP status; taken up again where it broke off."""

import asyncio
import json
import logging
import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

from connectors.proxying import proxy_for
from connectors.wecom.access_token import BAD_TOKEN, AccessToken
from connectors.wecom.errors import WeComAway, WeComError
from connectors.wecom.exchange import check, read_answer
from connectors.wecom.media import Download

CALL = "media/get"
_CHUNK_BYTES = 64 * 1024
_MOST_ERROR_BYTES = 64 * 1024
_SECONDS = 30.0
"""For the head, and for each piece."""
_MOST_TRIES = 5
"""In a row without a single byte."""
_LONGEST_PAUSE_SECONDS = 8.0
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")

_log = logging.getLogger(__name__)


class _Broken(Exception):
    """The transfer broke off, or did not begin."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@asynccontextmanager
async def opened_media(
    session: aiohttp.ClientSession,
    url: str,
    *,
    media_id: str,
    token: AccessToken,
    secrets: tuple[str, ...],
    proxy: str | None,
    pause_seconds: float,
) -> AsyncIterator[Download]:
    """Open a file by its id. Raises ``WeComError`` and ``WeComAway``, also while its chunks are read."""
    transfer = _Transfer(
        session=session,
        url=url,
        media_id=media_id,
        token=token,
        secrets=secrets,
        proxy=proxy,
        pause_seconds=pause_seconds,
    )
    try:
        await transfer.begin()
        yield Download(chunks=transfer.chunks(), headers=transfer.response.headers, size=transfer.size)
    finally:
        transfer.close()


@dataclass(slots=True, kw_only=True)
class _Transfer:
    session: aiohttp.ClientSession
    url: str
    media_id: str
    token: AccessToken
    secrets: tuple[str, ...]
    proxy: str | None
    pause_seconds: float
    size: int | None = None
    received: int = 0
    _response: aiohttp.ClientResponse | None = None
    _to_skip: int = 0
    _failures: int = 0

    @property
    def response(self) -> aiohttp.ClientResponse:
        """The open one."""
        if self._response is None:
            raise WeComAway(CALL, "closed")
        return self._response

    def close(self) -> None:
        """Let the connection go; what was not read is not wanted."""
        if self._response is not None:
            self._response.close()
            self._response = None

    async def begin(self) -> None:
        """Open, or take up again where it broke off; tried a few times."""
        while True:
            try:
                await self._open()
                return
            except _Broken as broken:
                await self._pause(broken)

    async def chunks(self) -> AsyncIterator[bytes]:
        """Every byte, whatever happens to the connection."""
        while True:
            try:
                async for chunk in self._read():
                    self.received += len(chunk)
                    self._failures = 0
                    yield chunk
                return
            except _Broken as broken:
                await self._pause(broken)
            await self.begin()

    async def _read(self) -> AsyncIterator[bytes]:
        while True:
            try:
                async with asyncio.timeout(_SECONDS):
                    chunk = await self.response.content.read(_CHUNK_BYTES)
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                raise _Broken(type(error).__name__) from None
            if not chunk:
                break
            skipped = min(self._to_skip, len(chunk))
            self._to_skip -= skipped
            if chunk[skipped:]:
                yield chunk[skipped:]
        if self.size is not None and self.received < self.size:
            raise _Broken("the end is missing")

    async def _open(self) -> None:
        self.close()
        token = await self.token.get()
        code = await self._asked(token)
        if code in BAD_TOKEN:
            await self._asked(await self.token.renewed(token), is_last=True)

    async def _asked(self, token: str, *, is_last: bool = False) -> int:
        """Keep an open response with the file, or return a code of ``BAD_TOKEN`` unless ``is_last``."""
        headers = {"Range": f"bytes={self.received}-"} if self.received else {}
        params = {"access_token": token, "media_id": self.media_id}
        try:
            async with asyncio.timeout(_SECONDS):
                response = await self.session.get(
                    self.url,
                    params=params,
                    headers={**headers, "Accept-Encoding": "identity"},
                    proxy=proxy_for(self.url, self.proxy),
                    allow_redirects=False,
                )
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            # The causes name the address, and with it the token.
            raise _Broken(type(error).__name__) from None
        if response.status in (200, 206) and "Content-Disposition" in response.headers:
            self._accept(response)
            return 0
        return await self._refused(response, is_last=is_last)

    def _accept(self, response: aiohttp.ClientResponse) -> None:
        start, total = 0, response.content_length
        if response.status == 206:
            found = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
            if found is None or int(found.group(1)) > self.received:
                response.close()
                raise WeComAway(CALL, "another range than asked for")
            start, total = int(found.group(1)), int(found.group(2)) if found.group(2) != "*" else self.size
        self._to_skip = self.received - start
        self.size = total
        self._response = response

    async def _refused(self, response: aiohttp.ClientResponse, *, is_last: bool) -> int:
        try:
            async with asyncio.timeout(_SECONDS):
                content = await response.content.read(_MOST_ERROR_BYTES)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _Broken(type(error).__name__) from None
        finally:
            response.close()
        try:
            answer = read_answer(CALL, response.status, content)
        except WeComAway as away:
            raise _Broken(away.reason) from None
        code = answer.get("errcode", 0)
        if code in BAD_TOKEN and not is_last:
            return int(code)
        if code == -1:
            raise _Broken("busy")
        check(CALL, answer, secrets=(*self.secrets, self.token.shown))
        raise WeComError(CALL, 40007, "neither a file nor an error: " + json.dumps(sorted(answer))[:200])

    async def _pause(self, broken: _Broken) -> None:
        self._failures += 1
        if self._failures >= _MOST_TRIES:
            raise WeComAway(CALL, broken.reason)
        longest = min(self.pause_seconds * 2**self._failures, _LONGEST_PAUSE_SECONDS)
        _log.info("a download broke off after %d bytes: %s", self.received, broken.reason)
        await asyncio.sleep(random.uniform(0, longest))  # noqa: S311 - spreads tries, keeps no secret
