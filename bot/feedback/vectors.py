"""What questions are about, as vectors: made once, kept with the question, gone with its words."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import structlog
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from bot.truth.database import Database
from bot.truth.tables import AnswerRow, QuestionVectorRow
from knowledge.embedding import Embedder, Vectors

_log = structlog.get_logger(__name__)

_STORED: Final = np.dtype("<f2")
_READ_AT_ONCE: Final = 500
_MADE_AT_ONCE: Final = 64


class QuestionVectors:
    """Vectors by the answer that was given; what is missing, or made by another model, is made when asked for."""

    def __init__(self, database: Database, embedder: Embedder) -> None:
        self._database = database
        self._embedder = embedder

    async def of(self, answer_ids: Sequence[str]) -> dict[str, Vectors]:
        """Vectors of length 1. Left out: unknown answers, those without a question, and what cannot be embedded."""
        found: dict[str, Vectors] = {}
        for start in range(0, len(answer_ids), _READ_AT_ONCE):
            found |= await self._known(answer_ids[start : start + _READ_AT_ONCE])
        missing = [answer_id for answer_id in answer_ids if answer_id not in found]
        for start in range(0, len(missing), _MADE_AT_ONCE):
            found |= await self._make(missing[start : start + _MADE_AT_ONCE])
        return found

    async def _known(self, answer_ids: Sequence[str]) -> dict[str, Vectors]:
        statement = select(QuestionVectorRow.answer_id, QuestionVectorRow.vector).where(
            QuestionVectorRow.answer_id.in_(answer_ids),
            QuestionVectorRow.embedding_model == self._embedder.spec.identity,
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).all()
        return dict(zip((row.answer_id for row in rows), _all_unpacked([row.vector for row in rows]), strict=True))

    async def _make(self, answer_ids: Sequence[str]) -> dict[str, Vectors]:
        async with self._database.read() as connection:
            asked = await connection.run_sync(lambda sync: asked_about(Session(sync), answer_ids))
        made: dict[str, Vectors] = {}
        for answer_id, words in asked.items():
            try:
                made[answer_id] = await self._embedder.embed_query(words)
            except Exception as error:  # noqa: BLE001 - whatever the engine raises, a verdict counts without a vector
                _log.warning("a question could not be embedded", answer_id=answer_id, error=type(error).__name__)
        if not made:
            return {}

        def write(session: Session) -> None:
            # Its words may have been erased while they were embedded.
            standing = asked_about(session, list(made))
            for answer_id in [one for one in made if standing.get(one) != asked[one]]:
                del made[answer_id]
            session.execute(delete(QuestionVectorRow).where(QuestionVectorRow.answer_id.in_(made)))
            model = self._embedder.spec.identity
            rows = [
                {"answer_id": answer_id, "embedding_model": model, "vector": np.asarray(vector, _STORED).tobytes()}
                for answer_id, vector in made.items()
            ]
            if rows:
                session.execute(insert(QuestionVectorRow), rows)

        async with self._database.begin() as connection:
            await connection.run_sync(lambda sync: write(Session(sync)))
        return made


def asked_about(session: Session, answer_ids: Sequence[str]) -> dict[str, str]:
    """Questions by their answer, as they stand alone: of a follow-up what it was understood to ask for."""
    rows = session.execute(
        select(AnswerRow.answer_id, AnswerRow.question, AnswerRow.trace["searches"]).where(
            AnswerRow.answer_id.in_(answer_ids), AnswerRow.question != ""
        )
    )
    return {answer_id: in_full(question, searches) for answer_id, question, searches in rows}


def in_full(question: str, searches: object) -> str:
    """A question with what it leaves to the conversation before it, as it was searched for."""
    return " / ".join(map(str, searches)) if isinstance(searches, list) and searches else question


def unpacked(stored: bytes) -> Vectors:
    """A vector as it was embedded, but for what float16 loses."""
    (vector,) = _all_unpacked([stored])
    return vector


def _all_unpacked(stored: Sequence[bytes]) -> Sequence[Vectors]:
    """Vectors of one model, a tenth of the time of one after the other."""
    if not stored:
        return ()
    vectors = np.frombuffer(b"".join(stored), _STORED).astype(np.float32).reshape(len(stored), -1)
    return tuple(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
