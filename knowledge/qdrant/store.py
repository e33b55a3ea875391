"""The archive: passages in, passages out. One store, whichever engine is behind it.

Every read names its audience, and the audience is part of every query inside the engine; an audience that may read
nothing gets nothing without the engine being asked. Scores are the engine's own (cosine, BM25): fusing is the caller's.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal, TypeVar

from qdrant_client import models

from knowledge.passage import (
    Audience,
    ChannelId,
    IndexedPassage,
    Passage,
    PassageFilter,
    RecordId,
    ScoredPassage,
    SparseTerms,
)
from knowledge.qdrant.backend import vector_client
from knowledge.qdrant.client import VectorClient
from knowledge.qdrant.cursor import TimelineCursor, TimelinePage
from knowledge.qdrant.errors import VectorStoreRefused
from knowledge.qdrant.filters import (
    FIRST_CHUNKS,
    Selection,
    any_of,
    chunks_from,
    exactly,
    selection,
)
from knowledge.qdrant.generations import Generations
from knowledge.qdrant.payload import passage_of
from knowledge.qdrant.points import point_of
from knowledge.qdrant.schema import ArchiveIdentity, VectorConfig, VectorName
from knowledge.qdrant.searches import LexicalSearch, NearestSearch, ScoredPoint, Search, query_request, scored_point
from knowledge.qdrant.timeline import timeline_page

__all__ = ["LexicalSearch", "NearestSearch", "PassageStore", "ScoredPoint", "Search", "StoreHealth", "StoredPoint"]

T = TypeVar("T")

FacetKey = Literal["channel_id", "author_id", "kind", "categories"]

_EVERYTHING = PassageFilter()
_WRITE_BATCH = 128
"""Points a request: the engine answers nobody else meanwhile, about 20 ms."""
_NAMED_BATCH = 500
_NOT_FOUND = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreHealth:
    """Facts for ``doctor`` and the health page."""

    backend: Literal["edge", "server"]
    collection: str
    points: int


@dataclass(frozen=True, slots=True)
class StoredPoint:
    """What ``doctor`` compares with the truth."""

    point_id: str
    record_id: RecordId
    chunk: int


class PassageStore:
    """The archive. ``open`` first, ``close`` last.

    Methods raise ``VectorStoreUnavailable`` when the engine does not answer after retries, and
    ``EmbeddingModelChanged`` when the archive has been rebuilt with another model meanwhile.
    """

    def __init__(self, config: VectorConfig, client: VectorClient | None = None) -> None:
        self._config = config
        self._client = client or vector_client(config)
        self._generations = Generations(self._client, config)
        self._identity: ArchiveIdentity | None = None
        self._collection = ""
        self._follows_alias = True

    async def open(self, identity: ArchiveIdentity) -> None:
        """Start the engine and make the schema if it is missing; raises ``EmbeddingModelChanged``."""
        await self._client.start()
        self._collection = await self._generations.ensure(identity)
        self._identity = identity

    async def close(self) -> None:
        """Flush and let the engine go."""
        await self._client.close()

    async def upsert(self, passages: Sequence[IndexedPassage]) -> None:
        """Insert or replace passages. When it returns, a crash loses none of them.

        Raises ``VectorInvalid`` before anything of a batch is written.
        """
        in_flight: asyncio.Task[None] | None = None
        try:
            for batch in _batches(passages, _WRITE_BATCH):
                points = [point_of(indexed, self._dimension) for indexed in batch]
                if in_flight is not None:
                    await in_flight
                in_flight = asyncio.create_task(self._upsert(points))
                await asyncio.sleep(0)  # Sends it; the next batch is made while the engine works.
            if in_flight is not None:
                await in_flight
        except BaseException:
            if in_flight is not None:
                in_flight.cancel()
                await asyncio.gather(in_flight, return_exceptions=True)
            raise

    async def delete_records(self, record_ids: Sequence[RecordId]) -> None:
        """Delete all chunks of these records."""
        for batch in _batches(record_ids, _NAMED_BATCH):
            await self._delete(models.Filter(must=[any_of("record_id", batch)]))

    async def delete_chunks_beyond(self, chunk_counts: Mapping[RecordId, int]) -> None:
        """Delete what an earlier version of these records has left: chunks numbered from the record's count on."""
        by_count: dict[int, list[RecordId]] = {}
        for record_id, count in chunk_counts.items():
            by_count.setdefault(count, []).append(record_id)
        for count, record_ids in by_count.items():
            for batch in _batches(record_ids, _NAMED_BATCH):
                await self._delete(chunks_from(batch, count))

    async def delete_file(self, file_id: RecordId) -> None:
        """Delete everything that was read from a shared file."""
        await self._delete(models.Filter(must=[exactly("file_id", file_id)]))

    async def delete_channel(self, channel_id: ChannelId) -> None:
        """Delete everything of a channel."""
        await self._delete(models.Filter(must=[exactly("channel_id", channel_id)]))

    async def delete_matching(self, where: PassageFilter) -> None:
        """Delete every passage that fits; refused by the engine when ``where`` narrows nothing."""
        await self._delete(selection(Audience.operator(), where).filter or models.Filter())

    async def compact(self) -> bool:
        """Rid the engine's files of what was deleted: until then a deleted text can be read in them.

        False where the engine does so by itself, at its own time (a server). Nobody may reindex meanwhile.
        """
        if self._identity is None:
            msg = "the store is not open"
            raise RuntimeError(msg)
        compacted = await self._generations.compact(self._identity)
        self._collection = await self._generations.ensure(self._identity)
        return compacted

    async def stored(self, record_ids: Sequence[RecordId]) -> list[dict[str, Any]]:
        """Payloads of every chunk of these records, just as they are stored: for comparing with the truth."""
        payloads: list[dict[str, Any]] = []
        for batch in _batches(record_ids, _NAMED_BATCH):
            following: int | str | None = None
            while True:
                records, following = await self._scroll(
                    scroll_filter=models.Filter(must=[any_of("record_id", batch)]), limit=1000, offset=following
                )
                payloads.extend(record.payload or {} for record in records)
                if following is None:
                    break
        return payloads

    async def set_categories(self, record_ids: Sequence[RecordId], categories: Sequence[str]) -> None:
        """Replace the categories of these records."""
        for batch in _batches(record_ids, _NAMED_BATCH):
            await self._set_payload({"categories": list(categories)}, models.Filter(must=[any_of("record_id", batch)]))

    async def nearest(
        self,
        name: VectorName,
        vector: Sequence[float],
        *,
        audience: Audience,
        where: PassageFilter = _EVERYTHING,
        limit: int,
    ) -> list[ScoredPassage]:
        """Passages by cosine, best first."""
        return await self._search_one(NearestSearch(name, vector), audience, where, limit)

    async def lexical(
        self,
        name: VectorName,
        terms: SparseTerms,
        *,
        audience: Audience,
        where: PassageFilter = _EVERYTHING,
        limit: int,
    ) -> list[ScoredPassage]:
        """Passages by BM25, best first."""
        return await self._search_one(LexicalSearch(name, terms), audience, where, limit)

    async def search_batch(
        self, searches: Sequence[Search], *, audience: Audience, where: PassageFilter = _EVERYTHING, limit: int
    ) -> list[list[ScoredPoint]]:
        """Several searches in one round trip: a list of candidates each, best first; ``get`` brings their passages."""
        found = await self._search(searches, selection(audience, where), limit=limit, whole=False)
        return [[scored_point(point) for point in points] for points in found]

    async def get(
        self, point_ids: Sequence[str], *, audience: Audience, where: PassageFilter = _EVERYTHING
    ) -> list[Passage]:
        """Passages by point id, in this order; without those that are gone, not wanted or not for this audience."""
        chosen = selection(audience, where)
        if chosen.empty or not point_ids:
            return []
        found: dict[str, Passage] = {}
        for batch in _batches(dict.fromkeys(point_ids), _NAMED_BATCH):
            condition = chosen.narrowed(models.HasIdCondition(has_id=list(batch))).filter
            records, _ = await self._scroll(scroll_filter=condition, limit=len(batch))
            found.update((str(record.id), passage_of(record.payload or {})) for record in records)
        return [found[point_id] for point_id in point_ids if point_id in found]

    async def vectors(
        self, name: VectorName, point_ids: Sequence[str], *, audience: Audience
    ) -> dict[str, list[float]]:
        """The dense vectors called ``name`` of these points, by point id; see ``get`` for those left out."""
        chosen = selection(audience, _EVERYTHING)
        found: dict[str, list[float]] = {}
        for batch in _batches(dict.fromkeys(point_ids), _NAMED_BATCH) if not chosen.empty else ():
            condition = chosen.narrowed(models.HasIdCondition(has_id=list(batch))).filter
            records, _ = await self._scroll(
                scroll_filter=condition, limit=len(batch), with_payload=False, with_vectors=True
            )
            for record in records:
                vector = record.vector.get(name) if isinstance(record.vector, dict) else None
                if isinstance(vector, list):
                    found[str(record.id)] = [float(number) for number in vector if isinstance(number, float | int)]
        return found

    async def timeline(
        self,
        *,
        audience: Audience,
        where: PassageFilter = _EVERYTHING,
        before: TimelineCursor | None = None,
        limit: int = 50,
    ) -> TimelinePage:
        """Records newest first, each by its first chunk; go on with ``before=page.following``."""
        chosen = selection(audience, where)
        if chosen.empty:
            return TimelinePage((), None)
        return await timeline_page(self._scroll, chosen, before=before, limit=limit)

    async def count(self, *, audience: Audience, where: PassageFilter = _EVERYTHING, records_only: bool = False) -> int:
        """Number of passages, or of records."""
        chosen = _narrowed(selection(audience, where), records_only=records_only)
        if chosen.empty:
            return 0
        return await self._on_current(lambda name: self._client.count(name, count_filter=chosen.filter))

    async def facet(
        self,
        key: FacetKey,
        *,
        audience: Audience,
        where: PassageFilter = _EVERYTHING,
        limit: int = 100,
        records_only: bool = True,
    ) -> dict[str, int]:
        """How many records (or passages) have which value, most first."""
        chosen = _narrowed(selection(audience, where), records_only=records_only)
        if chosen.empty:
            return {}
        hits = await self._on_current(
            lambda name: self._client.facet(name, key, facet_filter=chosen.filter, limit=limit)
        )
        return dict(sorted(hits, key=lambda hit: (-hit[1], hit[0])))

    async def scroll_ids(
        self, *, audience: Audience, where: PassageFilter = _EVERYTHING, batch: int = 1000
    ) -> AsyncIterator[StoredPoint]:
        """Every point, ordered by id; what is written meanwhile may or may not appear."""
        chosen = selection(audience, where)
        following: int | str | None = None
        while not chosen.empty:
            records, following = await self._scroll(
                scroll_filter=chosen.filter, limit=batch, offset=following, with_payload=["record_id", "chunk"]
            )
            for record in records:
                payload = record.payload or {}
                yield StoredPoint(str(record.id), RecordId(payload["record_id"]), payload["chunk"])
            if following is None:
                return

    async def flush(self) -> None:
        """Make everything durable against a loss of power too."""
        await self._client.flush()

    async def backup(self, target: Path) -> None:
        """Embedded: a copy of the folder at ``target``. Server: it takes snapshots, ``target`` lists their names."""
        await self._client.backup(target)

    async def health(self) -> StoreHealth:
        """Ask the engine for signs of life."""
        facts = await self._on_current(self._client.describe)
        return StoreHealth(backend=self._config.backend, collection=self._collection, points=facts.points)

    async def create_next(self, identity: ArchiveIdentity, *, resume: bool = True) -> "PassageStore":
        """A store over a fresh collection that nobody reads yet; do not close it. See ``switch``.

        With ``resume``, what an interrupted reindex with the same identity has written is kept.
        """
        await self._client.start()
        following = PassageStore(self._config, self._client)
        following._collection = await self._generations.create_next(identity, resume=resume)
        following._identity = identity
        following._follows_alias = False
        return following

    async def switch(self, following: "PassageStore") -> None:
        """Let every reader see what ``create_next`` made, at once, and drop the former collection."""
        await self._client.flush()
        await self._generations.switch(following._collection)
        self._collection, self._identity = following._collection, following._identity
        await self._generations.drop_unread()

    @property
    def _dimension(self) -> int:
        if self._identity is None:
            msg = "the store is not open"
            raise RuntimeError(msg)
        return self._identity.dimension

    async def _upsert(self, points: list[models.PointStruct]) -> None:
        await self._on_current(lambda name: self._client.upsert(name, points))

    async def _delete(self, where: models.Filter) -> None:
        await self._on_current(lambda name: self._client.delete(name, where))

    async def _set_payload(self, payload: dict[str, Any], where: models.Filter) -> None:
        await self._on_current(lambda name: self._client.set_payload(name, payload, where))

    async def _scroll(self, **options: Any) -> tuple[list[models.Record], int | str | None]:
        return await self._on_current(lambda name: self._client.scroll(name, **options))

    async def _search_one(
        self, search: Search, audience: Audience, where: PassageFilter, limit: int
    ) -> list[ScoredPassage]:
        [found] = await self._search([search], selection(audience, where), limit=limit, whole=True)
        return [
            ScoredPassage(
                passage=passage_of(point.payload or {}), score=point.score, signals={search.name: point.score}
            )
            for point in found
        ]

    async def _search(
        self, searches: Sequence[Search], chosen: Selection, *, limit: int, whole: bool
    ) -> list[list[models.ScoredPoint]]:
        lists: list[list[models.ScoredPoint]] = [[] for _ in searches]
        if chosen.empty or limit < 1:
            return lists
        asked = [
            number
            for number, search in enumerate(searches)
            if isinstance(search, NearestSearch) or search.terms.indices
        ]
        if not asked:
            return lists
        requests = [
            query_request(
                searches[number],
                chosen,
                limit=limit,
                dimension=self._dimension,
                config=self._config,
                whole=whole,
            )
            for number in asked
        ]
        answers = await self._on_current(lambda name: self._client.query_batch_points(name, requests))
        for number, answer in zip(asked, answers, strict=True):
            lists[number] = answer
        return lists

    async def _on_current(self, work: Callable[[str], Awaitable[T]]) -> T:
        """Run on the collection that was opened; when a reindex has replaced it, on the one that readers see now."""
        try:
            return await work(self._collection)
        except VectorStoreRefused as refusal:
            if refusal.status != _NOT_FOUND or not self._follows_alias or self._identity is None:
                raise
        self._collection = await self._generations.ensure(self._identity)
        return await work(self._collection)


def _batches(items: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    iterator = iter(items)
    while batch := tuple(islice(iterator, size)):
        yield batch


def _narrowed(chosen: Selection, *, records_only: bool) -> Selection:
    return chosen.narrowed(FIRST_CHUNKS) if records_only else chosen
