"""The desk on a real database, reached by HTTP as browsers do."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.desk.desk import Desk
from bot.desk.operators import Operators
from bot.desk.route import Part, Role
from bot.truth.database import Database
from connectors.console.guard import Guard


class Browser:
    """A person with cookies of their own at the desk."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def call(
        self, method: str, path: str, body: object = None, *, query: dict[str, str] | None = None, **headers: str
    ) -> tuple[int, dict[str, Any]]:
        """Status and JSON of ``/admin/api/<path>``; names of headers are written with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        more = {} if body is None else {"json": body}
        async with self.http.request(
            method, f"{self.base}/admin/api/{path}", params=query, headers=named, **more
        ) as response:
            return response.status, await response.json()

    async def get(self, path: str, **query: str) -> dict[str, Any]:
        """What is read, which must work."""
        status, body = await self.call("GET", path, query=query)
        assert status == 200, body
        return body

    async def code(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, str]:
        """Status and code of what is refused."""
        status, answer = await self.call(method, path, body, **headers)
        return status, str(answer["error"]["code"])


SignIn = Callable[..., Awaitable[Browser]]


class House:
    """A desk with its parts, and who opens it."""

    def __init__(self, database: Database, stack: AsyncExitStack) -> None:
        self.database = database
        self.base = ""
        self._stack = stack

    async def open(self, parts: Sequence[Part] = ()) -> None:
        """Serve the desk."""
        app = web.Application(client_max_size=1024**2)
        Desk(self.database, guard=Guard(token=None), parts=parts).setup(app)
        runner = web.AppRunner(app)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.base = f"http://127.0.0.1:{runner.addresses[0][1]}"

    async def stranger(self) -> Browser:
        """Somebody without a session."""
        browser = Browser(self.base)
        self._stack.push_async_callback(browser.http.close)
        return browser

    async def sign_in(self, name: str = "Ann", role: Role = "operator") -> Browser:
        """Somebody with a session."""
        token = await Operators(self.database).add(name, role=role)
        browser = await self.stranger()
        assert (await browser.call("POST", "login", {"token": token}))[0] == 200
        return browser


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        database = Database(f"sqlite+aiosqlite:///{tmp_path / 'truth.db'}")
        stack.push_async_callback(database.close)
        await database.migrate()
        yield House(database, stack)
