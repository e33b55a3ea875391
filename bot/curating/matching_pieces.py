"""How well every piece of a question finds its like in another question, by what the embedding model makes of it.

The word lists know what many teams ask about, not what yours alone does; the model has read of most things. Its states
stand in a narrow cone, so they are centred and turned until they spread (``train_matching`` measures how).
"""

import base64
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from knowledge.embedding import Vectors

Signs = npt.NDArray[np.float64]

_MOST_PIECES: Final = 28
_NOTHING_ALIKE: Final = 0.5
_OF_A_SIDE: Final = ("mean", "least", "second_least", "third_least", "unlike")
NAMES: Final = tuple(f"piece_{name}_{side}" for side in ("lower", "higher") for name in _OF_A_SIDE)
"""Of the likeness of pieces to their likest in the other question: of the question where it is lower, and higher."""
NONE_KNOWN: Final[Signs] = np.zeros(len(NAMES))


@dataclass(frozen=True, slots=True)
class PieceSpace:
    """Where pieces of questions are compared."""

    centre: Vectors
    turned: Vectors
    """Shape [dimension, fewer]."""

    @classmethod
    def fitted(cls, states: Vectors, dimension: int) -> "PieceSpace":
        """Of the states of many pieces: their main directions, the strong ones damped by the root of their strength."""
        centre = states.mean(axis=0)
        strength, directions = np.linalg.eigh(np.cov((states - centre).T))
        chosen = np.argsort(-strength)[:dimension]
        return cls(centre, (directions[:, chosen] / strength[chosen] ** 0.25).astype(np.float32))

    @classmethod
    def read(cls, stored: dict[str, Any]) -> "PieceSpace":
        """As ``stored`` wrote it."""
        centre, turned = (np.frombuffer(base64.b64decode(stored[name]), "<f2") for name in ("centre", "turned"))
        return cls(centre.astype(np.float32), turned.astype(np.float32).reshape(len(centre), -1))

    def stored(self) -> dict[str, str]:
        """As text that JSON can hold."""
        return {
            name: base64.b64encode(array.astype("<f2").tobytes()).decode()
            for name, array in (("centre", self.centre), ("turned", self.turned))
        }

    def placed(self, states: Vectors) -> Vectors:
        """Pieces by their states, each of length 1; shape [pieces, fewer]."""
        placed = (states[:_MOST_PIECES] - self.centre) @ self.turned
        return np.asarray(placed / np.maximum(np.linalg.norm(placed, axis=1, keepdims=True), 1e-9), np.float32)


def piece_signs(asked: Vectors, known: Vectors) -> Signs:
    """The signs of the placed pieces of two questions, by ``NAMES``."""
    if not len(asked) or not len(known):
        return NONE_KNOWN
    likeness = asked @ known.T
    sides = np.stack([_of_a_side(likeness.max(axis=1)), _of_a_side(likeness.max(axis=0))])
    return np.concatenate([sides.min(axis=0), sides.max(axis=0)])


def _of_a_side(best: Vectors) -> Signs:
    least = np.sort(best)[:3]
    least = np.pad(least, (0, 3 - len(least)), mode="edge")
    return np.array([best.mean(), *least, (best < _NOTHING_ALIKE).mean()])
