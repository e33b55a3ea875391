"""Which questions ask the same, whatever words and language they are asked in."""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from sqlalchemy.orm import Session

from bot.curating.matching_model import MatchingModel
from bot.curating.matching_signs import signs
from bot.curating.matching_ways import taken_apart
from bot.feedback.vectors import asked_about
from bot.truth.database import Database
from knowledge.embedding import Vectors

_SURENESS: Final = 0.6
"""Questions are put together when their score (``bot.curating.matching_model``) is so far on the way from doubtful to
sure, which is where a standard answer is given.

Measured on the held-out half of ``tests/benchmarks/standard_questions.jsonl``, with the bounds below: of pairs that ask
the same 56 % come together (across two languages 74 %), of near misses (“the small room” for “the big room”) 5 %, of
others about the same matter 0.5 %, of all others none. By vectors alone it would be 39 % for 19 % of the near misses.
What stays apart costs an operator one merge; what is together wrongly would be mended by one answer."""
_WORTH_A_LOOK: Final = 0.5
_WORTH_A_LOOK_ACROSS: Final = 0.3
"""Cosine of the vectors of two questions of one language, and of two, from which they are compared word by word."""
_LOOKED_AT: Final = 48
_FIRST_ROWS: Final = 256


@dataclass(frozen=True, slots=True)
class Likely:
    """A question that asks the same, by its answer, and the group that it was put into."""

    answer_id: str
    group: str


class Sameness:
    """Compares questions in pairs; blocks for some 0.2 ms a pair, and for a second when it is the first."""

    def __init__(self, embedding_model: str) -> None:
        self._embedding_model = embedding_model

    def alike(self, question: str, others: Sequence[tuple[str, float]]) -> list[int]:
        """Which of these, each with the cosine to the question, ask the same: their places, likeliest first."""
        model, asked = MatchingModel.shipped(self._embedding_model), taken_apart(question)
        bound = model.doubtful + _SURENESS * (model.sure - model.doubtful)
        scores = []
        for other, cosine in others:
            way = taken_apart(other)
            in_the_same_words = bool(asked.words) and way.words == asked.words
            scores.append(math.inf if in_the_same_words else model.score([signs(asked.wording, way.wording, cosine)]))
        return sorted((at for at, score in enumerate(scores) if score >= bound), key=lambda at: -scores[at])


class Grouping:
    """Questions in memory, as vectors alone; the rows of a matrix grow with them."""

    def __init__(self, database: Database, *, embedding_model: str) -> None:
        self._database = database
        self._sameness = Sameness(embedding_model)
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

    async def asking_the_same(self, answer_id: str, vector: Vectors, *, language: str) -> Sequence[Likely]:
        """Those that ask the same as this answer's question, likeliest first; without those whose words are gone."""
        near = await asyncio.to_thread(self._near, vector, language, answer_id)
        if not near:
            return ()
        wanted = [answer_id, *(self._rows[at].answer_id for at, _ in near)]
        rows = [self._rows[at] for at, _ in near]
        async with self._database.read() as connection:
            asked = await connection.run_sync(lambda sync: asked_about(Session(sync), wanted))
        if answer_id not in asked:
            return ()
        standing = [(row, cosine) for row, (_, cosine) in zip(rows, near, strict=True) if row.answer_id in asked]
        others = [(asked[row.answer_id], cosine) for row, cosine in standing]
        places = await asyncio.to_thread(self._sameness.alike, asked[answer_id], others)
        return [standing[at][0] for at in places]

    def _near(self, vector: Vectors, language: str, besides: str) -> list[tuple[int, float]]:
        """Rows and cosines of those worth a look, but for the answer itself."""
        size = len(self._rows)
        if not size:
            return []
        of_one_language = self._is_chinese[:size] == (language == "zh")
        cosines = self._vectors[:size] @ vector
        margins = cosines - np.where(of_one_language, _WORTH_A_LOOK, _WORTH_A_LOOK_ACROSS)
        best = np.flatnonzero(margins >= 0)
        best = best[np.argsort(-margins[best], kind="stable")][: _LOOKED_AT + 1]
        return [(int(at), float(cosines[at])) for at in best if self._rows[at].answer_id != besides][:_LOOKED_AT]

    def _grow(self, dimension: int) -> None:
        rows = max(_FIRST_ROWS, 2 * len(self._vectors))
        vectors, is_chinese = np.zeros((rows, dimension), np.float32), np.zeros(rows, bool)
        if len(self._vectors):
            vectors[: len(self._vectors)], is_chinese[: len(self._is_chinese)] = self._vectors, self._is_chinese
        self._vectors, self._is_chinese = vectors, is_chinese
