"""What only one person saw goes to the channel, or it is said why not (design: no leak)."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from connectors.connector import Answer, Reply, Revision, Utterance
from connectors.events import ChannelId, MessagePosted
from connectors.slack.answer_blocks import answer_messages
from connectors.slack.errors import MembershipUnknown
from connectors.slack.ids import channel_id, person_id
from connectors.slack.records import message_record
from connectors.slack.revising import revise
from connectors.slack.sharing import Sharing, share_blocks
from tests.fakes.slack import Channel, Message
from tests.fakes.slack_desk import Desk, at_desk, words_of

ANSWER = Answer(
    answer_id="a1",
    question="发布日期是 <!channel> 哪天？",
    text="11 月 30 日。",
    abstained=False,
    reason=None,
    citations=(),
    model="m",
    language="zh",
)


@pytest.fixture
async def desk() -> AsyncIterator[Desk[Sharing]]:
    async with at_desk(Sharing) as desk:
        desk.it.host.answers["a1"] = ANSWER
        yield desk


def whispered(desk: Desk[Sharing], *, with_bot: bool = True) -> Message:
    members = [desk.it.ann, desk.it.bot] if with_bot else [desk.it.ann]
    channel = desk.it.workspace.add_channel("general", members=members)
    [shown] = answer_messages(ANSWER, more=share_blocks(ANSWER))
    message = desk.post(channel, shown.text, list(shown.blocks))
    channel.workspace.take_out(message)
    return desk.it.slack.bot_messages.whisper(message, desk.it.ann.id)


async def press(desk: Desk[Sharing], message: Message, action: str = "share_answer") -> str:
    desk.it.slack.hands.press(desk.it.ann, message, action)
    await desk.quiet()
    return desk.whispers_to(desk.it.ann)[-1].text


def shown_in(channel: Channel) -> list[Message]:
    return list(channel.messages.values())


async def test_what_everybody_may_read_is_posted_once_with_who_shared_it(desk: Desk[Sharing]) -> None:
    message = whispered(desk)
    desk.it.host.shareable.add(("a1", channel_id(message.channel.id)))
    assert await press(desk, message) == "已分享到频道。"
    [shared] = shown_in(message.channel)
    words = words_of(shared)
    assert "11 月 30 日。" in words
    assert f"<@{desk.it.ann.id}> 分享了我的回答" in words
    assert "<!channel>" not in words
    assert shared.blocks[-2]["block_id"] == "answer:a1"
    [posted] = desk.it.host.live
    assert isinstance(posted, MessagePosted)
    assert (posted.answer_id, posted.text) == ("a1", "11 月 30 日。")
    ann = desk.it.host.shares[0][1]
    assert desk.it.host.shares == [("a1", ann, channel_id(message.channel.id))]
    assert ann.endswith(desk.it.ann.id)
    assert await press(desk, message) == "这条回答已经分享过了。"
    assert len(shown_in(message.channel)) == 1
    assert not desk.refusals()


async def test_a_long_one_says_nowhere_any_more_what_was_deleted(desk: Desk[Sharing]) -> None:
    """Invariant 3."""
    message = whispered(desk)
    desk.it.host.shareable.add(("a1", channel_id(message.channel.id)))
    long = desk.it.host.answers["a1"] = replace(ANSWER, text="这一句会被删掉，它很长很长。" * 800)
    await press(desk, message)
    shared = shown_in(message.channel)
    assert len(shared) > 1
    site = desk.it.site
    gone = Revision(
        answer_id=long.answer_id,
        record_id=message_record(site, message.channel.id, shared[-1].ts),
        channel=await site.directory.channel(message.channel.id),
        text="（已删除）",
        citations=(),
        language="zh",
    )
    await revise(site, gone)
    assert "会被删掉" not in "".join(words_of(one) for one in shown_in(message.channel))
    assert not desk.refusals()


async def test_what_somebody_here_may_not_read_is_asked_anew_instead(desk: Desk[Sharing]) -> None:
    message = whispered(desk)

    async def answers(_: Utterance, reply: Reply) -> None:
        await reply.finish(replace(ANSWER, answer_id="a2", text="公开的记录里没有。"))

    desk.it.host.conversing = answers
    assert "并非人人都能看" in await press(desk, message)
    assert not shown_in(message.channel)
    await press(desk, desk.whispers_to(desk.it.ann)[-1], "ask_here")
    [utterance] = desk.it.host.utterances
    assert (utterance.kind, utterance.text) == ("mention", ANSWER.question)
    assert utterance.person.person_id == person_id(desk.it.ann.id)
    [asked, answered] = shown_in(message.channel)
    assert "问：" in words_of(asked)
    assert answered.thread_ts == asked.ts
    assert "11 月 30 日" not in words_of(answered)
    assert not desk.refusals()


async def test_who_is_here_is_asked_before_anything_is_posted(desk: Desk[Sharing]) -> None:
    message = whispered(desk)
    desk.it.host.shareable.add(("a1", channel_id(message.channel.id)))

    async def unknown(_: str) -> None:
        raise MembershipUnknown

    desk.it.site.memberships.refresh_channel = unknown  # type: ignore[method-assign,assignment]  # Slack does not say
    assert "没法从 Slack 确认" in await press(desk, message)
    assert not shown_in(message.channel)


async def test_where_the_bot_is_not_it_says_so(desk: Desk[Sharing]) -> None:
    message = whispered(desk, with_bot=False)
    desk.it.host.shareable.add(("a1", channel_id(message.channel.id)))
    assert "/invite" in await press(desk, message)
    assert not desk.it.host.notebook.notes


async def test_an_answer_that_was_withdrawn_is_not_shared(desk: Desk[Sharing]) -> None:
    message = whispered(desk)
    desk.it.host.shareable.add(("a1", ChannelId(channel_id(message.channel.id))))
    desk.it.host.answers["a1"] = replace(ANSWER, abstained=True, reason="source_deleted")
    assert "不在档案里" in await press(desk, message)
    assert not shown_in(message.channel)


async def test_a_failure_is_told_to_who_pressed(desk: Desk[Sharing], monkeypatch: pytest.MonkeyPatch) -> None:
    """Invariant 6."""

    async def fails(*_: object) -> bool:
        raise RuntimeError("a secret of the machine")

    monkeypatch.setattr(desk.it.host, "may_share", fails)
    message = whispered(desk)
    assert await press(desk, message) == "这次没有成功，请过一会儿再试。"
    assert not shown_in(message.channel)


@pytest.mark.parametrize("answer", [replace(ANSWER, abstained=True), replace(ANSWER, reason="said")])
def test_what_rests_on_nothing_has_nothing_to_share(answer: Answer) -> None:
    assert not share_blocks(answer)
