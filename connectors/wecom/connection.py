"""The long connection of one robot: subscribed, kept alive, made anew when it breaks, given up when it must be."""

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import aiohttp

from connectors.proxying import proxy_for
from connectors.wecom.errors import WeComAway, WeComError
from connectors.wecom.exchange import WeComUnreached
from connectors.wecom.frames import Frame, new_req_id, read_frame, write_frame
from connectors.wecom.site import Json

State = Literal["connecting", "connected", "refused", "taken_over", "closed"]
"""``refused``: WeCom does not accept id and secret; tried again slowly. ``taken_over``: by another connection; over."""

LARGEST_FRAME_BYTES = 4 * 1024 * 1024
_CLOSING_SECONDS = 1.0
_FREQUENCY = 45009
_NOT_SUBSCRIBED = 846609
"""WeCom has forgotten the subscription: a new connection makes it anew."""
_PASSING = frozenset({-1, 6000, 45033, _FREQUENCY})
"""Refusals of a subscription that say nothing about id and secret."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Pauses and limits of a long connection, in seconds."""

    ping: float = 30.0
    missed_pings: int = 2
    connecting: float = 15.0
    answer: float = 5.0
    first_pause: float = 1.0
    longest_pause: float = 30.0
    good_after: float = 60.0
    """A connection that lived so long was a good one: the pauses begin from the first again."""
    frequency_pause: float = 60.0
    refusals: int = 5
    refused_pause: float = 600.0


class Refused(WeComError):
    """WeCom does not accept the robot's id and secret, or the robot is set to receive by URL."""


class LongConnection:
    """``run`` keeps one connection until it is cancelled or another one took over.

    ``received`` is called for each callback, in order, and must be quick.
    """

    def __init__(
        self,
        *,
        name: str,
        url: str,
        bot_id: str,
        secret: str,
        proxy: str | None,
        received: Callable[[Frame], None],
        timing: Timing,
    ) -> None:
        self._name = name
        self._url = url
        self._bot_id = bot_id
        self._secret = secret
        self._proxy = proxy_for(url, proxy)
        self._received = received
        self._timing = timing
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._pending: dict[str, asyncio.Future[Frame]] = {}
        self._settled = asyncio.Event()
        self._connected = asyncio.Event()
        self.state: State = "connecting"
        self.refusal = ""
        """WeCom's words when it refuses, for operators."""
        self._was_taken_over = False
        self.number = 0
        """Which connection this is: what was written on an earlier one may have been lost."""

    async def until_settled(self) -> None:
        """Return when it is connected, refused or over."""
        await self._settled.wait()

    async def until_connected(self, *, seconds: float) -> None:
        """Return when it is connected. Raises ``WeComAway`` when that takes longer, or will not happen."""
        if self.state in ("taken_over", "closed"):
            raise WeComAway("aibot_subscribe", self.state)
        try:
            async with asyncio.timeout(seconds):
                await self._connected.wait()
        except TimeoutError:
            raise WeComAway("aibot_subscribe", "not connected") from None

    async def request(self, cmd: str, body: Json | None = None, *, req_id: str = "") -> Json:
        """Send a frame and wait for its answer; one at a time for each ``req_id``.

        Raises ``WeComError`` with WeCom's code, ``WeComUnreached`` when there is no connection, and ``WeComAway`` when
        there is no answer.
        """
        if not self._connected.is_set():
            raise WeComUnreached(cmd, "not connected")
        return await self._request(cmd, body, req_id=req_id or new_req_id(cmd))

    async def run(self) -> None:
        """Connect, and again whenever the connection is lost."""
        pause, refused = self._timing.first_pause, 0
        loop = asyncio.get_running_loop()
        try:
            while True:
                connected_at = None
                try:
                    async with aiohttp.ClientSession(trust_env=False) as http:
                        reading = await self._subscribe(http)
                        connected_at, refused = loop.time(), 0
                        await self._listen(reading)
                except Refused as error:
                    refused += 1
                    self._tell_refused(error, final=refused >= self._timing.refusals)
                except WeComError as error:
                    _log.warning("robot %s: WeCom does not take the connection now (%d)", self._name, error.code)
                    pause = max(pause, self._timing.frequency_pause if error.code == _FREQUENCY else 0.0)
                except (aiohttp.ClientError, OSError, TimeoutError, WeComAway) as error:
                    _log.warning("robot %s: no connection to WeCom (%s)", self._name, type(error).__name__)
                except Exception:  # noqa: BLE001 - whatever it is, the robot must not fall silent
                    _log.exception("robot %s: the connection to WeCom failed", self._name)
                finally:
                    self._lost()
                if self._was_taken_over:
                    return
                if connected_at is not None and loop.time() - connected_at >= self._timing.good_after:
                    pause = self._timing.first_pause
                waits = self._timing.refused_pause if self.state == "refused" else pause
                await asyncio.sleep(waits * random.uniform(1.0, 1.5))  # noqa: S311 - spreads clients, no secret
                pause = min(2 * pause, max(self._timing.longest_pause, self._timing.first_pause))
        finally:
            if not self._was_taken_over:
                self.state = "closed"
            self._settled.set()

    async def _subscribe(self, http: aiohttp.ClientSession) -> "asyncio.Task[None]":
        """Connect and subscribe; returns the task that reads what comes in."""
        async with asyncio.timeout(self._timing.connecting):
            closing = aiohttp.ClientWSTimeout(ws_close=_CLOSING_SECONDS)
            socket = await http.ws_connect(
                self._url, proxy=self._proxy, max_msg_size=LARGEST_FRAME_BYTES, timeout=closing
            )
            self._socket = socket
            reading = asyncio.create_task(self._read(socket), name=f"wecom robot {self._name} reads")
            try:
                body = {"bot_id": self._bot_id, "secret": self._secret}
                await self._request("aibot_subscribe", body, req_id=new_req_id("aibot_subscribe"))
            except BaseException as error:
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)
                await socket.close()
                if isinstance(error, WeComError) and error.code not in _PASSING:
                    raise Refused(error.call, error.code, error.message) from None
                raise
        self.number += 1
        self.state, self.refusal = "connected", ""
        self._connected.set()
        self._settled.set()
        _log.info("robot %s is connected to WeCom", self._name)
        return reading

    async def _listen(self, reading: "asyncio.Task[None]") -> None:
        """Until the connection is over, one way or another."""
        pinging = asyncio.create_task(self._ping(), name=f"wecom robot {self._name} pings")
        try:
            await asyncio.wait({reading, pinging}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (reading, pinging):
                task.cancel()
            ended = await asyncio.gather(reading, pinging, return_exceptions=True)
            if self._socket is not None:
                await self._socket.close()
        for error in ended:
            if isinstance(error, Exception):
                raise error

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            frame = read_frame(message.data)
            if frame is None:
                _log.warning("robot %s: WeCom sent what is no frame", self._name)
            elif not frame.cmd:
                waiting = self._pending.get(frame.req_id)
                if waiting is not None and not waiting.done():
                    waiting.set_result(frame)
            elif _event_type(frame) == "disconnected_event":
                self._tell_taken_over()
                return
            else:
                self._received(frame)

    async def _ping(self) -> None:
        """Return when so many pings in a row had no answer that the connection must be dead."""
        missed = 0
        loop = asyncio.get_running_loop()
        while missed < self._timing.missed_pings:
            began = loop.time()
            try:
                async with asyncio.timeout(self._timing.ping):
                    await self._request("ping", None, req_id=new_req_id("ping"), seconds=self._timing.ping)
                missed = 0
            except (WeComAway, WeComError, TimeoutError):
                missed += 1
            await asyncio.sleep(max(0.0, began + self._timing.ping - loop.time()))
        _log.warning("robot %s: %d pings without an answer", self._name, missed)

    async def _request(self, cmd: str, body: Json | None, *, req_id: str, seconds: float | None = None) -> Json:
        socket = self._socket
        if socket is None or socket.closed:
            # The same as below: whoever waits for a connection must not be told of this one.
            self._connected.clear()
            raise WeComUnreached(cmd, "not connected")
        if req_id in self._pending:
            raise WeComAway(cmd, "another frame waits for its answer")
        answer: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._pending[req_id] = answer
        try:
            async with asyncio.timeout(self._timing.answer if seconds is None else seconds):
                await socket.send_str(write_frame(cmd, req_id=req_id, body=body))
                frame = await answer
        except TimeoutError:
            raise WeComAway(cmd, "no answer") from None
        except (aiohttp.ClientError, OSError) as error:
            # The socket is gone, which its reader has yet to notice.
            self._connected.clear()
            raise WeComUnreached(cmd, type(error).__name__) from None
        finally:
            self._pending.pop(req_id, None)
        if frame.code == _NOT_SUBSCRIBED:
            await socket.close()
        if frame.code:
            raise WeComError(cmd, frame.code, frame.message)
        return frame.body

    def _lost(self) -> None:
        """Whoever waits for an answer hears that there will be none."""
        self._connected.clear()
        self._socket = None
        if self.state == "connected":
            self.state = "connecting"
        for waiting in self._pending.values():
            if not waiting.done():
                waiting.set_exception(WeComAway("frame", "the connection was lost"))

    def _tell_refused(self, error: Refused, *, final: bool) -> None:
        self.refusal = f"{error.code}: {error.message}"
        if not final:
            _log.warning("robot %s: WeCom refuses the subscription (%d)", self._name, error.code)
            return
        self.state = "refused"
        self._settled.set()
        _log.error(
            "robot %s: WeCom refuses bot_id and secret (%d); are they those of a robot that is set to the long "
            "connection? It is tried again every %.0f s.",
            self._name,
            error.code,
            self._timing.refused_pause,
        )

    def _tell_taken_over(self) -> None:
        self.state, self._was_taken_over = "taken_over", True
        self._settled.set()
        _log.error(
            "robot %s: another connection has taken over, so that this one has stopped. Only one process may run a "
            "robot; end the other one and start this one again.",
            self._name,
        )


def _event_type(frame: Frame) -> object:
    event = frame.body.get("event")
    return event.get("eventtype") if isinstance(event, dict) else None
