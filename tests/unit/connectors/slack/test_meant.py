"""“Did you mean …?” under an answer, over the fake Slack."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from connectors.connector import Answer, Notice, Reply, Utterance
from connectors.slack.answer_blocks import answer_messages
from connectors.slack.ids import person_id
from connectors.slack.meant import Meant
from tests.fakes.slack import Message, Person
from tests.fakes.slack_desk import Desk, at_desk, words_of
from tests.unit.connectors.slack.answering import citation

KNOWN = "大会议室怎么预订？"
BESIDE = Answer(
    answer_id="a1",
    question="预订会议室",
    text="提前一天。[1]",
    abstained=False,
    reason=None,
    citations=(citation(),),
    model="m",
    language="zh",
    meant=KNOWN,
)
STANDARD = replace(BESIDE, answer_id="s1", text="在行政系统里订。[1]", model="standard answer", meant="")


@pytest.fixture
async def desk() -> AsyncIterator[Desk[Meant]]:
    async with at_desk(Meant) as desk:
        desk.it.host.answers, desk.it.host.standard = {"a1": BESIDE}, {"a1": STANDARD}
        yield desk


def answered(desk: Desk[Meant], *, in_thread: bool = True) -> Message:
    channel = desk.it.workspace.add_channel("general", members=[desk.it.ann, desk.it.bot])
    question = desk.it.slack.people.post(desk.it.ann, channel, BESIDE.question, quietly=True)
    [shown] = answer_messages(BESIDE)
    return desk.post(channel, shown.text, list(shown.blocks), thread=question if in_thread else None)


async def press(desk: Desk[Meant], message: Message, person: Person | None = None) -> None:
    desk.it.slack.hands.press(person or desk.it.ann, message, "answer_meant")
    await desk.quiet()


def said(message: Message) -> list[str]:
    return [words_of(found) for found in message.channel.threads[message.thread_ts or ""].values()]


def test_the_question_stands_between_the_sources_and_the_thumbs_and_only_where_there_is_one() -> None:
    for language, line in (("zh", f"❓ 是不是想问：「{KNOWN}」"), ("en", f"❓ Did you mean: “{KNOWN}”")):
        [shown] = answer_messages(replace(BESIDE, language=language))  # type: ignore[arg-type]  # of the pairs above
        assert line in words_of({"blocks": list(shown.blocks)})
        assert [block["type"] for block in shown.blocks[-3:]] == ["section", "context_actions", "actions"]
    [plain] = answer_messages(STANDARD)
    assert "answer_meant" not in str(plain.blocks)


def test_what_people_wrote_in_it_mentions_nobody() -> None:
    [shown] = answer_messages(replace(BESIDE, meant="<!channel> <@U1> &?"))
    assert "&lt;!channel&gt; &lt;@U1&gt; &amp;?" in str(shown.blocks)


async def test_a_tap_puts_the_standard_answer_into_the_same_thread_and_the_archive(desk: Desk[Meant]) -> None:
    message = answered(desk)
    await press(desk, message)
    assert [STANDARD.text.removesuffix("[1]") in words for words in said(message)] == [False, True]
    [(answer_id, utterance)] = desk.it.host.meant_by
    assert (answer_id, utterance.kind, utterance.text) == ("a1", "thread", BESIDE.question)
    assert utterance.person.person_id == person_id(desk.it.ann.id)
    [kept] = desk.it.host.live
    assert getattr(kept, "answer_id", "") == "s1"
    assert not desk.whispers_to(desk.it.ann)
    assert not desk.refusals()


async def test_beside_an_answer_of_the_channel_itself_it_comes_into_the_channel(desk: Desk[Meant]) -> None:
    message = answered(desk, in_thread=False)
    await press(desk, message)
    [call] = desk.it.slack.journal.calls("chat.postMessage")
    assert not call.arguments.get("thread_ts")
    assert not desk.refusals()


async def test_beside_an_answer_that_one_person_sees_it_is_theirs_alone(desk: Desk[Meant]) -> None:
    """Invariant 4: it is made from what that person may read."""
    message = answered(desk, in_thread=False)
    message.channel.workspace.take_out(message)
    desk.it.slack.bot_messages.whisper(message, desk.it.ann.id)
    await press(desk, message)
    [(_, utterance)] = desk.it.host.meant_by
    assert utterance.kind == "command"
    assert STANDARD.text.removesuffix("[1]") in words_of(desk.whispers_to(desk.it.ann)[-1])
    assert not desk.it.slack.journal.calls("chat.postMessage")
    assert not desk.refusals()


async def test_who_taps_when_it_is_there_is_thanked_and_nothing_comes_twice(desk: Desk[Meant]) -> None:
    message = answered(desk)
    await press(desk, message)
    await press(desk, message)
    assert len(desk.it.slack.journal.calls("chat.postMessage")) == 1
    assert len(desk.it.host.meant_by) == 2
    [told] = desk.whispers_to(desk.it.ann)
    assert told.text == "谢谢，记下了。标准答案已经在这里了。"


@pytest.mark.parametrize(
    ("error", "told"),
    [(LookupError("a1"), "现在给不了"), (PermissionError("a1"), "看不到"), (ValueError("a1"), "没有成功")],
)
async def test_what_cannot_be_given_is_told_to_who_tapped_alone(
    desk: Desk[Meant], monkeypatch: pytest.MonkeyPatch, error: Exception, told: str
) -> None:
    """Invariant 6."""

    async def refuse(answer_id: str, utterance: Utterance, reply: Reply) -> bool:
        raise error

    monkeypatch.setattr(desk.it.host, "meant", refuse)
    await press(desk, answered(desk))
    [whispered] = desk.whispers_to(desk.it.ann)
    assert told in whispered.text
    assert not desk.it.slack.journal.calls("chat.postMessage")


async def test_a_failure_is_told_to_who_tapped_alone(desk: Desk[Meant], monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(answer_id: str, utterance: Utterance, reply: Reply) -> bool:
        await reply.fail(Notice(code="archive", sentence="档案没有回应。", hint="过会儿再试。"))
        return True

    monkeypatch.setattr(desk.it.host, "meant", fail)
    await press(desk, answered(desk))
    assert "档案没有回应" in desk.whispers_to(desk.it.ann)[-1].text
    assert not desk.it.slack.journal.calls("chat.postMessage")
