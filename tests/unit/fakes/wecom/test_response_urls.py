"""``response_url``: once, within an hour, in the clear, and cards for single chats only."""

import json
from typing import Any

import aiohttp

from tests.fakes.wecom import FakeWeCom, ManualClock
from tests.unit.fakes.wecom.conftest import TinyBot

MARKDOWN = {"msgtype": "markdown", "markdown": {"content": "**晚了一点**", "feedback": {"id": "FB3"}}}
CARD = {
    "msgtype": "template_card",
    "template_card": {
        "card_type": "text_notice",
        "sub_title_text": "x",
        "card_action": {"type": 1, "url": "https://e.org"},
    },
}


async def _post(http: aiohttp.ClientSession, url: str, body: Any) -> int:
    async with http.post(url, json=body) as response:
        return int((await response.json())["errcode"])


async def test_once_and_quoting_in_a_group(calling: FakeWeCom, bot: TinyBot, http: aiohttp.ClientSession) -> None:
    sent = await calling.robot.mention("alice", "wrPUMPS", "在吗")
    url = bot.heard[0]["response_url"]
    assert [await _post(http, url, MARKDOWN), await _post(http, url, MARKDOWN)] == [0, 40058]
    [shown] = calling.screen.of("wrPUMPS")
    assert (shown.text, shown.quotes, shown.feedback_id) == ("**晚了一点**", sent.msgid, "FB3")


async def test_within_an_hour(
    calling: FakeWeCom, bot: TinyBot, http: aiohttp.ClientSession, clock: ManualClock
) -> None:
    await calling.robot.direct("alice", "在吗")
    clock.advance(3601)
    assert await _post(http, bot.heard[0]["response_url"], MARKDOWN) == 40058


async def test_cards_in_single_chats_only(calling: FakeWeCom, bot: TinyBot, http: aiohttp.ClientSession) -> None:
    await calling.robot.mention("alice", "wrPUMPS", "在吗")
    await calling.robot.direct("alice", "在吗")
    codes = [await _post(http, body["response_url"], CARD) for body in bot.heard]
    assert codes == [40058, 0]


async def test_streams_sealed_bodies_and_noise_are_refused(
    calling: FakeWeCom, bot: TinyBot, http: aiohttp.ClientSession
) -> None:
    bodies: list[Any] = [{"msgtype": "stream"}, bot.crypto.seal_json(MARKDOWN, nonce="1"), [], "x"]
    for body in bodies:
        await calling.robot.direct("alice", "在吗")
        assert await _post(http, bot.heard[-1]["response_url"], body) in (40008, 40058)
    async with http.post(bot.heard[-1]["response_url"], data=b"\xff") as response:
        assert json.loads(await response.text())["errcode"] == 40058
