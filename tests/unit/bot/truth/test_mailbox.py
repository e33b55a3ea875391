"""Letters: one commit for many, known again, failing with growing pauses, erased when handled (invariants 1 to 3)."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.truth.database import Database
from bot.truth.mailbox import MAX_ATTEMPTS, Mailbox
from bot.truth.tables import LetterRow

SOURCE = "slack:T1"
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
async def database(quick_home: Path) -> AsyncIterator[Database]:
    opened = Database(f"sqlite+aiosqlite:///{quick_home / 'truth.db'}")
    await opened.migrate()
    yield opened
    await opened.close()


@pytest.fixture
def mailbox(database: Database) -> Mailbox:
    return Mailbox(database)


async def test_a_letter_waits_until_it_is_done_and_is_known_afterwards(mailbox: Mailbox) -> None:
    assert await mailbox.keep(SOURCE, "Ev1", {"text": "你好 \ud83d", "n": 1})
    assert not await mailbox.keep(SOURCE, "Ev1", {"text": "again"})
    assert await mailbox.keep("slack:T2", "Ev1", {})
    (letter,) = await mailbox.waiting(SOURCE, limit=10)
    assert (letter.key, letter.body, letter.attempts) == ("Ev1", {"text": "你好 \ud83d", "n": 1}, 0)
    await mailbox.done(SOURCE, ["Ev1"])
    assert await mailbox.waiting(SOURCE, limit=10) == []
    assert not await mailbox.keep(SOURCE, "Ev1", {})
    assert len(await mailbox.waiting("slack:T2", limit=10)) == 1


async def test_letters_come_in_order_of_arrival_and_no_more_than_asked_for(mailbox: Mailbox) -> None:
    for number in range(5):
        await mailbox.keep(SOURCE, f"Ev{number}", {})
    assert [letter.key for letter in await mailbox.waiting(SOURCE, limit=3)] == ["Ev0", "Ev1", "Ev2"]


async def test_those_that_come_together_share_commits(mailbox: Mailbox, database: Database) -> None:
    begun = 0
    begin = database.begin

    def counting_begin(*, urgent: bool = False):  # type: ignore[no-untyped-def]  # stands in for a method
        nonlocal begun
        begun += 1
        return begin()

    database.begin = counting_begin  # type: ignore[method-assign]  # counts transactions
    kept = await asyncio.gather(*(mailbox.keep(SOURCE, f"Ev{number % 300}", {"n": number}) for number in range(400)))
    assert sum(kept) == 300
    assert begun <= 4
    assert len(await mailbox.waiting(SOURCE, limit=1000)) == 300


async def test_who_gives_up_waiting_holds_up_nobody(mailbox: Mailbox) -> None:
    keeping = [asyncio.create_task(mailbox.keep(SOURCE, f"Ev{number}", {})) for number in range(20)]
    await asyncio.sleep(0)
    for task in keeping[:10:2]:
        task.cancel()
    await asyncio.gather(*keeping, return_exceptions=True)
    assert all(task.result() for task in keeping if not task.cancelled())
    assert await mailbox.keep(SOURCE, "Ev20", {})
    waiting = {letter.key for letter in await mailbox.waiting(SOURCE, limit=100)}
    assert {f"Ev{number}" for number in range(20) if number >= 10 or number % 2} <= waiting


async def test_a_letter_that_cannot_be_stored_raises_and_is_not_kept_in_memory(
    mailbox: Mailbox, database: Database, quick_home: Path
) -> None:
    with sqlite3.connect(quick_home / "truth.db") as direct:
        direct.execute("alter table letters rename to elsewhere")
    outcomes = await asyncio.gather(
        mailbox.keep(SOURCE, "a", {}), mailbox.keep(SOURCE, "b", {}), return_exceptions=True
    )
    assert all(isinstance(outcome, Exception) for outcome in outcomes)
    with sqlite3.connect(quick_home / "truth.db") as direct:
        direct.execute("alter table elsewhere rename to letters")
    assert await mailbox.keep(SOURCE, "c", {})
    assert [letter.key for letter in await mailbox.waiting(SOURCE, limit=10)] == ["c"]


async def test_a_failed_letter_pauses_longer_each_time_and_is_set_aside_in_the_end(
    mailbox: Mailbox, database: Database
) -> None:
    await mailbox.keep(SOURCE, "Ev1", {"text": "words"})
    pauses = []
    for attempt in range(1, MAX_ATTEMPTS + 1):
        await mailbox.failed(SOURCE, "Ev1", "ValueError")
        assert await mailbox.waiting(SOURCE, limit=10) == []
        async with database.begin() as connection:
            not_before = await connection.scalar(select(LetterRow.not_before))
            pauses.append(not_before - datetime.now(UTC) if not_before is not None else None)
            await connection.execute(update(LetterRow).values(not_before=None))
        if attempt < MAX_ATTEMPTS:
            assert (await mailbox.waiting(SOURCE, limit=10))[0].attempts == attempt
    known = [pause for pause in pauses if pause is not None]
    assert len(known) == MAX_ATTEMPTS - 1
    assert known == sorted(known)
    assert await mailbox.counts() == {"waiting": 0, "failed": 1}
    await mailbox.failed(SOURCE, "unknown", "ValueError")


async def test_words_are_erased_when_handled_and_everything_goes_in_time(
    mailbox: Mailbox, database: Database, quick_home: Path
) -> None:
    for key in ("done", "aside", "waiting"):
        await mailbox.keep(SOURCE, key, {"text": f"xyzzy {key}"})
    await mailbox.done(SOURCE, ["done"])
    for _ in range(MAX_ATTEMPTS):
        await mailbox.failed(SOURCE, "aside", "ValueError")
    with sqlite3.connect(quick_home / "truth.db") as direct:
        assert [row[0] for row in direct.execute("select body from letters where key = 'done'")] == [""]
    now = datetime.now(UTC)
    assert await mailbox.prune(now=now + timedelta(days=2, hours=23)) == 0
    assert await mailbox.prune(now=now + timedelta(days=3, hours=1)) == 1
    assert await mailbox.keep(SOURCE, "done", {})
    assert await mailbox.prune(now=now + timedelta(days=7, hours=1)) == 1
    assert {letter.key for letter in await mailbox.waiting(SOURCE, limit=9)} == {"waiting", "done"}
