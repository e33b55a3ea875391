"""A contest ends with the message that it rests on, unless another says the same or an operator has decided."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from bot.curating.lifting import lift
from bot.curating.standard_answers import StandardAnswers
from bot.curating.watching import WatchingStandardAnswers
from bot.feedback.cases import Cases
from bot.truth.database import Database
from bot.truth.tables import AnswerRow, AuditRow, CaseAnswerRow, CaseRow, ChannelRow, MessageRow, StandardAnswerRow

LATER = datetime.now(UTC) + timedelta(hours=12)
"""Later than anything that a test does, however long after the tests were collected."""
OTHERWISE = "The gym now opens at 9:00"


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(f"sqlite+aiosqlite:///{tmp_path / 'truth.db'}")
    await opened.migrate()
    async with opened.begin() as connection:
        place = {"channel_id": "c", "platform": "console", "workspace_id": "", "name": "c", "visibility": "public"}
        await connection.execute(
            insert(ChannelRow).values(**place, archived=False, external=False, changed_at=datetime.now(UTC))
        )
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def contested(database: Database) -> str:
    """An answer that is given no more, as the message m1 says otherwise."""
    kept = StandardAnswers(database)
    added = await kept.propose(question="When does the gym open?", text="At 7:00.", proposed_by="p", channel_ids=["*"])
    await kept.approve(added, owner="Maya")
    await _said(database, "m1", OTHERWISE)
    await WatchingStandardAnswers(database).look()
    assert not await kept.in_force(LATER)
    return added


async def _said(database: Database, record_id: str, text: str, *, minutes: int = 0) -> None:
    at = LATER + timedelta(minutes=minutes)
    row = {"record_id": record_id, "channel_id": "c", "text": text, "sent_at": at, "version_at": at, "applied_at": at}
    async with database.begin() as connection:
        await connection.execute(insert(MessageRow).values(**row, edited=False, system=False))


async def _becomes(database: Database, record_id: str, **values: Any) -> None:
    async with database.begin() as connection:
        await connection.execute(update(MessageRow).where(MessageRow.record_id == record_id).values(**values))


async def _given(database: Database) -> list[str]:
    """What is in force after a look, and by what others are contested."""
    await WatchingStandardAnswers(database).look()
    kept = StandardAnswers(database)
    given = [one.standard_answer_id for one in await kept.in_force(LATER)]
    return given or [str(one.record_id) for one in await kept.needing_attention(LATER)]


@pytest.mark.parametrize(
    "values",
    [
        {"text": "", "deleted_at": LATER},
        {"text": "The gym smells of paint", "version_at": LATER + timedelta(minutes=1)},
        {"channel_id": "elsewhere"},
    ],
    ids=["deleted", "edited", "moved where its readers do not read"],
)
async def test_it_is_given_again_and_leaves_the_queue_once_the_message_says_so_no_more(
    database: Database, contested: str, values: dict[str, Any]
) -> None:
    assert await _given(database) == ["m1"]
    assert (await Cases(database).counts())["open"] == 1
    await _becomes(database, "m1", **values)
    assert await _given(database) == [contested]
    assert await Cases(database).counts() == {"mended": 1}
    async with database.read() as connection:
        audit = (await connection.execute(select(AuditRow.action, AuditRow.target))).all()
    told = ["standard_answer_contradicted", "standard_answer_contradicted_no_more"]
    assert [tuple(row) for row in audit] == [(action, contested) for action in told]


async def test_while_a_message_says_otherwise_it_stays_contested(database: Database, contested: str) -> None:
    await _becomes(database, "m1", text="The gym now opens at 8:30", version_at=LATER + timedelta(minutes=1))
    assert await _given(database) == ["m1"]
    await _said(database, "m2", "The gym now opens at 10:00", minutes=2)
    await _becomes(database, "m1", text="", deleted_at=LATER)
    assert await _given(database) == ["m2"], "it was never compared before"
    await _becomes(database, "m2", text="", deleted_at=LATER)
    assert await _given(database) == [contested]


async def test_what_an_operator_decided_stays(database: Database, contested: str) -> None:
    (case,) = await Cases(database).listed("open")
    await Cases(database).dismiss(case.case_id, "Bo")
    await _becomes(database, "m1", text="", deleted_at=LATER)
    assert await _given(database) == ["m1"]
    kept = StandardAnswers(database)
    before = await kept.get(contested)
    await kept.approve(contested, owner="Bo")
    async with database.begin() as connection:
        await connection.execute(update(StandardAnswerRow).values(contested_by="m9", contested_at=LATER))
        assert not await connection.run_sync(lambda sync: lift(Session(sync), before, LATER, other=None))
    assert await kept.in_force(LATER) == [], "contested anew meanwhile"


async def test_a_case_in_which_somebody_waits_stays_open(database: Database, contested: str) -> None:
    (case,) = await Cases(database).listed("open")
    async with database.begin() as connection:
        asked = {"answer_id": "a1", "asked_at": LATER, "channel_id": "c", "person_id": "p", "question": "The gym?"}
        answer = {"language": "en", "text": "", "abstained": True, "model": "", "prompt_version": ""}
        await connection.execute(insert(AnswerRow).values(**asked, **answer, trace={}, timings_ms={}))
        await connection.execute(
            insert(CaseAnswerRow).values(answer_id="a1", case_id=case.case_id, causes=["abstained"], added_at=LATER)
        )
    await _becomes(database, "m1", text="", deleted_at=LATER)
    assert await _given(database) == [contested]
    async with database.read() as connection:
        assert list(await connection.scalars(select(CaseRow.state))) == ["open"]
