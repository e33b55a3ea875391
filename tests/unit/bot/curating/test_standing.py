"""What is in force is known in memory, and nothing of it counts longer than in the truth (invariants 3 and 4)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import delete, insert, update

from bot.curating.standard_answers import StandardAnswers, StandardSource
from bot.curating.standing import Standing
from bot.truth.database import Database
from bot.truth.tables import FileRow, MessageRow, StandardAnswerRow
from tests.builders import deleted, posted, record
from tests.quick_application import archive, quick_application

NOW = datetime.now(UTC)
SOON = NOW + timedelta(hours=12)


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(f"sqlite+aiosqlite:///{tmp_path / 'truth.db'}")
    await opened.migrate()
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def elsewhere(tmp_path: Path, database: Database) -> AsyncIterator[Database]:
    """The same truth as another process opens it."""
    opened = Database(f"sqlite+aiosqlite:///{tmp_path / 'truth.db'}")
    yield opened
    await opened.close()


async def _approved(database: Database, question: str, *, valid_until: datetime | None = None) -> str:
    async with database.begin() as connection:
        record = {"record_id": f"m {question}", "channel_id": "c", "applied_at": NOW}
        await connection.execute(insert(MessageRow).values(**record, version_at=NOW, edited=False, system=False))
        file = {"platform_file_id": "f", "name": "f.txt", "media_type": "text/plain", "caption": "", "status": "read"}
        await connection.execute(insert(FileRow).values(**record, **file, file_id=f"f {question}"))
    kept = StandardAnswers(database)
    source = StandardSource(n=1, record_id=f"m {question}", file_id=f"f {question}")
    added = await kept.propose(
        question=question, text="Yes [1].", proposed_by="ann", channel_ids=[], sources=[source], variants=["Or so?"]
    )
    await kept.approve(added, owner="Maya", valid_until=valid_until)
    return added


async def test_only_what_changed_is_read_again(database: Database, elsewhere: Database) -> None:
    first, second, third = [await _approved(database, question) for question in ("One?", "Two?", "Three?")]
    standing = Standing(database)
    before = await standing.at(NOW)
    assert [one.standard_answer_id for one in before] == [third, second, first]
    assert [after is known for after, known in zip(await standing.at(NOW), before, strict=True)] == [True] * 3
    source = StandardSource(n=1, record_id="m Two?")
    await StandardAnswers(elsewhere).edit(
        second, question="Two?", variants=[], text="No [1].", sources=[source], channel_ids=[], owner="Bo",
        valid_until=None, operator="Bo",
    )  # fmt: skip
    newest, *others = await standing.at(NOW)
    assert (newest.text, newest.owner, newest.sources[0].file_id) == ("No [1].", "Bo", None)
    assert [one is known for one, known in zip(others, (before[0], before[2]), strict=True)] == [True, True]


async def test_many_are_read_in_parts(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.curating.standing._AT_ONCE", 2)
    wanted = [await _approved(database, f"{number}?") for number in range(5)]
    assert [one.standard_answer_id for one in await Standing(database).at(NOW)] == wanted[::-1]


@pytest.mark.parametrize(
    "ending",
    [
        update(MessageRow).values(deleted_at=NOW),
        delete(MessageRow),
        update(MessageRow).values(channel_id=None),
        update(FileRow).values(removed_at=NOW),
        delete(FileRow),
        update(StandardAnswerRow).values(state="removed"),
        update(StandardAnswerRow).values(contested_at=NOW),
        update(StandardAnswerRow).values(valid_until=NOW - timedelta(seconds=1)),
        delete(StandardAnswerRow),
    ],
    ids=str,
)
async def test_what_ends_in_another_process_ends_here_with_the_next_question(
    database: Database, elsewhere: Database, ending: Any
) -> None:
    added, standing = await _approved(database, "One?"), Standing(database)
    assert [one.standard_answer_id for one in await standing.at(NOW)] == [added]
    async with elsewhere.begin() as connection:
        await connection.execute(ending)
    assert await standing.at(NOW) == []


async def test_one_expires_at_its_moment_and_comes_back_once_it_is_contested_no_more(
    database: Database, elsewhere: Database
) -> None:
    await _approved(database, "One?", valid_until=SOON)
    standing = Standing(database)
    assert len(await standing.at(SOON - timedelta(microseconds=1))) == 1
    assert await standing.at(SOON) == []
    assert len(await standing.at(NOW)) == 1
    async with elsewhere.begin() as connection:
        await connection.execute(update(StandardAnswerRow).values(contested_at=NOW))
    assert await standing.at(NOW) == []
    async with elsewhere.begin() as connection:
        await connection.execute(update(StandardAnswerRow).values(contested_at=None, text="No [1]."))
    assert [one.text for one in await standing.at(NOW)] == ["No [1]."]


async def test_a_person_who_is_erased_is_named_no_more(database: Database, elsewhere: Database) -> None:
    await _approved(database, "One?")
    standing = Standing(database)
    assert [(one.owner, one.proposed_by) for one in await standing.at(NOW)] == [("Maya", "ann")]
    async with elsewhere.begin() as connection:
        await connection.execute(update(StandardAnswerRow).values(owner=None, proposed_by=""))
    assert [(one.owner, one.proposed_by) for one in await standing.at(NOW)] == [("", "")]


async def test_invariant_3_a_wording_that_was_deleted_is_in_no_memory() -> None:
    async with quick_application() as application:
        await archive(application, posted(1, "It hangs at the door"), posted(2, "Wi-Fi, please?"))
        kept = StandardAnswers(application.database)
        source = StandardSource(n=1, record_id=str(record(1)))
        added = await kept.propose(
            question="Wi-Fi password?", variants=["Wi-Fi, please?"], text="At the door [1].", proposed_by="ann",
            channel_ids=[], sources=[source],
        )  # fmt: skip
        await kept.approve(added, owner="Maya")
        assert [one.variants for one in await kept.in_force(NOW)] == [("Wi-Fi, please?",)]
        await archive(application, deleted(2))
        assert [one.variants for one in await kept.in_force(NOW)] == [()]
        await archive(application, deleted(1))
        assert await kept.in_force(NOW) == []
