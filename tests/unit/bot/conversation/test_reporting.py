"""``/status``: what is archived here, and how far back; nothing of what a reader may not read."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest_asyncio

from bot.application import Application
from bot.conversation.reporting import TEXTS
from bot.truth.tables import ChannelHistoryRow
from connectors.connector import Utterance
from connectors.events import ChannelRef, FileRef, RecordId
from tests.builders import at, channel, opened, person, posted
from tests.fakes.reply import RecordingReply
from tests.quick_application import archive, quick_application

ANN, BO = person("Ann"), person("Bo")
BOARD = channel("board", "private")
DIRECT = channel("dm-ann", "direct")


@pytest_asyncio.fixture
async def application() -> AsyncIterator[Application]:
    async with quick_application() as opened_application:
        file = FileRef(file_id=RecordId("console:f"), name="a.pdf", unavailable_reason="no_bytes")
        await archive(
            opened_application,
            posted(1, "The launch is on Monday"),
            posted(2, "Here is the plan", files=(file,)),
            opened(BOARD, (BO,)),
            posted(3, "The board meets on Friday", place=BOARD),
            opened(DIRECT, (ANN,)),
        )
        yield opened_application


async def _status(application: Application, place: ChannelRef, text: str = "/status") -> str:
    utterance = Utterance(
        kind="mention", text=text, channel=place, person=ANN, record_id=None, thread_id=None, said_at=at(5000)
    )
    reply = RecordingReply()
    await application.conversation.converse(utterance, reply)
    return reply.answer.text


async def test_a_channel_tells_what_is_kept_of_it(application: Application) -> None:
    said = await _status(application, channel())
    assert "Kept here: 2 messages, 1 files." in said
    assert "1 files cannot be read" in said
    assert "Listening: off" in said
    assert "before I came" not in said, "nobody reads a history here"


async def test_a_direct_chat_tells_of_what_the_person_can_read(application: Application) -> None:
    said = await _status(application, DIRECT)
    assert "2 messages" in said
    assert "Listening" not in said


async def test_how_far_back_the_history_was_read_is_told(application: Application) -> None:
    async def reached(moment: datetime | None, *, complete: bool) -> None:
        async with application.database.begin() as connection:
            await connection.run_sync(
                lambda sync: sync.execute(ChannelHistoryRow.__table__.delete())  # type: ignore[attr-defined]
            )
            await connection.execute(
                ChannelHistoryRow.__table__.insert().values(  # type: ignore[attr-defined]
                    channel_id=channel().channel_id, reached=moment, complete=complete, changed_at=at(1)
                )
            )

    await reached(None, complete=False)
    assert "以前的消息还在读。" in await _status(application, channel(), "/状态")
    await reached(datetime(2025, 3, 2, tzinfo=UTC), complete=False)
    assert "back to 2025-03-02 so far" in await _status(application, channel())
    await reached(datetime(2025, 1, 1, tzinfo=UTC), complete=True)
    assert "read to its beginning" in await _status(application, channel())


async def test_an_empty_channel_says_so(application: Application) -> None:
    await archive(application, opened(channel("new"), (ANN,)))
    assert "Nothing is kept here yet." in await _status(application, channel("new"))


def test_every_text_exists_in_both_languages() -> None:
    assert all(set(texts) == {"zh", "en"} for texts in TEXTS.values())
