"""What learning keeps of a question, and how like another it is."""

import re
from dataclasses import dataclass
from typing import Final

from knowledge.embedding import Vectors
from knowledge.lexical import normalize, term_index, terms

_READ_CHARS: Final = 600
_PAIR: Final = "2:"
"""Begins a term of two Chinese characters."""
_POLITE: Final = re.compile(
    r"请问|请教|麻烦|想问|问一下|一下|(?:你|您|你们|大家|各位)好|谢谢(?:你|您|了|大家)?|多谢"
    r"|\b(?:hi|hello|hey|please|pls|plz|kindly|thanks|thank\s+you|thx)\b"
    r"|\b(?:(?:could|can|would|will)\s+you\s+)?(?:please\s+)?(?:tell|remind)\s+me\b"
)
"""Said around a question: no part of it."""
_ASKING: Final = re.compile(r"\b(?:who|whom|whose|when|where|why|how|which|what)\b")
"""No words to search for, but "when" asks something else than "why"; in Chinese, pairs of characters tell."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is kept of a question: nothing that can be read."""

    vector: Vectors
    terms: frozenset[int]
    figures: frozenset[int]

    @classmethod
    def of(cls, question: str, vector: Vectors) -> "Asked":
        """Cuts words: milliseconds."""
        said = _POLITE.sub(" ", normalize(question[:_READ_CHARS]))
        words = [*terms(said), *_ASKING.findall(said)]
        return cls(
            vector,
            frozenset(term_index(word) for word in words),
            frozenset(term_index(word) for word in words if any(map(str.isdigit, word.removeprefix(_PAIR)))),
        )


def likeness_of(asked: Asked, other: Asked, *, near: float, same_words: float) -> float:
    """0 … 1: how far what was learnt for ``other`` counts for ``asked``; nothing below these bounds of the vectors'
    cosine and of the share of common words. Other figures make another question."""
    if not asked.terms or asked.figures != other.figures:
        return 0.0
    common = len(asked.terms & other.terms) / len(asked.terms | other.terms)
    if common < same_words:
        return 0.0
    cosine = float(asked.vector @ other.vector)
    if cosine < near:
        return 0.0
    if common == 1:
        return 1.0
    # Both near and in the same words: either alone is as often another question.
    return min(1.0, (cosine - near) / (1 - near)) * (common - same_words) / (1 - same_words)
