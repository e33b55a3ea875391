"""👍 and 👎, as buttons and as reactions, over the fake Slack."""

from collections.abc import AsyncIterator

import pytest

from connectors.connector import Answer
from connectors.events import PersonRef
from connectors.slack.answer_blocks import answer_messages
from connectors.slack.feedback import Feedback
from connectors.slack.ids import message_id, person_id
from tests.fakes.slack import Message, Person
from tests.fakes.slack_desk import Desk, at_desk, words_of

ANSWER = Answer(
    answer_id="a1",
    question="发布日期？",
    text="11 月 30 日。",
    abstained=False,
    reason=None,
    citations=(),
    model="m",
    language="zh",
)


@pytest.fixture
async def desk() -> AsyncIterator[Desk[Feedback]]:
    async with at_desk(Feedback) as desk:
        desk.it.host.answers["a1"] = ANSWER
        yield desk


def answered(desk: Desk[Feedback], *, members: tuple[Person, ...] = ()) -> Message:
    channel = desk.it.workspace.add_channel("general", members=[desk.it.ann, desk.it.bot, *members])
    question = desk.it.slack.people.post(desk.it.ann, channel, "发布日期？", quietly=True)
    [shown] = answer_messages(ANSWER)
    return desk.post(channel, shown.text, list(shown.blocks), thread=question)


def verdict_of(desk: Desk[Feedback], person: Person) -> tuple[str, tuple[str, ...], str] | None:
    return desk.it.host.verdicts.get(("a1", person_id(person.id)))


async def test_a_verdict_is_kept_before_it_is_acknowledged(desk: Desk[Feedback]) -> None:
    message = answered(desk)
    order: list[str] = []
    judge = desk.it.host.judge

    async def judged(**arguments: object) -> None:
        order.append(delivery.state)
        await judge(**arguments)  # type: ignore[arg-type]  # handed through

    desk.it.host.judge = judged  # type: ignore[method-assign]  # watched
    delivery = desk.it.slack.hands.press(desk.it.ann, message, "answer_feedback")
    await desk.quiet()
    assert order == ["sent"]
    assert delivery.state == "acknowledged"
    assert verdict_of(desk, desk.it.ann) == ("up", (), "")
    [thanks] = desk.whispers_to(desk.it.ann)
    assert "👍" in words_of(thanks)
    assert thanks.thread_ts == message.thread_ts
    assert not desk.refusals()


async def test_pressing_again_stays_and_the_other_side_wins(desk: Desk[Feedback]) -> None:
    message = answered(desk)
    for negative in (False, False, True):
        desk.it.slack.hands.press(desk.it.ann, message, "answer_feedback", negative=negative)
        await desk.quiet()
        assert verdict_of(desk, desk.it.ann) == ("down" if negative else "up", (), "")
    assert not desk.refusals()


async def test_presses_in_a_hurry_count_in_their_order(desk: Desk[Feedback]) -> None:
    message = answered(desk)
    for negative in (True, False, True, False):
        desk.it.slack.hands.press(desk.it.ann, message, "answer_feedback", negative=negative)
    await desk.quiet()
    assert verdict_of(desk, desk.it.ann) == ("up", (), "")


async def test_undo(desk: Desk[Feedback]) -> None:
    desk.it.slack.hands.press(desk.it.ann, answered(desk), "answer_feedback")
    await desk.quiet()
    [thanks] = desk.whispers_to(desk.it.ann)
    desk.it.slack.hands.press(desk.it.ann, thanks, "feedback_undo")
    await desk.quiet()
    assert verdict_of(desk, desk.it.ann) == ("withdrawn", (), "")
    assert "撤销" in words_of(thanks)
    assert "feedback_undo" not in str(thanks.blocks)
    assert not desk.refusals()


async def test_reasons_are_switched_on_and_off(desk: Desk[Feedback]) -> None:
    desk.it.slack.hands.press(desk.it.ann, answered(desk), "answer_feedback", negative=True)
    await desk.quiet()
    [asked] = desk.whispers_to(desk.it.ann)
    for reason, expected in (
        ("wrong", ("wrong",)),
        ("irrelevant", ("irrelevant", "wrong")),
        ("wrong", ("irrelevant",)),
    ):
        desk.it.slack.hands.press(desk.it.ann, asked, f"feedback_reason:{reason}")
        await desk.quiet()
        assert verdict_of(desk, desk.it.ann) == ("down", expected, "")
    assert "✓ 答非所问" in words_of(asked)
    assert "✓ 不对" not in words_of(asked)
    assert not desk.refusals()


async def test_other_asks_for_words(desk: Desk[Feedback]) -> None:
    desk.it.slack.hands.press(desk.it.ann, answered(desk), "answer_feedback", negative=True)
    await desk.quiet()
    [asked] = desk.whispers_to(desk.it.ann)
    desk.it.slack.hands.press(desk.it.ann, asked, "feedback_reason:other")
    await desk.it.slack.journal.until(lambda: desk.it.slack.views.open)
    [form] = desk.it.slack.views.open.values()
    empty = desk.it.slack.hands.submit(
        desk.it.ann, desk.it.installation, form, {"comment": {"text": {"type": "plain_text_input", "value": " "}}}
    )
    await desk.quiet()
    assert empty.answer == {"response_action": "errors", "errors": {"comment": "请写点什么。"}}
    said = {"comment": {"text": {"type": "plain_text_input", "value": "价格已经改了"}}}
    desk.it.slack.hands.submit(desk.it.ann, desk.it.installation, form, said)
    await desk.quiet()
    assert verdict_of(desk, desk.it.ann) == ("down", ("other",), "价格已经改了")
    assert not desk.it.slack.views.open
    assert "你写的已经记下了" in words_of(asked)
    assert "feedback_reason" not in str(asked.blocks)
    assert not desk.refusals()


async def test_who_reads_english_is_answered_in_english(desk: Desk[Feedback]) -> None:
    bob = desk.it.workspace.add_person("bob", locale="en-GB")
    desk.it.slack.hands.press(bob, answered(desk, members=(bob,)), "answer_feedback", negative=True)
    await desk.quiet()
    [asked] = desk.whispers_to(bob)
    assert "What was wrong?" in words_of(asked)


async def test_an_outsider_is_refused_with_a_sentence(desk: Desk[Feedback]) -> None:
    guest = desk.it.workspace.add_person("eve", team_id="TOTHER")
    desk.it.slack.hands.press(guest, answered(desk, members=(guest,)), "answer_feedback")
    await desk.quiet()
    assert verdict_of(desk, guest) is None
    [told] = desk.whispers_to(guest)
    assert told.text == "只有这个工作区自己的成员可以评价回答，所以没有记下。"


@pytest.mark.parametrize(
    ("error", "words"), [(PermissionError(), "看不到"), (LookupError(), "不在档案里"), (OSError(), "没有成功")]
)
async def test_who_may_not_judge_is_told_why(desk: Desk[Feedback], error: Exception, words: str) -> None:
    async def judge(**_: object) -> None:
        raise error

    desk.it.host.judge = judge  # type: ignore[method-assign]  # refuses
    desk.it.slack.hands.press(desk.it.ann, answered(desk), "answer_feedback")
    await desk.quiet()
    [told] = desk.whispers_to(desk.it.ann)
    assert words in told.text


async def react(desk: Desk[Feedback], message: Message, emoji: str, *, person: Person | None = None) -> None:
    desk.it.slack.people.react(person or desk.it.ann, message, emoji)
    await hear(desk, "reaction_added")


async def unreact(desk: Desk[Feedback], message: Message, emoji: str) -> None:
    desk.it.slack.people.unreact(desk.it.ann, message, emoji)
    await hear(desk, "reaction_removed")


async def hear(desk: Desk[Feedback], kind: str) -> None:
    delivery = desk.it.slack.deliveries.events(kind)[-1]
    for _ in range(2):
        # After a crash the same event may be heard again.
        await desk.part.heard(delivery.event, delivery.payload)


def shown_in(desk: Desk[Feedback], message: Message) -> None:
    record = message_id(message.channel.id, message.ts)

    async def answer_shown_in(asked: str) -> str | None:
        return "a1" if asked == record else None

    desk.it.host.answer_shown_in = answer_shown_in  # type: ignore[method-assign,assignment]  # one message


@pytest.mark.parametrize(
    ("emoji", "verdict"),
    [("+1", "up"), ("+1::skin-tone-3", "up"), ("thumbsup", "up"), ("-1", "down"), ("thumbsdown::skin-tone-6", "down")],
)
async def test_a_thumb_as_reaction_is_a_verdict_until_it_is_taken_away(
    desk: Desk[Feedback], emoji: str, verdict: str
) -> None:
    message = answered(desk)
    shown_in(desk, message)
    await react(desk, message, emoji)
    assert verdict_of(desk, desk.it.ann) == (verdict, (), "")
    await unreact(desk, message, emoji)
    assert verdict_of(desk, desk.it.ann) == ("withdrawn", (), "")
    assert not desk.refusals()


async def test_the_reaction_of_another_app_is_no_verdict(desk: Desk[Feedback]) -> None:
    message = answered(desk)
    shown_in(desk, message)
    other = desk.it.workspace.add_person("other-app", is_bot=True)
    await react(desk, message, "+1", person=other)
    assert verdict_of(desk, other) is None


async def test_taking_away_the_former_thumb_leaves_the_later_one(desk: Desk[Feedback]) -> None:
    message = answered(desk)
    shown_in(desk, message)
    await react(desk, message, "+1")
    await react(desk, message, "-1")
    await unreact(desk, message, "+1")
    assert verdict_of(desk, desk.it.ann) == ("down", (), "")


async def test_other_emoji_other_messages_and_the_bot_itself_are_no_verdicts(desk: Desk[Feedback]) -> None:
    message = answered(desk)
    shown_in(desk, message)
    await react(desk, message, "tada")
    await react(desk, message, "+1", person=desk.it.bot)
    other = desk.post(message.channel, "…", [])
    await react(desk, other, "+1")
    assert not desk.it.host.verdicts


async def test_a_reaction_keeps_the_reasons_given_before(desk: Desk[Feedback]) -> None:
    message = answered(desk)
    shown_in(desk, message)
    ann = PersonRef(person_id=person_id(desk.it.ann.id), platform="slack", name="Ann")
    await desk.it.host.judge(answer_id="a1", person=ann, verdict="down", reasons=["wrong"])
    await react(desk, message, "-1")
    assert verdict_of(desk, desk.it.ann) == ("down", ("wrong",), "")


async def test_a_reaction_that_could_not_be_kept_comes_again(desk: Desk[Feedback]) -> None:
    message = answered(desk)
    shown_in(desk, message)

    async def judge(**_: object) -> None:
        raise OSError

    desk.it.host.judge = judge  # type: ignore[method-assign]  # refuses
    with pytest.raises(OSError):
        await react(desk, message, "+1")
