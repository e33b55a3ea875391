"""Which questions ask the same, whatever words and language they are asked in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from knowledge.embedding import Vectors
from knowledge.lexical import normalize

SAME_LANGUAGE: Final = 0.75
ACROSS_LANGUAGES: Final = 0.5
"""Cosine of vectors of two questions (multilingual-e5-small, centred) from which they are put together.

Measured on ``tests/benchmarks/standard_questions.jsonl``, pairs of questions of one language / of two: of those that
ask the same 44 % / 42 % come together, of near misses (“the small room” for “the big room”) 13 % / 10 %, of the others
0.04 % / 0.02 %. That common words count besides changes none of it by more than a point. Questions that stay apart
cost an operator one ``merge``; different ones in one case would get each other's answer, so it is rather high."""
_FIGURE = re.compile(r"[a-z]*\d[\w.:/-]*")
_FIRST_ROWS: Final = 256


def same_question(one: Vectors, other: Vectors, *, languages: tuple[str, str], questions: tuple[str, str]) -> bool:
    """Whether two questions, given with their vectors and languages, ask the same."""
    return float(one @ other) >= bound(*languages) and figures(questions[0]) == figures(questions[1])


def bound(one: str, other: str) -> float:
    """The cosine from which questions in these languages ask the same."""
    return SAME_LANGUAGE if one == other else ACROSS_LANGUAGES


def figures(question: str) -> frozenset[str]:
    """Numbers and codes of a question: P1 is not P2, however alike the questions are."""
    return frozenset(found.rstrip(".:/-") for found in _FIGURE.findall(normalize(question)))


@dataclass(frozen=True, slots=True)
class Likely:
    """A question like the one asked for, by its answer, and the group that it was put into."""

    answer_id: str
    group: str


class Grouping:
    """Questions in memory, as vectors alone; the rows of a matrix grow with them."""

    def __init__(self) -> None:
        self._rows: list[Likely] = []
        self._vectors: Vectors = np.zeros((0, 0), np.float32)
        self._is_chinese = np.zeros(0, bool)

    def __len__(self) -> int:
        return len(self._rows)

    def clear(self) -> None:
        """Forget everything."""
        self._rows.clear()
        self._vectors, self._is_chinese = np.zeros((0, 0), np.float32), np.zeros(0, bool)

    def add(self, answer_id: str, group: str, language: str, vector: Vectors) -> None:
        """One more, by its answer."""
        at = len(self._rows)
        if at == len(self._vectors):
            self._grow(len(vector))
        self._vectors[at], self._is_chinese[at] = vector, language == "zh"
        self._rows.append(Likely(answer_id, group))

    def like(self, vector: Vectors, *, language: str, besides: str, limit: int = 16) -> Sequence[Likely]:
        """Those that may ask the same, likeliest first, but for the answer itself. Figures are not compared here."""
        size = len(self._rows)
        if not size:
            return ()
        of_one_language = self._is_chinese[:size] == (language == "zh")
        margins = self._vectors[:size] @ vector - np.where(of_one_language, SAME_LANGUAGE, ACROSS_LANGUAGES)
        best = np.flatnonzero(margins >= 0)
        best = best[np.argsort(-margins[best], kind="stable")][: limit + 1]
        return [self._rows[at] for at in best if self._rows[at].answer_id != besides][:limit]

    def _grow(self, dimension: int) -> None:
        rows = max(_FIRST_ROWS, 2 * len(self._vectors))
        vectors, is_chinese = np.zeros((rows, dimension), np.float32), np.zeros(rows, bool)
        if len(self._vectors):
            vectors[: len(self._vectors)], is_chinese[: len(self._is_chinese)] = self._vectors, self._is_chinese
        self._vectors, self._is_chinese = vectors, is_chinese
