"""A person at the console, over HTTP and the WebSocket as the pages use them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiohttp

from tests.waiting import eventually


@dataclass(slots=True)
class ConsoleClient:
    """One person in one browser tab. ``person_id`` is known after ``enter``."""

    http: aiohttp.ClientSession
    person_id: str = ""
    steps: list[dict[str, Any]] = field(default_factory=list)
    """What the socket said, oldest first."""

    async def enter(self, *, name: str | None = None, person_id: str | None = None) -> None:
        """Become somebody."""
        body = {"name": name} if name else {"person_id": person_id}
        entered = await self.post("/api/people", body)
        self.person_id = entered["person"]["person_id"]

    async def channel_id(self, name: str) -> str:
        """The channel of this name in the person's list, as soon as it is there."""

        async def listed() -> str | None:
            channels = (await self.get("/api/channels"))["channels"]
            return next((channel["channel_id"] for channel in channels if channel["name"] == name), None)

        return str(await eventually(listed))

    async def message(self, record_id: str) -> dict[str, Any]:
        """A message, as soon as it can be read: an answer is told to be finished a moment before."""

        async def readable() -> bool:
            return await self.status("/api/message", id=record_id) == 200

        await eventually(readable)
        message: dict[str, Any] = (await self.get("/api/message", id=record_id))["message"]
        return message

    async def say(self, channel_id: str, text: str, *, uploads: tuple[str, ...] = ()) -> dict[str, Any]:
        """Post a message; returns its ``record_id`` and, when it asks the bot, ``ask_id``."""
        body = {"client_id": uuid4().hex, "channel_id": channel_id, "text": text, "upload_ids": list(uploads)}
        posted: dict[str, Any] = await self.post("/api/messages", body)
        return posted

    async def found(self, words: str) -> set[str]:
        """Record ids of messages and files that a search finds for this person."""
        return {entry["record_id"] for entry in (await self.get("/api/timeline", text=words))["entries"]}

    async def texts(self, words: str) -> list[str]:
        """What a search finds, best first."""
        return [entry["text"] for entry in (await self.get("/api/timeline", text=words))["entries"]]

    async def get(self, path: str, **query: str) -> Any:
        """GET; raises for an error."""
        return await self._ask("GET", path, None, query)

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        """POST."""
        return await self._ask("POST", path, body, {})

    async def put(self, path: str, body: dict[str, Any]) -> Any:
        """PUT."""
        return await self._ask("PUT", path, body, {})

    async def patch(self, path: str, body: dict[str, Any]) -> Any:
        """PATCH."""
        return await self._ask("PATCH", path, body, {})

    async def delete(self, path: str, **query: str) -> Any:
        """DELETE."""
        return await self._ask("DELETE", path, None, query)

    async def status(self, path: str, **query: str) -> int:
        """The status of a GET."""
        async with self.http.get(path, params={"as": self.person_id, **query}) as response:
            return response.status

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["ConsoleClient"]:
        """Collect what the socket says into ``steps``; begins once the server has greeted, and tells everything."""
        async with self.http.ws_connect("/ws", params={"as": self.person_id}) as socket:
            self.steps.append(await socket.receive_json(timeout=60))
            assert self.steps[-1]["type"] == "hello"
            reading = asyncio.create_task(self._read(socket))
            try:
                yield self
            finally:
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)

    def phases(self, ask_id: str) -> list[str]:
        """How an answer went, step by step."""
        return [step["phase"] for step in self.steps if step.get("type") == "ask" and step["ask_id"] == ask_id]

    def step(self, ask_id: str, phase: str) -> dict[str, Any] | None:
        """The first step of this kind."""
        asked = (step for step in self.steps if step.get("type") == "ask" and step["ask_id"] == ask_id)
        return next((step for step in asked if step["phase"] == phase), None)

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                self.steps.append(message.json())

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None, query: dict[str, str]) -> Any:
        async with self.http.request(method, path, json=body, params={"as": self.person_id, **query}) as response:
            assert response.status < 300, (method, path, response.status, await response.text())
            return await response.json()


@asynccontextmanager
async def console(base: str, *, name: str | None = None, person_id: str | None = None) -> AsyncIterator[ConsoleClient]:
    """Open the page and be somebody."""
    async with aiohttp.ClientSession(base, timeout=aiohttp.ClientTimeout(total=60)) as http:
        client = ConsoleClient(http)
        await client.enter(name=name, person_id=person_id)
        yield client
