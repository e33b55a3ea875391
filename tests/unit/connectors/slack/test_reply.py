"""A reply from the first status to the archive, over the fake Slack."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from connectors.connector import Notice
from connectors.events import MessagePosted
from connectors.slack.errors import SlackError
from connectors.slack.reply import SlackReply
from connectors.slack.surface import Surface
from tests.fakes.slack import Channel, Message
from tests.fakes.slack_site import SiteInTest, slack_site
from tests.unit.connectors.slack.answering import (
    answer,
    block_ids,
    by_the_bot,
    card,
    citation,
    place_of,
    said,
    small_print,
)


@pytest.fixture
async def it() -> AsyncIterator[SiteInTest]:
    async with slack_site() as made:
        yield made


@pytest.fixture
def general(it: SiteInTest) -> Channel:
    return it.workspace.add_channel("general", members=[it.ann, it.bot])


@pytest.fixture
def question(it: SiteInTest, general: Channel) -> Message:
    return it.slack.people.post(it.ann, general, "什么时候发布？")


def reply_to(it: SiteInTest, question: Message, **options: Any) -> SlackReply:
    return SlackReply(
        surface=options.pop("surface", None) or Surface(it.site),
        place=place_of(it, question),
        language="zh",
        title=question.text,
        pace_seconds=options.pop("pace_seconds", 0.01),
        **options,
    )


async def shown(it: SiteInTest, method: str, *, times: int = 1) -> None:
    await it.slack.journal.until(lambda: len(it.slack.journal.calls(method)) >= times)


def refused(it: SiteInTest) -> list[str]:
    return [refusal.error for refusal in it.slack.journal.refusals if refusal.surface == "api"]


def used(it: SiteInTest) -> list[str]:
    return [request.name for request in it.slack.journal.requests if request.name.split(".")[0] != "conversations"]


async def test_an_answer_is_shown_from_the_first_status_to_exactly_its_text(it: SiteInTest, question: Message) -> None:
    reply = reply_to(it, question)
    await reply.status("正在翻档案…")
    await shown(it, "agents.sessions.setStatus")
    assert it.slack.threads.status(question.channel.id, question.ts) == "正在翻档案…"
    assert it.slack.threads.sessions[question.channel.id, question.ts].status == "processing"
    await reply.sources([citation()])
    await shown(it, "chat.startStream")
    [growing] = by_the_bot(it, question.channel)
    assert growing.thread_ts == question.ts
    assert [source["url"] for source in growing.blocks[0]["sources"]] == [citation().permalink]
    await reply.delta("2.4 定在 *11 月 28 日*发布。[1]\n")
    await shown(it, "chat.appendStream")
    assert growing.streaming_state == "in_progress"
    assert r"\*11 月 28 日\*" in growing.text
    await reply.finish(answer())
    assert refused(it) == []
    assert [message.ts for message in by_the_bot(it, question.channel)] == [growing.ts] == [reply.ts]
    assert (growing.text, said(growing.blocks)) == (answer().text, answer().text)
    assert block_ids(growing) == ["answer:a1"]
    assert "安然 · #" in small_print(growing.blocks)
    assert growing.edited is None
    assert it.slack.threads.sessions[question.channel.id, question.ts].status == "active"
    [kept] = it.host.live
    assert isinstance(kept, MessagePosted)
    assert (kept.answer_id, kept.text, kept.record_id) == (
        "a1",
        answer().text,
        f"slack:{question.channel.id}:{growing.ts}",
    )
    assert kept.thread_id == f"slack:{question.channel.id}:{question.ts}"


async def test_what_is_known_at_once_is_posted_at_once(it: SiteInTest, question: Message) -> None:
    reply = reply_to(it, question)
    await reply.finish(answer("在的！", reason="said", answer_id="said-1", citations=()))
    [message] = by_the_bot(it, question.channel)
    assert used(it)[-1] == "chat.postMessage"
    assert "chat.startStream" not in used(it)
    assert (said(message.blocks), block_ids(message)) == ("在的！", ["post:said-1"])
    assert len(message.blocks) == 1
    assert refused(it) == []


async def test_without_streams_one_message_grows_by_updates(it: SiteInTest, question: Message) -> None:
    it.slack.faults.refuse_next("chat.startStream", "missing_scope")
    reply = reply_to(it, question)
    await reply.status("正在阅读找到的 1 条记录…")
    await reply.sources([citation()])
    await shown(it, "chat.postMessage")
    [message] = by_the_bot(it, question.channel)
    assert small_print(message.blocks).splitlines() == [
        "正在阅读找到的 1 条记录…",
        f"<{citation().permalink}|[1]> 安然 · #\u2060product",
    ]
    assert block_ids(message) == []
    await reply.delta("2.4 定在 11 月 28 日发布。[1]\n")
    await shown(it, "chat.update")
    await reply.finish(answer())
    assert [each.ts for each in by_the_bot(it, question.channel)] == [message.ts]
    assert said(message.blocks) == answer().text
    assert refused(it) == ["missing_scope"]


async def test_a_stream_that_grows_old_goes_on_as_a_message(it: SiteInTest, question: Message) -> None:
    reply = reply_to(it, question, rotate_seconds=0.0)
    await reply.sources([citation()])
    await shown(it, "chat.startStream")
    await reply.delta("2.4 定在 11 月 28 日发布。[1]\n")
    await shown(it, "chat.update")
    it.slack.clock.advance(600)
    await reply.finish(answer())
    [message] = by_the_bot(it, question.channel)
    assert said(message.blocks) == answer().text
    assert refused(it) == []


async def test_a_stream_that_slack_ended_is_finished_all_the_same(it: SiteInTest, question: Message) -> None:
    reply = reply_to(it, question)
    await reply.sources([citation()])
    await shown(it, "chat.startStream")
    it.slack.clock.advance(301)
    await reply.delta("2.4 定在 11 月 28 日发布。[1]\n")
    await shown(it, "chat.update")
    await reply.finish(answer())
    [message] = by_the_bot(it, question.channel)
    assert said(message.blocks) == answer().text
    assert refused(it) == ["message_not_in_streaming_state"]


async def test_what_was_shown_of_a_dropped_answer_is_taken_back(it: SiteInTest, question: Message) -> None:
    reply = reply_to(it, question)
    await reply.status("正在翻档案…")
    await reply.sources([citation()])
    await shown(it, "chat.startStream")
    await reply.drop()
    assert by_the_bot(it, question.channel) == []
    assert it.host.live == []
    assert refused(it) == []


async def test_a_status_is_taken_back_too(it: SiteInTest, question: Message) -> None:
    reply = reply_to(it, question)
    await reply.status("正在翻档案…")
    await shown(it, "agents.sessions.setStatus")
    await reply.drop()
    assert it.slack.threads.status(question.channel.id, question.ts) == ""
    assert it.slack.threads.sessions[question.channel.id, question.ts].status == "active"
    assert refused(it) == []


async def test_a_failure_is_one_message_with_its_code_in_small_print(it: SiteInTest, question: Message) -> None:
    reply = reply_to(it, question)
    await reply.sources([citation()])
    await shown(it, "chat.startStream")
    await reply.fail(Notice(code="model_busy", sentence="现在问的人太多。", hint="过一分钟再问。"))
    [message] = by_the_bot(it, question.channel)
    assert said(message.blocks) == "现在问的人太多。过一分钟再问。"
    assert small_print(message.blocks) == "代码 model_busy"
    assert block_ids(message) == []
    assert it.host.live == []
    assert refused(it) == []


async def test_only_who_asked_sees_a_card_in_a_channel(it: SiteInTest, question: Message) -> None:
    reply = reply_to(it, question)
    await reply.status("…")
    await shown(it, "assistant.threads.setStatus")
    await reply.confirm(card())
    [message] = it.slack.bot_messages.ephemeral
    assert (message.ephemeral_for, by_the_bot(it, question.channel)) == (it.ann.id, [])
    styles = [element.get("style") for element in message.blocks[-1]["elements"]]
    assert styles == ["danger", None]
    assert refused(it) == []


async def test_a_card_that_slack_refuses_is_not_taken_for_an_end(it: SiteInTest, question: Message) -> None:
    """Invariant 6."""
    it.slack.faults.refuse_next("chat.postEphemeral", "user_not_in_channel")
    reply = reply_to(it, question)
    with pytest.raises(SlackError):
        await reply.confirm(card())
    assert not reply.has_ended
    await reply.fail(Notice(code="slack_internal", sentence="出了点问题。", hint=""))
    [message] = by_the_bot(it, question.channel)
    assert small_print(message.blocks) == "代码 slack_internal"


async def test_words_that_were_not_streamed_are_there_when_the_stream_ends(it: SiteInTest, question: Message) -> None:
    reply = reply_to(it, question)
    await reply.sources([citation()])
    await shown(it, "chat.startStream")
    it.slack.faults.hold("chat.update")
    ending = asyncio.create_task(reply.finish(answer()))
    await shown(it, "chat.stopStream")
    [message] = by_the_bot(it, question.channel)
    await it.slack.journal.until(lambda: message.streaming_state == "completed")
    assert answer().text in said([block for block in message.blocks if block["type"] == "rich_text"])
    it.slack.faults.release("chat.update")
    await ending
    assert (said(message.blocks), block_ids(message)) == (answer().text, ["answer:a1"])
    assert refused(it) == []


async def test_a_message_that_somebody_deleted_meanwhile_is_posted_anew(it: SiteInTest, question: Message) -> None:
    reply = reply_to(it, question)
    await reply.sources([citation()])
    await shown(it, "chat.startStream")
    [growing] = by_the_bot(it, question.channel)
    it.slack.bot_messages.take_back(growing)
    await reply.finish(answer())
    [message] = by_the_bot(it, question.channel)
    assert message.ts != growing.ts
    assert said(message.blocks) == answer().text


async def test_a_message_of_the_time_before_a_restart_is_taken_up(it: SiteInTest, question: Message) -> None:
    first = reply_to(it, question)
    noted: list[str] = []

    async def note(ts: str) -> None:
        noted.append(ts)

    first.on_shown = note
    await first.sources([citation()])
    await shown(it, "chat.startStream")
    await first.closed()
    second = reply_to(it, question, shown=noted[0])
    it.slack.clock.advance(301)
    await second.finish(answer())
    [message] = by_the_bot(it, question.channel)
    assert said(message.blocks) == answer().text


async def test_a_long_answer_ends_with_the_message_that_carries_its_id(it: SiteInTest, question: Message) -> None:
    text = "\n\n".join(f"第 {number} 段。" + "很长的一句话，说了很多。" * 40 + "[1]" for number in range(30))
    reply = reply_to(it, question)
    await reply.finish(answer(text))
    messages = by_the_bot(it, question.channel)
    assert [block_ids(message) for message in messages] == [[], ["answer:a1"]]
    assert reply.ts == messages[-1].ts
    joined = "".join(said(message.blocks) for message in messages)
    assert "".join(joined.split()) == "".join(text.split())
    assert refused(it) == []


async def test_an_answer_outlives_a_slack_that_is_away_for_a_moment(it: SiteInTest, question: Message) -> None:
    it.slack.limits.refuse_next("chat.postMessage", times=2, retry_after=0)
    reply = reply_to(it, question)
    await reply.finish(answer())
    assert len(by_the_bot(it, question.channel)) == 1
