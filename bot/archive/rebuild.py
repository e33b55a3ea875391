"""Rebuilding the searched archive from the truth, while the old one keeps serving."""

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import func, select

from bot.application import archive_identity, embedding_spec, vector_config
from bot.archive.indexer import Indexer
from bot.executor import Executor
from bot.settings import Settings
from bot.truth.database import Database
from bot.truth.tables import FileRow, MessageRow
from knowledge.embedding import FastEmbedder
from knowledge.qdrant.store import PassageStore

_BATCH = 256


async def rebuild(settings: Settings, *, progress: Callable[[int, int], None]) -> int:
    """Index every record into a fresh collection and switch to it; returns how many records there are.

    What changed meanwhile is indexed once more after the switch. Raises ``ModelMissing``,
    ``TruthUnavailable`` or ``ArchiveUnavailable``; what serves now is untouched until the switch.
    """
    database = Database(settings.truth_url)
    compute = Executor("rebuild", threads=1)
    spec = embedding_spec(settings)
    embedder = FastEmbedder(spec, batch_size=settings.embedding.batch_size, threads=settings.embedding.threads)
    store = PassageStore(vector_config(settings))
    try:
        await database.migrate()
        await embedder.start()
        following = await store.create_next(archive_identity(spec))
        indexer = Indexer(database, following, embedder, compute)
        began = datetime.now(UTC)
        total = await _count(database)
        done = 0
        after = ""
        progress(0, total)
        while batch := await _records_after(database, after):
            await indexer.index_records(batch)
            after = batch[-1]
            done += len(batch)
            progress(done, total)
        await store.switch(following)
        await indexer.index_records(await _changed_since(database, began))
        return done
    finally:
        compute.close()
        await store.close()
        await embedder.close()
        await database.close()


async def _count(database: Database) -> int:
    async with database.read() as connection:
        messages = await connection.scalar(select(func.count()).select_from(MessageRow).where(*_MESSAGES))
        files = await connection.scalar(select(func.count()).select_from(FileRow).where(FileRow.removed_at.is_(None)))
    return (messages or 0) + (files or 0)


async def _changed_since(database: Database, moment: datetime) -> list[str]:
    async with database.read() as connection:
        messages = await connection.scalars(select(MessageRow.record_id).where(MessageRow.applied_at >= moment))
        files = await connection.scalars(select(FileRow.file_id).where(FileRow.applied_at >= moment))
        return [*messages, *files]


async def _records_after(database: Database, after: str) -> list[str]:
    """The next record ids in the order of ids, messages and files together."""
    messages = select(MessageRow.record_id.label("id")).where(*_MESSAGES, MessageRow.record_id > after)
    files = select(FileRow.file_id.label("id")).where(FileRow.removed_at.is_(None), FileRow.file_id > after)
    both = messages.union_all(files).subquery()
    async with database.read() as connection:
        return list(await connection.scalars(select(both.c.id).order_by(both.c.id).limit(_BATCH)))


_MESSAGES = (MessageRow.deleted_at.is_(None), MessageRow.channel_id.is_not(None), MessageRow.system.is_(False))
