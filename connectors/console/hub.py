"""Open pages: one WebSocket each, a bounded queue before it, and who may see which channel.

A page that reads too slowly is dropped instead of making others wait; it connects again and reads everything anew.
What pages say over the socket is ignored: all writing goes through the JSON API.
"""

import asyncio
import json
import logging
from collections.abc import Mapping
from time import monotonic
from typing import Any

from aiohttp import WSCloseCode, web

from connectors.console.errors import ConsoleError
from connectors.console.host import ChannelView, ConsoleHost
from connectors.events import ChannelId, PersonId

_LOG = logging.getLogger(__name__)
_HEARTBEAT_SECONDS = 20.0
_SEND_SECONDS = 10.0
_CLOSE_SECONDS = 2.0
_REMEMBERED_SECONDS = 30.0

Payload = Mapping[str, Any]


class _Page:
    """One open page; ``None`` in the queue ends it."""

    def __init__(self, person: PersonId, socket: web.WebSocketResponse, *, queue_size: int) -> None:
        self.person = person
        self.socket = socket
        self.queue: asyncio.Queue[str | None] = asyncio.Queue(maxsize=queue_size)
        self.dropped = False

    def put(self, text: str) -> None:
        if self.dropped:
            return
        try:
            self.queue.put_nowait(text)
        except asyncio.QueueFull:
            self.dropped = True
            while not self.queue.empty():
                self.queue.get_nowait()
            self.queue.put_nowait(None)


class Hub:
    """Sends payloads to people and to the readers of channels."""

    def __init__(self, host: ConsoleHost, *, queue_size: int = 512, max_pages: int = 1000) -> None:
        self._host = host
        self._queue_size = queue_size
        self._max_pages = max_pages
        self._pages: set[_Page] = set()
        self._readable: dict[PersonId, tuple[float, dict[ChannelId, ChannelView]]] = {}

    @property
    def people(self) -> frozenset[PersonId]:
        """Everybody with an open page."""
        return frozenset(page.person for page in self._pages)

    async def channel(self, person: PersonId, channel: ChannelId) -> ChannelView | None:
        """The channel in this person's list, None when it is not there.

        Remembered until ``forget``, and for half a minute at most in case a change was missed.
        """
        kept_until, views = self._readable.get(person, (0.0, {}))
        if monotonic() > kept_until:
            views = {view.channel_id: view for view in await self._host.channels(person)}
            self._readable[person] = (monotonic() + _REMEMBERED_SECONDS, views)
        return views.get(channel)

    async def may_read(self, person: PersonId, channel: ChannelId) -> bool:
        """Whether the channel is in this person's list."""
        return await self.channel(person, channel) is not None

    def forget(self) -> None:
        """Channels or members changed: ask the host again."""
        self._readable.clear()

    def send_person(self, person: PersonId, payload: Payload) -> None:
        """To every page of one person."""
        text = json.dumps(payload, ensure_ascii=False)
        for page in self._pages:
            if page.person == person:
                page.put(text)

    async def send_channel(self, channel: ChannelId, payload: Payload) -> None:
        """To everybody who may read the channel."""
        for person in self.people:
            if await self.may_read(person, channel):
                self.send_person(person, payload)

    def send_all(self, payload: Payload) -> None:
        """To every page; only for what says nothing of any channel."""
        for person in self.people:
            self.send_person(person, payload)

    async def serve(self, request: web.Request, person: PersonId, greeting: Payload) -> web.WebSocketResponse:
        """Run one socket until either side ends it; ``greeting`` is sent first."""
        if len(self._pages) >= self._max_pages:
            raise ConsoleError("busy")
        socket = web.WebSocketResponse(timeout=_CLOSE_SECONDS, heartbeat=_HEARTBEAT_SECONDS, max_msg_size=4096)
        await socket.prepare(request)
        page = _Page(person, socket, queue_size=self._queue_size)
        page.put(json.dumps(greeting, ensure_ascii=False))
        self._pages.add(page)
        writer = asyncio.create_task(self._write(page), name="console page")
        try:
            async for _ in socket:
                pass
        finally:
            self._pages.discard(page)
            if person not in self.people:
                self._readable.pop(person, None)
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
        return socket

    async def close(self) -> None:
        """End every socket; pages connect again when the server is back."""
        await asyncio.gather(
            *(page.socket.close(code=WSCloseCode.GOING_AWAY) for page in tuple(self._pages)),
            return_exceptions=True,
        )

    async def _write(self, page: _Page) -> None:
        try:
            while (text := await page.queue.get()) is not None:
                async with asyncio.timeout(_SEND_SECONDS):
                    await page.socket.send_str(text)
        except (TimeoutError, ConnectionError) as error:
            _LOG.info("a console page stopped reading: %s", type(error).__name__)
        await page.socket.close(code=WSCloseCode.TRY_AGAIN_LATER)
