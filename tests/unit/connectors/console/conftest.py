"""A console over the fake host, listening on a real loopback socket."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from connectors.console import ConsoleConnector
from tests.fakes.console_host import FakeConsoleHost

_NUMBERS = count()
PEOPLE = ("Ada", "Bo", "晨曦")
PATIENCE_SECONDS = 20.0
"""For what comes within milliseconds, unless the machine is busy."""


@dataclass
class Console:
    """A running console and a client that speaks for one of its people."""

    host: FakeConsoleHost
    connector: ConsoleConnector
    base: str
    session: aiohttp.ClientSession

    def url(self, path: str, person: str | None = "Ada", **query: str) -> str:
        """The address of a path, in the name of a person."""
        if person is not None:
            query["as"] = self.host.person(person).person_id
        return str(URL(f"{self.base}{path}").with_query(query))

    async def get(self, path: str, person: str | None = "Ada", **query: str) -> tuple[int, Any]:
        """Status and JSON."""
        async with self.session.get(self.url(path, person, **query)) as response:
            return response.status, await response.json()

    async def send(
        self, method: str, path: str, body: object = None, person: str | None = "Ada", **query: str
    ) -> tuple[int, Any]:
        """Status and JSON of a request that changes something."""
        async with self.session.request(method, self.url(path, person, **query), json=body) as response:
            return response.status, await response.json()

    async def enter(self, person: str) -> str:
        """Become somebody; returns the id of the direct chat."""
        identifier = self.host.person(person).person_id
        status, data = await self.send("POST", "/api/people", {"person_id": identifier}, person=None)
        assert status == 200
        return str(data["direct_channel_id"])

    async def create(self, name: str, person: str = "Ada", members: tuple[str, ...] | None = None) -> str:
        """A channel: private when members are given."""
        body = {
            "client_id": f"channel-{name.encode().hex()}",
            "name": name,
            "visibility": "public" if members is None else "private",
            "member_ids": [self.host.person(member).person_id for member in members or ()],
        }
        status, data = await self.send("POST", "/api/channels", body, person)
        assert status == 201, data
        return str(data["channel"]["channel_id"])

    async def say(self, channel: str, text: str, person: str = "Ada", **more: object) -> dict[str, Any]:
        """Post a message and wait until it can be read."""
        body = {"client_id": f"client-{next(_NUMBERS):04}", "channel_id": channel, "text": text, **more}
        status, data = await self.send("POST", "/api/messages", body, person)
        assert status == 201, data
        await self.host.settled()
        return dict(data)

    async def feed(self, channel: str, person: str = "Ada") -> Any:
        """The messages of a channel."""
        status, data = await self.get("/api/messages", person, channel=channel)
        assert status == 200, data
        return data

    async def socket(self, person: str = "Ada") -> "Socket":
        """An open page."""
        ws = await self.session.ws_connect(self.url("/ws", person))
        socket = Socket(ws)
        assert (await socket.next("hello"))["type"] == "hello"
        return socket


class Socket:
    """The server's side of an open page."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.ws = ws
        self.seen: list[Any] = []

    async def next(self, kind: str, **fields: object) -> Any:
        """The next payload of this type with these fields; fails when there is none for long."""
        while True:
            payload = await self.ws.receive_json(timeout=PATIENCE_SECONDS)
            self.seen.append(payload)
            if payload["type"] == kind and all(payload.get(name) == value for name, value in fields.items()):
                return payload


Start = Callable[..., Awaitable[Console]]


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Starts consoles with options; stops them all afterwards."""
    running: list[tuple[Console, web.AppRunner]] = []

    async def begin(**options: Any) -> Console:
        host = FakeConsoleHost(tmp_path, people=PEOPLE)
        await host.start()
        connector = ConsoleConnector(host, **{"token": None, **options})
        app = web.Application()
        connector.setup(app)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        await connector.start()
        port = runner.addresses[0][1]
        console = Console(host, connector, f"http://127.0.0.1:{port}", aiohttp.ClientSession())
        running.append((console, runner))
        return console

    yield begin
    for console, runner in running:
        await console.connector.close()
        await console.session.close()
        await runner.cleanup()
        await console.host.close()


@pytest.fixture
async def console(start: Start) -> Console:
    """A console without a token."""
    return await start()
