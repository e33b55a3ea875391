"""How likely two questions ask for the same fact, by their signs; shipped as JSON.

Three heads: one over words and pieces for the default embedding model (boosted trees: which sign counts depends on the
others), and two of weights alone, where only the cosine is known, or nothing but the words, for any other model.
``tests/benchmarks/train_matching.py`` makes them.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from bot.curating.matching_pieces import PieceSpace
from bot.curating.matching_signs import NAMES, Signs
from bot.curating.matching_trees import Trees

OF_VECTORS: Final = frozenset({"cosine", "cosine_across", "cosine_things_shared"})
"""Signs that mean something for one embedding model only."""
_SHARED: Final = NAMES.index("shared_least")
_NOTHING_SHARED: Final = -4.0
"""Score by weights of questions that are about no thing in common, however near their vectors are: they were learnt
from what teams ask and say nothing of words that they never met."""


@dataclass(frozen=True, slots=True)
class MatchingModel:
    """A head, and from which score on a standard answer is given, or is worth asking whether it is meant.

    With ``pieces`` it wants the signs of pieces after those of words.
    """

    weights: Signs | Trees
    sure: float
    doubtful: float
    several: float = 0.0
    """How much more a known question with several ways to ask needs, to be mistaken no more often than one without."""
    pieces: PieceSpace | None = None

    @classmethod
    def shipped(cls, embedding: str, *, with_pieces: bool = False) -> "MatchingModel":
        """The model for the embedding model of this identity."""
        stored = _stored()
        if not embedding.startswith(stored["embedding"]):
            return _weighted(stored["words"])
        if not with_pieces:
            return _weighted(stored["vectors"])
        head = stored["pieces"]
        space = PieceSpace.read(stored["space"])
        return cls(Trees.read(head), head["sure"], head["doubtful"], head["several"], space)

    def score(self, signs: Sequence[Signs]) -> float:
        """Of a question and all ways to ask one known question."""
        return float(self.combined(self.scores(np.stack(signs))))

    def combined(self, scores: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Of the scores of all ways, along the last axis: half the likeliest, half all; less when there are several.

        The likeliest alone would let every way that is added be one more chance to be mistaken for another fact.
        """
        several = self.several if scores.shape[-1] > 1 else 0.0
        return np.asarray((scores.max(axis=-1) + scores.mean(axis=-1)) / 2 - several)

    def scores(self, seen: Signs) -> npt.NDArray[np.float64]:
        """Of rows of signs: the log odds that both ask for the same."""
        if isinstance(self.weights, Trees):
            return self.weights(seen)
        of_words = seen[:, : len(self.weights)]
        return np.where(of_words[:, _SHARED] > 0, of_words @ self.weights, _NOTHING_SHARED)


def _weighted(head: dict[str, Any]) -> MatchingModel:
    weights = np.array([head["weights"].get(name, 0.0) for name in NAMES])
    return MatchingModel(weights, head["sure"], head["doubtful"], head["several"])


@cache
def _stored() -> dict[str, Any]:
    stored: dict[str, Any] = json.loads(
        resources.files(__package__).joinpath("matching_weights.json").read_text("utf-8")
    )
    return stored
