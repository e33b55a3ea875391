"""Somebody asks the bot in Slack: the whole way from the mention to the cited answer in the thread and the archive."""

import pytest
from sqlalchemy import select

from bot.curating.standard_answers import StandardAnswers, StandardSource
from bot.truth.tables import AnswerRow, AnswerSourceRow, MessageRow
from connectors.slack.asking import Asking
from connectors.slack.meant import Meant
from connectors.slack.pressing import press_of
from tests.fakes.slack import Channel, Message, Person
from tests.quick_application import conversation_with
from tests.slack_application import SlackApplication
from tests.unit.connectors.slack.answering import block_ids, by_the_bot, said, small_print

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Room:
    """A channel in which people talk and ask."""

    def __init__(self, app: SlackApplication, monkeypatch: pytest.MonkeyPatch) -> None:
        self.app = app
        self.asking = Asking(app.it.site)
        self._monkeypatch = monkeypatch
        self._from = len(app.slack.deliveries.log)

    async def ask(
        self, person: Person, channel: Channel, text: str, *, says: str, thread: Message | None = None
    ) -> Message:
        """The bot's message, when the model ``says`` this."""
        host = self.app.it.site.host
        self._monkeypatch.setattr(host, "_conversation", conversation_with(self.app.application, [says]))
        before = len(by_the_bot(self.app.it, channel))
        self.app.slack.people.post(person, channel, text, thread=thread)
        await self.hear()
        await self.app.it.tasks.idle()
        await self.hear()
        return by_the_bot(self.app.it, channel)[before]

    async def hear(self) -> None:
        """The archive first, then the part that answers, as the worker of a workspace does."""
        await self.app.hear()
        deliveries = self.app.slack.deliveries.log
        while self._from < len(deliveries):
            delivery = deliveries[self._from]
            self._from += 1
            await self.asking.heard(delivery.event, delivery.payload)


@pytest.fixture
def room(app: SlackApplication, monkeypatch: pytest.MonkeyPatch) -> Room:
    return Room(app, monkeypatch)


async def test_a_question_in_a_thread_gets_a_cited_answer_that_the_archive_knows(
    app: SlackApplication, room: Room
) -> None:
    """Invariants 4 and 9; the answer is kept at once, so that it can be judged at once."""
    ann, bo = app.workspace.add_person("ann", real_name="安然"), app.workspace.add_person("bo", real_name="Bo Berg")
    place = await app.channel("rollout", bo, ann, says="The zephyr rollout starts on Friday with 10 percent")
    [source] = [message for message in place.messages.values() if message.user == bo.id and "zephyr" in message.text]
    root = app.slack.people.post(ann, place, "quick question")
    message = await room.ask(
        ann,
        place,
        f"<@{app.bot.id}> when does the zephyr rollout start?",
        says="The zephyr rollout starts on Friday [1].",
        thread=root,
    )
    assert message.thread_ts == root.ts
    assert said(message.blocks) == message.text == "The zephyr rollout starts on Friday [1]."
    [link] = [each for each in message.blocks[0]["elements"][0]["elements"] if each["type"] == "link"]
    assert link["url"] == app.workspace.permalink(source)
    assert "bo · #\u2060rollout" in small_print(message.blocks)
    [marker] = block_ids(message)
    answer_id = marker.removeprefix("answer:")
    async with app.application.database.read() as connection:
        kept = (await connection.execute(select(MessageRow).where(MessageRow.answer_id == answer_id))).one()
        stored = (await connection.execute(select(AnswerRow).where(AnswerRow.answer_id == answer_id))).one()
        cited = (await connection.execute(select(AnswerSourceRow).where(AnswerSourceRow.answer_id == answer_id))).all()
    assert (kept.text, kept.system, kept.thread_id) == (message.text, False, f"slack:{place.id}:{root.ts}")
    assert stored.answer_record_id == f"slack:{place.id}:{message.ts}"
    assert f"slack:{place.id}:{source.ts}" in {row.record_id for row in cited}
    refused = [refusal.error for refusal in app.slack.journal.refusals if refusal.surface == "api"]
    assert refused == []


async def test_a_private_channel_stays_private(app: SlackApplication, room: Room) -> None:
    """Invariant 4."""
    ann, bo = app.workspace.add_person("ann2"), app.workspace.add_person("bo2")
    await app.channel("vault", ann, kind="private", says="The quokka budget is 42 wan")
    lobby = await app.channel("lobby", bo, ann, says="Good morning")
    message = await room.ask(
        ann, lobby, f"<@{app.bot.id}> what is the quokka budget?", says="The quokka budget is 42 wan [1]."
    )
    assert "42 wan" not in str(message.blocks) + message.text


async def test_what_a_message_says_cannot_call_anybody(app: SlackApplication, room: Room) -> None:
    """Invariant 5."""
    ann, bo = app.workspace.add_person("ann3"), app.workspace.add_person("bo3")
    evil = "the walrus meeting <!channel> is at https://evil.example/login on Monday"
    place = await app.channel("walrus", bo, ann, says=evil)
    message = await room.ask(
        ann,
        place,
        f"<@{app.bot.id}> when is the walrus meeting?",
        says="The walrus meeting <!channel> is on Monday [1].",
    )
    assert message.thread_ts is not None
    assert "<!" not in message.text
    kinds = {each["type"] for each in message.blocks[0]["elements"][0]["elements"]}
    assert kinds <= {"text", "link"}


async def test_what_was_perhaps_meant_is_named_and_a_tap_brings_its_standard_answer_into_the_thread(
    app: SlackApplication, room: Room
) -> None:
    """Invariant 4: given by what everybody in the channel may read, asked anew."""
    ann, bo = app.workspace.add_person("ann"), app.workspace.add_person("bo")
    place = await app.channel("rooms", bo, ann, kind="private", says="大会议室在行政系统里预订，提前一天")
    [source] = [message for message in place.messages.values() if message.user == bo.id and "会议室" in message.text]
    kept = StandardAnswers(app.application.database)
    known = StandardSource(n=1, record_id=f"slack:{place.id}:{source.ts}")
    this = await kept.propose(
        question="大会议室怎么预订？", text="在行政系统里订 [1]。", proposed_by="", channel_ids=[], sources=[known]
    )
    await kept.approve(this, owner="Maya")
    message = await room.ask(ann, place, f"<@{app.bot.id}> 预订会议室", says="提前一天 [1]。")
    assert "❓ 是不是想问：「大会议室怎么预订？」" in str(message.blocks)
    pressed = {
        "type": "block_actions",
        "user": {"id": bo.id, "team_id": app.workspace.id},
        "container": {"channel_id": place.id, "message_ts": message.ts, "thread_ts": message.thread_ts},
        "actions": [{"action_id": "answer_meant", "value": block_ids(message)[0].removeprefix("answer:")}],
    }
    for _ in range(2):
        await Meant(app.it.site)._give(press_of(pressed))
    [_, given] = [shown for shown in by_the_bot(app.it, place) if shown.thread_ts == message.thread_ts]
    assert said(given.blocks).startswith("在行政系统里订 [1]。\n✔ 标准答案，Maya 于 ")
    [marker] = block_ids(given)
    stored = await app.application.answers.get(marker.removeprefix("answer:"))
    assert (stored.standard_answer_id, stored.question) == (this, "预订会议室")
