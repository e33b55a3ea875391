"""Robots and what they share, put together: asked, answered, judged, on both ways."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import pytest

from connectors.connector import Answer, Citation, Reply, Utterance
from connectors.events import MessagePosted, RecordId
from connectors.wecom.conversing import RobotConversing
from tests.fakes.live_host import FakeLiveHost
from tests.fakes.wecom import FakeWeCom, Sent, Shown, small_company
from tests.unit.connectors.wecom.robots import line, listening, nothing_wrong, until
from tests.waiting import eventually

Way = Literal["long_connection", "callback"]
BOTH = pytest.mark.parametrize("way", ["long_connection", "callback"])


async def _answers(utterance: Utterance, reply: Reply) -> None:
    await reply.status("正在查找……")
    source = Citation(
        n=1,
        record_id=RecordId("wecom:m1"),
        quote="泵周五到",
        author="王博",
        channel_name="水泵项目",
        time=datetime(2026, 11, 20, 8, tzinfo=UTC),
    )
    await reply.sources([source])
    await reply.delta("泵在周五到 [1]。\n")
    await reply.finish(
        Answer(
            answer_id="answer-1",
            question=utterance.text,
            text="泵在周五到 [1]。",
            abstained=False,
            reason=None,
            citations=(source,),
            model="m",
            language="zh",
        )
    )


@dataclass
class Asked:
    fake: FakeWeCom
    host: FakeLiveHost

    async def answer_to(self, sent: Sent) -> Shown:
        """The end of its answer, which the platform asks for or is given."""

        async def is_there() -> bool:
            if self.fake.world.robot.mode == "callback":
                await self.fake.callback.poll(sent)
            return any(shown.finished for shown in self.fake.screen.messages)

        await eventually(is_there)
        return self.fake.screen.messages[-1]


@asynccontextmanager
async def answering(way: Way) -> AsyncIterator[Asked]:
    host = FakeLiveHost(conversing=_answers)
    fake = FakeWeCom(small_company(mode=way))
    if way == "callback":
        async with fake.running(), listening(fake, _unused, host=host, conversing_of=RobotConversing):
            yield Asked(fake, host)
    else:
        async with line(_unused, host=host, fake=fake, conversing_of=RobotConversing):
            yield Asked(fake, host)


async def _unused(*_: object) -> None:
    raise NotImplementedError


@BOTH
async def test_a_question_is_archived_answered_with_its_sources_and_judged(way: Way) -> None:
    async with answering(way) as it:
        sent = await it.fake.robot.mention("alice", "wrPUMPS", "泵什么时候到？", space="\u2005")
        shown = await it.answer_to(sent)
        assert "泵在周五到 [1]" in shown.text and "水泵项目·王博" in shown.text
        assert [utterance.text for utterance in it.host.utterances] == ["泵什么时候到？"]
        said = [event for event in it.host.live if isinstance(event, MessagePosted)]
        assert [(event.text, event.answer_id) for event in said][:1] == [("泵什么时候到？", None)]
        await until(lambda: not it.host.mailbox.letters)
        await it.fake.robot.rate("bob", shown, "down", reasons=[2], content="哪个泵？")
        await until(lambda: bool(it.host.verdicts))
        assert list(it.host.verdicts) == [("answer-1", f"wecom:{it.fake.world.robot_sees('bob')}")]
        nothing_wrong(it.fake)


@BOTH
async def test_whoever_opens_the_chat_sees_the_help(way: Way) -> None:
    async with answering(way) as it:
        await it.fake.robot.open_chat("alice")
        shown = await it.fake.screen.until(lambda message: message.card is not None)
        assert shown.card is not None
        nothing_wrong(it.fake)
