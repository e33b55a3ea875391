"""Group webhooks: limits in bytes, 20 a minute also across a restart, and keys that are not valid any more."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import aiohttp
import pytest

from connectors.owned_tasks import OwnedTasks
from connectors.wecom.error_texts import explained
from connectors.wecom.errors import WeComAway, WeComError, WeComPaused
from connectors.wecom.exchange import WeComUnreached
from connectors.wecom.markdown import WEBHOOK_V2
from connectors.wecom.webhooks import Webhook, Webhooks
from tests.fakes.live_host import FakeLiveHost
from tests.fakes.wecom import FakeWeCom, ManualClock, small_company
from tests.fakes.wecom_app import site_of

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def host() -> FakeLiveHost:
    return FakeLiveHost()


@pytest.fixture
async def fake(clock: ManualClock) -> AsyncIterator[FakeWeCom]:
    async with FakeWeCom(small_company(), clock=clock).running() as fake:
        yield fake
        assert not fake.ledger.warnings


@asynccontextmanager
async def webhook_of(fake: FakeWeCom, host: FakeLiveHost, *, key: str | None = None) -> AsyncIterator[Webhook]:
    site = site_of(fake, host, OwnedTasks())
    configuration = site.configuration.webhooks[0]
    async with aiohttp.ClientSession() as session:
        yield Webhook(
            replace(configuration, key=key or configuration.key),
            site=site,
            session=session,
            now=fake.clock.time,
            sleep=fake.clock.sleep,
            pause_seconds=0.001,
        )


@pytest.fixture
async def webhook(fake: FakeWeCom, host: FakeLiveHost) -> AsyncIterator[Webhook]:
    async with webhook_of(fake, host) as webhook:
        yield webhook


async def test_each_kind_of_message(webhook: Webhook, fake: FakeWeCom) -> None:
    await webhook.send_markdown("**日报**\n- 一切正常")
    await webhook.send_markdown("| a | b |\n|---|---|\n| 1 | 2 |", dialect=WEBHOOK_V2)
    await webhook.send_text("吃饭了", mention=("alice",))
    await webhook.send_image(PNG)
    await webhook.send_file("报价.pdf", b"%PDF-1.4 ...")
    notice = {
        "card_type": "text_notice",
        "main_title": {"title": "备份完成"},
        "card_action": {"type": 1, "url": "https://example.org"},
    }
    await webhook.send_card(notice)
    shown = fake.screen.of("wrPUMPS")
    assert [one.msgtype for one in shown] == ["markdown", "markdown_v2", "text", "image", "file", "template_card"]
    assert shown[0].text == "**日报**\n• 一切正常" and "|---|" in shown[1].text
    assert (shown[4].file_name, shown[4].data) == ("报价.pdf", b"%PDF-1.4 ...")
    assert fake.ledger.named("webhook/send")[2].body["text"]["mentioned_list"] == ["alice"]
    assert not fake.ledger.refusals


async def test_what_webhooks_cannot_show_is_not_sent(webhook: Webhook, fake: FakeWeCom) -> None:
    with pytest.raises(WeComError):
        await webhook.send_card({"card_type": "button_interaction"})
    with pytest.raises(WeComError):
        await webhook.send_image(b"GIF89a")
    with pytest.raises(WeComError):
        await webhook.send_file("a", b"1234")
    assert not fake.ledger.calls


async def test_long_texts_are_split(webhook: Webhook, fake: FakeWeCom) -> None:
    text = "".join(f"第 {number} 条：水泵在周五到货，请提前准备好场地。\n" for number in range(200))
    await webhook.send_markdown(text)
    await webhook.send_text(text)
    shown = fake.screen.of("wrPUMPS")
    for msgtype, limit in (("markdown", 4096), ("text", 2048)):
        pieces = [one.text for one in shown if one.msgtype == msgtype]
        assert len(pieces) > 2 and all(len(piece.encode()) <= limit for piece in pieces)
        assert "".join(f"{piece}\n" for piece in pieces) == text
    assert not fake.ledger.refusals


async def test_twenty_a_minute_and_in_order(webhook: Webhook, fake: FakeWeCom, clock: ManualClock) -> None:
    async def post(number: int) -> None:
        await webhook.send_text(f"{number}")

    async def posts() -> None:
        await asyncio.gather(*(post(number) for number in range(45)))

    began = clock.time()
    await clock.run(posts())
    assert [one.text for one in fake.screen.of("wrPUMPS")] == [str(number) for number in range(45)]
    assert 120 <= clock.time() - began <= 130
    assert not fake.ledger.refusals


async def test_the_pace_outlives_a_restart(fake: FakeWeCom, host: FakeLiveHost, clock: ManualClock) -> None:
    for begin in (0, 15, 30):
        async with webhook_of(fake, host) as webhook:
            for number in range(begin, begin + 15):
                await clock.run(webhook.send_text(f"{number}"))
    assert [one.text for one in fake.screen.of("wrPUMPS")] == [str(number) for number in range(45)]
    assert not fake.ledger.refusals


async def test_somebody_else_used_it_up(webhook: Webhook, fake: FakeWeCom, clock: ManualClock) -> None:
    fake.faults.refuse_next("webhook/send", 45009)
    for _ in range(3):
        with pytest.raises(WeComPaused):
            await webhook.send_text("x")
    assert len(fake.ledger.named("webhook/send")) == 1
    clock.advance(61)
    await webhook.send_text("x")
    assert len(fake.screen.messages) == 1


async def test_a_key_that_is_not_valid_any_more(fake: FakeWeCom, host: FakeLiveHost) -> None:
    async with webhook_of(fake, host, key="gone-gone-gone") as webhook:
        with pytest.raises(WeComError) as caught:
            await webhook.send_text("x")
        assert caught.value.code == 93000 and webhook.problem is caught.value
        assert "wecom.webhooks" in explained(caught.value, "zh").hint


async def test_busy_is_tried_again_and_a_lost_answer_is_not(webhook: Webhook, fake: FakeWeCom) -> None:
    fake.faults.refuse_next("webhook/send", -1, -1)
    await webhook.send_text("first")
    fake.faults.break_next("webhook/send", 502)
    with pytest.raises(WeComAway) as caught:
        await webhook.send_text("lost")
    assert not isinstance(caught.value, WeComUnreached)
    assert [one.text for one in fake.screen.messages] == ["first"]


async def test_the_key_is_in_no_log(webhook: Webhook, fake: FakeWeCom, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    fake.faults.break_next("webhook/send", 0, 502)
    for _ in range(2):
        with pytest.raises(WeComAway) as caught:
            await webhook.send_text("x")
        logging.getLogger("test").error("failed", exc_info=caught.value)
    assert fake.world.webhook.key not in caplog.text + repr(webhook._configuration)


async def test_which_group_it_belongs_to(fake: FakeWeCom, host: FakeLiveHost) -> None:
    async with aiohttp.ClientSession() as session:
        webhooks = Webhooks(site_of(fake, host, OwnedTasks()), session)
        found = webhooks.of_chat("wrPUMPS")
        assert found is not None and found is webhooks.named("pumps") and found.name == "pumps"
        assert webhooks.of_chat("wrOTHER") is None and webhooks.of_chat("") is None
        assert webhooks.problems == {}
