"""Every question gets the group of those that ask the same, so that what people ask most can be counted at once.

A listener of ``bot.feedback.taking_in``. Groups are ids without words; the words are read from the answers.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.feedback.grouping import Grouping
from bot.feedback.vectors import QuestionVectors, asked_about, unpacked
from bot.truth.database import Database
from bot.truth.tables import AnswerRow, QuestionVectorRow
from knowledge.embedding import Vectors

_TELLING: Final = 3
"""Of each group so many questions are compared with: more would let it drift from what it is about."""
_MOST: Final = 40_000
"""Questions that are compared with, the newest: one like those before them begins a group anew. 60 MB of vectors."""
_AT_ONCE: Final = 500


class QuestionGroups:
    """Puts questions into groups; one task at a time owns it. Done twice it changes nothing."""

    def __init__(self, database: Database, vectors: QuestionVectors, *, embedding_model: str) -> None:
        self._database = database
        self._vectors = vectors
        self._embedding_model = embedding_model
        self._grouping = Grouping(database, embedding_model=embedding_model)
        self._sizes: dict[str, int] = {}
        self._is_read = False

    async def take_in(self, answer_ids: Sequence[str]) -> None:
        """Give a group to those of these questions that have none."""
        fresh = await self._without_group(answer_ids)
        if not fresh:
            return
        if not self._is_read or len(self._grouping) > 2 * _MOST:
            await self._read()
        vectors = await self._vectors.of(list(fresh))
        for answer_id, language in fresh.items():
            vector = vectors.get(answer_id)
            if vector is not None:
                await self._give(answer_id, language, vector)

    async def _without_group(self, answer_ids: Sequence[str]) -> Mapping[str, str]:
        """Their languages, by answer, in the order in which they were asked."""
        statement = (
            select(AnswerRow.answer_id, AnswerRow.language)
            .where(AnswerRow.answer_id.in_(answer_ids), AnswerRow.question_group.is_(None))
            .where(AnswerRow.question != "", AnswerRow.channel_id.is_not(None))
            .order_by(AnswerRow.asked_at, AnswerRow.answer_id)
        )
        async with self._database.read() as connection:
            return dict((await connection.execute(statement)).all())

    async def _give(self, answer_id: str, language: str, vector: Vectors) -> None:
        likely = await self._grouping.asking_the_same(answer_id, vector, language=language)

        def give(session: Session) -> str | None:
            standing = asked_about(session, [answer_id, *(one.answer_id for one in likely)])
            if answer_id not in standing:
                return None  # its words went meanwhile
            group = next((one.group for one in likely if one.answer_id in standing), answer_id)
            session.execute(update(AnswerRow).where(AnswerRow.answer_id == answer_id).values(question_group=group))
            return group

        async with self._database.begin() as connection:
            group = await connection.run_sync(lambda sync: give(Session(sync)))
        if group is not None:
            self._add(answer_id, group, language, vector)

    def _add(self, answer_id: str, group: str, language: str, vector: Vectors) -> None:
        size = self._sizes.get(group, 0)
        if size < _TELLING:
            self._grouping.add(answer_id, group, language, vector)
            self._sizes[group] = size + 1

    async def _read(self) -> None:
        """The first questions of the groups that were asked about last."""
        place = func.row_number().over(
            partition_by=AnswerRow.question_group, order_by=(AnswerRow.asked_at, AnswerRow.answer_id)
        )
        placed = (
            select(AnswerRow.answer_id, AnswerRow.question_group, AnswerRow.asked_at, place.label("place"))
            .where(AnswerRow.question_group.is_not(None))
            .subquery()
        )
        telling = (
            select(placed.c.answer_id, placed.c.question_group, AnswerRow.language, QuestionVectorRow.vector)
            .join(QuestionVectorRow, QuestionVectorRow.answer_id == placed.c.answer_id)
            .join(AnswerRow, AnswerRow.answer_id == placed.c.answer_id)
            .where(placed.c.place <= _TELLING, QuestionVectorRow.embedding_model == self._embedding_model)
            .order_by(placed.c.asked_at.desc())
            .limit(_MOST)
        )
        self._grouping.clear()
        self._sizes.clear()
        async with self._database.read() as connection:
            rows = await connection.stream(telling)
            async for part in rows.partitions(_AT_ONCE):
                for answer_id, group, language, vector in part:
                    self._add(answer_id, group, language, unpacked(vector))
        self._is_read = True
