"""Where not everything arrives, whatever sums a channel up says so: status, timeline, digest, page."""

from collections.abc import AsyncIterator
from datetime import datetime

import pytest
import pytest_asyncio
from sqlalchemy.orm import Session

from bot.application import Application
from bot.digests.showing import shown
from bot.metrics import Metrics
from bot.server import _console_host
from bot.truth.histories import Histories
from bot.truth.partly import partly_told
from connectors.connector import Utterance
from connectors.console.host import TimelineQuery
from connectors.events import ChannelRef
from tests.builders import at, channel, opened, person, posted
from tests.fakes.reply import RecordingReply
from tests.quick_application import archive, quick_application
from tests.unit.bot.digests.building import digest, line

ANN = person("Ann")
PARTIAL = "The archive of #{name} is partial"


@pytest_asyncio.fixture
async def application() -> AsyncIterator[Application]:
    async with quick_application() as opened_application:
        await archive(
            opened_application,
            posted(1, "The launch is on Monday"),
            opened(channel("ops"), (ANN,)),
            posted(2, "Disks are full", place=channel("ops")),
        )
        yield opened_application


async def _reached(application: Application, moment: datetime | None, *, partial: bool, at_minute: int = 1) -> None:
    await Histories(application.database).reached(
        channel().channel_id, reached=moment, complete=not partial, partial=partial, at=at(at_minute)
    )


async def _said(application: Application, place: ChannelRef, text: str) -> str:
    utterance = Utterance(
        kind="mention", text=text, channel=place, person=ANN, record_id=None, thread_id=None, said_at=at(5000)
    )
    reply = RecordingReply()
    await application.conversation.converse(utterance, reply)
    return reply.answer.text


@pytest.mark.parametrize("command", ["/timeline", "/timeline launch"])
async def test_a_timeline_in_chat(application: Application, command: str) -> None:
    name = channel().name
    assert PARTIAL.format(name=name) not in await _said(application, channel(), command)
    await _reached(application, None, partial=True)
    said = await _said(application, channel(), command)
    assert PARTIAL.format(name=name) in said
    assert "launch" in said
    assert "partial" not in await _said(application, channel("ops"), "/timeline")
    await _reached(application, None, partial=False, at_minute=2)
    assert "partial" not in await _said(application, channel(), command)


async def test_the_status(application: Application) -> None:
    await _reached(application, None, partial=True)
    said = await _said(application, channel(), "/status")
    assert "The archive is partial" in said
    assert "still being read" not in said


async def test_a_digest_of_a_time_when_something_was_missed(application: Application) -> None:
    made = digest(line(1, "x"), since=at(100), until=at(200))
    assert made.channel_ids == (channel().channel_id,)

    async def text() -> str:
        async with application.database.read() as connection:
            return await connection.run_sync(lambda sync: shown(Session(sync), made).text)

    assert "partial" not in await text()
    for minute, (moment, told) in enumerate([(None, True), (at(150), True), (at(50), False)]):
        await _reached(application, moment, partial=True, at_minute=minute)
        assert (PARTIAL.format(name=channel().name) in await text()) is told


async def test_the_timeline_page(application: Application) -> None:
    await _reached(application, None, partial=True)
    host = _console_host(application, Metrics())
    assert (await host.timeline(ANN.person_id, TimelineQuery())).partial == (channel().name,)
    assert (await host.timeline(ANN.person_id, TimelineQuery(channel_id=channel("ops").channel_id))).partial == ()


def test_many_channels_are_counted() -> None:
    assert partly_told([], "zh") == ""
    names = [f"c{number}" for number in range(8)]
    assert partly_told(names, "en").startswith("The archive of #c0, #c1, #c2, #c3, #c4 (+3 more) is partial")
    assert "等 8 个频道" in partly_told(names, "zh")
