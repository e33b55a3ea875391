"""Invariant 3: what a standard answer took from messages, its text and its questions, goes with them; twice is once."""

import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from bot.application import Application
from bot.archive.forgetting import forgetting_of
from bot.archive.receipt import Receipt
from bot.curating.standard_answers import StandardAnswer, StandardAnswers, StandardSource
from bot.truth import database as database_module
from bot.truth.answers import StoredAnswer
from bot.truth.database import Database
from bot.truth.erasing import Scope
from bot.truth.resting import asked_words
from connectors.events import ChannelDeleted, FileRef, FileRemoved, RecordId
from tests.builders import at, channel, deleted, edited, posted, record
from tests.quick_application import archive, quick_application

QUESTION = "Where is the spare projector?"
SAID = "The spare projector is in cupboard 12"
FILE = FileRef(file_id=RecordId("f1"), name="inventory.txt")


@pytest_asyncio.fixture
async def application() -> AsyncIterator[Application]:
    async with quick_application() as made:
        await archive(
            made,
            posted(1, SAID, author="Maya"),
            posted(2, "see the list", author="Maya", files=(FILE,)),
            posted(3, f"@拾光 {QUESTION}", author="Ann"),
        )
        yield made


async def _approved(
    application: Application,
    *,
    question: str = "Spare projector: which cupboard?",
    variants: Sequence[str] = (),
    sources: Sequence[StandardSource] = (StandardSource(n=1, record_id="m1"),),
) -> str:
    kept = StandardAnswers(application.database)
    added = await kept.propose(
        question=question, text="In cupboard 12.", proposed_by="console:Ann", channel_ids=["*"],
        variants=variants, sources=sources,
    )  # fmt: skip
    await kept.approve(added, owner="Maya")
    return added


async def _one(application: Application, standard_answer_id: str) -> StandardAnswer:
    return await StandardAnswers(application.database).get(standard_answer_id)


async def _asked(application: Application, answer_id: str, question: str, *, of: int | None, by: str = "Ann") -> None:
    await application.answers.store(
        StoredAnswer(
            answer_id=answer_id,
            asked_at=at(5),
            channel_id=channel().channel_id,
            person_id=f"console:{by}",
            question_record_id=record(of) if of else None,
            question=question,
            language="en",
            text="",
            abstained=True,
            reason="nothing_found",
            model="",
            prompt_version="",
            sources=(),
        )
    )


async def _forget(application: Application, scope: Scope) -> Receipt:
    forgetting = forgetting_of(application)
    await forgetting.note(scope, requested_by="test")
    [receipt] = await forgetting.carry_out(attend=application.archivist.drain)
    return receipt


async def _no_words(application: Application, standard_answer_id: str) -> bool:
    one = await _one(application, standard_answer_id)
    assert await StandardAnswers(application.database).in_force(datetime.now(UTC)) == []
    return (one.state, one.question, one.text, one.variants) == ("removed", "", "", ())


async def test_its_words_go_with_any_of_its_sources_and_operators_are_told(application: Application) -> None:
    sources = [StandardSource(n=1, record_id="m2"), StandardSource(n=2, record_id="m1")]
    added = await _approved(application, sources=sources)
    await archive(application, deleted(1))
    assert await _no_words(application, added)
    kept = StandardAnswers(application.database)
    (concern,) = await kept.needing_attention(datetime.now(UTC))
    assert (concern.concern, concern.record_id) == ("source_deleted", "m1")
    await kept.remove(added, operator="Maya")
    assert await kept.needing_attention(datetime.now(UTC)) == []


async def test_it_goes_with_a_file_that_it_rests_on(application: Application) -> None:
    added = await _approved(application, sources=[StandardSource(n=1, record_id="m2", file_id="m2|f1")])
    await archive(application, FileRemoved(event_id="x", occurred_at=at(9), file_id=RecordId("f1")))
    assert await _no_words(application, added)


async def test_it_goes_with_the_channel_of_its_source(application: Application) -> None:
    added = await _approved(application)
    await archive(application, ChannelDeleted(event_id="x", occurred_at=at(9), channel_id=channel().channel_id))
    assert await _no_words(application, added)


async def test_it_goes_when_its_author_is_forgotten_and_the_receipt_counts_it(application: Application) -> None:
    added = await _approved(application)
    scope = Scope(before=datetime.now(UTC), person_id="console:Maya")
    receipt = await _forget(application, scope)
    assert receipt.removed["standard_answers"] == 1
    assert await _no_words(application, added)
    assert (await _one(application, added)).owner == ""


async def test_an_edit_of_a_source_stops_it_until_it_is_approved_again(application: Application) -> None:
    added = await _approved(application)
    kept = StandardAnswers(application.database)
    await archive(application, edited(1, SAID, minutes=8))
    assert await kept.standing(added, datetime.now(UTC)) is not None, "the same words are no change"
    await archive(application, edited(1, "The spare projector is in cupboard 14", minutes=9))
    assert await kept.standing(added, datetime.now(UTC)) is None
    (concern,) = await kept.needing_attention(datetime.now(UTC))
    assert concern.concern == "source_edited"
    await kept.approve(added, owner="Maya")
    assert await kept.standing(added, datetime.now(UTC)) is not None


@pytest.mark.parametrize("as_understood", [True, False])
async def test_the_wording_of_a_deleted_question_goes_and_the_next_takes_its_place(
    application: Application, *, as_understood: bool
) -> None:
    if as_understood:
        await _asked(application, "a1", QUESTION, of=3)
    added = await _approved(application, question=QUESTION, variants=["Projector cupboard?", "备用投影仪在哪？"])
    await archive(application, deleted(3))
    one = await _one(application, added)
    assert (one.state, one.question, one.variants) == ("approved", "Projector cupboard?", ("备用投影仪在哪？",))


async def test_without_another_wording_it_goes(application: Application) -> None:
    added = await _approved(application, question=QUESTION)
    await archive(application, deleted(3))
    assert await _no_words(application, added)
    (concern,) = await StandardAnswers(application.database).needing_attention(datetime.now(UTC))
    assert concern.concern == "question_deleted"


async def test_a_wording_in_which_others_asked_stays(application: Application) -> None:
    await _asked(application, "a1", QUESTION, of=3)
    await _asked(application, "a2", QUESTION, of=None, by="Bo")
    added = await _approved(application, question=QUESTION)
    await archive(application, deleted(3))
    assert (await _one(application, added)).question == QUESTION
    await _forget(application, Scope(before=datetime.now(UTC), person_id="console:Bo"))
    assert await _no_words(application, added), "the last one who asked so is forgotten, too"


def test_a_mention_is_no_part_of_a_question() -> None:
    assert asked_words("@拾光  where \n is it?") == "where is it?"
    assert asked_words("mail me@home") == "mail me@home"
    assert asked_words("@拾光") == ""


async def test_sources_of_the_former_release_are_moved(tmp_path: Path) -> None:
    path = tmp_path / "truth.db"
    database = Database(f"sqlite+aiosqlite:///{path}")
    await database.migrate()
    async with database.begin() as connection:
        await connection.run_sync(_to, "0005")
    with closing(sqlite3.connect(path)) as old:
        for number, version in ((1, "2026-11-01"), (2, "2026-11-20")):
            old.execute(
                "INSERT INTO messages (record_id, channel_id, text, version_at, edited, system, applied_at)"
                " VALUES (?, 'c', 'x', ?, 0, 0, '2026-11-01 00:00:00')",
                (f"m{number}", f"{version} 00:00:00"),
            )
            old.execute(
                "INSERT INTO standard_answers (standard_answer_id, question, variants, text, language,"
                " source_record_id, proposed_by, state, proposed_at, approved_at, channel_ids) VALUES"
                " (?, 'q', '[]', 't', 'en', ?, 'p', 'approved', '2026-11-02 00:00:00', '2026-11-03 00:00:00',"
                " '[\"c\"]')",
                (f"s{number}", f"m{number}"),
            )
        old.commit()
    await database.migrate()
    kept = StandardAnswers(database)
    one = await kept.get("s1")
    assert one.sources == (StandardSource(n=1, record_id="m1", channel_id="c"),)
    assert [one.standard_answer_id for one in await kept.in_force(datetime.now(UTC))] == ["s1"], "m2 was edited since"
    async with database.begin() as connection:
        await connection.run_sync(_to, "0005")
    with closing(sqlite3.connect(path)) as old:
        assert old.execute("SELECT source_record_id FROM standard_answers ORDER BY 1").fetchall() == [("m1",), ("m2",)]
    await database.close()


def _to(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(database_module.__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.downgrade(config, revision)
