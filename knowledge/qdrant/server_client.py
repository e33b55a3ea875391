"""A Qdrant server or cluster as a ``VectorClient``: retries, the next address when one fails, and a version check.

``AsyncQdrantClient`` takes one address and never retries. Not run against a real cluster by our tests unless
``QDRANT_TEST_URL`` names one.
"""

import asyncio
import json
import logging
import re
import warnings
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from qdrant_client import AsyncQdrantClient, models
from qdrant_client.common.client_exceptions import ResourceExhaustedResponse
from qdrant_client.http.exceptions import ApiException, ResponseHandlingException, UnexpectedResponse
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, wait_random_exponential

from knowledge.qdrant.client import CollectionFacts
from knowledge.qdrant.errors import VectorStoreRefused, VectorStoreUnavailable

T = TypeVar("T")

OLDEST_SERVER = (1, 17)
"""ACORN needs 1.16, switching the graph off for an index 1.17."""

_ATTEMPTS = 5
_LONGEST_WAIT = 10.0
"""Seconds, whatever the server asks for: people wait for this."""
_PASSING_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

_log = logging.getLogger(__name__)


class ServerClient:
    """Asks one address after the other until one answers, and stays with it."""

    def __init__(
        self,
        urls: Sequence[str],
        *,
        api_key: str | None = None,
        timeout_seconds: float = 10.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._urls = tuple(urls)
        self._api_key = api_key
        self._timeout = timeout_seconds
        self._clients: dict[str, AsyncQdrantClient] = {}
        self._current = 0
        self._sleep = sleep
        self._backoff = wait_random_exponential(multiplier=0.1, max=3.0)

    async def start(self) -> None:
        """Reach an address and check its version."""
        info = await self._call(lambda client: client.info())
        found = re.match(r"(\d+)\.(\d+)", info.version)
        if found is None or (int(found[1]), int(found[2])) < OLDEST_SERVER:
            wanted = ".".join(map(str, OLDEST_SERVER))
            raise VectorStoreUnavailable(f"the Qdrant server is version {info.version}, {wanted} or later is needed")

    async def close(self) -> None:
        """Close connections."""
        clients, self._clients = self._clients, {}
        for client in clients.values():
            await client.close()

    async def collection_names(self) -> list[str]:
        """All collections."""
        found = await self._call(lambda client: client.get_collections())
        return [collection.name for collection in found.collections]

    async def aliases(self) -> dict[str, str]:
        """Alias to collection."""
        found = await self._call(lambda client: client.get_aliases())
        return {alias.alias_name: alias.collection_name for alias in found.aliases}

    async def change_aliases(
        self, operations: Sequence[models.CreateAliasOperation | models.DeleteAliasOperation]
    ) -> None:
        """Apply all at once."""
        await self._call(lambda client: client.update_collection_aliases(change_aliases_operations=operations))

    async def describe(self, collection_name: str) -> CollectionFacts:
        """Facts of a collection; refused with 404."""
        info = await self._call(lambda client: client.get_collection(collection_name))
        return CollectionFacts(
            metadata=info.config.metadata or {},
            indexed_keys=frozenset(info.payload_schema),
            points=info.points_count or 0,
        )

    async def create_collection(self, collection_name: str, spec: models.CreateCollection) -> None:
        """Refused with 409 when it exists."""
        await self._call(
            lambda client: client.create_collection(
                collection_name,
                vectors_config=spec.vectors,
                sparse_vectors_config=spec.sparse_vectors,
                hnsw_config=spec.hnsw_config,
                quantization_config=spec.quantization_config,
                on_disk_payload=spec.on_disk_payload,
                shard_number=spec.shard_number,
                replication_factor=spec.replication_factor,
                write_consistency_factor=spec.write_consistency_factor,
                metadata=spec.metadata,
            )
        )

    async def delete_collection(self, collection_name: str) -> None:
        """Nothing happens when it does not exist."""
        await self._call(lambda client: client.delete_collection(collection_name))

    async def create_payload_index(
        self, collection_name: str, field_name: str, field_schema: models.PayloadSchemaParams
    ) -> None:
        """Index a key; indexing it again changes nothing."""
        await self._call(
            lambda client: client.create_payload_index(collection_name, field_name, field_schema=field_schema)
        )

    async def upsert(self, collection_name: str, points: Sequence[models.PointStruct]) -> None:
        """Insert or replace; returns when it is applied."""
        await self._call(lambda client: client.upsert(collection_name, list(points), wait=True))

    async def query_batch_points(
        self, collection_name: str, requests: Sequence[models.QueryRequest]
    ) -> list[list[models.ScoredPoint]]:
        """Several searches in one round trip."""
        found = await self._call(lambda client: client.query_batch_points(collection_name, requests))
        return [answer.points for answer in found]

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
        records, following = await self._call(
            lambda client: client.scroll(
                collection_name,
                scroll_filter=scroll_filter,
                limit=limit,
                order_by=order_by,
                offset=offset,
                with_payload=with_payload,
                with_vectors=with_vectors,
            )
        )
        return records, None if following is None else following if isinstance(following, int) else str(following)

    async def count(self, collection_name: str, *, count_filter: models.Filter | None) -> int:
        """Exact number of points."""
        return (await self._call(lambda client: client.count(collection_name, count_filter, exact=True))).count

    async def facet(
        self, collection_name: str, key: str, *, facet_filter: models.Filter | None, limit: int
    ) -> list[tuple[str, int]]:
        """Exact numbers of points by value of an indexed key."""
        found = await self._call(
            lambda client: client.facet(collection_name, key, facet_filter=facet_filter, limit=limit, exact=True)
        )
        return [(str(hit.value), hit.count) for hit in found.hits]

    async def retrieve(
        self, collection_name: str, ids: Sequence[str], *, with_payload: bool = True, with_vectors: bool = False
    ) -> list[models.Record]:
        """Points by id."""
        return await self._call(
            lambda client: client.retrieve(
                collection_name, list(ids), with_payload=with_payload, with_vectors=with_vectors
            )
        )

    async def delete(self, collection_name: str, points_selector: models.Filter | Sequence[str]) -> None:
        """Delete by filter or by ids."""
        selector = _selector(points_selector)
        await self._call(lambda client: client.delete(collection_name, selector, wait=True))

    async def set_payload(
        self, collection_name: str, payload: dict[str, Any], points: models.Filter | Sequence[str]
    ) -> None:
        """Replace the given keys, by filter or by ids."""
        selector = _selector(points)
        await self._call(lambda client: client.set_payload(collection_name, payload, selector, wait=True))

    async def compact(self, collection_name: str, into: str) -> bool:
        """A server takes care of this itself: its optimiser rewrites segments with many deleted points."""
        del collection_name, into
        return False

    async def flush(self) -> None:
        """A server takes care of this itself."""

    async def backup(self, target: Path) -> None:
        """Have every address take a snapshot of every collection; they stay there, ``target`` lists their names."""
        snapshots: dict[str, dict[str, str]] = {}
        for collection in await self.collection_names():
            for number, url in enumerate(self._urls):
                taken = await self._translated(self._client(url).create_snapshot(collection))
                if taken is not None:
                    snapshots.setdefault(collection, {})[f"address {number + 1}"] = taken.name
        await asyncio.to_thread(_write_list, target, snapshots)

    async def _call(self, work: Callable[[AsyncQdrantClient], Awaitable[T]]) -> T:
        """Run ``work`` until it succeeds or the attempts are used up; each failure moves on to the next address."""
        async for attempt in AsyncRetrying(
            retry=retry_if_exception(_is_passing),
            stop=stop_after_attempt(_ATTEMPTS),
            wait=self._wait,
            before_sleep=self._move_on,
            sleep=self._sleep,
            reraise=True,
        ):
            with attempt:
                return await self._translated(work(self._client(self._urls[self._current])))
        raise AssertionError  # the loop returns or raises

    async def _translated(self, work: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout(self._timeout + 1.0):  # The client has its own limit for each phase.
                return await work
        except ResourceExhaustedResponse as error:
            raise _Overloaded(float(error.retry_after_s)) from None
        except UnexpectedResponse as error:
            status = error.status_code or 500
            if status in _PASSING_STATUSES:
                raise VectorStoreUnavailable(f"the Qdrant server answers {status}") from None
            raise VectorStoreRefused(status, _reason(error)) from None
        except (ResponseHandlingException, ApiException, TimeoutError) as error:
            cause = error.source if isinstance(error, ResponseHandlingException) else error
            raise VectorStoreUnavailable(f"the Qdrant server does not answer ({type(cause).__name__})") from None

    def _wait(self, state: RetryCallState) -> float:
        failure = state.outcome.exception() if state.outcome else None
        told = failure.retry_after_seconds if isinstance(failure, _Overloaded) else 0.0
        return min(told, _LONGEST_WAIT) + self._backoff(state)

    async def _move_on(self, state: RetryCallState) -> None:
        failure = state.outcome.exception() if state.outcome else None
        _log.warning("attempt %d failed: %s", state.attempt_number, failure)
        if not isinstance(failure, _Overloaded):
            self._current = (self._current + 1) % len(self._urls)

    def _client(self, url: str) -> AsyncQdrantClient:
        client = self._clients.get(url)
        if client is None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                client = AsyncQdrantClient(
                    url=url, api_key=self._api_key, timeout=max(1, round(self._timeout)), check_compatibility=False
                )
            parts = urlsplit(url)
            if self._api_key is not None and parts.scheme == "http" and parts.hostname not in _LOOPBACK:
                _log.warning("the key of the Qdrant server travels unencrypted; use https")
            self._clients[url] = client
        return client


class _Overloaded(VectorStoreUnavailable):
    """The server asked for patience."""

    def __init__(self, retry_after_seconds: float) -> None:
        super().__init__("the Qdrant server is overloaded")
        self.retry_after_seconds = retry_after_seconds


def _is_passing(error: BaseException) -> bool:
    return isinstance(error, VectorStoreUnavailable)


def _reason(error: UnexpectedResponse) -> str:
    try:
        return str(error.structured()["status"]["error"])
    except (ValueError, KeyError, TypeError):
        return error.reason_phrase


def _selector(points: models.Filter | Sequence[str]) -> models.FilterSelector | models.PointIdsList:
    if isinstance(points, models.Filter):
        return models.FilterSelector(filter=points)
    return models.PointIdsList(points=list(points))


def _write_list(target: Path, snapshots: dict[str, dict[str, str]]) -> None:
    target.mkdir(parents=True)
    (target / "qdrant-snapshots.json").write_text(json.dumps(snapshots, indent=2))
