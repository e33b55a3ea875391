"""The small models: one logistic regression a category over cues and, when there is one, the sentence's vector.

Two sets of weights are shipped: one for the default embedding model, and one that reads cues alone, for any other.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from knowledge.categories.features import NAMES, Said, features
from knowledge.categories.logistic import Array, sigmoid
from knowledge.embedding import Vectors
from knowledge.passage import PassageKind

CUE_COUNT = len(NAMES)
RULED = frozenset({"link"})
"""Given by rule: whether a message holds an address is not a matter of opinion."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a category looks at: a weight for each cue, each dimension of the vector, and a constant at the end."""

    weights: Array
    threshold: float
    """From how sure on it is given, 0 … 1."""


def row_of(said: Said, vector: Vectors | None, dimension: int) -> Array:
    """A message as the models read it. A vector of another dimension is left out: heads that need none still work."""
    own = np.zeros(dimension) if vector is None or len(vector) != dimension else vector
    return np.concatenate([features(said), own, np.ones(1)]).astype(np.float64)


@dataclass(frozen=True, slots=True)
class CategoryModel:
    """The heads of a team by category; ``dimension`` is that of the vectors they read (0: cues alone)."""

    heads: Mapping[str, Head]
    dimension: int

    @classmethod
    def shipped(cls, embedding: str, dimension: int) -> "CategoryModel":
        """The model as it comes; ``embedding`` is the identity of the embedding model, ``dimension`` its vectors'.

        Of an embedding model that the weights were not made for, vectors count only once corrections were learnt.
        """
        stored = _stored()
        known = embedding.startswith(stored["embedding"]) and dimension == stored["dimension"]
        heads: dict[str, Head] = {}
        for category_id, kinds in stored["heads"].items():
            head = kinds["vectors" if known else "cues"]
            cues = np.array([head["cues"].get(name, 0.0) for name in NAMES])
            vector = np.array(head["vector"]) if known else np.zeros(dimension)
            heads[category_id] = Head(np.concatenate([cues, vector, [head["constant"]]]), head["threshold"])
        return cls(heads, dimension)

    def with_heads(self, learnt: Mapping[str, Head]) -> "CategoryModel":
        """The same with these heads instead of, or besides, its own."""
        return replace(self, heads={**self.heads, **learnt})

    def only(self, category_ids: Sequence[str]) -> "CategoryModel":
        """Without the heads of other categories."""
        return replace(self, heads={name: head for name, head in self.heads.items() if name in set(category_ids)})

    def give(self, said: Sequence[Said], vectors: Sequence[Vectors | None]) -> list[dict[str, float]]:
        """For each message the categories that it is given, and how sure that is. Blocks: less than a ms each.

        Links are given by rule: a message with an address has one.
        """
        if not said:
            return []
        rows = np.stack([row_of(one, vector, self.dimension) for one, vector in zip(said, vectors, strict=True)])
        names = list(self.heads)
        sure = sigmoid(rows @ np.stack([self.heads[name].weights for name in names]).T) if names else np.zeros((0, 0))
        limits = [self.heads[name].threshold for name in names]
        given = [
            {name: float(value) for name, value, limit in zip(names, line, limits, strict=True) if value >= limit}
            for line in sure
        ] or [{} for _ in said]
        for found, row in zip(given, rows, strict=True):
            if row[_ADDRESS]:
                found["link"] = 1.0
        return given


def by_kind(kind: PassageKind) -> dict[str, float] | None:
    """What a record is by its kind alone; None when its words decide."""
    match kind:
        case "file":
            return {"document": 1.0}
        case "link":
            return {"link": 1.0}
        case _:
            return None


_ADDRESS = NAMES.index("address")


@cache
def _stored() -> dict[str, Any]:
    stored: dict[str, Any] = json.loads(resources.files(__package__).joinpath("weights.json").read_text("utf-8"))
    return stored
