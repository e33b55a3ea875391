"""Every page of the desk with 100,000 answers of a year, asked for by HTTP as a browser does."""

import gc
import statistics
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy import update

from bot.desk.desk import Desk
from bot.desk.furnishing import parts
from bot.desk.operators import Operators
from bot.truth.tables import QuestionVectorRow
from connectors.console.guard import Guard
from tests.benchmarks.desk_data import ANSWERS, fill
from tests.benchmarks.figures import Figures, percentile
from tests.quick_application import quick_application

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

LIMIT_MS = 300
TURNS = 20
PAGES = {
    "queue": ["queue", "queue?cause=abstained", "queue?days=30", "queue?channel=bench:c1", "queue?offset=1000"],
    "case": ["cases/{case}", "cases/{case}/others"],
    "trace": ["answers/{answer}"],
    "standard answers": ["standard", "standard/bench:s1"],
    "overview, 4 weeks": [
        "overview?days=28", "overview/series?days=28&by=day", "overview/channels?days=28", "overview/times?days=28",
    ],
    "overview, a year": [
        "overview?days=365", "overview/series?days=365&by=week", "overview/channels?days=365",
        "overview/times?days=365",
    ],
    "overview, a year by day": ["overview/series?days=365&by=day"],
    "overview of one channel, a year": [
        "overview?days=365&channel=bench:c0", "overview/series?days=365&by=week&channel=bench:c0",
        "overview?days=365&channel=direct",
    ],
    "questions, 4 weeks": ["questions?days=28", "questions/gaps?days=28"],
    "questions, a year": ["questions?days=365", "questions/gaps?days=365", "questions?days=365&offset=200"],
    "learning": ["learning", "learning?order=lowered", "learning/bench:m1"],
    "weekly report": ["report", "report/preview?{report}"],
    "channels": ["channels", "channels/bench:c1"],
    "system, prompts, categories": ["system", "prompts", "categories", "channel-choices"],
    "audit and operators": ["audit", "operators", "comparisons"],
}  # fmt: skip
REPORT = "enabled=false&channel_id=bench:c1&weekday=0&time=09:30&timezone=Asia/Shanghai&language=zh"


@pytest.fixture
async def desk() -> AsyncIterator[aiohttp.ClientSession]:
    """The whole desk, and an operator at it."""
    async with quick_application() as application:
        await fill(application.database)
        async with application.database.begin() as connection:  # else every vector would be made anew
            await connection.execute(
                update(QuestionVectorRow).values(embedding_model=application.embedder.spec.identity)
            )
        gc.freeze()  # as a server does once it serves
        app = web.Application()
        Desk(application.database, guard=Guard(token=None), parts=parts(application, {})).setup(app)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        base = f"http://127.0.0.1:{runner.addresses[0][1]}/admin/api/"
        token = await Operators(application.database).add("olga")
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(base, cookie_jar=jar) as session:
            async with session.post("login", json={"token": token}) as response:
                assert response.status == 200, await response.text()
            yield session
        await runner.cleanup()
        gc.unfreeze()


async def test_pages_of_the_desk(desk: aiohttp.ClientSession, figures: Figures) -> None:
    async with desk.get("queue") as response:
        case = (await response.json())["cases"][0]["case_id"]
    async with desk.get("questions") as response:
        answer = (await response.json())["questions"][0]["wordings"][0]["answer_id"]
    taken: dict[str, list[float]] = {}
    for page, paths in PAGES.items():
        for path in paths:
            filled = path.format(case=case, answer=answer, report=REPORT)
            started = time.perf_counter()
            await _get(desk, filled)
            first = (time.perf_counter() - started) * 1000
            times = [await _timed(desk, filled) for _ in range(TURNS)]
            taken.setdefault(page, []).append(percentile(times, 95))
            name = path.format(case="…", answer="…", report="…")
            figures.state(
                f"GET {name}",
                f"p50 {statistics.median(times):.0f}, p95 {taken[page][-1]:.0f}, max {max(times):.0f}, "
                f"first {first:.0f} ms",
            )
    for page, worst in taken.items():
        figures.at_most(f"desk, {ANSWERS:,} answers, p95: {page}", max(worst), LIMIT_MS, unit=" ms")


async def _timed(desk: aiohttp.ClientSession, path: str) -> float:
    started = time.perf_counter()
    await _get(desk, path)
    return (time.perf_counter() - started) * 1000


async def _get(desk: aiohttp.ClientSession, path: str) -> None:
    async with desk.get(path) as response:
        assert response.status == 200, await response.text()
        await response.read()
