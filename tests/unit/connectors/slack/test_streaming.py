"""What a growing message does when Slack is in a mood, and how often it is changed."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from connectors.connector import Citation
from connectors.slack.answer_blocks import answer_messages
from connectors.slack.errors import SlackAway
from connectors.slack.reply import SlackReply
from connectors.slack.streaming import GrowingMessage, Progress
from connectors.slack.surface import Surface
from tests.fakes.slack import Message
from tests.fakes.slack_site import SiteInTest, slack_site
from tests.unit.connectors.slack.answering import answer, by_the_bot, citation, place_of, said


@pytest.fixture
async def it() -> AsyncIterator[SiteInTest]:
    async with slack_site() as made:
        yield made


@pytest.fixture
def question(it: SiteInTest) -> Message:
    return it.slack.people.post(it.ann, it.workspace.add_channel("general", members=[it.ann, it.bot]), "什么时候发布？")


def growing(it: SiteInTest, question: Message, **options: Any) -> GrowingMessage:
    return GrowingMessage(
        surface=Surface(it.site), place=place_of(it, question), language="zh", title=question.text, **options
    )


def progress(text: str = "", *, status: str = "正在阅读…", found: tuple[Citation, ...] = (citation(),)) -> Progress:
    return Progress(status=status, text=text, found=found)


def calls(it: SiteInTest, method: str) -> int:
    return len(it.slack.journal.calls(method))


def refused(it: SiteInTest) -> list[str]:
    return [refusal.error for refusal in it.slack.journal.refusals if refusal.surface == "api"]


async def test_only_what_is_new_is_sent(it: SiteInTest, question: Message) -> None:
    message = growing(it, question)
    await message.show(progress())
    await message.show(progress())
    await message.show(progress("一句。"))
    await message.show(progress("一句。"))
    await message.show(progress("一句。两句。"))
    assert (calls(it, "chat.startStream"), calls(it, "chat.appendStream")) == (1, 2)
    [shown] = by_the_bot(it, question.channel)
    assert shown.text == "一句。两句。"
    assert shown.blocks[-1]["title"] == "找到 1 条记录"
    assert refused(it) == []


async def test_a_text_too_long_for_a_stream_goes_on_as_a_message(it: SiteInTest, question: Message) -> None:
    message, text = growing(it, question), "很长的一句话。" * 1_000
    await message.show(progress(text))
    await message.show(progress(text * 2))
    assert (calls(it, "chat.stopStream"), message.is_streaming) == (1, False)
    await message.end(answer_messages(answer(text * 2)))
    together = "".join(said(each.blocks) for each in by_the_bot(it, question.channel))
    assert "".join(together.split()) == text * 2
    assert refused(it) == []


async def test_who_presses_stop_sees_nothing_grow_any_more(it: SiteInTest, question: Message) -> None:
    message = growing(it, question)
    await message.show(progress("一句。"))
    [shown] = by_the_bot(it, question.channel)
    it.slack.streams.end(it.slack.streams.running(shown), by="user")
    await message.show(progress("一句。两句。"))
    await message.show(progress("一句。两句。三句。"))
    assert (shown.text, calls(it, "chat.update")) == ("一句。", 0)
    await message.take_back()
    assert by_the_bot(it, question.channel) == []


async def test_a_stream_whose_beginning_was_lost_is_taken_away(it: SiteInTest, question: Message) -> None:
    it.slack.faults.lose_next_answer("chat.startStream")
    message = growing(it, question)
    with pytest.raises(SlackAway):
        await message.show(progress())
    assert len(by_the_bot(it, question.channel)) == 1
    await message.end(answer_messages(answer()))
    [shown] = by_the_bot(it, question.channel)
    assert said(shown.blocks) == answer().text


async def test_an_answer_whose_posting_was_lost_is_there_once(it: SiteInTest, question: Message) -> None:
    """Invariant 2."""
    it.slack.faults.lose_next_answer("chat.postMessage")
    reply = SlackReply(surface=Surface(it.site), place=place_of(it, question), language="zh")
    await reply.finish(answer())
    [shown] = by_the_bot(it, question.channel)
    assert reply.ts == shown.ts


async def test_more_streams_than_slack_takes_become_messages(it: SiteInTest, question: Message) -> None:
    it.slack.limits.refuse_next("chat.startStream", retry_after=60)
    message = growing(it, question)
    with pytest.raises(SlackAway):
        await message.show(progress())
    await message.show(progress("一句。"))
    [shown] = by_the_bot(it, question.channel)
    assert said(shown.blocks) == "一句。"
    assert calls(it, "chat.startStream") == 1


async def test_what_this_slack_lacks_is_not_tried_again_and_again(it: SiteInTest, question: Message) -> None:
    it.slack.faults.refuse_next("assistant.threads.setStatus", "missing_scope")
    surface = Surface(it.site)
    for _ in range(3):
        message = GrowingMessage(surface=surface, place=place_of(it, question), language="zh", title="")
        await message.show(progress(found=()))
        await message.take_back()
    assert calls(it, "assistant.threads.setStatus") == 1
    assert calls(it, "chat.startStream") == 3
    assert by_the_bot(it, question.channel) == []


async def test_without_status_and_streams_a_message_says_what_goes_on(it: SiteInTest, question: Message) -> None:
    for method in ("assistant.threads.setStatus", "chat.startStream"):
        it.slack.faults.refuse_next(method, "unknown_method")
    message = growing(it, question)
    await message.show(progress(found=()))
    [shown] = by_the_bot(it, question.channel)
    assert shown.blocks[0]["elements"][0]["text"] == "正在阅读…"
    await message.end(answer_messages(answer()))
    assert said(shown.blocks) == answer().text


async def test_many_pieces_are_few_calls(it: SiteInTest, question: Message) -> None:
    """Slack takes a hundred appends a minute from everybody together."""
    reply = SlackReply(surface=Surface(it.site), place=place_of(it, question), language="zh", pace_seconds=0.05)
    began = asyncio.get_running_loop().time()
    await reply.sources([citation()])
    for number in range(100):
        await reply.delta(f"第 {number} 句。")
        await asyncio.sleep(0.002)
    took = asyncio.get_running_loop().time() - began
    await reply.finish(answer())
    assert calls(it, "chat.startStream") == 1
    assert calls(it, "chat.appendStream") <= took / 0.05 + 1


@pytest.mark.parametrize("method", ["assistant.threads.setStatus", "agents.sessions.setStatus"])
async def test_no_answer_waits_for_a_status(it: SiteInTest, question: Message, method: str) -> None:
    it.slack.faults.hold(method)
    reply = SlackReply(surface=Surface(it.site), place=place_of(it, question), language="zh")
    await reply.status("正在翻档案…")
    await it.slack.journal.until(lambda: calls(it, method))
    ending = asyncio.create_task(reply.finish(answer()))
    await it.slack.journal.until(lambda: by_the_bot(it, question.channel))
    it.slack.faults.release(method)
    await ending
    [shown] = by_the_bot(it, question.channel)
    assert said(shown.blocks) == answer().text
    session = it.slack.threads.sessions.get((question.channel.id, question.ts))
    assert session is None or session.status == "active"


async def test_a_session_ends_with_its_stream_and_without_another_call(it: SiteInTest, question: Message) -> None:
    message = growing(it, question)
    await message.show(progress(found=()))
    await message.show(progress("一句。"))
    await message.end(answer_messages(answer()))
    assert it.slack.threads.sessions[question.channel.id, question.ts].status == "active"
    assert calls(it, "agents.sessions.setStatus") == 1
    assert refused(it) == []


async def test_a_reply_that_is_left_alone_leaves_no_task(it: SiteInTest, question: Message) -> None:
    before = asyncio.all_tasks()
    reply = SlackReply(surface=Surface(it.site), place=place_of(it, question), language="zh")
    await reply.status("正在翻档案…")
    await reply.closed()
    ours = [task for task in asyncio.all_tasks() - before if "aiohttp/web" not in repr(task)]
    assert not [task for task in ours if not task.done()]
