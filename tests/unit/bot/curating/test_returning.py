"""What is given no more comes back to the queue once, stays away once an operator decided, leaves when settled."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import delete, insert, select, update

from bot.curating.standard_answers import StandardAnswers
from bot.curating.watching import WatchingStandardAnswers
from bot.feedback.cases import Cases
from bot.truth.database import Database
from bot.truth.tables import AuditRow, CaseRow, ChannelRow, MessageRow
from tests.waiting import AwaitedEvent

NOW = datetime.now(UTC)
SOON, LATER = NOW + timedelta(hours=12), NOW + timedelta(hours=13)


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(f"sqlite+aiosqlite:///{tmp_path / 'truth.db'}")
    await opened.migrate()
    yield opened
    await opened.close()


async def _expiring(database: Database) -> str:
    kept = StandardAnswers(database)
    added = await kept.propose(question="When does the gym open?", text="At 7:00.", proposed_by="p", channel_ids=["*"])
    await kept.approve(added, owner="Maya", valid_until=SOON, operator="Maya")
    return added


async def _states(database: Database) -> list[str]:
    async with database.read() as connection:
        return list(await connection.scalars(select(CaseRow.state)))


async def test_an_expired_one_is_a_case_once_and_its_end_is_in_the_audit_once(database: Database) -> None:
    added, watch = await _expiring(database), WatchingStandardAnswers(database)
    assert await watch.look() == 0
    assert await watch.look(now=LATER) == 1
    assert await watch.look(now=LATER) == 0
    (case,) = await Cases(database).listed("open")
    assert (case.standard_answer_id, case.question) == (added, "When does the gym open?")
    async with database.read() as connection:
        audit = (await connection.execute(select(AuditRow.action, AuditRow.target, AuditRow.operator))).all()
    assert [tuple(row) for row in audit] == [("standard_answer_expired", added, "shiguang")]


async def test_what_an_operator_dismissed_stays_away_until_it_ends_anew(database: Database) -> None:
    await _expiring(database)
    watch, cases = WatchingStandardAnswers(database), Cases(database)
    await watch.look(now=LATER)
    (case,) = await cases.listed("open")
    async with database.begin() as connection:
        decided = update(CaseRow).values(state="dismissed", changed_at=LATER)
        await connection.execute(decided)
    assert await watch.look(now=LATER + timedelta(minutes=1)) == 0
    async with database.begin() as connection:
        await connection.execute(update(CaseRow).values(changed_at=NOW))
    assert await watch.look(now=LATER + timedelta(minutes=2)) == 1
    assert [one.case_id for one in await cases.listed("open")] == [case.case_id]


@pytest.mark.parametrize(("does", "state"), [("approve", "mended"), ("remove", "dismissed")])
async def test_what_is_settled_leaves_the_queue(database: Database, does: str, state: str) -> None:
    added, watch, kept = await _expiring(database), WatchingStandardAnswers(database), StandardAnswers(database)
    await watch.look(now=LATER)
    async with database.begin() as connection:
        await connection.execute(update(CaseRow).values(changed_at=NOW))
    if does == "approve":
        await kept.approve(added, owner="Maya", valid_until=NOW + timedelta(days=9), operator="Bo")
    else:
        await kept.remove(added, operator="Bo")
    assert await watch.look(now=LATER) == 1
    assert await _states(database) == [state]


async def test_messages_are_read_on_where_the_last_look_before_a_restart_ended(database: Database) -> None:
    kept = StandardAnswers(database)
    added = await kept.propose(question="When does the gym open?", text="At 7:00.", proposed_by="p", channel_ids=["*"])
    await kept.approve(added, owner="Maya")
    later = datetime.now(UTC) + timedelta(minutes=10)
    async with database.begin() as connection:
        await connection.execute(
            insert(ChannelRow).values(
                channel_id="c", platform="console", workspace_id="", name="c", visibility="public", archived=False,
                external=False, changed_at=NOW,
            )
        )  # fmt: skip
    await _said(database, "m1", "The gym smells of paint", later)
    await WatchingStandardAnswers(database).look()
    assert await kept.standing(added, NOW) is not None
    await _said(database, "m0", "The gym now opens at 9:00", later - timedelta(seconds=30))
    await WatchingStandardAnswers(database).look()
    assert await kept.standing(added, NOW) is None, "what was committed a little late is read, too"
    await kept.approve(added, owner="Maya")
    async with database.begin() as connection:
        await connection.execute(delete(MessageRow).where(MessageRow.record_id == "m0"))
    await WatchingStandardAnswers(database).look()
    assert await kept.standing(added, NOW) is not None


async def _said(database: Database, record_id: str, text: str, at: datetime) -> None:
    async with database.begin() as connection:
        await connection.execute(
            insert(MessageRow).values(
                record_id=record_id, channel_id="c", text=text, sent_at=at, version_at=at, edited=False,
                system=False, applied_at=at,
            )
        )  # fmt: skip


async def test_it_looks_at_once_when_woken_survives_a_failure_and_ends_when_cancelled(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.curating.watching._PAUSE_SECONDS", 0.01)
    kept, warmed = StandardAnswers(database), asyncio.Queue[datetime]()

    async def warm(now: datetime) -> None:
        await warmed.put(now)
        if warmed.qsize() == 1:
            raise OSError

    watch = WatchingStandardAnswers(database, warm=warm)
    running = asyncio.create_task(watch.run())
    async with asyncio.timeout(20):
        await warmed.get()
        added = await kept.propose(question="Gym?", text="7:00", proposed_by="p", channel_ids=["*"])
        await kept.approve(added, owner="Maya")
        watch.wake([("c", "m1")])
        await warmed.get()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_it_ends_when_it_is_cancelled_in_the_moment_in_which_it_was_woken(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.curating.watching._PAUSE_SECONDS", 0.0)
    watch = WatchingStandardAnswers(database)
    monkeypatch.setattr(watch, "_woken", woken := AwaitedEvent())
    running = asyncio.create_task(watch.run())
    await woken.is_awaited.wait()
    watch.wake([("c", "m1")])
    await asyncio.sleep(0)  # it runs on, and has not come far
    running.cancel()
    done, _ = await asyncio.wait([running], timeout=20)
    assert done
    assert running.cancelled()
