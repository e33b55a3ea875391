"""What the store asks of an engine: a small subset of ``AsyncQdrantClient``, with names and types of the original.

Every method raises ``VectorStoreUnavailable`` or ``VectorStoreRefused`` and nothing else. Implementations retry by
themselves: every operation may be applied twice, because point ids are made from record ids.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from qdrant_client import models


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionFacts:
    """What the store needs to know of a collection."""

    metadata: dict[str, Any]
    indexed_keys: frozenset[str]
    points: int


class VectorClient(Protocol):
    """An engine that is reached over a process boundary."""

    async def start(self) -> None:
        """Connect, or start the engine; raises ``VectorStoreUnavailable`` when neither works."""

    async def close(self) -> None:
        """Release everything; may be called twice."""

    async def collection_names(self) -> list[str]:
        """All collections."""

    async def aliases(self) -> dict[str, str]:
        """Alias to collection."""

    async def change_aliases(
        self, operations: Sequence[models.CreateAliasOperation | models.DeleteAliasOperation]
    ) -> None:
        """Apply all at once."""

    async def describe(self, collection_name: str) -> CollectionFacts:
        """Facts of a collection; refused with 404."""

    async def create_collection(self, collection_name: str, spec: models.CreateCollection) -> None:
        """Refused with 409 when it exists."""

    async def delete_collection(self, collection_name: str) -> None:
        """Nothing happens when it does not exist."""

    async def create_payload_index(
        self, collection_name: str, field_name: str, field_schema: models.PayloadSchemaParams
    ) -> None:
        """Index a key; indexing it again changes nothing."""

    async def upsert(self, collection_name: str, points: Sequence[models.PointStruct]) -> None:
        """Insert or replace, durable against a crash of the engine when it returns."""

    async def query_batch_points(
        self, collection_name: str, requests: Sequence[models.QueryRequest]
    ) -> list[list[models.ScoredPoint]]:
        """Several searches in one round trip."""

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

    async def count(self, collection_name: str, *, count_filter: models.Filter | None) -> int:
        """Exact number of points."""

    async def facet(
        self, collection_name: str, key: str, *, facet_filter: models.Filter | None, limit: int
    ) -> list[tuple[str, int]]:
        """Exact numbers of points by value of an indexed key."""

    async def retrieve(
        self, collection_name: str, ids: Sequence[str], *, with_payload: bool = True, with_vectors: bool = False
    ) -> list[models.Record]:
        """Points by id."""

    async def delete(self, collection_name: str, points_selector: models.Filter | Sequence[str]) -> None:
        """Delete by filter or by ids."""

    async def set_payload(
        self, collection_name: str, payload: dict[str, Any], points: models.Filter | Sequence[str]
    ) -> None:
        """Replace the given keys, by filter or by ids."""

    async def compact(self, collection_name: str, into: str) -> bool:
        """Move what lives into the empty collection ``into``, aliases with it, and drop the former with its remains.

        Searches and writes go on meanwhile. False, and nothing done, where the engine clears up by itself.
        """

    async def flush(self) -> None:
        """Make everything durable against a loss of power."""

    async def backup(self, target: Path) -> None:
        """Write a copy that the engine can be restored from."""
