"""Invariants 2 and 3 for conversations: any order, any repetition and any way to get there leave the same rows."""

import random
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import delete, select

from bot.application import Application
from bot.truth.inbox import Lane
from bot.truth.tables import ConversationQueueRow, ConversationRow, MessageRow, PersonRow
from connectors.events import ChannelDeleted, ChannelId, Event, MessagePosted
from knowledge.conversations import WINDOW, ChatMessage, Placement, separate
from tests.builders import at, channel, deleted, edited, posted
from tests.quick_application import quick_application

PEOPLE = ("Li Wei", "Ann", "Bob", "王小明", "Carol")
TALK = (
    "hi all, does anyone know where the launch plan is?",
    "Ann: it is in the shared folder",
    "谢谢",
    "@Bob 预算表你看了吗",
    "yes, the budget is fine",
    "Bob, can you look at the failing build?",
    "the build fails in the linker step",
    "大家好，明天的会议改到下午三点",
    "ok",
    "thanks!",
    "小明，海报什么时候印好？",
    "周五印好",
)


def _story(seed: int, count: int) -> list[MessagePosted]:
    """Talk of five people with pauses of all lengths; one message in eight answers in a thread."""
    chance = random.Random(seed)
    minutes = 0.0
    found: list[MessagePosted] = []
    for number in range(count):
        minutes += chance.choice((0.2, 0.5, 1, 3, 20, 300))
        thread = chance.randrange(number) if number and chance.random() < 0.12 else None
        if thread is not None and found[thread].thread_id is not None:
            thread = None
        found.append(
            posted(
                number, chance.choice(TALK), author=chance.choice(PEOPLE), minutes=minutes, thread=thread
            )
        )  # fmt: skip
    return found


async def _rows(application: Application, name: str = "launch") -> list[Placement]:
    async with application.database.read() as connection:
        rows = await connection.execute(
            select(ConversationRow.record_id, ConversationRow.reply_to, ConversationRow.conversation_id)
            .join(MessageRow, MessageRow.record_id == ConversationRow.record_id)
            .where(ConversationRow.channel_id == channel(name).channel_id)
            .order_by(MessageRow.sent_at, MessageRow.record_id)
        )
        return [Placement(*row) for row in rows]


async def _expected(application: Application, name: str = "launch") -> list[Placement]:
    """What the living messages of the channel give when they are separated at once."""
    statement = (
        select(MessageRow, PersonRow.name)
        .join(PersonRow, PersonRow.person_id == MessageRow.author_id)
        .where(
            MessageRow.channel_id == channel(name).channel_id,
            MessageRow.deleted_at.is_(None),
            MessageRow.system.is_(False),
            MessageRow.answer_id.is_(None),
        )
        .order_by(MessageRow.sent_at, MessageRow.record_id)
    )
    async with application.database.read() as connection:
        rows = (await connection.execute(statement)).all()
    return separate(
        [ChatMessage(row.record_id, row.author_id, row.name, row.text, row.sent_at, row.thread_id) for row in rows]
    )


async def _apply(application: Application, *events: Event) -> None:
    await application.inbox.append(events)
    while await application.archivist.apply_batch():
        pass


async def _separate(application: Application) -> int:
    batches = 0
    while await application.archivist.separate_batch():
        batches += 1
    return batches


@pytest.fixture
async def application() -> AsyncIterator[Application]:
    async with quick_application() as opened:
        yield opened


async def test_rows_are_what_the_living_messages_give(application: Application) -> None:
    await _apply(application, *_story(1, 260))
    await _separate(application)
    rows = await _rows(application)
    assert rows == await _expected(application)
    conversations = {row.conversation_id for row in rows}
    assert 5 < len(conversations) < 200


@pytest.mark.parametrize("seed", range(3))
async def test_any_order_and_any_repetition_leave_the_same_rows(application: Application, seed: int) -> None:
    chance = random.Random(seed)
    story = _story(seed, 240)
    events: list[Event] = [
        *story,
        *(deleted(number) for number in chance.sample(range(240), 40)),
        *(edited(number, chance.choice(TALK), minutes=9000 + number) for number in chance.sample(range(240), 30)),
    ]
    chance.shuffle(events)
    while events:
        step = chance.randrange(1, 60)
        await _apply(application, *events[:step], *chance.sample(story, 3))
        if chance.random() < 0.7:
            await application.archivist.separate_batch()
        del events[:step]
    await _separate(application)
    rows = await _rows(application)
    assert len(rows) == 200
    assert rows == await _expected(application)


async def test_a_deleted_message_leaves_no_row_and_only_what_follows_is_written(application: Application) -> None:
    story = _story(7, 300)
    await _apply(application, *story)
    await _separate(application)
    async with application.database.begin() as connection:
        # A row out of reach of the change is left alone, whatever it says.
        far = str(story[150 + WINDOW + 30].record_id)
        await connection.execute(delete(ConversationRow).where(ConversationRow.record_id == far))
    await _apply(application, deleted(150))
    assert await _separate(application) == 1
    rows = await _rows(application)
    kept = {row.record_id for row in rows}
    assert kept == {str(event.record_id) for event in story} - {"m150", far}


async def test_the_root_of_a_long_conversation_goes_and_comes(application: Application) -> None:
    story = [posted(number, "Bob: and then?", author=("Ann", "Bob")[number % 2]) for number in range(150)]
    await _apply(application, *story[1:])
    await _separate(application)
    assert {row.conversation_id for row in await _rows(application)} == {"m1"}
    await _apply(application, story[0])
    await _separate(application)
    assert {row.conversation_id for row in await _rows(application)} == {"m0"}
    await _apply(application, deleted(0))
    await _separate(application)
    assert await _rows(application) == await _expected(application)


async def test_a_thread_is_one_conversation_with_or_without_its_head(application: Application) -> None:
    replies = [posted(number, f"reply {number}", thread=1, minutes=500 * number) for number in (5, 3, 4)]
    await _apply(application, *replies)
    await _separate(application)
    assert {(row.reply_to, row.conversation_id) for row in await _rows(application)} == {(None, "m3"), ("m3", "m3")}
    await _apply(application, posted(1, "who knows?"))
    await _separate(application)
    assert [row.reply_to for row in await _rows(application)] == [None, "m1", "m1", "m1"]
    await _apply(application, deleted(1))
    await _separate(application)
    assert [row.conversation_id for row in await _rows(application)] == ["m3", "m3", "m3"]


async def test_system_notices_and_answers_of_the_bot_are_no_part(application: Application) -> None:
    notice = posted(1, "Ann joined").model_copy(update={"system": True})
    await _apply(application, posted(0, "hello"), notice, posted(2, "Here is what I found", answer_id="a1"))
    await _separate(application)
    assert [row.record_id for row in await _rows(application)] == ["m0"]


async def test_a_message_that_moves_is_in_one_channel_only(application: Application) -> None:
    moved = posted(2, "ok", place=channel("other"), minutes=2).model_copy(
        update={"event_id": "moved", "edited_at": at(900)}
    )
    await _apply(application, posted(1, "is the build red?"), posted(2, "ok"), posted(3, "yes, still"))
    await _separate(application)
    await _apply(application, moved)
    await _separate(application)
    for name in ("launch", "other"):
        assert await _rows(application, name) == await _expected(application, name)
    assert [row.record_id for row in await _rows(application, "other")] == ["m2"]


async def test_a_deleted_channel_has_no_conversations(application: Application) -> None:
    await _apply(application, *_story(3, 50))
    await _separate(application)
    gone = ChannelDeleted(event_id="gone", occurred_at=at(9999), channel_id=ChannelId("console:launch"))
    await _apply(application, gone)
    await _separate(application)
    assert await _rows(application) == []


async def test_a_crash_between_reading_and_writing_is_made_good(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _apply(application, *_story(4, 120))

    def broken(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("bot.archive.separating.write_links", broken)
    with pytest.raises(OSError, match="disk full"):
        await application.archivist.separate_batch()
    assert await _rows(application) == []
    monkeypatch.undo()
    await _separate(application)
    assert await _rows(application) == await _expected(application)


async def test_talk_archived_by_an_older_release_is_separated(application: Application) -> None:
    await _apply(application, *_story(5, 60))
    async with application.database.begin() as connection:
        await connection.execute(delete(ConversationQueueRow))
    await _separate(application)
    assert len(await _rows(application)) == 60


async def test_live_talk_does_not_wait_for_an_import(application: Application) -> None:
    now = [posted(number, "live", place=channel("zebra")) for number in range(1000, 1003)]
    await application.inbox.append(_story(6, 300), lane=Lane.IMPORT)
    await _apply(application, *now)
    await application.archivist.separate_batch()
    assert len(await _rows(application, "zebra")) == 3
    assert await _rows(application) == []


async def test_nothing_is_left_to_do_when_drained(application: Application) -> None:
    await application.inbox.append(_story(8, 30))
    await application.archivist.drain()
    assert len(await _rows(application)) == 30
    async with application.database.read() as connection:
        assert (await connection.execute(select(ConversationQueueRow))).all() == []


async def test_an_import_whose_messages_all_bear_one_time_comes_to_an_end(application: Application) -> None:
    await _apply(application, *(posted(number, TALK[number % 12], minutes=0) for number in range(900)))
    await _separate(application)
    assert len(await _rows(application)) == 900
    assert await _rows(application) == await _expected(application)
