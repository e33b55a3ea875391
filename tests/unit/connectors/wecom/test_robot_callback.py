"""The robot by callback, over the strict fake: each question of the platform has its answer."""

import asyncio
import json
from collections.abc import Mapping, Sequence

import aiohttp
import pytest
from yarl import URL

from connectors.live_host import Letter
from connectors.wecom.errors import ReplyExpired, WeComAway
from connectors.wecom.exchange import WeComUnreached
from connectors.wecom.robot_callback import REPLY_SECONDS, CallbackRobot
from connectors.wecom.site import CardChange, Heard, Voice
from connectors.wecom.stream_state import FOLLOWS, SIGN
from tests.fakes.live_host import FakeLiveHost
from tests.fakes.wecom import FakeWeCom, Shown, small_company
from tests.fakes.wecom.callbacks import BUDGET_SECONDS
from tests.unit.connectors.wecom.robots import (
    Called,
    ScriptedConversing,
    callback_configuration,
    called,
    card,
    echo,
    listening,
    nothing_wrong,
    site_of,
    until,
)


class Told:
    """Answers that the test tells word by word, by the question."""

    def __init__(self, *, at_first: str = "") -> None:
        self._at_first = at_first
        self.voices: dict[str, Voice] = {}
        self.over: dict[str, asyncio.Event] = {}

    async def __call__(self, heard: Heard, voice: Voice) -> None:
        voice.judged_as(f"fb-{heard.msgid}")
        await voice.show(self._at_first)
        self.voices[heard.text] = voice
        self.over[heard.text] = asyncio.Event()
        await self.over[heard.text].wait()


async def test_the_address_is_verified() -> None:
    async with called() as it:
        assert await it.fake.verify_robot_callback()
        it.fake.world.robot.token = "another"
        assert not await it.fake.verify_robot_callback()


async def test_the_verification_gives_no_recorded_message_away() -> None:
    async with called() as it:
        await it.fake.robot.direct("alice", "a secret question")
        url, recorded = it.fake._sender.accepted[-1]
        query = {**recorded.query, "echostr": json.loads(recorded.body)["encrypt"]}
        async with aiohttp.ClientSession() as session, session.get(url, params=query) as response:
            assert response.status == 400
            assert "secret question" not in await response.text()


async def test_a_body_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.wecom.routes.READING_SECONDS", 0.1)
    async with called() as it:
        url = URL(it.url)
        reader, writer = await asyncio.open_connection(url.host, url.port)
        writer.write(f"POST {url.path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{{".encode())
        async with asyncio.timeout(20):
            assert b" 400 " in await reader.readline()
        writer.close()


async def test_a_question_in_a_group_is_answered_in_one_growing_message() -> None:
    async def answering(heard: Heard, voice: Voice) -> None:
        voice.judged_as("fb-1")
        await voice.show("Looking")
        await go_on.wait()
        await voice.finish("The pumps come on Friday [1]")

    go_on = asyncio.Event()
    async with called(answering) as it:
        sent = await it.fake.robot.mention("alice", "wrPUMPS", "when do the pumps come?")
        (answer,) = it.fake.screen.messages
        assert (answer.text, answer.finished, answer.feedback_id) == ("Looking", False, "fb-1")
        go_on.set()
        await it.follow(sent)
        assert (answer.text, answer.finished) == ("The pumps come on Friday [1]", True)
        assert it.conversing.messages[0].text == "when do the pumps come?"
        await until(lambda: not it.host.mailbox.letters)
        nothing_wrong(it.fake)


async def test_each_question_for_the_stream_gets_the_latest_text_though_its_id_is_the_same() -> None:
    told = Told()
    async with called(told) as it:
        sent = await it.fake.robot.direct("alice", "when?")
        (shown,) = it.fake.screen.messages
        assert shown.text == SIGN
        for number in range(5):
            await told.voices["when?"].show(f"{number}")
            assert await it.fake.callback.poll(sent)
            assert await it.fake.callback.poll(sent)
            assert shown.text == f"{number}"
        ending = asyncio.create_task(told.voices["when?"].finish("done"))
        await it.follow(sent)
        await ending
        assert shown.text == "done"
        nothing_wrong(it.fake)


async def test_the_same_message_again_gets_the_same_stream_and_no_new_answer() -> None:
    told = Told()
    async with called(told) as it:
        sent = await it.fake.robot.direct("alice", "when?")
        await told.voices["when?"].show("half")
        await it.fake.robot.repeat(sent)
        (shown,) = it.fake.screen.messages
        assert shown.text == "half"
        ending = asyncio.create_task(told.voices["when?"].finish("done"))
        await it.follow(sent)
        await ending
        told.over["when?"].set()
        await it.fake.robot.repeat(sent)
        assert [message.text for message in it.fake.screen.messages] == ["done"]
        assert len(it.conversing.messages) == 1
        nothing_wrong(it.fake)


async def test_a_stream_that_nobody_knows_is_ended() -> None:
    told = Told()
    async with called(told) as it:
        sent = await it.fake.robot.direct("alice", "when?")
        it.robot._voices.clear()
        assert not await it.fake.callback.poll(sent)
        (shown,) = it.fake.screen.messages
        assert shown.finished and "中断" in shown.text
        nothing_wrong(it.fake)


async def test_after_the_six_minutes_the_answer_comes_by_the_one_use_of_response_url() -> None:
    told = Told(at_first="泵在")
    async with called(told, stream_seconds=0.6) as it:
        sent = await it.fake.robot.mention("alice", "wrPUMPS", "什么时候？")
        voice = told.voices["什么时候？"]
        await it.follow(sent)
        (shown,) = it.fake.screen.messages
        assert shown.text == f"泵在\n\n{FOLLOWS['zh']}" and shown.finished
        await voice.finish("泵在周五到")
        answer = it.fake.screen.messages[-1]
        assert (answer.msgtype, answer.text, answer.quotes) == ("markdown", "泵在周五到", sent.msgid)
        assert answer.feedback_id == shown.feedback_id
        with pytest.raises(ReplyExpired):
            await voice.finish("once more")
        assert len(it.fake.ledger.named("aibot/response")) == 1
        nothing_wrong(it.fake)


async def test_when_the_platform_stops_asking_the_answer_comes_by_response_url() -> None:
    told = Told()
    async with called(told, silence_seconds=0.3) as it:
        await it.fake.robot.direct("alice", "when?")
        await told.voices["when?"].finish("on Friday")
        assert [shown.text for shown in it.fake.screen.messages] == [SIGN, "on Friday"]
        nothing_wrong(it.fake)


async def test_a_response_url_that_is_refused_is_not_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    told = Told()
    async with called(told, silence_seconds=0.1) as it:
        sent = await it.fake.robot.direct("alice", "when?")
        it.fake.faults.refuse_next("aibot/response", 45009)
        with pytest.raises(ReplyExpired):
            await told.voices["when?"].finish("on Friday")
        assert len(it.fake.ledger.named("aibot/response")) == 1
        assert sent.body["response_url"].partition("=")[2] not in caplog.text


async def test_a_card_comes_beside_the_text() -> None:
    told = Told()
    async with called(told) as it:
        sent = await it.fake.robot.mention("alice", "wrPUMPS", "forget it")
        voice = told.voices["forget it"]
        await voice.card(card("task-1", title="Delete?"))
        ending = asyncio.create_task(voice.finish("Sure?"))
        await it.follow(sent)
        await ending
        assert {shown.msgtype for shown in it.fake.screen.messages} == {"stream", "template_card"}
        with pytest.raises(ReplyExpired):
            await voice.card(card("task-2", title="Late"))
        nothing_wrong(it.fake)


async def test_a_late_card_comes_by_response_url_in_direct_chats() -> None:
    told = Told()
    async with called(told) as it:
        sent = await it.fake.robot.direct("alice", "forget it")
        voice = told.voices["forget it"]
        ending = asyncio.create_task(voice.finish("Sure?"))
        await it.follow(sent)
        await ending
        await voice.card(card("task-1", title="Delete?"))
        assert [shown.msgtype for shown in it.fake.screen.messages] == ["stream", "template_card"]
        nothing_wrong(it.fake)


async def test_what_needs_no_reply_gets_an_empty_packet() -> None:
    async def silent(heard: Heard, voice: Voice) -> None:
        voice.judged_as("fb")

    async with called(silent) as it:
        sent = await it.fake.robot.direct("alice", "never mind")
        assert sent.status == 200 and sent.attempts[-1].body == ""
        assert it.fake.screen.messages == []
        nothing_wrong(it.fake)


async def test_verdicts_are_handed_on_and_get_an_empty_packet() -> None:
    async with called() as it:
        await it.follow(await it.fake.robot.mention("alice", "wrPUMPS", "hello"))
        (answer,) = it.fake.screen.messages
        sent = await it.fake.robot.rate("bob", answer, "down", reasons=[2], content="more")
        assert sent is not None and sent.attempts[-1].body == ""
        await until(lambda: bool(it.conversing.verdicts))
        person = f"wecom:{it.fake.world.robot_sees('bob')}"
        assert it.conversing.verdicts == [(answer.feedback_id, person, 2, (2,), "more")]
        nothing_wrong(it.fake)


async def _with_card(it: Called) -> Shown:
    sent = await it.fake.robot.direct("alice", "hello")
    await it.follow(sent)
    await until(lambda: not it.host.mailbox.letters)
    seen = it.fake.world.robot_sees("alice")
    await it.robot.send_card(card("task-1", title="Delete?"), chat_id=None, user_id=seen)
    return it.fake.screen.messages[-1]


async def test_a_click_is_answered_with_the_card_that_takes_its_place() -> None:
    async with called() as it:
        shown = await _with_card(it)
        await it.fake.robot.press("alice", shown, "ok")
        assert shown.card == card("task-1", title="done")
        assert it.conversing.clicks[0][:2] == ("ok", "task-1")
        nothing_wrong(it.fake)


async def test_a_click_that_takes_long_is_let_go_in_time_and_still_done(monkeypatch: pytest.MonkeyPatch) -> None:
    may_end, done = asyncio.Event(), asyncio.Event()

    async def slow(task_id: str) -> CardChange:
        await may_end.wait()
        done.set()
        return CardChange(card=card(task_id, title="done"))

    async with called() as it:
        shown = await _with_card(it)
        it.conversing.clicking = slow
        assert REPLY_SECONDS < BUDGET_SECONDS
        monkeypatch.setattr("connectors.wecom.robot_callback.REPLY_SECONDS", 0.1)
        sent = await it.fake.robot.press("alice", shown, "ok")
        assert sent.status == 503 and not done.is_set()
        may_end.set()
        async with asyncio.timeout(20):
            await done.wait()


async def test_whoever_opens_the_chat_is_welcomed() -> None:
    async with called() as it:
        await it.fake.robot.open_chat("carol")
        (shown,) = it.fake.screen.messages
        assert shown.card is not None and shown.card["main_title"] == {"title": "hello"}
        nothing_wrong(it.fake)


async def test_three_questions_of_one_person_at_once_each_have_their_own_answer() -> None:
    told = Told()
    async with called(told) as it:
        sent = [await it.fake.robot.mention("alice", "wrPUMPS", f"question {number}") for number in range(3)]
        fourth = await it.fake.robot.mention("alice", "wrPUMPS", "question 3")
        assert fourth.held_back
        for number, one in reversed(list(enumerate(sent))):
            ending = asyncio.create_task(told.voices[f"question {number}"].finish(f"answer {number}"))
            await it.follow(one)
            await ending
        assert [shown.text for shown in it.fake.screen.messages] == ["answer 0", "answer 1", "answer 2"]
        fourth = await it.fake.robot.mention("alice", "wrPUMPS", "question 3")
        assert fourth.delivered
        nothing_wrong(it.fake)


async def test_a_restart_in_the_middle_is_hardly_seen() -> None:
    told, host, fake = Told(), FakeLiveHost(), FakeWeCom(small_company(mode="callback"))
    async with fake.running():
        async with listening(fake, told, host=host):
            sent = await fake.robot.mention("alice", "wrPUMPS", "when?")
            await told.voices["when?"].show("half")
            await fake.callback.poll(sent)
        assert await fake.callback.poll(sent), "nobody is there, and the platform asks again"
        async with listening(fake, echo, host=host) as again:
            await again.follow(sent)
        assert [shown.text for shown in fake.screen.messages] == ["you said: when?"]
        nothing_wrong(fake)


async def test_it_speaks_by_itself_once_where_an_answer_left_its_response_url() -> None:
    async with called() as it:
        assert not await it.robot.can_send(chat_id="wrPUMPS", user_id=None)
        with pytest.raises(WeComUnreached):
            await it.robot.send_markdown("digest", chat_id="wrPUMPS", user_id=None, feedback_id=None)
        await it.follow(await it.fake.robot.mention("alice", "wrPUMPS", "hello"))
        await until(lambda: not it.host.mailbox.letters)
        assert await it.robot.can_send(chat_id="wrPUMPS", user_id=None)
        await it.robot.send_markdown("digest", chat_id="wrPUMPS", user_id=None, feedback_id="post-1")
        assert it.fake.screen.messages[-1].text == "digest"
        assert not await it.robot.can_send(chat_id="wrPUMPS", user_id=None)
        nothing_wrong(it.fake)


async def test_whoever_posts_is_told_whether_what_failed_may_have_arrived() -> None:
    async with called() as it:
        for trouble, is_unsent in (("refused", True), ("lost", False)):
            await it.follow(await it.fake.robot.mention("alice", "wrPUMPS", "hello"))
            await until(lambda: not it.host.mailbox.letters)
            if trouble == "refused":
                it.fake.faults.refuse_next("aibot/response", 45009)
            else:
                it.fake.faults.break_next("aibot/response", 502)
            with pytest.raises(WeComAway) as failed:
                await it.robot.send_markdown("digest", chat_id="wrPUMPS", user_id=None, feedback_id=None)
            assert isinstance(failed.value, WeComUnreached) is is_unsent, trouble


async def test_a_message_that_cannot_be_kept_is_not_acknowledged_and_comes_again() -> None:
    host = FakeLiveHost()
    keep, failures = host.mailbox.keep, [OSError("disk")]

    async def sometimes(source: str, key: str, body: Mapping[str, object]) -> bool:
        if failures:
            raise failures.pop()
        return await keep(source, key, body)

    host.mailbox.keep = sometimes  # type: ignore[method-assign]  # what a full disk does
    async with called(host=host) as it:
        sent = await it.fake.robot.direct("alice", "hello")
        assert sent.status == 503 and it.conversing.messages == []
        await it.fake.robot.repeat(sent)
        await it.follow(sent)
        assert [shown.text for shown in it.fake.screen.messages] == ["you said: hello"]


async def test_a_message_that_was_kept_by_a_try_that_was_given_up_is_answered_when_it_comes_again() -> None:
    host = FakeLiveHost()
    keep, failures = host.mailbox.keep, [TimeoutError()]

    async def late(source: str, key: str, body: Mapping[str, object]) -> bool:
        is_new = await keep(source, key, body)
        if failures:
            raise failures.pop()
        return is_new

    host.mailbox.keep = late  # type: ignore[method-assign]  # what a slow disk does
    async with called(host=host) as it:
        sent = await it.fake.robot.direct("alice", "hello")
        assert sent.status == 503
        await it.fake.robot.repeat(sent)
        await it.follow(sent)
        assert [shown.text for shown in it.fake.screen.messages] == ["you said: hello"]
        assert len(it.conversing.messages) == 1


async def test_what_is_unknown_is_counted_and_gets_an_empty_packet() -> None:
    async with called() as it:
        body = {**it.fake.payloads.common("alice", it.fake.world.single("alice")), "msgtype": "hologram"}
        attempt = await it.fake.attacker.send(it.url, it.fake.callback.sealed(body))
        assert (attempt.status, attempt.body) == (200, "")
        assert dict(it.robot.unknown) == {"hologram": 1}


async def test_a_callback_for_another_robot_is_refused() -> None:
    async with called() as it:
        body = {**it.fake.payloads.common("alice", it.fake.world.single("alice")), "msgtype": "text"}
        attempt = await it.fake.attacker.send(it.url, it.fake.callback.sealed({**body, "aibotid": "another"}))
        assert attempt.status == 403
        assert it.conversing.messages == []


async def test_nothing_is_answered_before_the_start() -> None:
    async with called() as it:
        it.robot.state = "closed"
        sent = await it.fake.robot.direct("alice", "hello")
        assert sent.status == 503 and not it.host.mailbox.letters


async def test_a_start_that_failed_can_be_tried_again() -> None:
    host, fake = FakeLiveHost(), FakeWeCom(small_company(mode="callback"))
    waiting, failures = host.mailbox.waiting, [OSError("disk")]

    async def sometimes(source: str, *, limit: int) -> Sequence[Letter]:
        if failures:
            raise failures.pop()
        return await waiting(source, limit=limit)

    host.mailbox.waiting = sometimes  # type: ignore[method-assign]  # a disk that is away for a moment
    configuration = callback_configuration(fake)
    robot = CallbackRobot(site_of(fake, host, configuration), configuration, ScriptedConversing())
    with pytest.raises(OSError, match="disk"):
        await robot.start()
    await robot.start()
    assert robot.state == "listening"
    await robot.close()


def test_a_wrong_key_in_the_settings_is_named() -> None:
    fake = FakeWeCom()
    configuration = callback_configuration(fake)
    object.__setattr__(configuration, "encoding_aes_key", "short")
    with pytest.raises(ValueError, match="encoding_aes_key"):
        CallbackRobot(site_of(fake, FakeLiveHost(), configuration), configuration, ScriptedConversing())
