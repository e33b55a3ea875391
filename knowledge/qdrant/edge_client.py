"""The embedded engine as a ``VectorClient``: supervises its worker and translates models to plain frames."""

import asyncio
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qdrant_client import models
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from knowledge.qdrant.client import CollectionFacts
from knowledge.qdrant.edge_connection import ConnectionLost, EdgeConnection
from knowledge.qdrant.edge_launcher import EdgeLauncher
from knowledge.qdrant.edge_translation import PackedPoint
from knowledge.qdrant.errors import VectorStoreUnavailable

_ATTEMPTS = 4
_LONG_SECONDS = 900.0
"""For what takes as long as the archive is large: backup, a new index, deleting a collection."""


class EdgeClient:
    """Connects to the folder's worker, or starts it, and starts it again when it dies.

    Calls that were under way when the worker died are repeated on the new one: every operation may happen twice.
    A worker that says nothing for ``timeout_seconds`` although it was asked is killed and replaced.
    """

    def __init__(
        self,
        folder: Path,
        *,
        flush_seconds: float = 3.0,
        timeout_seconds: float = 10.0,
        start_seconds: float = 120.0,
        max_in_flight: int = 64,
    ) -> None:
        self._launcher = EdgeLauncher(folder, flush_seconds=flush_seconds)
        self._timeout = timeout_seconds
        self._start_seconds = start_seconds
        self._slots = asyncio.Semaphore(max_in_flight)
        self._connection: EdgeConnection | None = None
        self._connecting: asyncio.Task[EdgeConnection] | None = None
        self._closed = False

    @property
    def worker_pid(self) -> int | None:
        """Process id of the worker, if this client started it."""
        return self._launcher.worker_pid

    async def start(self) -> None:
        """Connect to the folder's worker or start it; replaying its log after a crash can take seconds."""
        self._closed = False
        await self._connected()

    async def close(self) -> None:
        """Leave; the last one out makes the worker flush and end."""
        self._closed = True
        if self._connecting is not None:
            self._connecting.cancel()
            await asyncio.gather(self._connecting, return_exceptions=True)
        connection, self._connection = self._connection, None
        stopping = False
        if connection is not None:
            starter = self._launcher.worker_pid is not None
            try:
                async with asyncio.timeout(self._timeout):
                    stopping = (await connection.call("leave", {"starter": starter}))["stopping"]
            except (ConnectionLost, TimeoutError, VectorStoreUnavailable):
                self._launcher.kill()
            await connection.close()
        await self._launcher.release(wait=stopping)

    async def collection_names(self) -> list[str]:
        """All collections."""
        names: list[str] = await self._call("collection_names")
        return names

    async def aliases(self) -> dict[str, str]:
        """Alias to collection."""
        aliases: dict[str, str] = await self._call("aliases")
        return aliases

    async def change_aliases(
        self, operations: Sequence[models.CreateAliasOperation | models.DeleteAliasOperation]
    ) -> None:
        """Apply all at once, by replacing the pointer file."""
        await self._call("change_aliases", operations=[_plain(operation) for operation in operations])

    async def describe(self, collection_name: str) -> CollectionFacts:
        """Facts of a collection; refused with 404."""
        facts = await self._call("describe", collection=collection_name)
        return CollectionFacts(
            metadata=facts["metadata"], indexed_keys=frozenset(facts["indexed_keys"]), points=facts["points"]
        )

    async def create_collection(self, collection_name: str, spec: models.CreateCollection) -> None:
        """Refused with 409 when it exists; settings of a cluster are kept, and mean nothing here."""
        await self._call("create_collection", name=collection_name, spec=_plain(spec))

    async def delete_collection(self, collection_name: str) -> None:
        """Nothing happens when it does not exist."""
        await self._call("delete_collection", _timeout=_LONG_SECONDS, collection=collection_name)

    async def create_payload_index(
        self, collection_name: str, field_name: str, field_schema: models.PayloadSchemaParams
    ) -> None:
        """Index a key; indexing it again changes nothing."""
        await self._call(
            "create_payload_index",
            _timeout=_LONG_SECONDS,
            collection=collection_name,
            field_name=field_name,
            schema=_plain(field_schema),
        )

    async def upsert(self, collection_name: str, points: Sequence[models.PointStruct]) -> None:
        """Insert or replace; a crash of the worker after this returns loses nothing."""
        await self._call("upsert", collection=collection_name, points=[_packed(point) for point in points])

    async def query_batch_points(
        self, collection_name: str, requests: Sequence[models.QueryRequest]
    ) -> list[list[models.ScoredPoint]]:
        """Several searches in one round trip."""
        found = await self._call("query_batch", collection=collection_name, requests=[_plain(r) for r in requests])
        return [
            [
                # Eight hundred a search: checking what our own worker sends would take milliseconds.
                models.ScoredPoint.model_construct(
                    id=point_id, version=version, score=score, payload=payload, vector=vector
                )
                for point_id, version, score, payload, vector in hits
            ]
            for hits in found
        ]

    async def scroll(
        self,
        collection_name: str,
        *,
        scroll_filter: models.Filter | None,
        limit: int,
        order_by: models.OrderBy | None = None,
        offset: int | str | None = None,
        with_payload: bool | list[str] = True,
        with_vectors: bool = False,
    ) -> tuple[list[models.Record], int | str | None]:
        """Points by id (with the id to go on from), or ordered by an indexed key (without)."""
        request = {
            "filter": _plain(scroll_filter),
            "limit": limit,
            "order_by": _plain(order_by),
            "offset": offset,
            "with_payload": with_payload,
            "with_vector": with_vectors,
        }
        records, following = await self._call("scroll", collection=collection_name, request=request)
        return [_record(record) for record in records], following

    async def count(self, collection_name: str, *, count_filter: models.Filter | None) -> int:
        """Exact number of points."""
        number: int = await self._call("count", collection=collection_name, filter_=_plain(count_filter), exact=True)
        return number

    async def facet(
        self, collection_name: str, key: str, *, facet_filter: models.Filter | None, limit: int
    ) -> list[tuple[str, int]]:
        """Exact numbers of points by value of an indexed key."""
        hits: list[tuple[str, int]] = await self._call(
            "facet", collection=collection_name, key=key, filter_=_plain(facet_filter), limit=limit, exact=True
        )
        return hits

    async def retrieve(
        self, collection_name: str, ids: Sequence[str], *, with_payload: bool = True, with_vectors: bool = False
    ) -> list[models.Record]:
        """Points by id."""
        records = await self._call(
            "retrieve", collection=collection_name, ids=list(ids), with_payload=with_payload, with_vector=with_vectors
        )
        return [_record(record) for record in records]

    async def delete(self, collection_name: str, points_selector: models.Filter | Sequence[str]) -> None:
        """Delete by filter or by ids."""
        await self._call("delete", collection=collection_name, **_selected(points_selector))

    async def set_payload(
        self, collection_name: str, payload: dict[str, Any], points: models.Filter | Sequence[str]
    ) -> None:
        """Replace the given keys, by filter or by ids."""
        await self._call("set_payload", collection=collection_name, payload=payload, **_selected(points))

    async def compact(self, collection_name: str, into: str) -> bool:
        """Copy what lives into an empty collection and drop the other with what was deleted in it."""
        await self._call("compact", _timeout=_LONG_SECONDS, collection=collection_name, into=into)
        return True

    async def flush(self) -> None:
        """Make everything durable against a loss of power."""
        await self._call("flush", _timeout=_LONG_SECONDS)

    async def backup(self, target: Path) -> None:
        """Copy the folder to ``target``, which must not exist; searches go on, writes wait."""
        await self._call("backup", _timeout=_LONG_SECONDS, target=str(target))

    async def _call(self, operation: str, *, _timeout: float | None = None, **arguments: Any) -> Any:
        limit = _timeout or self._timeout
        try:
            async with asyncio.timeout(limit), self._slots:
                async for attempt in AsyncRetrying(
                    retry=retry_if_exception_type(ConnectionLost),
                    stop=stop_after_attempt(_ATTEMPTS),
                    wait=wait_random_exponential(multiplier=0.02, max=1.0),
                    reraise=True,
                ):
                    with attempt:
                        connection = await self._connected()
                        return await connection.call(operation, arguments)
        except TimeoutError:
            self._replace_if_silent(limit)
            raise VectorStoreUnavailable(f"the embedded engine did not answer within {limit:g} s") from None
        except ConnectionLost:
            raise VectorStoreUnavailable("the embedded engine ended again and again, see worker.log") from None

    async def _connected(self) -> EdgeConnection:
        if self._closed:
            raise VectorStoreUnavailable("the archive is closed")
        if self._connection is not None and not self._connection.is_lost:
            return self._connection
        if self._connecting is None or self._connecting.done():
            self._connecting = asyncio.create_task(self._connect())
        return await asyncio.shield(self._connecting)  # A caller who gives up must not take the others along.

    async def _connect(self) -> EdgeConnection:
        if self._connection is not None:
            await self._connection.close()
            self._connection = None
        try:
            async with asyncio.timeout(self._start_seconds):
                self._connection = await self._launcher.connect()
        except TimeoutError:
            self._launcher.kill()
            msg = f"the embedded engine did not start within {self._start_seconds:g} s"
            raise VectorStoreUnavailable(msg) from None
        return self._connection

    def _replace_if_silent(self, seconds: float) -> None:
        connection = self._connection
        if connection is not None and not connection.is_lost and connection.silent_seconds >= seconds:
            connection.abort()
            self._launcher.kill()


def _plain(model: Any) -> Any:
    return None if model is None else model.model_dump(mode="json", by_alias=True, exclude_none=True)


def _packed(point: models.PointStruct) -> PackedPoint:
    dense: dict[str, bytes] = {}
    sparse: dict[str, tuple[bytes, bytes]] = {}
    vectors: dict[str, Any] = point.vector  # type: ignore[assignment]  # the store always names its vectors
    for name, vector in vectors.items():
        if isinstance(vector, models.SparseVector):
            sparse[name] = (array("I", vector.indices).tobytes(), array("f", vector.values).tobytes())
        else:
            dense[name] = array("f", vector).tobytes()
    return (str(point.id), dense, sparse, point.payload or {})


def _record(plain: tuple[Any, ...]) -> models.Record:
    point_id, payload, vector, order_value = plain
    return models.Record(id=point_id, payload=payload, vector=vector, order_value=order_value)


def _selected(points: models.Filter | Sequence[str]) -> dict[str, Any]:
    if isinstance(points, models.Filter):
        return {"ids": None, "filter_": _plain(points)}
    return {"ids": list(points), "filter_": None}
