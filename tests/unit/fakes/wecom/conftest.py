"""A running fake of each kind, and a tiny bot of the test's own behind a callback address."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from connectors.wecom.crypto import CallbackCrypto, CallbackRefused
from tests.fakes.wecom import FakeWeCom, ManualClock, small_company

Json = dict[str, Any]
Answer = Callable[[Json], Json | None]
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


@dataclass
class TinyBot:
    """Answers robot callbacks with what ``answer`` makes of them, or with trouble."""

    crypto: CallbackCrypto
    answer: Answer = field(default=lambda body: None)
    heard: list[Json] = field(default_factory=list)
    raw_reply: str | None = None
    statuses: list[int] = field(default_factory=list)
    """Answer the next requests with these and nothing else."""
    wait_for: asyncio.Event | None = None
    arrivals: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    url: str = ""

    async def handle(self, request: web.Request) -> web.Response:
        """``GET`` verifies, ``POST`` delivers."""
        if request.method == "GET":
            return web.Response(text=self.crypto.echo(request.query))
        try:
            body = self.crypto.open_json(await request.read(), request.query)
        except CallbackRefused as refused:
            return web.Response(status=refused.status)
        self.heard.append(body)
        self.arrivals.release()
        if self.wait_for is not None:
            await self.wait_for.wait()
        if self.statuses:
            return web.Response(status=self.statuses.pop(0))
        if self.raw_reply is not None:
            return web.Response(text=self.raw_reply)
        reply = self.answer(body)
        if reply is None:
            return web.Response()
        return web.Response(text=json.dumps(self.crypto.seal_json(reply, nonce=request.query["nonce"])))


@asynccontextmanager
async def serving(handler: Callable[[web.Request], Any]) -> AsyncIterator[str]:
    """An HTTP server with one handler; yields its address."""
    application = web.Application()
    application.router.add_route("*", "/wecom", handler)
    runner = web.AppRunner(application, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}/wecom"
    finally:
        await runner.cleanup()


@pytest.fixture
def clock() -> ManualClock:
    """Stands still."""
    return ManualClock()


@pytest.fixture
async def fake(clock: ManualClock) -> AsyncIterator[FakeWeCom]:
    """With the robot on the long connection."""
    async with FakeWeCom(small_company(), clock=clock).running() as running:
        yield running


@pytest.fixture
async def calling(clock: ManualClock) -> AsyncIterator[FakeWeCom]:
    """With the robot on its URL callback."""
    async with FakeWeCom(small_company(mode="callback"), clock=clock).running() as running:
        yield running


@pytest.fixture
async def bot(calling: FakeWeCom) -> AsyncIterator[TinyBot]:
    """Behind the robot's address."""
    robot = calling.world.robot
    tiny = TinyBot(CallbackCrypto(token=robot.token, encoding_aes_key=robot.encoding_aes_key, receive_id=""))
    async with serving(tiny.handle) as url:
        robot.callback_url = tiny.url = url
        yield tiny


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """A client."""
    async with aiohttp.ClientSession() as session:
        yield session
