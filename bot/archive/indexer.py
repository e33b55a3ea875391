"""Keeps Qdrant equal to the truth: takes records off the index queue, embeds them and writes their passages."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import nullcontext

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.archive.categorising import Categorising
from bot.archive.draft import Draft
from bot.archive.drafts import (
    Work,
    chunk_counts,
    drafts_of,
    read_work,
    texts_to_embed,
    with_vectors,
    without_words,
)
from bot.archive.index_queue import IndexQueue, Ticket
from bot.archive.precedence import Precedence
from bot.executor import Executor
from bot.truth.database import Database
from bot.truth.inbox import Lane
from knowledge.embedding import Embedder, Vectors
from knowledge.passage import RecordId
from knowledge.qdrant.store import PassageStore

_WRITTEN_AT_ONCE = 128
"""Passages whose vectors and words are in memory at once, and which others that write wait for."""


class Indexer:
    """Writes the passages of queued records. Idempotent: point ids come from record ids.

    Batches may run at the same time: two of an import, so that one is read and written while the other is embedded,
    and one of what people write now, which overtakes both.
    """

    def __init__(self, database: Database, store: PassageStore, embedder: Embedder, executor: Executor) -> None:
        self._database = database
        self._store = store
        self._embedder = embedder
        self._executor = executor
        self._categorising = Categorising(database, store, embedder, executor)
        self._queue = IndexQueue(database)
        self._precedence = Precedence()
        self._reading = asyncio.Lock()
        self._writing = asyncio.Lock()
        self._embedding_import = asyncio.Lock()

    async def index_batch(self, limit: int, *, lane: Lane | None = None) -> int:
        """Index up to ``limit`` queued records and return how many were taken up (0: nothing to do now).

        ``lane`` leaves the other lane's records alone. Raises what the database or the engine raises while it is
        away: no record is to blame for that, and none is given up because of it.
        """
        async with self._queue.take(limit, lane) as tickets:
            if tickets:
                await self._index_tickets(tickets, lane)
            return len(tickets)

    async def learn(self, *, spread: bool = True, pause: float = 0.0) -> int:
        """Learn what people corrected about categories; returns 0 when nothing has changed since the last time.

        With ``spread``, uncorrected records that are like the corrected ones are queued to be looked at once more.
        ``pause`` is how many seconds must have passed since it last learnt.
        """
        return await self._categorising.learn(spread=spread, pause=pause)

    async def compare_categories(
        self, record_ids: Sequence[str], categories: Sequence[tuple[str, str]]
    ) -> dict[str, tuple[set[str], set[str]]]:
        """See ``Categorising.compare``."""
        return await self._categorising.compare(record_ids, categories)

    async def pending(self) -> int:
        """Records that are waiting and have not been given up."""
        return await self._queue.pending()

    async def untried(self) -> int:
        """Records that are waiting for their first attempt."""
        return await self._queue.untried()

    async def failed(self) -> int:
        """Records given up after ``MAX_ATTEMPTS``."""
        return await self._queue.failed()

    async def index_records(self, record_ids: Sequence[str]) -> None:
        """Index these records now, queued or not: for a rebuild."""
        await self._index(record_ids, None)

    async def _index_tickets(self, tickets: Sequence[Ticket], lane: Lane | None) -> None:
        try:
            await self._index([ticket.record_id for ticket in tickets], lane)
        except SQLAlchemyError:
            raise
        except Exception as error:  # noqa: BLE001 - one broken record must not stop the others: counted and retried
            await self._raise_if_engine_is_away()
            if len(tickets) == 1:
                await self._queue.fail(tickets[0], error)
                return
            middle = len(tickets) // 2
            await self._index_tickets(tickets[:middle], lane)
            await self._index_tickets(tickets[middle:], lane)
        else:
            await self._queue.done(tickets)

    async def _raise_if_engine_is_away(self) -> None:
        """Raise ``VectorStoreError`` when the engine answers nobody, or holds vectors of another model by now."""
        await self._store.health()

    async def _index(self, record_ids: Sequence[str], lane: Lane | None) -> None:
        async with self._reading:
            batch = self._precedence.begin()
            try:
                work = await self._read(record_ids)
            except BaseException:
                self._precedence.end(batch)
                raise
        try:
            drafts = await self._executor.run(drafts_of, work)
            await self._remove(batch, without_words(work, drafts))
            if drafts:
                async with self._embedding_import if lane is Lane.IMPORT else nullcontext():
                    vectors = await self._embed(drafts)
                await self._write(batch, drafts, vectors)
        finally:
            self._precedence.end(batch)

    async def _read(self, record_ids: Sequence[str]) -> Work:
        async with self._database.read() as connection:
            return await connection.run_sync(lambda sync: read_work(Session(sync), record_ids))

    async def _remove(self, batch: int, record_ids: Sequence[str]) -> None:
        if not record_ids:
            return
        async with self._writing:
            gone = set(record_ids) - self._precedence.outdated(batch, record_ids)
            await self._store.delete_records([RecordId(record_id) for record_id in sorted(gone)])
            self._precedence.wrote(batch, {*gone, *map(_first_of, gone)})

    async def _embed(self, drafts: Sequence[Draft]) -> dict[str, Vectors]:
        texts = texts_to_embed(drafts)
        vectors = await self._embedder.embed_passages(list(texts.values()))
        return dict(zip(texts, vectors, strict=True))

    async def _write(self, batch: int, drafts: Sequence[Draft], vectors: dict[str, Vectors]) -> None:
        given = await self._categorising.give(drafts, vectors)
        for part in _parts(drafts):
            indexed = await self._executor.run(with_vectors, part, vectors)
            async with self._writing:
                outdated = self._precedence.outdated(batch, map(_written_as, part))
                kept = [
                    (draft, one) for draft, one in zip(part, indexed, strict=True) if _written_as(draft) not in outdated
                ]
                await self._store.upsert([one for _, one in kept])
                firsts = [str(draft.passage.record_id) for draft, _ in kept if draft.passage.chunk == 0]
                await self._categorising.keep({record_id: given[record_id] for record_id in firsts})
                self._precedence.wrote(batch, {_written_as(draft) for draft, _ in kept})
        counts = chunk_counts(drafts)
        async with self._writing:
            for record_id in self._precedence.outdated(batch, counts):
                del counts[RecordId(record_id)]
            await self._store.delete_chunks_beyond(counts)
            self._precedence.wrote(batch, counts)


def _written_as(draft: Draft) -> str:
    """What a batch that reads later may overtake: a whole record, or its first passage, which can be written alone."""
    record_id = str(draft.passage.record_id)
    return _first_of(record_id) if draft.passage.chunk == 0 else record_id


def _first_of(record_id: str) -> str:
    return f"{record_id}#first"


def _parts(drafts: Sequence[Draft]) -> Iterator[Sequence[Draft]]:
    for start in range(0, len(drafts), _WRITTEN_AT_ONCE):
        yield drafts[start : start + _WRITTEN_AT_ONCE]
