"""The inbox: durable, once, live first, and failures with a limit."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.truth.database import Database
from bot.truth.inbox import MAX_ATTEMPTS, Inbox, Lane
from tests.builders import posted


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'truth.db'}")
    await database.migrate()
    yield database
    await database.close()


@pytest.fixture
def inbox(database: Database) -> Inbox:
    return Inbox(database)


async def test_known_events_are_skipped_and_new_ones_counted(inbox: Inbox) -> None:
    assert await inbox.append([]) == 0
    assert await inbox.append([posted(1, "a"), posted(2, "b"), posted(1, "a")]) == 2
    assert await inbox.append([posted(2, "b"), posted(3, "c")]) == 1
    many = [posted(number, "x") for number in range(2500)]
    assert await inbox.append(many) == 2497
    assert await inbox.append(many) == 0
    assert (await inbox.counts()).pending == 2500


async def test_what_people_write_now_comes_before_an_import(inbox: Inbox) -> None:
    await inbox.append([posted(1, "old"), posted(2, "old")], lane=Lane.IMPORT)
    await inbox.append([posted(3, "live")])
    assert [received.event.event_id for received in await inbox.take(10) if received.event] == [
        "posted-3", "posted-1", "posted-2",
    ]  # fmt: skip


async def test_failures_wait_longer_each_time_and_end(inbox: Inbox, database: Database) -> None:
    await inbox.append([posted(1, "a")])
    assert await inbox.untried() == 1
    for attempt in range(MAX_ATTEMPTS):
        [received] = await inbox.take(10)
        assert received.attempts == attempt
        await inbox.fail(received, "ValueError: " + "x" * 1000)
        assert await inbox.take(10) == [], "put off, or given up"
        async with database.begin() as connection:
            await connection.exec_driver_sql("update inbox set not_before = null")
    assert await inbox.take(10) == []
    counts = await inbox.counts()
    assert (counts.pending, counts.failed, await inbox.untried()) == (0, 1, 0)
    assert await inbox.retry_failed() == 1
    [again] = await inbox.take(10)
    assert again.attempts == 0
