"""The desk on a real database, reached by HTTP as browsers do."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy.orm import Session

from bot.application import Application
from bot.desk.desk import Desk
from bot.desk.furnishing import parts
from bot.desk.operators import Operators
from bot.desk.route import Part, Role
from bot.truth.answers import Answers, StoredAnswer, StoredSource
from bot.truth.database import Database
from bot.truth.tables import CaseAnswerRow, CaseRow
from connectors.console.guard import Guard
from connectors.events import ChannelRef
from tests.builders import at, channel, opened, person, posted, record
from tests.quick_application import archive, quick_application


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
        async with self.http.request(
            method, f"{self.base}/admin/api/{path}", params=query, headers=named, json=body
        ) as response:
            return response.status, await response.json()

    async def get(self, path: str, **query: str) -> dict[str, Any]:
        """What is read, which must work."""
        status, body = await self.call("GET", path, None, query=query)
        assert status == 200, body
        return body

    async def code(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, str]:
        """Status and code of what is refused."""
        status, answer = await self.call(method, path, body, query=None, **headers)
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


@dataclass(slots=True)
class Team:
    """A desk over an application that holds a few messages, and answers that failed."""

    application: Application
    house: House
    stored: int = 0

    async def answered(
        self,
        question: str,
        text: str = "It is 399 [1].",
        *,
        source: int | None = 1,
        person_name: str = "Ann",
        place: ChannelRef | None = None,
        case: str | None = "case",
        causes: tuple[str, ...] = ("down",),
        abstained: bool = False,
        **more: Any,
    ) -> str:
        """Keep an answer, in a case unless told otherwise; returns its id."""
        self.stored += 1
        answer_id, where = f"answer{self.stored}", place or channel()
        sources = () if source is None else (_source(source, where),)
        given: dict[str, Any] = {
            "answer_id": answer_id,
            "asked_at": at(100 + self.stored),
            "channel_id": where.channel_id,
            "person_id": person(person_name).person_id,
            "question_record_id": None,
            "question": question,
            "language": "en",
            "text": text,
            "abstained": abstained,
            "reason": "nothing_found" if abstained else None,
            "model": "tiny",
            "prompt_version": "answer-en-1",
            "sources": sources,
        }
        await Answers(self.application.database).store(StoredAnswer(**(given | more)))
        if case is not None:
            await self._filed(answer_id, case, causes)
        return answer_id

    async def _filed(self, answer_id: str, case_id: str, causes: tuple[str, ...]) -> None:
        def file(session: Session) -> None:
            if session.get(CaseRow, case_id) is None:
                session.add(CaseRow(case_id=case_id, state="open", opened_at=at(0), changed_at=at(0)))
                session.flush()
            session.add(
                CaseAnswerRow(answer_id=answer_id, case_id=case_id, causes=list(causes), added_at=at(self.stored))
            )
            session.flush()

        async with self.application.database.begin() as connection:
            await connection.run_sync(lambda sync: file(Session(sync)))

    async def sign_in(self, name: str = "Mei", role: Role = "operator") -> Browser:
        """Somebody at the desk."""
        return await self.house.sign_in(name, role)


def _source(number: int, where: ChannelRef) -> StoredSource:
    return StoredSource(
        n=1,
        record_id=record(number),
        file_id=None,
        chunk=0,
        page=None,
        channel_id=where.channel_id,
        quote="399 at the launch",
        cited=True,
    )


@pytest.fixture
async def team() -> AsyncIterator[Team]:
    async with AsyncExitStack() as stack:
        application = await stack.enter_async_context(quick_application())
        board = channel("board", "private")
        await archive(
            application,
            opened(channel(), (person("Ann"), person("Bob"))),
            opened(board, (person("Ann"),)),
            posted(1, "The fountain is 399 at the launch", author="Ann"),
            posted(2, "Decided: the price of the fountain is 369 from today", author="Bob"),
            posted(3, "The lowest price is 349, tell nobody", author="Ann", place=board),
        )
        house = House(application.database, stack)
        await house.open(parts(application, {}))
        yield Team(application, house)
