"""From a passage with its vectors to a point, checked first.

The engine may apply half of a batch before it notices a wrong vector, so nothing wrong may reach it.
"""

import math
from collections.abc import Sequence
from typing import Any

from qdrant_client import models

from knowledge.passage import IndexedPassage, SparseTerms
from knowledge.qdrant.payload import payload_of
from knowledge.qdrant.schema import DENSE, DENSE_NAMES, SPARSE_NAMES

_LARGEST_INDEX = 2**32 - 1


class VectorInvalid(ValueError):  # named for what happened, like all our exceptions
    """A vector has the wrong name, length or numbers: a mistake in the program that made it."""


def point_of(indexed: IndexedPassage, dimension: int) -> models.PointStruct:
    """The point to store; raises ``VectorInvalid``. Empty sparse vectors are left out."""
    if DENSE not in indexed.dense:
        msg = f"{indexed.passage.record_id!r} has no vector {DENSE!r}"
        raise VectorInvalid(msg)
    vectors: dict[str, Any] = {}
    for name, dense in indexed.dense.items():
        if name not in DENSE_NAMES:
            msg = f"no dense vector is called {name!r}"
            raise VectorInvalid(msg)
        vectors[name] = checked_dense(dense, dimension)
    for name, sparse in indexed.sparse.items():
        if name not in SPARSE_NAMES:
            msg = f"no sparse vector is called {name!r}"
            raise VectorInvalid(msg)
        if sparse.indices:
            vectors[name] = checked_sparse(sparse)
    return models.PointStruct.model_construct(  # Just checked; pydantic's own check costs more than the engine.
        id=indexed.passage.point_id,
        vector=vectors,
        payload=payload_of(indexed.passage),
    )


def checked_dense(vector: Sequence[float], dimension: int) -> list[float]:
    """The vector as a list; raises ``VectorInvalid`` on a wrong length or a number that is none."""
    if len(vector) != dimension:
        msg = f"a vector of {len(vector)} numbers instead of {dimension}"
        raise VectorInvalid(msg)
    if not math.isfinite(sum(vector)):
        msg = "a vector with a number that is not finite"
        raise VectorInvalid(msg)
    return list(vector)


def checked_sparse(terms: SparseTerms) -> models.SparseVector:
    """The sparse vector; raises ``VectorInvalid`` unless indices are unique u32 and as many as finite values."""
    if len(terms.indices) != len(terms.values) or len(set(terms.indices)) != len(terms.indices):
        msg = "a sparse vector needs unique indices, and as many values"
        raise VectorInvalid(msg)
    if min(terms.indices) < 0 or max(terms.indices) > _LARGEST_INDEX or not math.isfinite(sum(terms.values)):
        msg = "a sparse vector with an index or a value out of range"
        raise VectorInvalid(msg)
    return models.SparseVector.model_construct(indices=list(terms.indices), values=list(terms.values))
