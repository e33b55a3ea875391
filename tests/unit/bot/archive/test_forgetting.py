"""Forgetting (invariant 3): nothing of it is left in any store, receipts count it, and it does not come back."""

import json
import subprocess
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from bot.answering.answerer import Question
from bot.application import Application
from bot.archive.forgetting import Forgetting, forgetting_of
from bot.archive.lock import ArchivistLock
from bot.archive.receipt import Receipt
from bot.digests.times import Timing
from bot.errors import ArchiveError
from bot.llm.scripted import ScriptedModel
from bot.truth import tables
from bot.truth.answers import Answers
from bot.truth.erasing import OF_MESSAGES, OF_RECORDS, Scope
from bot.truth.tables import (
    Base,
    CategoryCorrectionRow,
    ErasureRow,
    MessageRow,
    PersonRow,
    RecordCategoryRow,
    RecordTopicRow,
)
from connectors.events import ChannelRef, FileRef, MembershipChanged, ReactionChanged, RecordId
from knowledge.lexical import sparse_query, terms
from knowledge.passage import Audience
from knowledge.qdrant.schema import CONTEXT, TERMS
from tests.builders import at, channel, edited, opened, person, posted
from tests.quick_application import answerer_with, archive

OPERATOR = Audience.operator()
LATER = at(100_000)
"""After everything that is said here."""


async def _share(application: Application, file_id: str, content: bytes) -> FileRef:
    async def chunks() -> AsyncIterator[bytes]:
        yield content

    sha256, size = await application.file_store.put(chunks())
    return FileRef(
        file_id=RecordId(file_id), name=f"{file_id}.txt", media_type="text/plain", size_bytes=size, sha256=sha256
    )


async def _forget(application: Application, scope: Scope) -> Receipt:
    forgetting = forgetting_of(application)
    await forgetting.note(scope, requested_by="test")
    [receipt] = await _carry_out(application, forgetting)
    return receipt


async def _carry_out(application: Application, forgetting: Forgetting) -> list[Receipt]:
    return await forgetting.carry_out(attend=application.archivist.drain)


async def _used_in_reply(application: Application) -> set[str]:
    return {str(channel_id) for channel_id in (await application.permissions.of_channel("console:launch")).channel_ids}


async def _with_words(application: Application, words: str) -> set[str]:
    query = sparse_query(terms(words))
    return {
        str(hit.passage.record_id)
        for name in (TERMS, CONTEXT)
        for hit in await application.store.lexical(name, query, audience=OPERATOR, limit=50)
    }


def _on_disk(home: Path, word: str) -> list[str]:
    """Files of a home in which a word can be read."""
    found = subprocess.run(["grep", "-rla", word, str(home)], capture_output=True, text=True, check=False)
    return [line.removeprefix(f"{home}/") for line in found.stdout.split()]


def _reaction(name: str) -> ReactionChanged:
    return ReactionChanged(
        event_id="r", occurred_at=at(5), record_id=RecordId("m1"), person=person(name), emoji="ok", present=True
    )


def _by(name: str) -> str:
    return f"console:{name}"


async def test_of_a_person_nothing_is_left_anywhere(application: Application) -> None:
    file = await _share(application, "f1", b"the zircon contract is secret")
    shared = await _share(application, "f2", b"everybody has the onyx list")
    await archive(
        application,
        opened(channel(), (person("Ann"), person("Bo"))),
        posted(1, "before", author="Bo"),
        posted(2, "tangerine is the code, see https://zircon.example/page", author="Ann", files=(file, shared)),
        edited(2, "tangerine was the code, see https://zircon.example/page", minutes=2.5),
        posted(3, "thanks", author="Bo", files=(shared,)),
        posted(4, "sure", author="Bo", thread=2),
        _reaction("Ann"),
    )  # fmt: skip
    async with application.database.begin() as connection:
        await connection.execute(insert(RecordTopicRow).values(record_id="m2", topic_id="t"))
    answer = (
        await answerer_with(application, ScriptedModel(["tangerine was the code [1]."])).answer(
            Question(text="What was the code?", audience=OPERATOR, channel_id=channel().channel_id, now=at(60))
        )
    ).answer
    await Answers(application.database).judge(
        answer_id=answer.answer_id, person_id=_by("Bo"), kind="down", comment="tangerine is wrong"
    )
    assert _on_disk(application.settings.home, "angerine")
    dry = await forgetting_of(application).dry_run(Scope(before=LATER, person_id=_by("Ann")))
    assert (dry["messages"], dry["files"], dry["links"]) == (1, 2, 1)

    receipt = await _forget(application, Scope(before=LATER, person_id=_by("Ann")))

    removed = receipt.removed
    assert {name: number for name, number in removed.items() if number} == {
        "messages": 1, "edits": 1, "reactions": 1, "files": 2, "bytes_removed": 1, "bytes_kept": 1, "links": 1,
        "file_bytes": file.size_bytes, "file_texts": 1, "conversations": 1, "topics": 1, "answers_withdrawn": 1,
        "categories": removed["categories"], "quotes": removed["quotes"], "verdict_comments": 1, "names": 1,
        "passages": removed["passages"],
    }  # fmt: skip
    assert removed["passages"] >= 3
    assert receipt.left_passages == 0
    assert receipt.rewritten == ("qdrant", "truth.db")
    assert await _with_words(application, "tangerine zircon") == set()
    assert await _with_words(application, "onyx") == {"m3|f2"}
    assert _on_disk(application.settings.home, "angerine") == []
    assert _on_disk(application.settings.home, "zircon") == []
    assert not application.file_store.path(file.sha256 or "").exists()
    assert application.file_store.path(shared.sha256 or "").exists()
    kept = json.dumps(receipt.document(), ensure_ascii=False)
    assert "tangerine" not in kept
    for language in ("zh", "en"):
        assert receipt.erasure_id in receipt.text(language)


async def test_it_does_not_come_back_and_what_is_new_is_archived(application: Application) -> None:
    old = posted(1, "peridot secret", author="Ann")
    never_seen = posted(2, "peridot too", author="Ann")
    await archive(application, old, posted(3, "somebody else", author="Bo"))
    await _forget(application, Scope(before=at(50), person_id=_by("Ann")))
    await archive(
        application,
        old.model_copy(update={"event_id": "again"}),
        edited(1, "peridot edited", minutes=60),
        never_seen,
        posted(60, "new words about opal", author="Ann"),
    )
    assert await _with_words(application, "peridot") == set()
    assert await _with_words(application, "opal") >= {"m60"}
    async with application.database.read() as connection:
        rows = (await connection.execute(select(MessageRow.record_id, MessageRow.text, MessageRow.author_id))).all()
        name = await connection.scalar(select(PersonRow.name).where(PersonRow.person_id == _by("Ann")))
    assert {row.record_id: (row.text, row.author_id) for row in rows if row.record_id in ("m1", "m2")} == {
        "m1": ("", None), "m2": ("", None),
    }  # fmt: skip
    assert name == "Ann", "who goes on writing has a name again"


async def test_a_name_stays_away_until_something_new_is_heard(application: Application) -> None:
    await archive(application, opened(channel(), (person("Ann"), person("Bo"))), posted(1, "hello", author="Ann"))
    await _forget(application, Scope(before=at(50), person_id=_by("Ann")))

    async def name() -> str | None:
        async with application.database.read() as connection:
            return await connection.scalar(select(PersonRow.name).where(PersonRow.person_id == _by("Ann")))

    assert await name() == ""
    joined = MembershipChanged(
        event_id="late", occurred_at=at(40), channel=channel(), person=person("Ann"), present=True
    )
    await archive(application, joined)
    assert await name() == ""
    await archive(application, joined.model_copy(update={"event_id": "new", "occurred_at": at(60)}))
    assert await name() == "Ann"


async def test_digests_that_were_to_come_to_somebody_come_no_more(application: Application) -> None:
    """Nor is it kept who set up those of a channel."""
    ann, here = person("Ann"), channel()
    await archive(application, opened(here, (ann, person("Bo"))), posted(1, "hello", author="Ann"))
    schedules, timing = application.schedules, Timing(period="daily", minute_of_day=540, timezone="UTC")
    await schedules.set_for_person(
        ann, workspace_id="", channel_ids=(), timing=timing, language="en", skip_quiet=False, now=at(5)
    )
    await schedules.set_for_channel(here, by=ann, timing=timing, language="en", skip_quiet=False, now=at(5))
    receipt = await _forget(application, Scope(before=LATER, person_id=ann.person_id))
    assert receipt.removed["schedules"] == 1
    [left] = await schedules.enabled()
    assert (left.target_channel_id, left.created_by) == (here.channel_id, "")


async def test_what_somebody_thought_of_answers_is_nowhere_any_more(application: Application) -> None:
    ann, here = _by("Ann"), channel().channel_id
    await archive(application, opened(channel(), (person("Ann"), person("Bo"))), posted(1, "18 days", author="Bo"))
    answers = [
        (
            await answerer_with(application, ScriptedModel(["18 days [1]."])).answer(
                Question(text="How long?", audience=OPERATOR, channel_id=here, now=at(60))
            )
        ).answer.answer_id
        for _ in range(2)
    ]
    common = {"person_id": ann, "channel_id": here}
    async with application.database.begin() as connection:
        for table, values in (
            (
                tables.VerdictRow,
                {
                    "answer_id": answers[0],
                    "person_id": ann,
                    "kind": "up",
                    "reasons": [],
                    "comment": "",
                    "judged_at": at(61),
                },
            ),
            (
                tables.SignRow,
                {"answer_id": answers[0], "person_id": ann, "kind": "opened", "record_id": "m1", "seen_at": at(61)},
            ),
            (
                tables.PreferenceRow,
                {
                    **common,
                    "pair": "|".join(answers),
                    "chosen": answers[0],
                    "other": answers[1],
                    "first_shown": answers[0],
                    "preferred_at": at(61),
                },
            ),
            (
                tables.PairOfferRow,
                {
                    **common,
                    "offer_id": "o",
                    "first_answer_id": answers[0],
                    "second_answer_id": answers[1],
                    "unasked": True,
                    "offered_at": at(61),
                    "outcome": "picked",
                },
            ),
            (
                tables.TrainingConsentRow,
                {"kind": "person", "subject_id": ann, "allowed": True, "changed_at": at(61), "changed_by": ann},
            ),
        ):
            await connection.execute(insert(table).values(**values))
    receipt = await _forget(application, Scope(before=LATER, person_id=ann))
    assert {name: receipt.removed[name] for name in ("verdicts", "signs", "preferences")} == {
        "verdicts": 1,
        "signs": 1,
        "preferences": 1,
    }
    # What stays says who may read what, and that it was forgotten.
    assert await _tables_with(application, ann) <= {"memberships", "people", "erasures", "forgotten"}


async def _tables_with(application: Application, value: str) -> set[str]:
    found = set()
    async with application.database.read() as connection:
        for table in Base.metadata.tables.values():
            for row in (await connection.execute(select(table))).all():
                if any(value == held or (isinstance(held, dict | list) and value in json.dumps(held)) for held in row):
                    found.add(table.name)
    return found


async def test_somebody_who_has_left_is_no_entry_any_more(application: Application) -> None:
    left = MembershipChanged(event_id="left", occurred_at=at(9), channel=channel(), person=person("Ann"), present=False)
    await archive(application, opened(channel(), (person("Ann"), person("Bo"))), posted(1, "hi", author="Ann"), left)
    receipt = await _forget(application, Scope(before=at(50), person_id=_by("Ann")))
    assert receipt.removed["people"] == 1
    async with application.database.read() as connection:
        assert await connection.scalar(select(PersonRow).where(PersonRow.person_id == _by("Ann"))) is None
    late = MembershipChanged(event_id="late", occurred_at=at(3), channel=channel(), person=person("Ann"), present=True)
    await archive(application, late)
    seen = await application.permissions.of_person(_by("Ann"), platform="slack")
    assert not seen.channel_ids, "a late event lets nobody in again (invariant 4)"


async def test_where_a_guest_wrote_replies_still_use_that_channel_alone(application: Application) -> None:
    guest = person("Gus", is_guest=True)
    elsewhere = channel("elsewhere")
    message = posted(1, "from outside").model_copy(update={"author": guest})
    await archive(application, opened(elsewhere, ()), message)
    assert await _used_in_reply(application) == {"console:launch"}
    await _forget(application, Scope(before=LATER, channel_id=channel().channel_id))
    assert await _used_in_reply(application) == {"console:launch"}
    await _forget(application, Scope(before=LATER, person_id=guest.person_id))
    assert await _used_in_reply(application) == {"console:launch"}


async def test_a_channel_before_a_day_keeps_younger_replies_without_their_heads_words(
    application: Application,
) -> None:
    await archive(
        application,
        posted(1, "head about jasper"),
        posted(2, "reply", thread=1, minutes=3000),
        posted(3, "jasper elsewhere", place=channel("other")),
    )
    receipt = await _forget(application, Scope(before=at(2000), channel_id=channel().channel_id))
    assert receipt.removed["messages"] == 1
    assert await _with_words(application, "jasper") == {"m3"}
    assert await _with_words(application, "reply") == {"m2"}


async def test_everything_before_a_day_takes_stubs_of_messages_that_never_came(application: Application) -> None:
    await archive(application, edited(9, "an edit about beryl", minutes=1), posted(10, "young", minutes=3000))
    await _forget(application, Scope(before=at(2000)))
    assert _on_disk(application.settings.home, "beryl") == []
    assert await _with_words(application, "young") == {"m10"}


async def test_what_a_person_asked_and_was_told_goes_too(application: Application) -> None:
    direct = ChannelRef(channel_id="console:dm", platform="console", name="Ann", visibility="direct")
    bot = person("bot", is_bot=True)
    told = posted(2, "You asked about malachite.", author="bot", place=direct)
    told = told.model_copy(update={"author": bot})
    await archive(
        application, opened(direct, (person("Ann"), bot)), posted(1, "malachite?", author="Ann", place=direct), told
    )
    receipt = await _forget(application, Scope(before=LATER, person_id=_by("Ann")))
    assert receipt.removed["messages"] == 2
    assert _on_disk(application.settings.home, "alachite") == []


async def test_events_that_wait_in_the_inbox_are_forgotten_as_well(application: Application) -> None:
    await archive(application, posted(1, "first", author="Ann"))
    await application.inbox.append([posted(2, "waiting amethyst", author="Ann"), posted(3, "stays", author="Bo")])
    receipt = await _forget(application, Scope(before=LATER, person_id=_by("Ann")))
    assert receipt.removed["events"] == 1
    assert _on_disk(application.settings.home, "amethyst") == []
    assert await _with_words(application, "stays") >= {"m3"}


async def test_an_interrupted_erasure_is_gone_on_with(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    await archive(application, *(posted(number, f"garnet {number}", author="Ann") for number in range(8)))
    monkeypatch.setattr("bot.archive.forgetting._BATCH", 3)
    forgetting = forgetting_of(application)
    await forgetting.note(Scope(before=LATER, person_id=_by("Ann")), requested_by="test")
    original = application.store.delete_records
    calls = iter(range(2))

    async def fails(record_ids: object) -> None:
        if next(calls, None) is None:
            raise KeyboardInterrupt
        await original(record_ids)  # type: ignore[arg-type]  # whatever it was called with

    monkeypatch.setattr(application.store, "delete_records", fails)
    with pytest.raises(KeyboardInterrupt):
        await _carry_out(application, forgetting)
    monkeypatch.undo()
    assert len(await forgetting.unfinished()) == 1
    [receipt] = await _carry_out(application, forgetting)
    assert receipt.removed["messages"] == 8
    assert await _with_words(application, "garnet") == set()
    assert await forgetting.unfinished() == []
    assert await _carry_out(application, forgetting) == []


async def test_during_a_reindex_what_is_to_be_forgotten_is_gone_and_the_rest_follows(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    await archive(application, posted(1, "ruby", author="Ann"))
    reindexing = ArchivistLock(application.settings.home, "reindex")
    assert reindexing.acquire()
    monkeypatch.setattr("bot.archive.forgetting._LOCK_SECONDS", 0.3)
    with pytest.raises(ArchiveError, match="reindex is running"):
        await _forget(application, Scope(before=LATER, person_id=_by("Ann")))
    assert await _with_words(application, "ruby") == set()
    reindexing.release()
    [receipt] = await _carry_out(application, forgetting_of(application))
    assert receipt.removed["messages"] == 1
    assert _on_disk(application.settings.home, "ruby") == []


async def test_forgetting_nothing_says_so(application: Application) -> None:
    receipt = await _forget(application, Scope(before=LATER, person_id="console:nobody"))
    assert not any(receipt.removed.values())
    assert "there was nothing to remove" in receipt.text("en")
    async with application.database.read() as connection:
        row = (await connection.execute(select(ErasureRow.ended_at, ErasureRow.scope))).one()
    assert row.ended_at is not None
    assert row.scope["person_id"] == "console:nobody"


def _tables_with_records() -> Iterator[str]:
    for mapper in Base.registry.mappers:
        if {"record_id", "file_id", "link_id"} & set(mapper.columns.keys()):
            yield mapper.class_.__name__


def test_every_table_about_records_is_known_to_forgetting() -> None:
    treated = {table.__name__ for table in (*OF_MESSAGES.values(), *OF_RECORDS.values())}
    elsewhere = {"MessageRow", "FileRow", "AnswerSourceRow", "IndexQueueRow", "ConversationQueueRow"}
    elsewhere |= {"ConversationSummarySourceRow", "DigestSourceRow"}
    elsewhere |= {"SignRow", "LearningResetRow"}  # ids and moments: signs go in questions.py, resets hold no words
    elsewhere |= {"StandardAnswerSourceRow"}  # emptied by resting.py, with the words that rest on it
    elsewhere |= {"RevisionRow"}  # names the bot's own message, which must still be replaced where it was posted
    assert set(_tables_with_records()) == treated | elsewhere, "a new table must be emptied by erasing.py too"
    assert {CategoryCorrectionRow, RecordCategoryRow} <= set(OF_RECORDS.values())
    assert tables.ForgottenRow.__tablename__ == "forgotten"


def test_a_scope_survives_being_kept() -> None:
    scope = Scope(before=datetime.now(UTC) - timedelta(days=1), channel_id="c", person_id="p")
    assert Scope.of(json.loads(json.dumps(scope.document()))) == scope
