"""The app's callback: encrypted XML, three tries five seconds apart, and what its passive replies may be."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from wechatpy.enterprise import parse_message

from connectors.wecom.crypto import CallbackCrypto
from tests.fakes.wecom import FakeWeCom, ManualClock
from tests.unit.fakes.wecom.conftest import serving


class AppBot:
    """Opens what comes with the connector's cryptography and parses it with wechatpy."""

    def __init__(self, crypto: CallbackCrypto) -> None:
        self.crypto = crypto
        self.heard: list[Any] = []
        self.statuses: list[int] = []
        self.silent = False
        self.arrivals = asyncio.Semaphore(0)
        self.reply: str | None = None

    async def handle(self, request: web.Request) -> web.Response:
        if request.method == "GET":
            return web.Response(text=self.crypto.echo(request.query))
        xml = self.crypto.open_xml(await request.read(), request.query)
        self.heard.append(parse_message(xml))
        self.arrivals.release()
        if self.silent:
            await asyncio.Event().wait()
        if self.statuses:
            return web.Response(status=self.statuses.pop(0))
        if self.reply is None:
            return web.Response()
        return web.Response(text=self.crypto.seal_xml(self.reply, nonce=request.query["nonce"]))


@pytest.fixture
async def bot(fake: FakeWeCom) -> AsyncIterator[AppBot]:
    app = fake.world.app
    bot = AppBot(CallbackCrypto(token=app.token, encoding_aes_key=app.encoding_aes_key, receive_id=fake.world.corpid))
    async with serving(bot.handle) as url:
        app.callback_url = url
        yield bot


async def test_verified(fake: FakeWeCom, bot: AppBot) -> None:
    assert await fake.verify_app_callback()


async def test_text_with_every_sign(fake: FakeWeCom, bot: AppBot) -> None:
    text = "第一行\n<b>&amp;]]></b> 🙂"
    sent = await fake.app.say("alice", text)
    [message] = bot.heard
    assert (message.content, message.source, message.target) == (text, "alice", fake.world.corpid)
    assert message.agent == fake.world.app.agentid
    assert str(message.id) == sent.msgid and int(sent.msgid) > 2**32


async def test_the_other_types(fake: FakeWeCom, bot: AppBot, http: aiohttp.ClientSession) -> None:
    await fake.app.send_image("alice", "a.png", b"\x89PNG\r\n\x1a\n....")
    await fake.app.speak("alice")
    await fake.app.send_link("alice", "标题", "https://example.org")
    await fake.app.send_location("alice", "上海")
    await fake.app.send_file("alice", "报价.pdf", b"%PDF-1.4")
    image, voice, link, location, file = bot.heard
    assert fake.media.find(image.media_id, owner="corp").name == "a.png"
    async with http.get(image.image) as response:
        assert await response.read() == b"\x89PNG\r\n\x1a\n...."
    assert (voice.format, link.title, location.label) == ("amr", "标题", "上海")
    assert file.type == "unknown" and file._data["FileName"] == "报价.pdf"


async def test_three_tries_when_nobody_answers(fake: FakeWeCom, bot: AppBot, clock: ManualClock) -> None:
    bot.silent = True
    saying = asyncio.create_task(fake.app.say("alice", "在吗"))
    for _ in range(3):
        await bot.arrivals.acquire()
        clock.advance(5)
    sent = await saying
    assert not sent.delivered and [attempt.status for attempt in sent.attempts] == [None] * 3
    assert len({message.id for message in bot.heard}) == 1 and len(bot.heard) == 3


async def test_a_failed_try_is_followed_five_seconds_later(fake: FakeWeCom, bot: AppBot, clock: ManualClock) -> None:
    bot.statuses = [503, 400]
    began = clock.time()
    sent = await clock.run(fake.app.say("alice", "在吗"))
    assert clock.time() == began + 10
    assert sent.delivered and [attempt.status for attempt in sent.attempts] == [503, 400, 200]


async def test_nobody_listens(fake: FakeWeCom, clock: ManualClock) -> None:
    fake.world.app.callback_url = "http://127.0.0.1:9/wecom"
    fake.app.tries = 1
    sent = await fake.app.say("alice", "在吗")
    assert not sent.delivered and sent.attempts[0].body == "ClientConnectorError"


async def test_events_have_no_msgid(fake: FakeWeCom, bot: AppBot) -> None:
    sent = await fake.app.happens("alice", "enter_agent")
    assert bot.heard[0].event == "enter_agent" and sent.msgid == ""


def _reply(fake: FakeWeCom, to: str, **fields: str) -> str:
    head = {"ToUserName": to, "FromUserName": fake.world.corpid, "CreateTime": "1", "MsgType": "text"}
    inside = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in {**head, **fields}.items())
    return f"<xml>{inside}</xml>"


async def test_a_passive_reply_is_shown(fake: FakeWeCom, bot: AppBot) -> None:
    bot.reply = _reply(fake, "alice", Content="好的")
    sent = await fake.app.say("alice", "在吗")
    assert sent.replied == 1 and fake.screen.of("alice")[0].text == "好的"


async def test_a_wrong_passive_reply_is_not(fake: FakeWeCom, bot: AppBot) -> None:
    for reply in (
        _reply(fake, "bob", Content="给谁"),
        _reply(fake, "alice", Content="长" * 700),
        _reply(fake, "alice", MsgType="markdown"),
        "no xml",
    ):
        bot.reply = reply
        assert (await fake.app.say("alice", "在吗")).refusals
    assert not fake.screen.messages and len(fake.ledger.refusals) == 4
