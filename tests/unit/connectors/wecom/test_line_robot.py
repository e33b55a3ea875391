"""The robot by long connection, over the strict fake: what people see, and what is kept and told."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence

import pytest

from connectors.live_host import Letter
from connectors.wecom.errors import WeComError
from connectors.wecom.line_robot import LineRobot
from connectors.wecom.observing import count_kind
from connectors.wecom.site import Heard, Voice
from tests.fakes.live_host import FakeLiveHost
from tests.fakes.wecom import FakeWeCom, small_company
from tests.unit.connectors.wecom.robots import (
    QUICK,
    ScriptedConversing,
    card,
    echo,
    line,
    line_configuration,
    nothing_wrong,
    site_of,
    until,
)


async def test_a_question_in_a_group_is_answered_in_one_growing_message() -> None:
    async def answering(heard: Heard, voice: Voice) -> None:
        voice.judged_as("fb-1")
        await voice.show("Looking")
        await shown.wait()
        await voice.finish("The pumps come on Friday [1]")

    shown = asyncio.Event()
    async with line(answering) as it:
        await it.fake.robot.mention("alice", "wrPUMPS", "when do the pumps come?", space="\u2005")
        await it.fake.screen.until(lambda message: message.text == "Looking")
        shown.set()
        answer = await it.fake.screen.until(lambda message: message.finished)
        assert answer.text == "The pumps come on Friday [1]"
        assert answer.feedback_id == "fb-1"
        assert len(it.fake.screen.messages) == 1
        assert it.conversing.messages[0].text == "when do the pumps come?"
        nothing_wrong(it.fake)


async def test_a_message_is_durable_before_anybody_hears_of_it_and_gone_when_it_is_answered() -> None:
    kept: list[int] = []

    async def answering(heard: Heard, voice: Voice) -> None:
        kept.append(len(host.mailbox.letters))
        await echo(heard, voice)

    host = FakeLiveHost()
    async with line(answering, host=host) as it:
        await it.fake.robot.direct("bob", "hello")
        await it.fake.screen.until(lambda shown: shown.finished)
        await until(lambda: not host.mailbox.letters)
        assert kept == [1]


async def test_the_same_message_twice_is_answered_once() -> None:
    async with line() as it:
        sent = await it.fake.robot.direct("bob", "hello")
        await it.fake.robot.repeat(sent)
        await it.fake.screen.until(lambda shown: shown.finished)
        await it.fake.robot.repeat(sent)
        await it.fake.robot.direct("bob", "again")
        await it.fake.screen.until(lambda shown: shown.text == "you said: again" and shown.finished)
        assert [heard.text for heard in it.conversing.messages] == ["hello", "again"]
        nothing_wrong(it.fake)


async def test_a_mailbox_that_fails_for_a_moment_loses_no_message() -> None:
    host = FakeLiveHost()
    keep, failures = host.mailbox.keep, [OSError("disk"), TimeoutError()]

    async def sometimes(source: str, key: str, body: Mapping[str, object]) -> bool:
        if failures:
            raise failures.pop()
        return await keep(source, key, body)

    host.mailbox.keep = sometimes  # type: ignore[method-assign]  # what a full disk does
    async with line(host=host) as it:
        await it.fake.robot.direct("bob", "hello")
        await it.fake.screen.until(lambda shown: shown.finished)


async def test_an_answer_that_failed_is_made_again() -> None:
    async def fails_once(heard: Heard, voice: Voice) -> None:
        if len(it.conversing.messages) == 1:
            raise OSError("away")
        await echo(heard, voice)

    async with line(fails_once) as it:
        await it.fake.robot.direct("bob", "hello")
        await it.fake.screen.until(lambda shown: shown.text == "you said: hello" and shown.finished)
        assert len(it.fake.screen.messages) == 1


async def test_what_was_asked_before_a_restart_is_answered_after_it_in_the_same_message() -> None:
    async def never(heard: Heard, voice: Voice) -> None:
        voice.judged_as("fb-1")
        await voice.show("Looking")
        await asyncio.Event().wait()

    async with line(never) as it:
        await it.fake.robot.mention("alice", "wrPUMPS", "when?")
        shown = await it.fake.screen.until(lambda message: message.text == "Looking")
        await it.robot.close()
        configuration = line_configuration(it.fake)
        conversing = ScriptedConversing(echo)
        again = LineRobot(site_of(it.fake, it.host, configuration), configuration, conversing, timing=QUICK)
        await again.start()
        try:
            await it.fake.screen.until(lambda message: message.finished)
            assert shown.text == "you said: when?"
            assert len(it.fake.screen.messages) == 1
            assert await again.can_send(chat_id="wrPUMPS", user_id=None)
            nothing_wrong(it.fake)
        finally:
            await again.close()


async def test_a_start_that_failed_can_be_tried_again() -> None:
    fake, host = FakeWeCom(small_company(mode="long_connection")), FakeLiveHost()
    waiting, failures = host.mailbox.waiting, [OSError("disk")]

    async def sometimes(source: str, *, limit: int) -> Sequence[Letter]:
        if failures:
            raise failures.pop()
        return await waiting(source, limit=limit)

    host.mailbox.waiting = sometimes  # type: ignore[method-assign]  # a disk that is away for a moment
    async with fake.running():
        configuration = line_configuration(fake)
        robot = LineRobot(site_of(fake, host, configuration), configuration, ScriptedConversing(), timing=QUICK)
        with pytest.raises(OSError, match="disk"):
            await robot.start()
        await robot.start()
        await until(lambda: robot.state == "connected")
        await robot.close()
        assert len(fake.ledger.named("aibot_subscribe")) == 1


async def test_whoever_opens_the_chat_is_welcomed() -> None:
    async with line() as it:
        await it.fake.robot.open_chat("carol")
        shown = await it.fake.screen.until(lambda message: message.card is not None)
        assert shown.card is not None and shown.card["main_title"] == {"title": "hello"}
        nothing_wrong(it.fake)


@pytest.mark.parametrize("key", ["ok", "alone"])
async def test_a_click_changes_the_card_for_everybody_or_for_who_clicked(key: str) -> None:
    async with line() as it:
        await it.fake.robot.mention("alice", "wrPUMPS", "hello")
        await it.fake.screen.until(lambda shown: shown.finished)
        await it.robot.send_card(card("task-1", title="Delete?"), chat_id="wrPUMPS", user_id=None)
        shown = await it.fake.screen.until(lambda message: message.card is not None)
        await it.fake.robot.press("bob", shown, key, selected={"q1": ["a", "b"]})
        seen = it.fake.world.robot_sees("bob")
        changed = card("task-1", title="done")
        await until(lambda: (shown.card == changed) if key == "ok" else bool(shown.card_for))
        if key == "alone":
            assert list(shown.card_for) == [seen] and shown.card != changed
        (clicked,) = it.conversing.clicks
        assert (clicked[0], clicked[1], clicked[2].person_id) == (key, "task-1", f"wecom:{seen}")
        assert {question: list(options) for question, options in clicked[3].items()} == {"q1": ["a", "b"]}
        nothing_wrong(it.fake)


async def test_verdicts_are_handed_on() -> None:
    async with line() as it:
        await it.fake.robot.mention("alice", "wrPUMPS", "hello")
        answer = await it.fake.screen.until(lambda shown: shown.finished)
        await it.fake.robot.rate("bob", answer, "down", reasons=[2, 4], content="more detail please")
        await it.fake.robot.rate("bob", answer, "withdrawn")
        await until(lambda: len(it.conversing.verdicts) == 2)
        person = f"wecom:{it.fake.world.robot_sees('bob')}"
        assert sorted(it.conversing.verdicts, key=lambda verdict: verdict[2]) == [
            (answer.feedback_id, person, 2, (2, 4), "more detail please"),
            (answer.feedback_id, person, 3, (), ""),
        ]
        nothing_wrong(it.fake)


def test_whatever_comes_only_some_kinds_are_counted() -> None:
    kinds: Counter[str] = Counter()
    for number in range(1_000):
        count_kind(kinds, f"hologram {number}" + "!" * 1_000)
    assert len(kinds) == 101 and kinds["other"] == 900
    assert max(map(len, kinds)) == 60


async def test_what_is_unknown_is_counted_and_disturbs_nobody() -> None:
    async with line() as it:
        connection = await it.fake.long_connection.until_live()
        common = {"aibotid": "a", "from": {"userid": "bob"}, "chattype": "single"}
        for body in (
            {"msgid": "u1", **common, "msgtype": "event", "event": {"eventtype": "auth_change_event"}},
            {"msgid": "u2", **common, "msgtype": "hologram"},
            {"msgid": "", **common},
        ):
            frame = {"cmd": "aibot_event_callback", "headers": {"req_id": "r"}, "body": body}
            await connection.write(frame)
        await connection.socket.send_str("no frame")
        await it.fake.robot.direct("bob", "hello")
        await it.fake.screen.until(lambda shown: shown.finished)
        counted = {"auth_change_event": 1, "hologram": 1, "aibot_event_callback": 1}
        await until(lambda: dict(it.robot.unknown) == counted)


async def test_it_speaks_by_itself_only_where_somebody_has_written_to_it() -> None:
    async with line() as it:
        assert not await it.robot.can_send(chat_id="wrPUMPS", user_id=None)
        assert not await it.robot.can_send(chat_id=None, user_id="alice")
        await it.fake.robot.mention("alice", "wrPUMPS", "hello")
        await it.fake.screen.until(lambda shown: shown.finished)
        assert await it.robot.can_send(chat_id="wrPUMPS", user_id=None)
        assert not await it.robot.can_send(chat_id=None, user_id="alice")
        await it.robot.send_markdown("**digest**", chat_id="wrPUMPS", user_id=None, feedback_id="post-1")
        shown = it.fake.screen.messages[-1]
        assert (shown.text, shown.feedback_id, shown.chat.chatid) == ("**digest**", "post-1", "wrPUMPS")
        nothing_wrong(it.fake)


async def test_a_chat_that_it_was_thrown_out_of_is_forgotten() -> None:
    async with line() as it:
        await it.fake.robot.mention("alice", "wrPUMPS", "hello")
        await it.fake.screen.until(lambda shown: shown.finished)
        it.fake.world.groups["wrPUMPS"].has_robot = False
        with pytest.raises(WeComError):
            await it.robot.send_markdown("digest", chat_id="wrPUMPS", user_id=None, feedback_id=None)
        assert not await it.robot.can_send(chat_id="wrPUMPS", user_id=None)


async def test_a_file_goes_in_pieces_and_arrives_whole() -> None:
    data = bytes(range(256)) * 5_000
    async with line() as it:
        await it.fake.robot.direct("alice", "hello")
        await it.fake.screen.until(lambda shown: shown.finished)
        name = f"{'水泵' * 80}.pdf"
        seen = it.fake.world.robot_sees("alice")
        await it.robot.send_file(name, data, file_type="file", chat_id=None, user_id=seen)
        shown = it.fake.screen.messages[-1]
        assert shown.data == data
        assert shown.file_name.endswith(".pdf") and len(shown.file_name.encode()) <= 256
        assert len(it.fake.ledger.named("aibot_upload_media_chunk")) == 3
        nothing_wrong(it.fake)
        with pytest.raises(ValueError, match="file of 2 bytes"):
            await it.robot.send_file("a", b"ab", file_type="file", chat_id=None, user_id=seen)


async def test_words_of_people_never_reach_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    async with line() as it:
        await it.fake.robot.direct("bob", "nobody-may-read-this")
        await it.fake.screen.until(lambda shown: shown.finished)
        assert "nobody-may-read-this" not in caplog.text
        assert it.fake.world.robot.secret not in caplog.text
