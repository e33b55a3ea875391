"""doctor's comparison: what is missing or too much is named and mended; what waits is neither."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from bot.application import Application
from bot.archive.comparison import compare, repair
from bot.archive.index_queue import MAX_ATTEMPTS
from bot.truth.tables import IndexQueueRow
from knowledge.passage import Audience, RecordId
from tests.builders import posted

OPERATOR = Audience.operator()


async def _two_messages(application: Application) -> None:
    await application.inbox.append([posted(1, "first words"), posted(2, "second words"), posted(3, " \n")])
    await application.archivist.drain()


async def test_a_healthy_archive_agrees_blank_messages_included(application: Application) -> None:
    await _two_messages(application)
    difference = await compare(application.database, application.store)
    assert difference.agrees


async def test_missing_and_surplus_records_are_mended(application: Application) -> None:
    await _two_messages(application)
    await application.store.delete_records([RecordId("m1")])
    async with application.database.begin() as connection:
        await connection.exec_driver_sql("delete from messages where record_id = 'm2'")
    difference = await compare(application.database, application.store)
    assert difference.missing == {"m1"}
    assert difference.surplus == {"m2"}
    await repair(application.database, difference)
    assert (await compare(application.database, application.store)).agrees, "what waits is no difference"
    await application.archivist.drain()
    found = await application.finder.search("words", audience=OPERATOR)
    assert [item.record_id for item in found] == ["m1"]


async def test_a_record_that_was_given_up_is_missing_and_gets_new_attempts(application: Application) -> None:
    await application.inbox.append([posted(1, "first words")])
    await application.archivist.apply_batch()
    async with application.database.begin() as connection:
        later = datetime.now(UTC) + timedelta(days=1)
        await connection.execute(update(IndexQueueRow).values(attempts=MAX_ATTEMPTS, not_before=later))
    assert await application.indexer.failed() == 1
    difference = await compare(application.database, application.store)
    assert difference.missing == {"m1"}
    await repair(application.database, difference)
    await application.archivist.drain()
    assert await application.indexer.failed() == 0
    assert (await compare(application.database, application.store)).agrees
