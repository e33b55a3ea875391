"""A streamed answer over the long connection: pace, limits, expiry, lost connections."""

import asyncio
from datetime import UTC, datetime
from functools import partial

import pytest

from connectors.live_host import Letter
from connectors.wecom.byte_text import byte_count
from connectors.wecom.chat_budget import ChatBudget
from connectors.wecom.connection import Timing
from connectors.wecom.errors import ReplyExpired
from connectors.wecom.site import Heard, Voice
from connectors.wecom.stream_state import FOLLOWS, SIGN, SIGN_SECONDS
from tests.fakes.wecom import FakeWeCom, Shown, small_company
from tests.unit.connectors.wecom.robots import Line, card, line, nothing_wrong, until


class Told:
    """An answer that the test tells word by word."""

    def __init__(self, *, at_first: str = "") -> None:
        self._at_first = at_first
        self.voice: asyncio.Future[Voice] = asyncio.get_running_loop().create_future()
        self.over = asyncio.Event()

    async def __call__(self, heard: Heard, voice: Voice) -> None:
        voice.judged_as(f"fb-{heard.msgid}")
        await voice.show(self._at_first)
        self.voice.set_result(voice)
        await self.over.wait()

    async def ask(self, it: Line) -> Voice:
        await it.fake.robot.mention("alice", "wrPUMPS", "when?")
        return await self.voice


async def test_a_sign_of_life_comes_within_a_second_though_nothing_was_said_yet() -> None:
    told = Told()
    async with line(told) as it:
        voice = await told.ask(it)
        first = await it.fake.screen.until(lambda shown: True)
        assert first.text == SIGN
        assert SIGN_SECONDS <= 0.5, "the rest of the second is for the way there"
        await voice.finish("on Friday")
        assert (first.text, first.finished, first.feedback_id) == (
            "on Friday",
            True,
            f"fb-{it.conversing.messages[0].msgid}",
        )
        nothing_wrong(it.fake)


async def test_frames_in_between_are_dropped_and_the_last_one_never() -> None:
    told = Told()
    async with line(told) as it:
        voice = await told.ask(it)
        for number in range(200):
            await voice.show(f"{number} words")
            await asyncio.sleep(0.002)
        await voice.finish("the whole answer")
        (shown,) = it.fake.screen.messages
        assert shown.text == "the whole answer" and shown.finished
        assert 2 <= len(shown.frames) <= 21, "what is left of the chat's minute is for something else"
        numbers = [int(text.split()[0]) for text in shown.frames[:-1] if text != SIGN]
        assert numbers == sorted(numbers)
        nothing_wrong(it.fake)


async def test_frames_wait_for_the_answer_to_the_one_before() -> None:
    told = Told()
    async with line(told) as it:
        voice = await told.ask(it)
        await voice.show("first")
        await it.fake.screen.until(lambda shown: shown.text == "first")
        it.fake.long_connection.hold_acks()
        await voice.show("second")
        await it.fake.screen.until(lambda shown: shown.text == "second")
        await voice.show("third")
        ending = asyncio.create_task(voice.finish("last"))
        await asyncio.sleep(0.3)
        assert not ending.done()
        it.fake.long_connection.release_acks()
        await ending
        (shown,) = it.fake.screen.messages
        assert shown.frames[-2:] == ["second", "last"]
        nothing_wrong(it.fake)


async def test_an_answer_longer_than_a_message_takes_two() -> None:
    told = Told()
    long = "\n".join(f"第 {number} 行：水泵的交货日期" for number in range(700))
    assert byte_count(long) > 20_480
    async with line(told) as it:
        voice = await told.ask(it)
        await voice.show(long)
        await it.fake.screen.until(lambda shown: shown.text.startswith("第 0 行"))
        await voice.finish(long)
        first, second = it.fake.screen.messages
        assert "\n".join([first.text, second.text]) == long
        assert first.feedback_id == second.feedback_id
        nothing_wrong(it.fake)


async def test_a_stream_is_ended_well_before_its_six_minutes_and_the_answer_comes_in_a_message_of_its_own() -> None:
    told = Told(at_first="泵在")
    async with line(told, stream_seconds=0.8) as it:
        voice = await told.ask(it)
        sealed = await it.fake.screen.until(lambda shown: shown.finished)
        assert sealed.text == f"泵在\n\n{FOLLOWS['zh']}"
        await voice.show("more")
        await voice.finish("泵在周五到")
        assert [shown.text for shown in it.fake.screen.messages[1:]] == ["泵在周五到"]
        assert it.fake.screen.messages[1].feedback_id == sealed.feedback_id
        assert it.fake.screen.messages[1].chat.chatid == "wrPUMPS"
        nothing_wrong(it.fake)


@pytest.mark.parametrize("code", [846605, 846608])
async def test_a_stream_that_wecom_has_ended_is_followed_by_a_message(code: int) -> None:
    told = Told()
    async with line(told) as it:
        voice = await told.ask(it)
        await it.fake.screen.until(lambda shown: True)
        it.fake.faults.refuse_next("aibot_respond_msg", code)
        await voice.finish("on Friday")
        assert [(shown.msgtype, shown.text) for shown in it.fake.screen.messages[1:]] == [("markdown", "on Friday")]
        assert [call.errcode for call in it.fake.ledger.refusals] == [code]


@pytest.mark.parametrize("code", [6000, -1])
async def test_a_conflict_is_tried_again(code: int) -> None:
    told = Told()
    async with line(told) as it:
        voice = await told.ask(it)
        await it.fake.screen.until(lambda shown: True)
        it.fake.faults.refuse_next("aibot_respond_msg", code, code)
        await voice.finish("on Friday")
        assert [shown.text for shown in it.fake.screen.messages] == ["on Friday"]
        assert it.fake.screen.messages[0].finished


async def test_too_frequent_waits_and_is_not_tried_hot() -> None:
    told = Told()
    async with line(told, budget=ChatBudget(pauses=(0.05, 0.1), blocked_seconds=0.5)) as it:
        voice = await told.ask(it)
        await it.fake.screen.until(lambda shown: True)
        it.fake.faults.refuse_next("aibot_respond_msg", 45009)
        began = asyncio.get_running_loop().time()
        await voice.finish("on Friday")
        assert asyncio.get_running_loop().time() - began >= 0.5
        assert it.fake.screen.messages[0].text == "on Friday"


async def test_an_answer_that_ends_while_the_connection_is_closed_waits_for_the_next_one() -> None:
    """The socket is closed already, and whoever reads it has yet to notice."""
    told = Told()
    async with line(told) as it:
        voice = await told.ask(it)
        await voice.show("first")
        await it.fake.screen.until(lambda shown: shown.text == "first")
        socket = it.robot._connection._socket
        assert socket is not None
        closing = asyncio.create_task(socket.close())
        await until(lambda: socket.closed)
        await voice.finish("on Friday")
        await closing
        (shown,) = it.fake.screen.messages
        assert (shown.text, shown.finished) == ("on Friday", True)


async def test_an_answer_survives_a_lost_connection_in_its_own_message() -> None:
    told = Told()
    async with line(told) as it:
        voice = await told.ask(it)
        await voice.show("first")
        await it.fake.screen.until(lambda shown: shown.text == "first")
        await it.fake.long_connection.drop()
        await voice.finish("on Friday")
        (shown,) = it.fake.screen.messages
        assert (shown.text, shown.finished) == ("on Friday", True)
        assert it.fake.ledger.refusals == []


async def test_an_end_whose_answer_was_lost_is_not_said_twice() -> None:
    """The frame arrived, its answer came too late: the second try is refused because the first one ended it."""
    told = Told()
    async with line(told, timing=Timing(answer=0.3, first_pause=0.05)) as it:
        voice = await told.ask(it)
        await it.fake.screen.until(lambda shown: True)
        it.fake.long_connection.hold_acks()
        ending = asyncio.create_task(voice.finish("on Friday"))
        await it.fake.screen.until(lambda shown: shown.text == "on Friday")
        await until(lambda: 6000 in [call.errcode for call in it.fake.ledger.refusals])
        it.fake.long_connection.release_acks()
        await ending
        assert [shown.text for shown in it.fake.screen.messages] == ["on Friday"]


async def test_a_card_is_a_message_of_its_own() -> None:
    told = Told()
    async with line(told) as it:
        voice = await told.ask(it)
        await voice.card(card("task-1", title="Delete?"))
        await voice.finish("See the card")
        assert {shown.msgtype for shown in it.fake.screen.messages} == {"stream", "template_card"}
        nothing_wrong(it.fake)


async def test_nothing_is_shown_of_an_answer_that_ends_at_once_without_words() -> None:
    async def silent(heard: Heard, voice: Voice) -> None:
        voice.judged_as("fb")

    async with line(silent) as it:
        await it.fake.robot.mention("alice", "wrPUMPS", "when?")
        await it.conversing.seen.wait()
        await asyncio.sleep(0.6)
        assert it.fake.screen.messages == []


async def test_what_was_answered_before_a_restart_is_not_touched_after_it() -> None:
    """The program ended after the answer, and before the letter was done."""

    async def answered_already(heard: Heard, voice: Voice) -> None:
        voice.judged_as("fb")

    async with line() as it:
        await it.fake.robot.mention("alice", "wrPUMPS", "when?")
        shown = await it.fake.screen.until(lambda message: message.finished)
        (heard,) = it.conversing.messages
        await until(lambda: not it.host.mailbox.letters)
        it.conversing.answering = answered_already
        letter = Letter(
            key=heard.msgid,
            body={"req_id": "srv0", "body": it.fake.commands.turns[next(iter(it.fake.commands.turns))].body},
            received_at=datetime.now(UTC),
            attempts=1,
        )
        await it.robot._handle(letter)
        assert [message.text for message in it.fake.screen.messages] == [shown.text]
        nothing_wrong(it.fake)


async def test_the_end_goes_on_where_it_was_when_it_is_tried_again() -> None:
    told = Told()
    long = "\n".join(f"第 {number} 行：水泵的交货日期" for number in range(1_400))
    async with line(told) as it:
        voice = await told.ask(it)
        await it.fake.screen.until(lambda shown: True)
        it.fake.faults.refuse_next("aibot_send_msg", -1, -1, -1, -1)
        with pytest.raises(ReplyExpired):
            await voice.finish(long)
        await voice.finish(long)
        assert "\n".join(shown.text for shown in it.fake.screen.messages) == long


async def test_a_stream_that_nobody_ended_is_ended() -> None:
    async def half(heard: Heard, voice: Voice) -> None:
        voice.judged_as("fb")
        await voice.show("half")
        await shown.wait()

    shown = asyncio.Event()
    async with line(half) as it:
        await it.fake.robot.mention("alice", "wrPUMPS", "when?")
        await it.fake.screen.until(lambda message: message.text == "half")
        shown.set()
        await it.fake.screen.until(lambda message: message.finished)
        nothing_wrong(it.fake)


async def test_five_people_in_one_group_at_once_stay_within_its_budget() -> None:
    async def slow(heard: Heard, voice: Voice) -> None:
        voice.judged_as(f"fb-{heard.msgid}")
        for number in range(30):
            await voice.show(f"{number}")
            await asyncio.sleep(0.02)
        await voice.finish(f"answer to {heard.text}")

    fake = FakeWeCom(small_company(mode="long_connection"))
    async with line(slow, fake=fake) as it:
        for number in range(5):
            await it.fake.robot.mention("alice", "wrPUMPS", f"question {number}")
        for number in range(5):
            await it.fake.screen.until(partial(_says, f"answer to question {number}"))
        assert len(it.fake.ledger.named("aibot_respond_msg")) <= 30
        nothing_wrong(it.fake)


def _says(text: str, shown: Shown) -> bool:
    return shown.finished and shown.text == text
