"""What an app sends to people: who was not reached, how fast, and what is a repetition."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from connectors.wecom.api import WeComApi
from connectors.wecom.api_pacing import ApiPacing
from connectors.wecom.app_sending import AppSending, app_card
from connectors.wecom.app_voice import AppVoice
from connectors.wecom.errors import WeComError, WeComPaused
from tests.fakes.wecom import FakeWeCom, ManualClock, small_company


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def fake(clock: ManualClock) -> AsyncIterator[FakeWeCom]:
    async with FakeWeCom(small_company(), clock=clock).running() as fake:
        yield fake
        assert not fake.ledger.warnings


@pytest.fixture
async def api(fake: FakeWeCom) -> AsyncIterator[WeComApi]:
    async with aiohttp.ClientSession() as session:
        api = WeComApi(
            corp_id=fake.world.corpid,
            secret=fake.world.app.secret,
            session=session,
            base_url=f"{fake.addresses.api_url}/cgi-bin/",
            pacing=ApiPacing(now=fake.clock.time),
            pause_seconds=0.001,
        )
        yield api
        await api.close()


@pytest.fixture
def sending(api: WeComApi, fake: FakeWeCom) -> AppSending:
    return AppSending(api, agent_id=fake.world.app.agentid, now=fake.clock.time, sleep=fake.clock.sleep)


async def test_outside_the_visible_range(sending: AppSending, fake: FakeWeCom) -> None:
    fake.world.app.visible = {"bob"}
    with pytest.raises(WeComError) as caught:
        await sending.markdown("alice", "在吗")
    assert caught.value.code == 81013


@pytest.mark.parametrize("missed", ["invaliduser", "unlicenseduser"])
async def test_success_that_is_none(missed: str) -> None:
    """errcode 0, and the person is in a list of those who did not get it."""

    async def answer(request: web.Request) -> web.Response:
        body: dict[str, Any] = {"errcode": 0, "errmsg": "ok", "access_token": "t" * 40, "expires_in": 7200}
        return web.json_response({**body, "msgid": "1", missed: "carol|alice"})

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    try:
        async with aiohttp.ClientSession() as session:
            api = WeComApi(corp_id="ww", secret="s", session=session, base_url=f"http://{host}:{port}/")
            sending = AppSending(api, agent_id=1)
            with pytest.raises(WeComError) as caught:
                await sending.text("alice", "在吗")
            assert (caught.value.code, caught.value.message) == (81013, f"{missed}: alice")
            assert (await sending.text("bob", "在吗")).msgid == "1"
            await api.close()
    finally:
        await runner.cleanup()


async def test_thirty_a_minute_are_not_exceeded(sending: AppSending, fake: FakeWeCom, clock: ManualClock) -> None:
    """WeCom would drop the rest without a word."""

    async def much() -> None:
        for number in range(70):
            await sending.text("alice", f"{number}")

    await clock.run(much())
    assert [one.text for one in fake.screen.of("alice")] == [str(number) for number in range(70)]


async def test_the_same_thing_is_said_once_and_two_that_look_alike_twice(
    sending: AppSending, fake: FakeWeCom, clock: ManualClock
) -> None:
    for purpose in ("answer-1", "answer-1", "answer-2"):
        clock.advance(5)
        await sending.markdown("alice", "周五。", purpose=purpose)
    assert [one.text for one in fake.screen.of("alice")] == ["周五。", "周五。"]


async def test_after_a_restart_only_what_was_resumed_is_a_repetition(
    api: WeComApi, sending: AppSending, fake: FakeWeCom, clock: ManualClock
) -> None:
    await sending.markdown("alice", "周五。", purpose="answer-1")
    clock.advance(60)
    restarted = AppSending(api, agent_id=fake.world.app.agentid, now=clock.time, sleep=clock.sleep)
    clock.advance(5)
    await restarted.markdown("alice", "周五。", purpose="answer-2")
    assert len(fake.screen.messages) == 2
    again = AppSending(api, agent_id=fake.world.app.agentid, now=clock.time, sleep=clock.sleep)
    await again.markdown("alice", "周五。", purpose="answer-2", resumed=True)
    assert len(fake.screen.messages) == 2


async def test_a_lost_answer_is_asked_for_again_without_saying_it_twice(sending: AppSending, fake: FakeWeCom) -> None:
    fake.faults.cut_next("message/send", 5)
    await sending.markdown("alice", "周五。", purpose="answer-1")
    assert [one.text for one in fake.screen.of("alice")] == ["周五。"]
    assert len(fake.ledger.named("message/send")) == 2


async def test_a_reply_that_failed_in_the_middle_goes_on_there(sending: AppSending, fake: FakeWeCom) -> None:
    voice = AppVoice(sending, user_id="alice", purpose="m1", asked="?")
    text = "".join(f"第 {number} 句：水泵在周五到货，请提前准备好场地和吊车。\n" for number in range(80))
    done = asyncio.create_task(voice.finish(text))
    await fake.screen.until(lambda shown: True)
    fake.faults.refuse_next("message/send", *[-1] * 4)
    with pytest.raises(WeComError):
        await done
    await voice.finish(text)
    assert "".join(f"{one.text}\n" for one in fake.screen.of("alice")) == text
    assert len(fake.ledger.named("message/send")) == len(fake.screen.messages) + 4


async def test_a_short_pause_is_waited_for(sending: AppSending, fake: FakeWeCom, clock: ManualClock) -> None:
    fake.api.limit("message/send")
    began = clock.time()
    await clock.run(sending.markdown("alice", "周五。"))
    assert 60 <= clock.time() - began <= 62 and len(fake.ledger.refusals) == 1
    assert [one.text for one in fake.screen.messages] == ["周五。"]
    fake.api.limit("message/send", window="hour")
    with pytest.raises(WeComPaused):
        await clock.run(sending.markdown("alice", "周六。"))
    assert [one.text for one in fake.screen.messages] == ["周五。"]


def test_a_card_of_a_robot_in_an_app() -> None:
    card = {
        "card_type": "text_notice",
        "feedback": {"id": "x"},
        "jump_list": [{"type": 3, "title": "问", "question": "?"}, {"type": 1, "title": "看", "url": "https://e.org"}],
    }
    assert app_card(card) == {
        "card_type": "text_notice",
        "jump_list": [{"type": 1, "title": "看", "url": "https://e.org"}],
    }


@pytest.mark.parametrize("not_one", ["@all", "alice|bob", ""])
async def test_what_is_for_one_person_never_reaches_others(sending: AppSending, fake: FakeWeCom, not_one: str) -> None:
    with pytest.raises(WeComError) as refused:
        await sending.text(not_one, "只给你看")
    assert refused.value.code == 40003
    assert not fake.ledger.named("message/send")
