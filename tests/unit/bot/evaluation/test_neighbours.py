"""Neighbours run along the conversation, or along thread or channel where a message has none."""

from collections.abc import AsyncIterator

import pytest_asyncio
from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot.application import Application
from bot.evaluation.neighbours import places_of
from bot.truth.tables import ConversationRow
from tests.builders import channel, posted
from tests.quick_application import archive, quick_application


@pytest_asyncio.fixture
async def application() -> AsyncIterator[Application]:
    async with quick_application() as opened:
        await archive(
            opened,
            posted(1, "the pump is broken"),
            posted(2, "which pump?"),
            posted(3, "lunch?"),
            posted(4, "the one of the kitchen"),
            posted(5, "elsewhere", place=channel("sales")),
        )
        yield opened


async def _places(application: Application, *record_ids: str) -> dict[str, frozenset[str]]:
    async with application.database.read() as connection:
        return await connection.run_sync(lambda sync: places_of(Session(sync), record_ids))


async def _put_together(application: Application, *record_ids: str) -> None:
    """One conversation of these, everything else alone."""

    def write(session: Session) -> None:
        session.execute(delete(ConversationRow))
        session.add_all(
            ConversationRow(record_id=record_id, conversation_id=record_ids[0], channel_id="console:launch")
            for record_id in record_ids
        )
        session.flush()

    async with application.database.begin() as connection:
        await connection.run_sync(lambda sync: write(Session(sync)))


async def test_along_the_conversation_past_what_stands_between(application: Application) -> None:
    await _put_together(application, "m1", "m2", "m4")
    assert await _places(application, "m2", "m4") == {"m2": {"m1", "m2", "m4"}, "m4": {"m2", "m4"}}


async def test_along_the_channel_without_one_and_never_into_another(application: Application) -> None:
    await _put_together(application, "m1", "m2")
    found = await _places(application, "m3", "m4", "m5", "m6")
    assert found == {"m3": {"m2", "m3", "m4"}, "m4": {"m3", "m4"}, "m5": {"m5"}, "m6": {"m6"}}
