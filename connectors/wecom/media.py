"""Files that people send: fetched within the five minutes that their address lives, decrypted, put into the archive."""

import asyncio
import ipaddress
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import aiohttp
from yarl import URL

from connectors.events import FileFetched, RecordId
from connectors.live_host import LiveHost
from connectors.proxying import proxy_for
from connectors.wecom.configuration import WeComConfiguration
from connectors.wecom.errors import WeComAway, WeComError
from connectors.wecom.ids import file_id
from connectors.wecom.media_cipher import MediaUnreadable, decrypted_media
from connectors.wecom.media_names import UNNAMED, media_type_of, name_in, with_ending
from connectors.wecom.site import Heard, MediaRef

_log = logging.getLogger(__name__)

_SECONDS: Final = 270.0
"""For all tries at one file: its address lives for five minutes."""
_PAUSES_SECONDS: Final = (1.0, 5.0, 20.0)
_CONNECT_SECONDS: Final = 10.0
_SILENCE_SECONDS: Final = 30.0
_PIECE_BYTES: Final = 1 << 16
_SNIFFED_BYTES: Final = 16
_CIPHER_BYTES: Final = 32
_AT_ONCE: Final = 4


@dataclass(slots=True, kw_only=True)
class Download:
    """Bytes on their way, and what their headers say."""

    chunks: AsyncIterator[bytes]
    headers: Mapping[str, str]
    size: int | None = None


AppMedia = Callable[[str, str], AbstractAsyncContextManager[Download]]
"""``async with app_media(of, media_id) as download``: ``media/get`` with the token of that app.

Raises ``WeComError`` and ``WeComAway``.
"""


class _Refused(Exception):
    """There is no file to be had here, however often it is tried."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class WeComMedia:
    """Implements ``connectors.wecom.site.Media`` for robots (addresses) and apps (``media_id``)."""

    def __init__(
        self,
        host: LiveHost,
        configuration: WeComConfiguration,
        session: aiohttp.ClientSession,
        *,
        app_media: AppMedia | None = None,
        seconds: float = _SECONDS,
        pauses_seconds: Sequence[float] = _PAUSES_SECONDS,
    ) -> None:
        self._host = host
        self._configuration = configuration
        self._session = session
        self._app_media = app_media
        self._seconds = seconds
        self._pauses = tuple(pauses_seconds)
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def fetch(self, heard: Heard, *, at: RecordId) -> Sequence[FileFetched]:
        """Fetch what is not here yet; returns what was told of it."""
        wanted = {file_id(heard.msgid, media.place): media for media in heard.media}
        if not wanted:
            return ()
        kept = await self._host.files_kept(list(wanted))
        told = await asyncio.gather(
            *(self._fetch(heard, each, media) for each, media in wanted.items() if each not in kept)
        )
        _log.info("files of %s: %s", at, [event.unavailable_reason or "fetched" for event in told])
        return told

    async def _fetch(self, heard: Heard, file: RecordId, media: MediaRef) -> FileFetched:
        try:
            async with asyncio.timeout(self._seconds), self._room:
                event = await self._tried(heard, file, media)
        except TimeoutError:
            event = _failed(file, "file_too_slow")
        except _Refused as refused:
            event = _failed(file, refused.code)
        except MediaUnreadable as unreadable:
            _log.warning("a file does not decrypt: %s", unreadable)
            event = _failed(file, "file_unreadable")
        await self._host.accept([event])
        return event

    async def _tried(self, heard: Heard, file: RecordId, media: MediaRef) -> FileFetched:
        for pause in (*self._pauses, None):
            try:
                async with self._opened(heard, media) as download:
                    return await self._stored(file, media, download)
            except WeComError as error:
                raise _Refused("file_address_expired" if error.code == 40007 else "file_refused") from error
            except (aiohttp.ClientError, WeComAway, TimeoutError) as error:
                task = asyncio.current_task()
                if task is not None and task.cancelling():
                    raise
                # Its own text would name the address, which is a secret for as long as it lives.
                _log.info("a file could not be fetched: %s", type(error).__name__)
                if pause is None:
                    raise _Refused("file_unreachable") from None
                await asyncio.sleep(pause)
        raise AssertionError("unreachable")

    @asynccontextmanager
    async def _opened(self, heard: Heard, media: MediaRef) -> AsyncIterator[Download]:
        if media.media_id:
            if self._app_media is None:
                raise _Refused("file_refused")
            async with self._app_media(heard.of, media.media_id) as download:
                yield download
            return
        url = _allowed(media.url)
        async with self._session.get(
            url,
            allow_redirects=False,
            headers={"Accept-Encoding": "identity"},
            proxy=None if _is_loopback(url) else proxy_for(str(url), self._configuration.proxy),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS, sock_read=_SILENCE_SECONDS),
        ) as response:
            if response.status in (403, 404, 410):
                raise _Refused("file_address_expired")
            if 300 <= response.status < 500 and response.status != 429:
                raise _Refused("file_refused")
            response.raise_for_status()
            yield Download(
                chunks=response.content.iter_chunked(_PIECE_BYTES),
                headers=response.headers,
                size=response.content_length,
            )

    async def _stored(self, file: RecordId, media: MediaRef, download: Download) -> FileFetched:
        most = self._configuration.max_file_bytes
        if (download.size or 0) > most + _CIPHER_BYTES:
            raise _Refused("file_too_large")
        chunks = _limited(download.chunks, most + _CIPHER_BYTES)
        watched = _Watched(_limited(decrypted_media(chunks, key=media.key) if media.key else chunks, most))
        try:
            sha256, size = await self._host.store_file(watched.chunks())
        except ValueError as error:  # the store's own limit
            raise _Refused("file_too_large") from error
        name = media.name or name_in(download.headers)
        name = with_ending(name or UNNAMED[media.kind], watched.begin)
        return FileFetched(
            event_id=f"{file}:fetched",
            occurred_at=datetime.now(UTC),
            file_id=file,
            sha256=sha256,
            size_bytes=size,
            name=name,
            media_type=media_type_of(name, watched.begin, download.headers.get("Content-Type", "")),
        )


@dataclass(slots=True)
class _Watched:
    """Bytes that go by; the first of them tell what they are."""

    source: AsyncIterator[bytes]
    begin: bytes = b""

    async def chunks(self) -> AsyncIterator[bytes]:
        async for chunk in self.source:
            if len(self.begin) < _SNIFFED_BYTES:
                self.begin += chunk[:_SNIFFED_BYTES]
            yield chunk


async def _limited(chunks: AsyncIterator[bytes], most: int) -> AsyncIterator[bytes]:
    received = 0
    async for chunk in chunks:
        received += len(chunk)
        if received > most:
            raise _Refused("file_too_large")
        yield chunk


def _failed(file: RecordId, code: str) -> FileFetched:
    return FileFetched(event_id=f"{file}:{code}", occurred_at=datetime.now(UTC), file_id=file, unavailable_reason=code)


def _allowed(address: str) -> URL:
    """The address, when it is one of HTTPS, or of this very machine. WeCom's store has many hosts, so any is taken."""
    try:
        url = URL(address)
        host = url.host or ""
    except ValueError as error:
        raise _Refused("file_address_not_allowed") from error
    if not host or url.user is not None or (url.scheme != "https" and not (url.scheme == "http" and _is_loopback(url))):
        raise _Refused("file_address_not_allowed")
    return url


def _is_loopback(url: URL) -> bool:
    if url.host == "localhost":
        return True
    try:
        return ipaddress.ip_address(url.host or "").is_loopback
    except ValueError:
        return False
