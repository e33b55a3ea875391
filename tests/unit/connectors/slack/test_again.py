"""A second answer and the choice between two, over the fake Slack."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from connectors.connector import Answer, Citation, Notice, Reply, Utterance
from connectors.slack.again import Again
from connectors.slack.answer_blocks import answer_messages
from connectors.slack.ids import channel_id, message_id, person_id
from connectors.slack.surface import ReplyPlace
from tests.fakes.slack import Message
from tests.fakes.slack_desk import Desk, at_desk, words_of
from tests.unit.connectors.slack.answering import citation

FIRST = Answer(
    answer_id="a1",
    question="发布日期？",
    text="11 月 30 日。",
    abstained=False,
    reason=None,
    citations=(),
    model="m",
    language="zh",
)
SECOND = replace(FIRST, answer_id="a2", text="改到 12 月 7 日了。")


@pytest.fixture
async def desk() -> AsyncIterator[Desk[Again]]:
    async with at_desk(Again) as desk:
        desk.it.host.answers = {"a1": FIRST, "a2": SECOND}

        async def answers(_: Utterance, reply: Reply) -> None:
            await reply.status("…")
            await reply.finish(SECOND)

        desk.it.host.conversing = answers
        yield desk


def answered(desk: Desk[Again], answer: Answer = FIRST, *, only_for_ann: bool = False) -> Message:
    channel = desk.it.workspace.add_channel("general", members=[desk.it.ann, desk.it.bot])
    desk.it.host.shareable |= {("a1", channel_id(channel.id)), ("a2", channel_id(channel.id))}
    question = desk.it.slack.people.post(desk.it.ann, channel, answer.question, quietly=True)
    [shown] = answer_messages(answer)
    message = desk.post(channel, shown.text, list(shown.blocks), thread=None if only_for_ann else question)
    if only_for_ann:
        channel.workspace.take_out(message)
        desk.it.slack.bot_messages.whisper(message, desk.it.ann.id)
    return message


async def pair_of(desk: Desk[Again], message: Message) -> Message:
    desk.it.slack.hands.press(desk.it.ann, message, "answer_again")
    await desk.quiet()
    return desk.whispers_to(desk.it.ann)[-1]


async def pick(desk: Desk[Again], pair: Message, answer: Answer) -> None:
    desk.it.slack.hands.press(desk.it.ann, pair, f"answer_pick:{name_of(pair, answer)}")
    await desk.quiet()


def name_of(pair: Message, answer: Answer) -> str:
    words = words_of(pair)
    other = SECOND if answer is FIRST else FIRST
    if answer.text in words and other.text in words:
        return "A" if words.index(answer.text) < words.index(other.text) else "B"
    return "A" if '"answer_pick:A"' in str(pair.blocks).replace("'", '"') else "B"


def thread_of(message: Message) -> list[str]:
    return [words_of(found) for found in message.channel.threads[message.thread_ts or ""].values()]


async def test_the_second_answer_is_shown_beside_the_first_to_who_asked_for_it(desk: Desk[Again]) -> None:
    message = answered(desk)
    pair = await pair_of(desk, message)
    assert FIRST.text in words_of(pair)
    assert SECOND.text in words_of(pair)
    assert pair.thread_ts == message.thread_ts
    [(answer_id, utterance)] = desk.it.host.again
    assert (answer_id, utterance.kind, utterance.text) == ("a1", "thread", "发布日期？")
    assert utterance.thread_id == message_id(message.channel.id, message.thread_ts or "")
    assert len(thread_of(message)) == 1
    assert not desk.refusals()


async def test_chance_decides_which_comes_first(desk: Desk[Again]) -> None:
    names = set()
    for _ in range(24):
        names.add(name_of(await pair_of(desk, answered(desk)), FIRST))
    assert names == {"A", "B"}


async def test_the_second_takes_the_place_of_the_first_and_back(desk: Desk[Again]) -> None:
    message = answered(desk)
    pair = await pair_of(desk, message)
    first_shown = "a1" if name_of(pair, FIRST) == "A" else "a2"
    await pick(desk, pair, SECOND)
    assert desk.it.host.preferences == [("a2", "a1", first_shown, person_id(desk.it.ann.id))]
    [shown] = thread_of(message)
    assert SECOND.text in shown
    assert "谢谢" in words_of(pair)
    [posted] = desk.it.host.live
    assert getattr(posted, "answer_id", "") == "a2"
    await pick(desk, pair, FIRST)
    assert desk.it.host.preferences[-1][:2] == ("a1", "a2")
    [shown] = thread_of(message)
    assert FIRST.text in shown
    assert not desk.refusals()


async def test_the_first_stays_where_it_is(desk: Desk[Again]) -> None:
    message = answered(desk)
    await pick(desk, await pair_of(desk, message), FIRST)
    assert desk.it.host.preferences[0][:2] == ("a1", "a2")
    assert list(message.channel.threads[message.thread_ts or ""].values()) == [message]
    assert not desk.it.slack.journal.calls("chat.postMessage")


async def test_two_taps_are_one(desk: Desk[Again]) -> None:
    message = answered(desk)
    pair = await pair_of(desk, message)
    for _ in range(3):
        desk.it.slack.hands.press(desk.it.ann, pair, f"answer_pick:{name_of(pair, SECOND)}")
    await desk.quiet()
    assert len(thread_of(message)) == 1
    assert not desk.refusals()


async def test_a_private_answer_stays_private(desk: Desk[Again]) -> None:
    message = answered(desk, only_for_ann=True)
    pair = await pair_of(desk, message)
    [(_, utterance)] = desk.it.host.again
    assert utterance.kind == "command"
    await pick(desk, pair, SECOND)
    shown = [words_of(found) for found in desk.whispers_to(desk.it.ann)]
    assert not any(FIRST.text in words for words in shown)
    assert sum(SECOND.text in words for words in shown) == 1
    assert not desk.it.slack.journal.calls("chat.postMessage")
    assert not desk.refusals()


async def test_what_somebody_here_may_not_read_any_more_is_not_posted(desk: Desk[Again]) -> None:
    """Design: no leak. Somebody joined between the two answers."""
    message = answered(desk)
    pair = await pair_of(desk, message)
    desk.it.host.shareable.clear()
    await pick(desk, pair, SECOND)
    assert list(message.channel.threads[message.thread_ts or ""].values()) == [message]
    assert "还是原来那个" in words_of(pair)
    assert SECOND.text in words_of(pair), "who picked it keeps it"
    assert desk.it.host.preferences


@pytest.mark.parametrize(("citations", "posted"), [((), 1), ((citation(),), 0)])
async def test_an_abstention_is_posted_if_everybody_may_read_what_it_quotes(
    desk: Desk[Again], citations: tuple[Citation, ...], posted: int
) -> None:
    """Design: no leak."""
    message = answered(desk)
    pair = await pair_of(desk, message)
    desk.it.host.shareable.clear()
    desk.it.host.answers["a2"] = replace(SECOND, abstained=True, reason="not_in_records", citations=citations)
    await pick(desk, pair, SECOND)
    assert sum(SECOND.text in words for words in thread_of(message)) == posted


async def test_while_it_is_made_another_press_waits_for_nothing(desk: Desk[Again]) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(_: Utterance, reply: Reply) -> None:
        begun.set()
        await go_on.wait()
        await reply.finish(SECOND)

    desk.it.host.conversing = slowly
    message = answered(desk)
    desk.it.slack.hands.press(desk.it.ann, message, "answer_again")
    await begun.wait()
    desk.it.slack.hands.press(desk.it.ann, message, "answer_again")
    await desk.it.slack.acknowledged()
    await desk.it.slack.journal.until(lambda: len(desk.whispers_to(desk.it.ann)) == 2)
    go_on.set()
    await desk.quiet()
    assert len(desk.it.host.again) == 1


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (replace(SECOND, text="11 月 30 日。 "), "还是一样"),
        (Notice(code="model_busy", sentence="模型很忙。", hint="过会儿再试。"), "模型很忙。"),
    ],
)
async def test_what_is_no_second_answer_is_told(desk: Desk[Again], end: Answer | Notice, words: str) -> None:
    async def ends(_: Utterance, reply: Reply) -> None:
        await (reply.finish(end) if isinstance(end, Answer) else reply.fail(end))

    desk.it.host.conversing = ends
    assert words in (await pair_of(desk, answered(desk))).text


async def test_an_answer_that_is_gone_is_told(desk: Desk[Again]) -> None:
    desk.it.host.answers = {}
    assert "不在档案里" in (await pair_of(desk, answered(desk))).text


async def offered(desk: Desk[Again], message: Message, *, second: Answer = SECOND) -> list[Message]:
    """What comes of an answer that was shown just now."""
    ann, channel = desk.it.ann, message.channel

    async def answers(_: Utterance, reply: Reply) -> None:
        await reply.finish(second)

    desk.it.host.conversing = answers
    utterance = Utterance(
        kind="mention",
        text=FIRST.question,
        channel=await desk.it.site.directory.channel(channel.id),
        person=await desk.it.site.directory.person(ann.id),
        record_id=None,
        thread_id=None,
        said_at=datetime.now(UTC),
    )
    place = ReplyPlace(
        channel=channel.id, thread_ts=message.thread_ts, user_id=ann.id, team_id=channel.workspace.id, is_direct=False
    )
    await desk.part.offer(utterance, FIRST, place, message.ts)
    return desk.whispers_to(ann)


async def test_now_and_then_who_asked_is_put_a_second_answer_unasked(desk: Desk[Again]) -> None:
    message = answered(desk)
    desk.it.host.wanted_pairs = {"a1"}
    [pair] = await offered(desk, message)
    ann = person_id(desk.it.ann.id)
    assert desk.it.host.pairs == [("a1", "a2", ann)]
    assert FIRST.text in words_of(pair)
    assert SECOND.text in words_of(pair)
    assert pair.thread_ts == message.thread_ts
    await pick(desk, pair, SECOND)
    assert desk.it.host.preferences[0][:2] == ("a2", "a1")
    [shown] = thread_of(message)
    assert SECOND.text in shown
    assert not desk.refusals()


async def test_who_does_not_want_to_pick_says_so_with_one_tap(desk: Desk[Again]) -> None:
    message = answered(desk)
    desk.it.host.wanted_pairs = {"a1"}
    [pair] = await offered(desk, message)
    desk.it.slack.hands.press(desk.it.ann, pair, "answer_pick_declined")
    await desk.quiet()
    assert desk.it.host.declined == [("a1", "a2", person_id(desk.it.ann.id))]
    assert SECOND.text not in words_of(pair)
    assert FIRST.text in thread_of(message)[0]
    assert not desk.it.host.preferences


@pytest.mark.parametrize("second", [FIRST, replace(SECOND, abstained=True)])
async def test_nobody_is_asked_to_pick_where_there_is_no_choice(desk: Desk[Again], second: Answer) -> None:
    message = answered(desk)
    desk.it.host.wanted_pairs = {"a1"}
    assert not await offered(desk, message, second=second)


async def test_mostly_nobody_is_asked(desk: Desk[Again]) -> None:
    assert not await offered(desk, answered(desk))
    assert not desk.it.host.again
