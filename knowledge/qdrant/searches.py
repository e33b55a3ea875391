"""Searches of the archive and what they find: raw scores, for the caller to fuse."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from qdrant_client import models

from knowledge.passage import PassageKind, RecordId, SparseTerms
from knowledge.qdrant.filters import Selection
from knowledge.qdrant.payload import HEADLINE_KEYS, read_time
from knowledge.qdrant.points import checked_dense, checked_sparse
from knowledge.qdrant.schema import VectorConfig, VectorName, search_params


@dataclass(frozen=True, slots=True)
class NearestSearch:
    """Passages whose dense vector is nearest; the score is the cosine."""

    name: VectorName
    vector: Sequence[float]


@dataclass(frozen=True, slots=True)
class LexicalSearch:
    """Passages that share words; the score is BM25. Without terms it finds nothing."""

    name: VectorName
    terms: SparseTerms


Search = NearestSearch | LexicalSearch


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredPoint:
    """A candidate: enough to fuse, re-rank and group by record; ``PassageStore.get`` brings the passage."""

    point_id: str
    score: float
    record_id: RecordId
    chunk: int
    kind: PassageKind
    sent_at: datetime
    thread_id: RecordId | None
    file_id: RecordId | None


def query_request(
    search: Search, selection: Selection, *, limit: int, dimension: int, config: VectorConfig, whole: bool
) -> models.QueryRequest:
    """The engine's request; ``whole`` brings entire payloads. Raises ``VectorInvalid``."""
    condition = selection.filter
    query: list[float] | models.SparseVector
    params = None
    if isinstance(search, NearestSearch):
        query = checked_dense(search.vector, dimension)
        params = search_params(config, filtered=condition is not None)
    else:
        query = checked_sparse(search.terms)
    return models.QueryRequest(
        query=query,
        using=search.name,
        filter=condition,
        params=params,
        limit=limit,
        with_payload=whole or list(HEADLINE_KEYS),
    )


def scored_point(found: models.ScoredPoint) -> ScoredPoint:
    """A candidate from what the engine returned."""
    payload: dict[str, Any] = found.payload or {}
    return ScoredPoint(
        point_id=str(found.id),
        score=found.score,
        record_id=payload["record_id"],
        chunk=payload["chunk"],
        kind=payload["kind"],
        sent_at=read_time(payload["sent_at"]),
        thread_id=payload.get("thread_id"),
        file_id=payload.get("file_id"),
    )
