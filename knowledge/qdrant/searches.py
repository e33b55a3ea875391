"""Searches of the archive and what they find: raw scores, for the caller to fuse."""

from collections.abc import Sequence
from dataclasses import dataclass

from qdrant_client import models

from knowledge.passage import SparseTerms
from knowledge.qdrant.filters import Selection
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


@dataclass(frozen=True, slots=True)
class ScoredPoint:
    """A candidate: enough to fuse. ``PassageStore.get`` brings the passages of the best; reading and sending the
    payloads of all would take longer than the search itself."""

    point_id: str
    score: float


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
        with_payload=whole,
    )


def scored_point(found: models.ScoredPoint) -> ScoredPoint:
    """A candidate from what the engine returned."""
    return ScoredPoint(str(found.id), found.score)
