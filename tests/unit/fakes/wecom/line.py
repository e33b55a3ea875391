"""A client of the long connection that a test holds in its hand."""

import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from tests.fakes.wecom import FakeWeCom

Json = dict[str, Any]


class Line:
    """Sends frames and reads what comes; callbacks that come while an answer is awaited wait in ``told``."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.told: list[Json] = []
        self._numbers = itertools.count(1)

    async def send(self, cmd: str, body: Json | None = None, *, req_id: str | None = None) -> str:
        """Write one frame and return its id."""
        req_id = req_id or f"{cmd}_{next(self._numbers)}"
        frame: Json = {"cmd": cmd, "headers": {"req_id": req_id}}
        if body is not None:
            frame["body"] = body
        await self.socket.send_str(json.dumps(frame))
        return req_id

    async def ask(self, cmd: str, body: Json | None = None, *, req_id: str | None = None) -> Json:
        """Write one frame and return its answer."""
        return await self.answer(await self.send(cmd, body, req_id=req_id))

    async def answer(self, req_id: str) -> Json:
        """The next answer to this id."""
        while True:
            frame = await self.read()
            if "cmd" in frame:
                self.told.append(frame)
            elif frame["headers"]["req_id"] == req_id:
                return frame

    async def code(self, cmd: str, body: Json | None = None, *, req_id: str | None = None) -> int:
        """Write one frame and return the error code."""
        return int((await self.ask(cmd, body, req_id=req_id))["errcode"])

    async def read(self) -> Json:
        """The next frame."""
        frame: Json = json.loads(await self.socket.receive_str(timeout=60), strict=False)
        return frame

    async def callback(self) -> Json:
        """The next callback."""
        return self.told.pop(0) if self.told else await self.read()

    async def subscribe(self, fake: FakeWeCom) -> int:
        """As the robot."""
        return await self.code(
            "aibot_subscribe", {"bot_id": fake.world.robot.bot_id, "secret": fake.world.robot.secret}
        )


@asynccontextmanager
async def line(fake: FakeWeCom, *, subscribed: bool = True) -> AsyncIterator[Line]:
    """A connection to the fake."""
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(fake.addresses.long_connection_url, max_msg_size=0) as socket,
    ):
        made = Line(socket)
        if subscribed:
            assert await made.subscribe(fake) == 0
        yield made
