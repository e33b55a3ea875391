"""The long connection itself: lost, dead, refused, too frequent, taken over."""

import asyncio
import logging
from dataclasses import replace

import pytest

from connectors.wecom.connection import Timing
from connectors.wecom.errors import WeComAway, WeComError
from connectors.wecom.frames import Frame
from connectors.wecom.line_robot import LineRobot
from tests.fakes.live_host import FakeLiveHost
from tests.fakes.wecom import FakeWeCom, small_company
from tests.unit.connectors.wecom.robots import QUICK, ScriptedConversing, line, line_configuration, site_of, until


async def test_a_lost_connection_is_made_anew_and_messages_are_answered() -> None:
    async with line() as it:
        for _ in range(3):
            before = await it.fake.long_connection.until_live()
            await it.fake.long_connection.drop()
            assert await it.fake.long_connection.until_live() is not before
        await it.fake.robot.mention("alice", "wrPUMPS", "still there?")
        await it.fake.screen.until(lambda shown: shown.text == "you said: still there?" and shown.finished)
        assert it.robot.state == "connected"


async def test_a_dead_connection_is_noticed_by_its_pings() -> None:
    async with line(timing=replace(QUICK, ping=0.1)) as it:
        before = await it.fake.long_connection.until_live()
        it.fake.long_connection.answers_pings = False
        await until(lambda: it.fake.long_connection.live not in (None, before))
        assert before.pings >= 2


async def test_pings_keep_a_living_connection() -> None:
    async with line(timing=replace(QUICK, ping=0.5, missed_pings=3)) as it:
        connection = await it.fake.long_connection.until_live()
        await until(lambda: connection.pings >= 4)
        assert it.fake.long_connection.live is connection


async def test_who_is_refused_stops_after_five_times_says_so_and_tries_again_slowly(
    caplog: pytest.LogCaptureFixture,
) -> None:
    fake = FakeWeCom(small_company(mode="long_connection"))
    async with fake.running():
        configuration = line_configuration(fake, secret="wrong-secret-of-the-robot")
        robot = LineRobot(
            site_of(fake, FakeLiveHost(), configuration),
            configuration,
            ScriptedConversing(),
            timing=Timing(first_pause=0.01, longest_pause=0.02, refused_pause=600.0),
        )
        await robot.start()
        try:
            await until(lambda: robot.state == "refused")
            assert "853000" in robot.refusal
            assert len(fake.ledger.named("aibot_subscribe")) == 5
            assert "bot_id and secret" in caplog.text
            assert "wrong-secret" not in caplog.text
        finally:
            await robot.close()


async def test_a_secret_that_is_right_again_ends_the_refusals() -> None:
    fake = FakeWeCom(small_company(mode="long_connection"))
    fake.faults.refuse_next("aibot_subscribe", *[853000] * 5)
    async with line(fake=fake) as it:
        await it.fake.long_connection.until_live()
        await until(lambda: it.robot.state == "connected" and not it.robot.refusal)


async def test_a_subscription_that_wecom_has_forgotten_is_made_anew() -> None:
    async with line() as it:
        before = await it.fake.long_connection.until_live()
        before.subscribed = False
        with pytest.raises(WeComError, match="846609"):
            await it.robot.send_markdown("hello", chat_id="wrPUMPS", user_id=None, feedback_id=None)
        await until(lambda: it.fake.long_connection.live not in (None, before))
        await it.fake.robot.mention("alice", "wrPUMPS", "still there?")
        await it.fake.screen.until(lambda shown: shown.text == "you said: still there?")


async def test_an_unforeseen_failure_does_not_silence_the_robot(caplog: pytest.LogCaptureFixture) -> None:
    async with line() as it:
        before = await it.fake.long_connection.until_live()
        received = it.robot._connection._received

        def fails(_: Frame) -> None:
            it.robot._connection._received = received
            raise KeyError("unforeseen")

        it.robot._connection._received = fails
        await it.fake.robot.mention("alice", "wrPUMPS", "hello")
        await until(lambda: it.fake.long_connection.live not in (None, before))
        await it.fake.robot.mention("alice", "wrPUMPS", "still there?")
        await it.fake.screen.until(lambda shown: shown.text == "you said: still there?")
        assert "failed" in caplog.text


async def test_too_frequent_is_no_refusal_of_the_secret() -> None:
    fake = FakeWeCom(small_company(mode="long_connection"))
    fake.faults.refuse_next("aibot_subscribe", 45009, -1)
    async with line(fake=fake) as it:
        await it.fake.long_connection.until_live()
        await until(lambda: it.robot.state == "connected")
        assert len(it.fake.ledger.named("aibot_subscribe")) == 3


async def test_another_connection_takes_over_and_nobody_fights(caplog: pytest.LogCaptureFixture) -> None:
    async with line() as it:
        with caplog.at_level(logging.ERROR):
            await it.fake.long_connection.take_over()
            await until(lambda: it.robot.state == "taken_over")
        assert "another connection has taken over" in caplog.text
        await asyncio.sleep(5 * QUICK.longest_pause)
        assert len(it.fake.ledger.named("aibot_subscribe")) == 1
        with pytest.raises(WeComAway):
            await it.robot.send_markdown("hello", chat_id="wrPUMPS", user_id=None, feedback_id=None)


async def test_subscriptions_never_come_in_a_tight_loop() -> None:
    """A server that ends each connection right after the subscription, and the real pauses."""
    fake = FakeWeCom(small_company(mode="long_connection"))
    async with line(fake=fake, timing=Timing()) as it:
        for _ in range(2):
            await it.fake.long_connection.until_live()
            await it.fake.long_connection.drop()
        calls = it.fake.ledger.named("aibot_subscribe")
        assert len(calls) <= 3
        loop = asyncio.get_running_loop()
        began = loop.time()
        await it.fake.long_connection.until_live()
        assert loop.time() - began > 1.5, "the second pause in a row is at least twice the first"


async def test_who_waits_for_an_answer_hears_at_once_that_the_connection_is_lost() -> None:
    async with line(timing=Timing(answer=60.0, first_pause=0.05)) as it:
        it.fake.long_connection.hold_acks()
        request = asyncio.create_task(it.robot._connection.request("aibot_send_msg", {"chatid": "x"}))
        await until(lambda: bool(it.robot._connection._pending))
        await it.fake.long_connection.drop()
        async with asyncio.timeout(20):
            with pytest.raises(WeComAway):
                await request
