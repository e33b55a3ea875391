"""What each sign counts: learnt from labelled talk and shipped as ``weights.json``."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from knowledge.conversations.signs import OPENING_SIGNS, PAIR_SIGNS, Signs

_FILE = Path(__file__).with_name("weights.json")


@dataclass(frozen=True, slots=True)
class Weights:
    """One number a sign, in the order of ``PAIR_SIGNS`` and ``OPENING_SIGNS``."""

    pair: Signs
    opening: Signs

    def best(self, pairs: Signs, opening: Signs) -> int | None:
        """The row of the message that is replied to; None when a new conversation is likelier."""
        if not len(pairs):
            return None
        scores = pairs @ self.pair
        row = int(scores.argmax())
        return row if scores[row] > float(opening @ self.opening) else None

    def dumps(self) -> str:
        """As the text of ``weights.json``."""
        named = {
            "pair": dict(zip(PAIR_SIGNS, np.round(self.pair, 4).tolist(), strict=True)),
            "opening": dict(zip(OPENING_SIGNS, np.round(self.opening, 4).tolist(), strict=True)),
        }
        return json.dumps(named, indent=1) + "\n"

    @classmethod
    def loads(cls, text: str) -> "Weights":
        """Back from ``dumps``; raises ``KeyError`` when a sign has no weight."""
        named = json.loads(text)
        return cls(
            pair=np.array([named["pair"][sign] for sign in PAIR_SIGNS]),
            opening=np.array([named["opening"][sign] for sign in OPENING_SIGNS]),
        )


@lru_cache(maxsize=1)
def shipped() -> Weights:
    """The weights of this release."""
    return Weights.loads(_FILE.read_text("utf-8"))
