"""A page of the timeline with its counts, in an archive of 100,000 records: any filter, first pages and deep ones."""

import random
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert

from bot.application import open_application
from bot.console_host import ConsoleHost
from bot.llm.scripted import ScriptedModel
from bot.settings import LlmSettings, Settings
from bot.truth.database import Database
from bot.truth.tables import ConversationRow, FileRow, LinkRow, MessageRow, RecordCategoryRow
from connectors.console.host import TimelineQuery
from connectors.console.wire import as_json
from connectors.events import ChannelId, PersonId
from knowledge.passage import Audience, PassageFilter
from knowledge.qdrant.cursor import TimelineCursor
from knowledge.qdrant.store import PassageStore
from tests.benchmarks.figures import Figures, percentile
from tests.benchmarks.large_archive import PASSAGES, channel_ids, moment, write_truth
from tests.quick_application import quick_application

pytestmark = [pytest.mark.bench, pytest.mark.timeout(300)]

WHO = PersonId("bench:p0")
LIMIT_MS = 50
TURNS = 15
WARM_UP = 3
_NOWHERE = "00000000-0000-0000-0000-000000000000"
EVERYTHING = TimelineQuery()
FILTERS: dict[str, TimelineQuery] = {
    "nothing chosen": EVERYTHING,
    "the largest channel": TimelineQuery(channel_id=ChannelId("bench:c1")),
    "a small channel": TimelineQuery(channel_id=ChannelId("bench:c550")),
    "a person": TimelineQuery(author_id=PersonId("bench:p7")),
    "messages (all)": TimelineQuery(kind="message"),
    "files (8 %)": TimelineQuery(kind="file"),
    "links (2 %)": TimelineQuery(kind="link"),
    "decisions (1 %)": TimelineQuery(category="decision"),
    "small talk (89 %)": TimelineQuery(category="small_talk"),
    "a day": TimelineQuery(day=date(2024, 5, 7)),
    "a month": TimelineQuery(day=date(2025, 3, 1), period="month"),
    "everything at once": TimelineQuery(
        channel_id=ChannelId("bench:c1"), author_id=PersonId("bench:p7"), kind="message", category="small_talk",
        day=date(2025, 3, 1), period="month",
    ),
    "no record at all": TimelineQuery(category="decision", kind="link", author_id=PersonId("bench:p7")),
}  # fmt: skip


@pytest.fixture
async def host() -> AsyncIterator[ConsoleHost]:
    """Over a truth of 100,000 messages with files, links, categories and conversations, as many as in life."""
    async with quick_application() as application:
        await write_truth(application)
        await _furnish(application.database)
        yield ConsoleHost(
            confirmations=application.confirmations,
            database=application.database,
            finder=application.finder,
            archivist=application.archivist,
            permissions=application.permissions,
            file_store=application.file_store,
            zone=application.zone,
            inbox=application.inbox,
            conversation=application.conversation,
            answers=application.answers,
        )


async def test_a_page_of_the_timeline_with_its_counts(host: ConsoleHost, figures: Figures) -> None:
    started = time.perf_counter()
    whole = await host.timeline(WHO, EVERYTHING)
    assert whole.choices is not None
    figures.state(
        f"timeline, {PASSAGES:,} records: the first look of a process", f"{time.perf_counter() - started:.1f} s"
    )
    assert whole.choices.total > PASSAGES / 2
    for name, query in FILTERS.items():
        taken = [await _page_ms(host, query) for _ in range(WARM_UP + TURNS)]
        figures.at_most(f"timeline page and counts, p95: {name}", percentile(taken[WARM_UP:], 95), LIMIT_MS, unit=" ms")
    deep: list[float] = []
    for part in (0.9, 0.5, 0.1, 0.001):
        cursor = f"{round(moment(part).timestamp() * 1_000_000)}|bench:"
        for query in FILTERS.values():
            deep += [await _page_ms(host, replace(query, before=cursor)) for _ in range(3)]
    figures.at_most("timeline page, p95: deep, every filter", percentile(deep, 95), LIMIT_MS, unit=" ms")


async def test_a_page_just_after_a_change(host: ConsoleHost, figures: Figures) -> None:
    await host.timeline(WHO, EVERYTHING)
    taken: list[float] = []
    for number in range(TURNS):
        await _say(host._database, number)
        taken.append(await _page_ms(host, EVERYTHING))
    page = await host.timeline(WHO, EVERYTHING)
    assert page.entries[0].record_id == f"bench:new{TURNS - 1}"
    figures.at_most(
        "timeline page and counts, p95: after each new message", percentile(taken, 95), LIMIT_MS, unit=" ms"
    )


@pytest.mark.model
@pytest.mark.timeout(600)
async def test_a_page_from_the_archive_itself(large_home: Path, figures: Figures) -> None:
    settings = Settings(home=large_home, llm=LlmSettings(backend="none"))
    async with open_application(settings, model=ScriptedModel([])) as application:
        await _measure_store(application.store, figures)


async def _measure_store(store: PassageStore, figures: Figures) -> None:
    audience = Audience(channel_ids=channel_ids(300))
    filters = {
        "nothing chosen": PassageFilter(),
        "a small channel": PassageFilter(channel_ids=frozenset({max(channel_ids(300))})),
        "files (8 %)": PassageFilter(kinds=frozenset({"file"})),
        "decisions (1 %)": PassageFilter(categories=frozenset({"decision"})),
        "small talk (89 %)": PassageFilter(categories=frozenset({"small_talk"})),
    }
    for name, where in filters.items():
        taken: list[float] = []
        for before in (None, TimelineCursor(moment(0.5), _NOWHERE), TimelineCursor(moment(0.02), _NOWHERE)):
            for _ in range(8):
                started = time.perf_counter()
                await store.timeline(audience=audience, where=where, before=before, limit=50)
                taken.append((time.perf_counter() - started) * 1000)
        figures.at_most(f"PassageStore.timeline, p95: {name}", percentile(taken, 95), LIMIT_MS, unit=" ms")


async def _page_ms(host: ConsoleHost, query: TimelineQuery) -> float:
    started = time.perf_counter()
    as_json(await host.timeline(WHO, query))
    return (time.perf_counter() - started) * 1000


async def _say(database: Database, number: int) -> None:
    now = datetime.now(UTC)
    row = {
        "record_id": f"bench:new{number}", "channel_id": "bench:c1", "author_id": "bench:p7", "sent_at": now,
        "text": f"new {number}", "version_at": now, "edited": False, "system": False, "applied_at": now,
    }  # fmt: skip
    async with database.begin() as connection:
        await connection.execute(insert(MessageRow), [row])


async def _furnish(database: Database) -> None:
    async with database.begin() as connection:
        for start in range(0, PASSAGES, 10_000):
            numbers = range(start, start + 10_000)
            for table, rows in _rows(numbers):
                await connection.execute(insert(table), rows)


def _rows(numbers: range) -> Iterator[tuple[type, list[dict[str, object]]]]:
    chance = random.Random(numbers.start)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    part = [(f"bench:{number}", f"bench:c{number % 560}", chance.random(), chance.random()) for number in numbers]
    yield FileRow, [
        {
            "file_id": f"{record_id}|f", "platform_file_id": f"{record_id}f", "record_id": record_id,
            "channel_id": channel_id, "name": "plan.pdf", "media_type": "application/pdf", "caption": "",
            "status": "read", "applied_at": now,
        }
        for record_id, channel_id, share, _ in part if share < 0.08
    ]  # fmt: skip
    yield LinkRow, [
        {
            "link_id": f"{record_id}|l", "record_id": record_id, "channel_id": channel_id,
            "url": "https://wiki.example/a", "digest": record_id, "host": "wiki.example", "label": "",
            "applied_at": now,
        }
        for record_id, channel_id, share, _ in part if 0.08 < share < 0.1
    ]  # fmt: skip
    yield RecordCategoryRow, [
        {
            "record_id": record_id, "score": 0.9, "applied_at": now,
            "category_id": "decision" if share < 0.01 else "question" if share < 0.11 else "small_talk",
        }
        for record_id, _, _, share in part
    ]  # fmt: skip
    yield (
        ConversationRow,
        [
            {"record_id": f"bench:{number}", "channel_id": "bench", "conversation_id": f"bench:{number // 6 * 6}"}
            for number in numbers
        ],
    )
