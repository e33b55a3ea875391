"""The robot's long connection: frames in and out, one live connection, taking over, and trouble on demand."""

import asyncio
import contextlib
import json
import re
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from tests.fakes.wecom.clock import Clock
from tests.fakes.wecom.faults import Faults
from tests.fakes.wecom.ledger import Ledger
from tests.fakes.wecom.limits import Frequency
from tests.fakes.wecom.long_commands import LongCommands
from tests.fakes.wecom.refusals import Json, Refusal
from tests.fakes.wecom.sent import Sent
from tests.fakes.wecom.world import World

LARGEST_FRAME = 1024 * 1024
MOST_UNREAD_FRAMES = 1000
_CONTROL = re.compile(r"(?<!\\)((?:\\\\)*)\\u00([01][0-9a-f])")


@dataclass(kw_only=True)
class Connection:
    """One socket of a client; ``pings`` and ``frames`` count what came in."""

    socket: web.WebSocketResponse
    request: web.Request
    subscribed: bool = False
    pings: int = 0
    frames: int = 0
    in_flight: set[str] = field(default_factory=set)

    async def write(self, frame: Json) -> None:
        """Send a frame; control characters of people's texts go out raw, as they do in earnest."""
        text = json.dumps(frame, ensure_ascii=False)
        await self.socket.send_str(_CONTROL.sub(lambda found: found.group(1) + chr(int(found.group(2), 16)), text))


@dataclass(kw_only=True)
class LongConnection:
    """The server's end."""

    world: World
    clock: Clock
    ledger: Ledger
    commands: LongCommands
    faults: Faults
    answers_pings: bool = True
    """False: the line is dead, but nobody has closed it."""
    live: Connection | None = None
    frequency: Frequency = field(init=False)
    """Of subscriptions; the platform protects itself, its figure is not published."""
    _connections: list[Connection] = field(default_factory=list)
    _acks_may_go: asyncio.Event = field(default_factory=asyncio.Event)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def __post_init__(self) -> None:
        self.frequency = Frequency(clock=self.clock, per_minute=10)
        self._acks_may_go.set()

    async def until_live(self, *, seconds: float = 20.0) -> Connection:
        """The subscribed connection, now or as soon as there is one; a real time limit guards it."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(lambda: self.live is not None)
        assert self.live is not None
        return self.live

    def hold_acks(self) -> None:
        """Answer no frame until ``release_acks``; a second one for the same ``req_id`` is then a conflict (6000)."""
        self._acks_may_go.clear()

    def release_acks(self) -> None:
        """Go on answering."""
        self._acks_may_go.set()

    async def deliver(self, sent: Sent) -> None:
        """Tell the bot; what happens while nobody is connected is lost."""
        sent.req_id = f"srv{self.world.next_id()}"
        self.commands.turns[sent.req_id] = sent
        await self.repeat(sent)

    async def repeat(self, sent: Sent) -> None:
        """Write the same frame once more."""
        if self.live is None:
            sent.held_back = "no connection"
            return
        cmd = "aibot_msg_callback" if sent.kind == "message" else "aibot_event_callback"
        try:
            await self.live.write({"cmd": cmd, "headers": {"req_id": sent.req_id}, "body": sent.body})
        except ConnectionResetError:
            sent.held_back = "no connection"
            return
        sent.delivered = True

    async def take_over(self) -> None:
        """Another instance subscribes: the old connection is told and closed."""
        await self._replace(None)

    async def drop(self) -> None:
        """The network breaks: the socket is gone without a word."""
        for connection in self._connections:
            if connection.request.transport is not None:
                connection.request.transport.abort()
        async with self._changed:
            self.live = None

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One client."""
        socket = web.WebSocketResponse(timeout=0.5, max_msg_size=LARGEST_FRAME)
        await socket.prepare(request)
        connection = Connection(socket=socket, request=request)
        self._connections.append(connection)
        frames: asyncio.Queue[Json] = asyncio.Queue(MOST_UNREAD_FRAMES)
        worker = asyncio.create_task(self._work(connection, frames))
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self._read(connection, frames, message.data)
        finally:
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=True)
            self._connections.remove(connection)
            if self.live is connection:
                self.live = None
        return socket

    async def close(self) -> None:
        """Close every socket."""
        for connection in list(self._connections):
            await connection.socket.close()

    async def _read(self, connection: Connection, frames: asyncio.Queue[Json], text: str) -> None:
        connection.frames += 1
        try:
            frame = json.loads(text)
            req_id = frame["headers"]["req_id"]
            if not isinstance(frame["cmd"], str) or not isinstance(req_id, str) or not req_id:
                raise TypeError
        except (ValueError, KeyError, TypeError):
            refusal = Refusal(40058, "no frame with cmd and headers.req_id")
            self.ledger.note("long_connection", "unreadable", {"text": text[:200]}, refusal)
            await connection.write({"headers": {"req_id": ""}, **refusal.answer()})
            return
        if req_id in connection.in_flight:
            await self._answer(connection, frame, Refusal(6000))
            return
        connection.in_flight.add(req_id)
        frames.put_nowait(frame)

    async def _work(self, connection: Connection, frames: asyncio.Queue[Json]) -> None:
        while True:
            frame = await frames.get()
            body: Json | None = None
            refusal: Refusal | None = None
            try:
                body = await self._obey(connection, frame)
            except Refusal as error:
                refusal = error
            await self._acks_may_go.wait()
            connection.in_flight.discard(frame["headers"]["req_id"])
            if frame["cmd"] == "ping" and not self.answers_pings:
                continue
            await self._answer(connection, frame, refusal, body)

    async def _obey(self, connection: Connection, frame: Json) -> Json:
        cmd, req_id, body = frame["cmd"], frame["headers"]["req_id"], frame.get("body") or {}
        self.faults.take(cmd)
        if cmd == "aibot_subscribe":
            await self._subscribe(connection, body)
            return {}
        if cmd == "ping":
            connection.pings += 1
            return {}
        command = self.commands.named(cmd)
        if command is None:
            raise Refusal(40058, f"cmd {cmd!r}")
        if not connection.subscribed:
            raise Refusal(846609)
        return await command(req_id, body)

    async def _answer(
        self, connection: Connection, frame: Json, refusal: Refusal | None, body: Json | None = None
    ) -> None:
        written = frame.get("body") or {}
        if frame["cmd"] == "aibot_subscribe":
            written = {**written, "secret": "(not kept)"}
        self.ledger.note("long_connection", frame["cmd"], written, refusal)
        answer: Json = {"headers": {"req_id": frame["headers"]["req_id"]}}
        answer.update(refusal.answer() if refusal else {"errcode": 0, "errmsg": "ok"})
        if body:
            answer["body"] = body
        await connection.write(answer)

    async def _subscribe(self, connection: Connection, body: Json) -> None:
        robot = self.world.robot
        self.frequency.take(robot.bot_id)
        if body.get("bot_id") != robot.bot_id:
            raise Refusal(93019)
        if body.get("secret") != robot.secret:
            raise Refusal(853000)
        if robot.mode != "long_connection":
            raise Refusal(48002, "the robot receives by URL")
        connection.subscribed = True
        await self._replace(connection)

    async def _replace(self, new: Connection | None) -> None:
        old = self.live
        async with self._changed:
            self.live = new
            self._changed.notify_all()
        if old is not None and old is not new:
            body = {
                "msgid": f"CAIQ{self.world.next_id()}",
                "create_time": int(self.clock.time()),
                "aibotid": self.world.robot.bot_id,
                "msgtype": "event",
                "event": {"eventtype": "disconnected_event"},
            }
            # It may be gone, and the server has yet to notice.
            with contextlib.suppress(ConnectionResetError):
                await old.write(
                    {"cmd": "aibot_event_callback", "headers": {"req_id": f"srv{body['msgid']}"}, "body": body}
                )
                await old.socket.close()
