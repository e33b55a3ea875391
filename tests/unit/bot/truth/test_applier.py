"""Invariants 2 and 3: any order and any repetition end in the same state, and a deletion reaches every copy."""

import sqlite3
from datetime import UTC
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from bot.application import Application
from bot.truth.answers import StoredAnswer, StoredSource
from bot.truth.applier import Applier
from bot.truth.inbox import Lane, Received
from bot.truth.tables import Base, FileRow, MessageEditRow, MessageRow, ReactionRow
from connectors.events import ChannelDeleted, ChannelId, Event, FileRef, FileRemoved, ReactionChanged, RecordId
from tests.builders import at, channel, deleted, edited, person, posted, record

FILE = FileRef(file_id=RecordId("f1"), name="budget.xlsx", sha256="a" * 64)
STORY: list[Event] = [
    posted(1, "launch on 28 November", files=(FILE,)),
    posted(2, "ok, noted", thread=1),
    edited(1, "launch on 8 December", minutes=30),
    edited(1, "launch on 9 December", minutes=40),
    posted(3, "secret number 4711"),
    deleted(3, minutes=50),
    ReactionChanged(
        event_id="r1", occurred_at=at(5), record_id=record(2), person=person("Ann"), emoji="tada", present=True
    ),
    ReactionChanged(
        event_id="r2", occurred_at=at(6), record_id=record(2), person=person("Ann"), emoji="tada", present=False
    ),
    FileRemoved(event_id="x1", occurred_at=at(60), file_id=RecordId("f1")),
]


def _state(events: list[Event], *, one_by_one: bool) -> dict[str, Any]:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    batches = [[event] for event in events] if one_by_one else [events]
    seq = 0
    with engine.connect() as connection:
        for batch in batches:
            received = []
            for event in batch:
                seq += 1
                received.append(Received(seq, Lane.LIVE, event, 0))
            session = Session(connection)
            Applier(session).apply(received)
            session.commit()
        session = Session(connection)
        messages = {
            row.record_id: (row.text, row.deleted_at, row.thread_id, row.sent_at, row.edited, row.system)
            for row in session.scalars(select(MessageRow))
        }
        files = {
            row.file_id: (row.removed_at, row.sha256, row.name if row.removed_at is None else "")
            for row in session.scalars(select(FileRow))
        }
        reactions = {
            (row.record_id, row.emoji): row.present
            for row in session.scalars(select(ReactionRow).where(ReactionRow.present))
        }
    engine.dispose()
    return {"messages": messages, "files": files, "reactions": reactions}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    order=st.permutations(range(len(STORY))),
    again=st.lists(st.integers(0, len(STORY) - 1), max_size=4),
    one_by_one=st.booleans(),
)
def test_any_order_and_any_repetition_end_in_the_same_state(
    order: list[int], again: list[int], one_by_one: bool
) -> None:
    shuffled = [STORY[at_] for at_ in [*order, *again]]
    assert _state(shuffled, one_by_one=one_by_one) == _state(STORY, one_by_one=False)


def test_a_file_shared_twice_is_two_records_and_removing_it_reaches_both() -> None:
    twice: list[Event] = [posted(1, "see", files=(FILE,)), posted(2, "again", files=(FILE,)), deleted(2)]
    state = _state(twice, one_by_one=False)
    assert state["files"]["m1|f1"][:2] == (None, "a" * 64)
    assert state["files"]["m2|f1"][1] is None
    removed = FileRemoved(event_id="x", occurred_at=at(60), file_id=RecordId("f1"))
    late = _state([posted(1, "see", files=(FILE,)), removed, posted(2, "again", files=(FILE,))], one_by_one=True)
    assert [row[1] for row in late["files"].values()] == [None, None]


def test_a_file_taken_out_of_one_channel_stays_in_the_others_and_where_it_is_shared_anew() -> None:
    launch, sales = channel("launch"), channel("sales")
    shares: list[Event] = [
        posted(1, "see", files=(FILE,), place=launch),
        posted(2, "you too", files=(FILE,), place=sales),
        posted(70, "once more", files=(FILE,), place=launch),
    ]
    taken_out = FileRemoved(event_id="x", occurred_at=at(60), file_id=FILE.file_id, channel_id=launch.channel_id)
    state = _state([*shares, taken_out], one_by_one=True)
    assert {key: row[1] is not None for key, row in state["files"].items()} == {
        "m1|f1": False, "m2|f1": True, "m70|f1": True,
    }  # fmt: skip


def test_a_former_version_that_arrives_late_does_not_make_a_message_a_report_again() -> None:
    progress = posted(1, "one moment").model_copy(update={"system": True})
    answer = posted(1, "friday", answer_id="a1").model_copy(update={"event_id": "answer", "edited_at": at(2)})
    orders: list[list[Event]] = [[progress, answer], [answer, progress]]
    for order in orders:
        assert _state(order, one_by_one=True)["messages"]["m1"][-1] is False


async def test_one_version_read_in_other_words_is_no_edit(application: Application) -> None:
    imported = posted(1, "see https://e.x/1\nA title")
    await application.inbox.append(
        [imported, imported.model_copy(update={"event_id": "live", "text": "see https://e.x/1"})]
    )
    await application.archivist.drain()
    async with application.database.read() as connection:
        (row,) = (await connection.execute(select(MessageRow.text, MessageRow.edited))).all()
        assert (row.text, row.edited) == ("see https://e.x/1", False)
        assert (await connection.execute(select(MessageEditRow))).all() == []


def test_a_channel_deleted_before_its_messages_arrive_stays_empty() -> None:
    gone = ChannelDeleted(event_id="gone", occurred_at=at(90), channel_id=ChannelId("console:launch"))
    orders: list[list[Event]] = [[posted(1, "hello"), gone], [gone, posted(1, "hello")]]
    for order in orders:
        state = _state(order, one_by_one=True)
        assert state["messages"]["m1"][:2] == ("", at(90))


def test_the_newest_text_stands_and_the_deleted_one_is_gone() -> None:
    state = _state(STORY, one_by_one=False)
    assert state["messages"]["m1"][0] == "launch on 9 December"
    assert state["messages"]["m3"][:2] == ("", at(50).astimezone(UTC))
    assert state["files"]["m1|f1"][1] is None


async def test_a_deletion_leaves_the_words_nowhere_in_the_database(application: Application) -> None:
    await application.inbox.append([posted(1, "the vault code is tangerine"), posted(2, "thanks")])
    await application.archivist.drain()
    await application.inbox.append([edited(1, "the vault code is tangerine-2", minutes=5)])
    await application.archivist.drain()
    await application.answers.store(
        StoredAnswer(
            answer_id="a1", asked_at=at(6), channel_id="console:launch", person_id=None, question_record_id=None,
            question="code?", language="en", text="It is tangerine-2 [1].", abstained=False, reason=None, model="m",
            prompt_version="v", trace={"raw": "tangerine-2"},
            sources=(
                StoredSource(n=1, record_id="m1", file_id=None, chunk=0, page=None, channel_id="console:launch",
                             quote="the vault code is tangerine-2", cited=True),
            ),
        )
    )  # fmt: skip
    await application.inbox.append([deleted(1, minutes=10)])
    await application.archivist.drain()
    path = application.settings.home / "truth.db"
    with sqlite3.connect(path) as connection:
        tables = [name for (name,) in connection.execute("select name from sqlite_master where type='table'")]
        rows = [str(row) for table in tables for row in connection.execute(f'select * from "{table}"')]  # noqa: S608 - names come from the schema
    connection.close()
    assert not [row for row in rows if "tangerine" in row]


async def test_a_broken_event_is_set_aside_with_its_reason_and_the_others_go_on(application: Application) -> None:
    await application.inbox.append([posted(1, "first"), posted(2, "second")])
    async with application.database.begin() as connection:
        await connection.exec_driver_sql("update inbox set payload='{broken' where event_id='posted-1'")
    await application.archivist.apply_batch()
    counts = await application.inbox.counts()
    assert (counts.done, counts.pending, counts.failed) == (1, 1, 0)
    for _ in range(10):
        async with application.database.begin() as connection:
            await connection.exec_driver_sql("update inbox set not_before=null")
        await application.archivist.apply_batch()
    counts = await application.inbox.counts()
    assert (counts.done, counts.pending, counts.failed) == (1, 0, 1)
    async with application.database.read() as connection:
        error = (await connection.exec_driver_sql("select error from inbox where state='failed'")).scalar()
    assert "cannot be parsed" in str(error)
