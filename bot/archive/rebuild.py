"""Rebuilding the searched archive from the truth, while the old one keeps serving."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import func, or_, select
from sqlalchemy.exc import SQLAlchemyError

from bot.application import archive_identity, load_embedder, make_embedder, prepare_home, vector_config
from bot.archive.comparison import queue_records
from bot.archive.failures import archive_failures
from bot.archive.indexer import Indexer
from bot.archive.lock import ArchivistLock
from bot.errors import ArchiveError
from bot.executor import Executor
from bot.settings import Settings
from bot.truth.database import Database
from bot.truth.tables import FileRow, LinkRow, MessageRow
from knowledge.embedding import Embedder
from knowledge.passage import Audience, PassageFilter
from knowledge.qdrant.errors import VectorStoreError
from knowledge.qdrant.store import PassageStore

_log = structlog.get_logger(__name__)

_BATCH = 256
_ROUNDS = 5
_FEW = 100
"""Changes that are caught up within a second or two."""
_USUAL_TRANSACTION = timedelta(seconds=10)
_LONGEST_TRANSACTION = timedelta(minutes=5)
"""A change that began before the rebuild may be committed after it began; clocks of several machines differ, too."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many records were indexed, and how many could not be: those wait on the index queue."""

    records: int
    failed: int


async def rebuild(
    settings: Settings, *, progress: Callable[[int, int], None], embedder: Embedder | None = None
) -> Rebuilt:
    """Index every record into a fresh collection and switch to it; ``embedder`` stands in for that of the settings.

    What changed meanwhile is indexed once more after the switch. Raises ``ModelMissing``, ``TruthUnavailable``,
    ``ArchiveUnavailable``, or ``ArchiveError`` while another rebuild runs; what serves now stays until the switch.
    """
    prepare_home(settings)
    lock = ArchivistLock(settings.home, "reindex")
    if not lock.acquire():
        raise ArchiveError("another reindex is running", hint="Wait until it has ended.")
    async with AsyncExitStack() as stack:
        stack.callback(lock.release)
        database = Database(settings.truth_url)
        stack.push_async_callback(database.close)
        await database.migrate()
        embedder = embedder or make_embedder(settings)
        stack.push_async_callback(embedder.close)
        await load_embedder(embedder)
        compute = Executor("rebuild", threads=1)
        stack.callback(compute.close)
        store = PassageStore(vector_config(settings))
        stack.push_async_callback(store.close)
        with archive_failures():
            return await _Rebuild(database, store, embedder, compute, progress).run()


class _Rebuild:
    """One run: fill a fresh collection, switch, and catch up."""

    def __init__(
        self,
        database: Database,
        store: PassageStore,
        embedder: Embedder,
        executor: Executor,
        progress: Callable[[int, int], None],
    ) -> None:
        self._database = database
        self._store = store
        self._embedder = embedder
        self._executor = executor
        self._progress = progress
        self._failed: set[str] = set()

    async def run(self) -> Rebuilt:
        # Never resumed: an interrupted run may have left records that were deleted since.
        following = await self._store.create_next(archive_identity(self._embedder.spec), resume=False)
        indexer = Indexer(self._database, following, self._embedder, self._executor)
        await indexer.learn(spread=False)
        began = datetime.now(UTC) - _LONGEST_TRANSACTION
        total = await self._count()
        done = 0
        after = ""
        self._progress(0, total)
        while batch := await self._records_after(after):
            await self._index(indexer, batch)
            after = batch[-1]
            done += len(batch)
            self._progress(done, max(done, total))
        # Before the switch, so that from its first moment on nothing new is missing and nothing deleted is found.
        for _ in range(_ROUNDS):
            now = datetime.now(UTC)
            changed = await self._catch_up(indexer, following, began)
            began = now - _USUAL_TRANSACTION
            if changed <= _FEW:
                break
        await self._store.switch(following)
        await self._catch_up(indexer, following, min(began, datetime.now(UTC) - _LONGEST_TRANSACTION))
        await queue_records(self._database, self._failed)
        return Rebuilt(records=done, failed=len(self._failed))

    async def _catch_up(self, indexer: Indexer, following: PassageStore, moment: datetime) -> int:
        """Index once more what has changed since ``moment``; returns how many records that were."""
        changed = [*await self._changed_since(moment), *await self._gone_links(following)]
        for part in _parts(changed):
            await self._index(indexer, part)
        return len(changed)

    async def _index(self, indexer: Indexer, record_ids: Sequence[str]) -> None:
        try:
            await indexer.index_records(record_ids)
        except (SQLAlchemyError, VectorStoreError):
            raise
        except Exception as error:  # noqa: BLE001 - one broken record must not make a rebuild impossible
            if len(record_ids) == 1:
                _log.warning("indexing failed", record_id=record_ids[0], error=type(error).__name__)
                self._failed.update(record_ids)
                return
            for record_id in record_ids:
                await self._index(indexer, [record_id])

    async def _count(self) -> int:
        async with self._database.read() as connection:
            messages = await connection.scalar(select(func.count()).select_from(MessageRow).where(*_MESSAGES))
            files = await connection.scalar(
                select(func.count()).select_from(FileRow).where(FileRow.removed_at.is_(None))
            )
            links = await connection.scalar(select(func.count()).select_from(LinkRow))
        return (messages or 0) + (files or 0) + (links or 0)

    async def _changed_since(self, moment: datetime) -> list[str]:
        """Records that changed, and those that carry words of these: replies of a thread's head, what was shared."""
        changed = select(MessageRow.record_id).where(MessageRow.applied_at >= moment)
        messages = select(MessageRow.record_id).where(
            or_(MessageRow.applied_at >= moment, MessageRow.thread_id.in_(changed))
        )
        files = select(FileRow.file_id).where(or_(FileRow.applied_at >= moment, FileRow.record_id.in_(changed)))
        links = select(LinkRow.link_id).where(or_(LinkRow.applied_at >= moment, LinkRow.record_id.in_(changed)))
        async with self._database.read() as connection:
            return [record_id for rows in (messages, files, links) for record_id in await connection.scalars(rows)]

    async def _gone_links(self, following: PassageStore) -> set[str]:
        """Links that were written and are no more: unlike messages and files they leave no row behind."""
        points = following.scroll_ids(audience=Audience.operator(), where=PassageFilter(kinds=frozenset({"link"})))
        written = {str(point.record_id) async for point in points}
        async with self._database.read() as connection:
            return written.difference(await connection.scalars(select(LinkRow.link_id))) if written else written

    async def _records_after(self, after: str) -> list[str]:
        """The next record ids in the order of ids, messages, files and links together."""
        messages = select(MessageRow.record_id.label("id")).where(*_MESSAGES, MessageRow.record_id > after)
        files = select(FileRow.file_id.label("id")).where(FileRow.removed_at.is_(None), FileRow.file_id > after)
        links = select(LinkRow.link_id.label("id")).where(LinkRow.link_id > after)
        every = messages.union_all(files, links).subquery()
        async with self._database.read() as connection:
            return list(await connection.scalars(select(every.c.id).order_by(every.c.id).limit(_BATCH)))


def _parts(record_ids: Iterable[str]) -> Iterator[list[str]]:
    every = list(record_ids)
    for start in range(0, len(every), _BATCH):
        yield every[start : start + _BATCH]


_MESSAGES = (MessageRow.deleted_at.is_(None), MessageRow.channel_id.is_not(None), MessageRow.system.is_(False))
