"""The door of an app: hostile callbacks, what WeCom tries three times, and how soon it is answered."""

import asyncio
import io
import logging
import threading
import time

import pytest
from wechatpy.enterprise.crypto import WeChatCrypto

from connectors.live_host import Json
from connectors.wecom import app_callback
from connectors.wecom.crypto import CallbackCrypto, CallbackRefused
from connectors.wecom.replay import ReplayGuard
from connectors.wecom.routes import READING_SECONDS
from connectors.wecom.site import Heard, Voice
from tests.fakes.live_host import FakeLiveHost, MailboxInMemory
from tests.fakes.wecom import FakeWeCom, ManualClock, small_company
from tests.fakes.wecom.callbacks import BUDGET_SECONDS, SignedRequest, signed_query
from tests.fakes.wecom_app import ScriptedConversing, running_app

BODY = {
    "ToUserName": "",
    "FromUserName": "alice",
    "CreateTime": "1790000000",
    "MsgType": "text",
    "Content": "HOSTILE WORDS",
    "MsgId": "77",
    "AgentID": "1000002",
}


def sealed(fake: FakeWeCom, inner: str) -> SignedRequest:
    """Anything at all, signed and encrypted as if WeCom had."""
    envelope = fake.world.app.envelope
    encrypted = envelope.seal(inner)
    body = f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
    return SignedRequest(query=signed_query(envelope, encrypted), body=body.encode(), content_type="text/xml")


@pytest.mark.parametrize("count", [200, pytest.param(2_000, marks=pytest.mark.slow)])
async def test_hostile_callbacks_do_nothing(count: int, caplog: pytest.LogCaptureFixture) -> None:
    """4xx, nothing archived, no secret in the log, and the app goes on."""
    caplog.set_level(logging.DEBUG)
    async with FakeWeCom(small_company()).running() as fake, running_app(fake) as world:
        statuses: dict[int | None, int] = {}
        for number in range(count):
            # The message is another one each time: an accepted one could not hide behind a known id.
            body = {**BODY, "ToUserName": fake.world.corpid, "MsgId": str(number + 1)}
            request = fake.attacker.damaged(fake.app.sealed(body))
            if _is_still_true(fake, request):
                continue
            attempt = await fake.attacker.send(world.url, request)
            statuses[attempt.status] = statuses.get(attempt.status, 0) + 1
        assert set(statuses) <= {400, 403, 413} and len(statuses) == 3
        assert not world.host.mailbox.letters and not world.host.mailbox.handled and not world.conversing.everything
        sent = await fake.app.say("alice", "在吗")
        assert sent.status == 200
        await world.settled()
        app = fake.world.app
        for secret in (app.token, app.encoding_aes_key, app.secret, "HOSTILE"):
            assert secret not in caplog.text


def _is_still_true(fake: FakeWeCom, request: SignedRequest) -> bool:
    """A change outside of what is signed, such as a blank behind the last tag, leaves a callback true."""
    app = fake.world.app
    crypto = CallbackCrypto(token=app.token, encoding_aes_key=app.encoding_aes_key, receive_id=fake.world.corpid)
    try:
        crypto.open_xml(request.body, request.query)
        ReplayGuard().admit(request.query)
    except CallbackRefused:
        return False
    return True


@pytest.mark.parametrize(
    ("inner", "status"),
    [
        ("", 400),
        ("no xml", 400),
        ("<xml>", 400),
        ("<xml></xml>", 400),
        ("<xml>words</xml>", 400),
        ("<other><MsgType>text</MsgType></other>", 400),
        ("<xml><MsgType/></xml>", 400),
        ("<xml><MsgType><a>text</a></MsgType></xml>", 400),
        ("<xml><MsgType>event</MsgType></xml>", 400),
        ("<xml><MsgType>text</MsgType><ToUserName>wwOTHER</ToUserName></xml>", 403),
        ("<xml><ToUserName>{corp}</ToUserName><MsgType>text</MsgType><CreateTime>1</CreateTime></xml>", 400),
        (
            "<xml><ToUserName>{corp}</ToUserName><MsgType>text</MsgType><CreateTime>x</CreateTime><MsgId>1</MsgId></xml>",
            400,
        ),
        (
            "<xml><ToUserName>{corp}</ToUserName><MsgType>text</MsgType><CreateTime>1</CreateTime><MsgId>1</MsgId>{foreign}</xml>",
            403,
        ),
        ('<!DOCTYPE x [<!ENTITY a "b">]><xml><MsgType>text</MsgType></xml>', 400),
        ("<xml>" + "<a>" * 20_000 + "</a>" * 20_000 + "</xml>", 400),
    ],
)
async def test_what_is_signed_and_makes_no_sense(inner: str, status: int) -> None:
    async with FakeWeCom(small_company()).running() as fake, running_app(fake) as world:
        attempt = await fake.attacker.send(
            world.url, sealed(fake, inner.format(corp=fake.world.corpid, foreign="<AgentID>7</AgentID>"))
        )
        assert attempt.status == status
        assert not world.host.mailbox.letters


async def test_a_recorded_callback_is_no_callback() -> None:
    async with FakeWeCom(small_company()).running() as fake, running_app(fake) as world:
        await fake.app.say("alice", "在吗")
        assert (await fake.attacker.replay()).status == 403
        await world.settled()
        assert len(world.conversing.everything) == 1


async def test_a_body_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    assert READING_SECONDS < BUDGET_SECONDS
    monkeypatch.setattr("connectors.wecom.routes.READING_SECONDS", 0.1)
    async with FakeWeCom(small_company()).running() as fake, running_app(fake) as world:
        request = fake.app.sealed({**BODY, "ToUserName": fake.world.corpid})
        host, port = world.url.removeprefix("http://").split("/")[0].split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"POST /wecom/app/helper HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n<xml>")
        async with asyncio.timeout(20):
            assert b" 400 " in await reader.readline()
        writer.close()
        monkeypatch.undo()
        assert (await fake.attacker.send(world.url, request)).status == 200


async def test_sealed_by_wechatpy() -> None:
    """Another implementation of WeCom's side."""
    async with FakeWeCom(small_company()).running() as fake, running_app(fake) as world:
        app = fake.world.app
        peer = WeChatCrypto(app.token, app.encoding_aes_key, fake.world.corpid)
        nonce, timestamp = "1597212914", str(int(time.time()))
        inner = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in BODY.items() if value)
        inner = f"<xml><ToUserName><![CDATA[{fake.world.corpid}]]></ToUserName>{inner}</xml>"
        packet = peer.encrypt_message(inner, nonce, timestamp)
        signature = packet.split("<MsgSignature><![CDATA[")[1].split("]]>")[0]
        query = {"msg_signature": signature, "timestamp": timestamp, "nonce": nonce}
        async with world.session.post(world.url, params=query, data=io.BytesIO(packet.encode())) as response:
            assert (response.status, await response.read()) == (200, b"")
        await world.settled()
        assert [heard.text for heard in world.conversing.everything] == ["HOSTILE WORDS"]


class _StuckMailbox(MailboxInMemory):
    """A disk that does not answer."""

    async def keep(self, source: str, key: str, body: Json) -> bool:
        await asyncio.Event().wait()
        raise AssertionError


async def test_what_cannot_be_kept_is_not_acknowledged(monkeypatch: pytest.MonkeyPatch) -> None:
    assert app_callback._KEEPING_SECONDS + READING_SECONDS < BUDGET_SECONDS
    monkeypatch.setattr(app_callback, "_KEEPING_SECONDS", 0.1)
    host = FakeLiveHost(mailbox=_StuckMailbox())
    fake = FakeWeCom(small_company(), clock=ManualClock())
    async with fake.running(), running_app(fake, host=host) as world:
        fake.app.tries = 1
        sent = await fake.app.say("alice", "在吗")
        assert sent.status == 503
        assert not world.conversing.everything


@pytest.mark.parametrize(("count", "p99"), [(150, 60.0), pytest.param(2_000, 1.0, marks=pytest.mark.slow)])
async def test_answered_at_once_while_the_model_is_busy(
    count: int, p99: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """p99 ≤ 1 s, never above 4.5 s: conversations go on for minutes, and the processor is taken.

    How fast that is depends on the machine too: every day it counts that no answer waits for a conversation.
    """
    monkeypatch.setattr("connectors.wecom.routes.READING_SECONDS", READING_SECONDS * p99)
    may_end, stop = asyncio.Event(), threading.Event()

    async def for_minutes(heard: Heard, voice: Voice) -> None:
        await may_end.wait()

    def compute() -> None:
        while not stop.is_set():
            sum(number * number for number in range(20_000))

    models = [threading.Thread(target=compute) for _ in range(2)]
    async with (
        FakeWeCom(small_company()).running() as fake,
        running_app(fake, conversing=ScriptedConversing(for_minutes), patience_seconds=600) as world,
    ):
        for model in models:
            model.start()
        try:
            seconds: list[float] = []
            for begin in range(0, count, 10):
                sent = await asyncio.gather(*(fake.app.say("alice", f"{begin + n}") for n in range(10)))
                assert [one.status for one in sent] == [200] * 10
                seconds += [one.attempts[0].real_seconds for one in sent]
        finally:
            stop.set()
            for model in models:
                model.join()
        seconds.sort()
        print(
            f"p50 {seconds[len(seconds) // 2]:.3f} s, p99 {seconds[int(len(seconds) * 0.99)]:.3f} s, "
            f"worst {seconds[-1]:.3f} s"
        )
        assert seconds[int(len(seconds) * 0.99)] <= p99 and seconds[-1] <= 4.5 * p99
        assert len(world.host.mailbox.letters) == count
        may_end.set()
        await world.settled()
        assert len(world.conversing.everything) == count
