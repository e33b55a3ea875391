"""How likely two questions ask for the same fact: one logistic regression over their signs, shipped as JSON.

Two sets of weights: one for the default embedding model, one that looks at words alone, for any other.
``tests/benchmarks/train_matching.py`` makes them.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

import numpy as np

from bot.curating.matching_signs import NAMES, Signs

OF_VECTORS: Final = frozenset({"cosine", "cosine_across", "cosine_things_shared"})
"""Signs that mean something for one embedding model only."""
_SHARED: Final = NAMES.index("shared_least")
_NOTHING_SHARED: Final = -4.0
"""Score of questions that are about no thing in common, however near their vectors are: weights learnt from what teams
ask say nothing of words that they never met."""


@dataclass(frozen=True, slots=True)
class MatchingModel:
    """Weights, and from which score on a standard answer is given, or is worth asking whether it is meant."""

    weights: Signs
    sure: float
    doubtful: float

    @classmethod
    def shipped(cls, embedding: str) -> "MatchingModel":
        """The model for the embedding model of this identity."""
        stored = _stored()
        head = stored["vectors" if embedding.startswith(stored["embedding"]) else "words"]
        return cls(np.array([head["weights"].get(name, 0.0) for name in NAMES]), head["sure"], head["doubtful"])

    def score(self, signs: Sequence[Signs]) -> float:
        """Of a question and all ways to ask one known question: half the likeliest way, half all of them.

        The likeliest alone would let every way that is added be one more chance to be mistaken for another fact.
        """
        seen = np.stack(signs)
        scores = np.where(seen[:, _SHARED] > 0, seen @ self.weights, _NOTHING_SHARED)
        return float(scores.max() + scores.mean()) / 2


@cache
def _stored() -> dict[str, Any]:
    stored: dict[str, Any] = json.loads(
        resources.files(__package__).joinpath("matching_weights.json").read_text("utf-8")
    )
    return stored
