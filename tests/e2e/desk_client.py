"""An operator at the desk, over HTTP as the pages use it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bot.desk.operators import Operators
from bot.settings import load_settings
from bot.truth.database import Database
from tests.waiting import eventually


@dataclass(frozen=True, slots=True)
class DeskClient:
    """One operator in one browser."""

    http: aiohttp.ClientSession

    async def case_about(self, question: str, *, seconds: float = 60.0) -> dict[str, Any]:
        """Wait for an open case with this question in the queue; returns it as its page reads it."""

        async def queued() -> str | None:
            cases = (await self.get("queue"))["cases"]
            return next((case["case_id"] for case in cases if case["question"] == question), None)

        case: dict[str, Any] = await self.get(f"cases/{await eventually(queued, seconds=seconds)}")
        return case

    async def mend(self, case: dict[str, Any], text: str, *, record_id: str, also: Sequence[str] = ()) -> str:
        """Give a case this answer, which rests on one message; returns the standard answer."""
        draft = case["draft"]
        written = {
            "question": draft["question"],
            "variants": [*draft["variants"], *also],
            "text": text,
            "sources": [{"n": 1, "record_id": record_id}],
            "owner": draft["owner"],
            "answer_id": draft["answer_id"],
        }
        mended = await self._ask("POST", f"cases/{case['case']['case_id']}/mend", body=written)
        return str(mended["standard_answer_id"])

    async def source(self, begins: str, *, seconds: float = 60.0) -> str:
        """Wait until a message that begins with these words is found; returns its record."""

        async def found() -> str | None:
            hits = (await self.get("find", text=begins))["hits"]
            return next((hit["record_id"] for hit in hits if hit["quote"].startswith(begins)), None)

        return str(await eventually(found, seconds=seconds))

    async def is_used(self, standard_answer_id: str, *, given: int, up: int) -> bool:
        """Whether it was given so often in chat, and found helpful so often, and never otherwise."""
        one = await self.get(f"standard/{standard_answer_id}")
        return (one["given"], one["up"], one["down"]) == (given, up, 0)

    async def get(self, path: str, **query: str) -> Any:
        """GET; raises for an error."""
        return await self._ask("GET", path, query=query)

    async def post(self, path: str, **body: object) -> Any:
        """POST."""
        return await self._ask("POST", path, body=body)

    async def _ask(self, method: str, path: str, *, query: dict[str, str] | None = None, body: Any = None) -> Any:
        async with self.http.request(method, f"/admin/api/{path}", params=query, json=body) as response:
            assert response.status == 200, await response.text()
            return await response.json()


@asynccontextmanager
async def desk(base: str, home: Path, *, name: str = "Mei") -> AsyncIterator[DeskClient]:
    """Sign in with a token of one's own."""
    database = Database(load_settings(home=home).truth_url)
    try:
        token = await Operators(database).add(name)
    finally:
        await database.close()
    async with aiohttp.ClientSession(base, cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        client = DeskClient(http)
        await client.post("login", token=token)
        yield client
