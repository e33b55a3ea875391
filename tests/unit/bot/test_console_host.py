"""The console's window into the truth: pages of messages, threads, files, the timeline, and whose eyes."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from bot.application import Application
from bot.console_host import ConsoleHost
from bot.errors import BadInput
from bot.truth.tables import IndexQueueRow
from connectors.console.host import Change, TimelineQuery
from connectors.events import ChannelDeleted, ChannelId, FileRef, PersonId, ReactionChanged, RecordId
from tests.builders import at, channel, deleted, edited, opened, person, posted
from tests.waiting import eventually

ANN, BEN = PersonId("console:Ann"), PersonId("console:Ben")
LAUNCH = ChannelId("console:launch")


@pytest.fixture
def host(application: Application) -> ConsoleHost:
    return ConsoleHost(
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


async def _tell(application: Application, host: ConsoleHost, events: Sequence[Any]) -> None:
    await host.accept(events)
    await application.archivist.drain()


def _ids(views: Sequence[Any]) -> list[str]:
    return [view.record_id for view in views]


async def test_pages_of_messages(application: Application, host: ConsoleHost) -> None:
    talk = [posted(number, f"message {number}") for number in range(10)]
    # Two at one instant: the order of ids decides, and no page loses or repeats one.
    talk.append(posted(99, "at the same instant as 5", minutes=5))
    await _tell(application, host, [opened(channel(), (person("Ann"),)), *talk, posted(20, "a reply", thread=3)])
    newest = await host.messages(ANN, LAUNCH, limit=4)
    assert _ids(newest) == ["m6", "m7", "m8", "m9"]
    before = await host.messages(ANN, LAUNCH, before=RecordId("m6"), limit=4)
    assert _ids(before) == ["m3", "m4", "m5", "m99"]
    assert _ids(await host.messages(ANN, LAUNCH, before=RecordId("m99"), limit=2)) == ["m4", "m5"]
    around = await host.messages(ANN, LAUNCH, around=RecordId("m5"), limit=4)
    assert _ids(around) == ["m3", "m4", "m5", "m99", "m6"]
    assert _ids(await host.messages(ANN, LAUNCH, around=RecordId("m20"), limit=2)) == ["m2", "m3", "m4"]
    with pytest.raises(LookupError):
        await host.messages(ANN, LAUNCH, around=RecordId("nothing"))
    assert [view.reply_count for view in before] == [1, 0, 0, 0]
    assert _ids(await host.thread(ANN, RecordId("m3"))) == ["m3", "m20"]


async def test_a_deleted_head_keeps_its_place_while_it_has_replies(application: Application, host: ConsoleHost) -> None:
    reaction = ReactionChanged(
        event_id="r1", occurred_at=at(3), record_id=RecordId("m1"), person=person("Ben"), emoji="tada", present=True
    )
    await _tell(
        application,
        host,
        [
            opened(channel(), (person("Ann"),)),
            posted(1, "head"),
            posted(2, "reply", thread=1),
            posted(3, "x"),
            reaction,
        ],
    )
    [head, _] = await host.messages(ANN, LAUNCH)
    assert [(one.emoji, one.person_ids) for one in head.reactions] == [("tada", (BEN,))]
    await _tell(application, host, [deleted(1), deleted(3), edited(2, "reply, edited", minutes=9)])
    [head] = await host.messages(ANN, LAUNCH)
    assert (head.record_id, head.deleted, head.text, head.reply_count, head.reactions) == ("m1", True, "", 1, ())
    [_, reply] = await host.thread(ANN, RecordId("m1"))
    assert (reply.text, reply.edited) == ("reply, edited", True)
    await _tell(application, host, [deleted(2)])
    assert await host.messages(ANN, LAUNCH) == []


async def test_a_private_channel_is_its_members_alone(application: Application, host: ConsoleHost) -> None:
    board = channel("board", "private")
    data = FileRef(file_id=RecordId("f1"), name="salaries.txt", sha256=(await _put(application, b"salaries: 42"))[0])
    await _tell(
        application,
        host,
        [
            opened(board, (person("Ann"),)),
            opened(channel(), (person("Ann"), person("Ben"))),
            posted(1, "the salaries", place=board, author="Ann", files=(data,)),
            posted(2, "hello", author="Ben"),
        ],
    )
    assert {view.name for view in await host.channels(ANN)} == {"board", "launch"}
    assert {view.name for view in await host.channels(BEN)} == {"launch"}
    [view] = [view for view in await host.channels(ANN) if view.name == "board"]
    assert ([member.name for member in view.members], view.message_count) == (["Ann"], 1)
    for forbidden in (
        host.messages(BEN, board.channel_id),
        host.message(BEN, RecordId("m1")),
        host.thread(BEN, RecordId("m1")),
        host.file(BEN, RecordId("m1|f1")),
        host.messages(PersonId("console:Stranger"), board.channel_id),
    ):
        with pytest.raises(PermissionError):
            await forbidden
    mine = await host.timeline(ANN, TimelineQuery(text="salaries"))
    assert mine.entries[0].record_id == "m1"
    for query in (
        TimelineQuery(text="salaries"),
        TimelineQuery(),
        TimelineQuery(channel_id=board.channel_id),
        TimelineQuery(text="salaries", channel_id=board.channel_id),
    ):
        theirs = await host.timeline(BEN, query)
        assert "m1" not in {entry.record_id for entry in theirs.entries}
        if theirs.choices is not None:
            assert sum(count for _, count in theirs.choices.days) == (1 if query == TimelineQuery() else 0)
            assert "board" not in str(theirs.choices)
            assert "Ann" not in str(theirs.choices)
    assert (await host.story(ANN, TimelineQuery(text="salaries"))).records == 2
    assert (await host.story(BEN, TimelineQuery(text="salaries"))).records == 0
    with pytest.raises(PermissionError):
        await host.categorize(BEN, RecordId("m1|f1"), "decision", present=True)
    pages = await host.file(ANN, RecordId("m1|f1"))
    assert pages.pages == (("", "salaries: 42"),)
    assert pages.path is not None
    with pytest.raises(LookupError):
        await host.file(ANN, RecordId("m1|f9"))
    await _tell(application, host, [deleted(1)])
    with pytest.raises(LookupError):
        await host.file(ANN, RecordId("m1|f1"))
    assert not pages.path.exists()
    gone = ChannelDeleted(event_id="d", occurred_at=at(99), channel_id=board.channel_id)
    await _tell(application, host, [gone])
    assert {view.name for view in await host.channels(ANN)} == {"launch"}


async def test_a_search_says_which_time_was_understood(application: Application, host: ConsoleHost) -> None:
    await _tell(application, host, [opened(channel(), (person("Ann"),)), posted(1, "the budget is approved")])
    page = await host.timeline(ANN, TimelineQuery(text="budget on 2026-11-02"))
    assert _ids(page.entries) == ["m1"]
    assert page.understood == "Time: “on 2026-11-02” = 2026-11-02"
    page = await host.timeline(ANN, TimelineQuery(text="2025年的 budget"))
    assert page.understood.startswith("2025-01-01 … 2025-12-31")
    assert (await host.timeline(ANN, TimelineQuery(text="budget"))).understood == ""


async def test_the_timeline_page_by_page_and_day_by_day(application: Application, host: ConsoleHost) -> None:
    file = FileRef(file_id=RecordId("f1"), name="budget.xlsx", unavailable_reason="no_bytes")
    # 09:00 UTC is 17:00 in Shanghai: what is said 8 hours later is said on the next day there.
    talk = [posted(n, f"message {n}") for n in range(5)] + [posted(50, "late", minutes=8 * 60, files=(file,))]
    await _tell(application, host, [opened(channel(), (person("Ann"),)), *talk])
    first = await host.timeline(ANN, TimelineQuery(limit=3))
    assert [(entry.record_id, [one.name for one in entry.files]) for entry in first.entries] == [
        ("m50", ["budget.xlsx"]), ("m4", []), ("m3", []),
    ]  # fmt: skip
    assert first.choices is not None
    assert first.choices.days == ((date(2026, 11, 2), 5), (date(2026, 11, 3), 1))
    assert [(choice.names["zh"], choice.count) for choice in first.choices.channels] == [("launch", 6)]
    second = await host.timeline(ANN, TimelineQuery(limit=3, before=first.next_before))
    assert _ids(second.entries) == ["m2", "m1", "m0"]
    assert (second.next_before, second.choices) == (None, None)
    for period in ("day", "week", "month"):
        found = await host.timeline(ANN, TimelineQuery(day=date(2026, 11, 3), period=period))
        assert len(found.entries) == (1 if period == "day" else 6)
    files = await host.timeline(ANN, TimelineQuery(kind="file"))
    assert _ids(files.entries) == ["m50"]
    assert files.choices is not None
    assert {choice.value: choice.count for choice in files.choices.kinds} == {"message": 6, "file": 1, "link": 0}
    found = await host.timeline(ANN, TimelineQuery(text="budget", kind="file"))
    assert [file.file_id for entry in found.entries for file in entry.files] == ["m50|f1"]


async def test_a_category_is_corrected_counted_and_queued_for_the_search(
    application: Application, host: ConsoleHost
) -> None:
    await _tell(application, host, [opened(channel(), (person("Ann"),)), posted(1, "we take the blue one")])
    decided = TimelineQuery(category="decision")
    for present in (True, False):
        await host.categorize(ANN, RecordId("m1"), "decision", present=present)
        async with application.database.read() as connection:
            assert "m1" in (await connection.scalars(select(IndexQueueRow.record_id))).all()
        await application.archivist.drain()
        page = await host.timeline(ANN, decided)
        assert _ids(page.entries) == (["m1"] if present else [])
        assert page.choices is not None
        assert [choice.count for choice in page.choices.categories if choice.value == "decision"] == [int(present)]
    with pytest.raises(BadInput):
        await host.categorize(ANN, RecordId("m1"), "nonsense", present=True)
    with pytest.raises(LookupError):
        await host.categorize(ANN, RecordId("m9"), "decision", present=True)


@pytest.mark.parametrize("cursor", ["nonsense", "2026-11-02T09:00:00|m1", "|", "2026-13-02T09:00:00+00:00|m1"])
async def test_a_cursor_that_is_none_is_an_input_error(
    application: Application, host: ConsoleHost, cursor: str
) -> None:
    await _tell(application, host, [opened(channel(), (person("Ann"),)), posted(1, "hello")])
    with pytest.raises(BadInput, match="cursor"):
        await host.timeline(ANN, TimelineQuery(before=cursor))


async def test_changes_reach_every_listener_the_reading_of_a_file_included(
    application: Application, host: ConsoleHost
) -> None:
    heard: list[Change] = []

    async def listen() -> None:
        async for change in host.changes():
            heard.append(change)

    listening = asyncio.create_task(listen())
    await asyncio.sleep(0)
    file = FileRef(file_id=RecordId("f1"), name="notes.txt", sha256=(await _put(application, b"words"))[0])
    await host.accept([opened(channel(), (person("Ann"),)), posted(1, "see", files=(file,))])
    await application.archivist.apply_batch()
    [pending] = (await host.message(ANN, RecordId("m1"))).files
    assert pending.status == "pending"
    await application.archivist.drain()

    async def has_heard() -> bool:
        return len(heard) == 3

    await eventually(has_heard)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    assert [change.record_id for change in heard] == [None, "m1", "m1"]
    [read] = (await host.message(ANN, RecordId("m1"))).files
    assert (read.status, read.reason) == ("read", None)


async def test_a_listener_that_is_too_slow_loses_the_oldest_only(application: Application, host: ConsoleHost) -> None:
    changes = host.changes()
    waiting = asyncio.ensure_future(anext(changes))
    await asyncio.sleep(0)
    host._announce([("console:launch", f"m{number}") for number in range(1500)])
    await waiting
    last = None
    for _ in range(999):
        last = await anext(changes)
    assert last is not None
    assert last.record_id == "m1499"


async def _put(application: Application, data: bytes) -> tuple[str, int]:
    async def chunks() -> AsyncIterator[bytes]:
        yield data

    return await application.file_store.put(chunks())
