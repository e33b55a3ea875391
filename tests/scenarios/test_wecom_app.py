"""An app of WeCom, the whole connector behind it: what people write is archived and answered, their files fetched."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from aiohttp import web

from connectors.connector import Answer, Citation, Reply, Utterance
from connectors.events import FileFetched, MessagePosted, RecordId
from connectors.wecom.app import WeComApp
from connectors.wecom.connector import WeComConnector
from tests.fakes.live_host import FakeLiveHost
from tests.fakes.wecom import FakeWeCom, small_company
from tests.fakes.wecom_app import WatchedMailbox, configuration_of, watched_host

PDF = b"%PDF-1.4\n" + bytes(range(256)) * 40


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is asked for patience only because the machine is busy."""
    defaults = WeComApp.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "patience_seconds", 60.0)


@dataclass
class Scene:
    fake: FakeWeCom
    host: FakeLiveHost

    async def settled(self) -> None:
        """Until every letter that has arrived is handled."""
        assert isinstance(self.host.mailbox, WatchedMailbox)
        await self.host.mailbox.settled()


async def _answers(utterance: Utterance, reply: Reply) -> None:
    if "撤回" in utterance.text:
        await reply.status("正在查找…")
        await reply.drop()
        return
    source = Citation(
        n=1,
        record_id=RecordId("wecom:1"),
        quote="泵周五到货",
        author="王博",
        channel_name="水泵项目",
        time=datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
    )
    await reply.status("正在查找…")
    await reply.sources([source])
    await reply.finish(
        Answer(
            answer_id="answer-1",
            question=utterance.text,
            text="周五到货 [1]。" + "吊车已经订好。" * 300,
            abstained=False,
            reason=None,
            citations=(source,),
            model="scripted",
            language="zh",
        )
    )


@asynccontextmanager
async def scene() -> AsyncIterator[Scene]:
    host = watched_host()
    host.conversing = _answers
    async with FakeWeCom(small_company()).running() as fake:
        connector = WeComConnector(host, configuration_of(fake))
        application = web.Application()
        connector.setup(application)
        runner = web.AppRunner(application, shutdown_timeout=0.1, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        address, port = runner.addresses[0][:2]
        fake.world.app.callback_url = f"http://{address}:{port}/wecom/app/helper"
        await connector.start()
        try:
            yield Scene(fake, host)
        finally:
            await runner.cleanup()
            await connector.close()
        assert not fake.ledger.refusals and not fake.ledger.warnings


async def test_a_question() -> None:
    async with scene() as on:
        sent = await on.fake.app.say("alice", "泵什么时候到？")
        await on.settled()
        shown = [one.text for one in on.fake.screen.of("alice")]
        assert len(shown) > 1 and all(len(text.encode()) <= 2048 for text in shown)
        assert shown[0].startswith("周五到货 [1]。") and "水泵项目·王博·2026-11-20 17:30" in shown[-1]
        [utterance] = on.host.utterances
        assert (utterance.kind, utterance.text) == ("direct", "泵什么时候到？")
        said = [event for event in on.host.events if isinstance(event, MessagePosted)]
        assert (said[0].record_id, said[0].answer_id) == (f"wecom:{sent.msgid}", None)
        assert said[-1].answer_id == "answer-1" and said[-1].author.is_bot
        assert on.host.believed.channels[said[0].channel.channel_id].visibility == "direct"


async def test_a_question_that_is_taken_back() -> None:
    async with scene() as on:
        await on.fake.app.say("alice", "撤回")
        await on.settled()
        assert not on.fake.screen.messages


async def test_a_file() -> None:
    async with scene() as on:
        on.fake.faults.cut_next("media/get", 3000)
        await on.fake.app.send_file("alice", "报价 最终.pdf", PDF)
        await on.settled()
        [fetched] = [event for event in on.host.events if isinstance(event, FileFetched)]
        assert fetched.sha256 is not None and on.host.files[fetched.sha256] == PDF
        assert fetched.name == "报价 最终.pdf"
        [receipt] = on.fake.screen.of("alice")
        assert "报价 最终.pdf" in receipt.text


async def test_opening_the_chat() -> None:
    async with scene() as on:
        await on.fake.app.happens("alice", "enter_agent")
        card = await on.fake.screen.until(lambda shown: shown.card is not None)
        assert card.card is not None
        before = card.card
        await on.fake.app.press("alice", card, before["button_list"][0]["key"])
        await on.fake.screen.until(lambda shown: shown.card != before)
