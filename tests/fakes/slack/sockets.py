"""Socket Mode: one-time tickets, the hello, envelopes, pings and every kind of disconnect frame."""

import asyncio
import json
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.fakes.slack.app import App
from tests.fakes.slack.clock import Clock
from tests.fakes.slack.deliveries import Attempt, Delivery
from tests.fakes.slack.errors import Json
from tests.fakes.slack.journal import Journal

MOST_CONNECTIONS = 10
CONNECTION_SECONDS = 18_060
WARNING_SECONDS = 10.0
_QUEUE_SIZE = 100_000


@dataclass(kw_only=True, eq=False)
class Socket:
    """One connection of an app. While ``is_stalled`` it is open and answers nothing, not even pings."""

    number: int
    app: App
    web_socket: web.WebSocketResponse
    transport: asyncio.Transport | None
    outgoing: asyncio.Queue[Json | bytes | None] = field(default_factory=lambda: asyncio.Queue(_QUEUE_SIZE))
    is_stalled: bool = False
    is_leaving: bool = False
    pongs: int = 0


class Sockets:
    """All connections; ``acknowledge`` is told of every acknowledgement."""

    def __init__(self, *, clock: Clock, journal: Journal, acknowledge: Callable[[App, str, Json | None], None]) -> None:
        self._clock = clock
        self._journal = journal
        self._acknowledge = acknowledge
        self._tickets: dict[str, App] = {}
        self._turn = 0
        self.url = ""
        self.opened = 0
        """How many connections there have ever been."""
        self.open: list[Socket] = []
        self.connection_seconds = CONNECTION_SECONDS

    def of(self, app: App) -> list[Socket]:
        """The connections of an app that still take payloads."""
        return [socket for socket in self.open if socket.app is app and not socket.is_leaving]

    def new_url(self, app: App) -> str:
        """An address that opens once."""
        ticket = str(uuid.uuid4())
        self._tickets[ticket] = app
        return f"{self.url}/link/?ticket={ticket}&app_id={app.id}"

    def send(self, delivery: Delivery, attempt: Attempt) -> bool:
        """To one of the app's connections, each in its turn."""
        sockets = self.of(delivery.installation.app)
        if not sockets:
            return False
        self._turn += 1
        envelope: Json = {
            "envelope_id": attempt.envelope_id,
            "type": delivery.kind,
            "accepts_response_payload": delivery.accepts_response,
            "payload": delivery.payload,
        }
        if delivery.kind == "events_api":
            envelope |= {"retry_attempt": attempt.number, "retry_reason": attempt.reason}
        sockets[self._turn % len(sockets)].outgoing.put_nowait(envelope)
        return True

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """A client comes with its ticket."""
        app = self._tickets.pop(request.query.get("ticket", ""), None)
        if app is None:
            self._journal.refuse("link", "/link/", "invalid_ticket")
            return web.Response(status=404, text="invalid ticket")
        web_socket = web.WebSocketResponse(autoping=False, timeout=1.0, max_msg_size=16 * 1024 * 1024)
        await web_socket.prepare(request)
        transport = request.transport
        self.opened += 1
        socket = Socket(
            number=self.opened,
            app=app,
            web_socket=web_socket,
            transport=transport if isinstance(transport, asyncio.Transport) else None,
        )
        if len(self.of(app)) >= MOST_CONNECTIONS:
            await web_socket.send_json(self._disconnect_frame("too_many_websockets"))
            await web_socket.close()
            return web_socket
        await web_socket.send_json(self._hello(app))
        self.open.append(socket)
        lifetime = self._clock.call_later(self.connection_seconds - WARNING_SECONDS, lambda: self.retire(socket))
        writer = asyncio.create_task(self._write(socket))
        self._journal.stir()
        try:
            async for frame in web_socket:
                await self._read(socket, frame.type, frame.data)
        finally:
            lifetime.cancel()
            writer.cancel()
            with suppress(asyncio.CancelledError):
                await writer
            if socket in self.open:
                self.open.remove(socket)
            self._journal.stir()
        return web_socket

    def retire(self, socket: Socket) -> None:
        """The end of a connection's life: a warning, and ten seconds later the refresh."""
        if socket in self.open:
            socket.outgoing.put_nowait(self._disconnect_frame("warning"))
            self._clock.call_later(WARNING_SECONDS, lambda: self.disconnect(socket, "refresh_requested"))

    def disconnect(self, socket: Socket, reason: str) -> None:
        """Say why, then close from this side."""
        if socket in self.open and not socket.is_leaving:
            socket.is_leaving = True
            socket.outgoing.put_nowait(self._disconnect_frame(reason))
            socket.outgoing.put_nowait(None)

    def drop(self, socket: Socket) -> None:
        """Cut the connection without a word, as a network does."""
        socket.is_leaving = True
        if socket.transport is not None:
            socket.transport.abort()

    def ping(self, socket: Socket) -> None:
        """What Slack sends now and then; a client must answer with a pong."""
        socket.outgoing.put_nowait(b"Ping from the fake")

    async def close(self) -> None:
        """Close all connections."""
        for socket in list(self.open):
            with suppress(ConnectionError):
                await socket.web_socket.close()

    async def _read(self, socket: Socket, kind: WSMsgType, data: Any) -> None:
        if socket.is_stalled:
            return
        if kind is WSMsgType.PING:
            await socket.web_socket.pong(data)
        elif kind is WSMsgType.PONG:
            socket.pongs += 1
            self._journal.stir()
        elif kind is WSMsgType.TEXT:
            self._read_text(socket, data)

    def _read_text(self, socket: Socket, data: str) -> None:
        try:
            frame = json.loads(data)
        except ValueError:
            frame = None
        if not isinstance(frame, dict) or not isinstance(frame.get("envelope_id"), str):
            self._journal.refuse("socket", "frame", "invalid_frame", data[:200])
            return
        if not set(frame) <= {"envelope_id", "payload"}:
            self._journal.refuse("socket", "frame", "unknown_field", data[:200])
        payload = frame.get("payload")
        self._acknowledge(socket.app, frame["envelope_id"], payload if isinstance(payload, dict) else None)

    async def _write(self, socket: Socket) -> None:
        while True:
            frame = await socket.outgoing.get()
            if frame is None:
                await socket.web_socket.close()
                return
            if not socket.is_stalled:
                with suppress(ConnectionError):
                    await _send(socket.web_socket, frame)

    def _hello(self, app: App) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.of(app)) + 1,
            "debug_info": {
                "host": "applink-fake",
                "build_number": 1,
                "approximate_connection_time": self.connection_seconds,
            },
            "connection_info": {"app_id": app.id},
        }

    def _disconnect_frame(self, reason: str) -> Json:
        return {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-fake"}}


async def _send(web_socket: web.WebSocketResponse, frame: Json | bytes) -> None:
    if isinstance(frame, bytes):
        await web_socket.ping(frame)
    else:
        await web_socket.send_json(frame)
