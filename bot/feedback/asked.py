"""What people ask most: questions that ask the same counted together, whatever words and language they use."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, distinct, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Session

from bot.feedback.counting import ASKED, asked_in, directs, is_first
from bot.feedback.periods import Period
from bot.feedback.shares import Share
from bot.feedback.wordings import FEWEST_PEOPLE, Wordings, read_wordings, told
from bot.truth.database import Database
from bot.truth.tables import AnswerRow, VerdictRow


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedOften:
    """Questions that ask the same within a period. Direct chats count, but their words are not shown."""

    group: str
    wordings: Wordings
    asked: int
    people: int
    abstained: int
    curated: int
    up: int
    down: int
    last_at: datetime

    @property
    def liked(self) -> Share:
        """The 👍 among its verdicts."""
        return Share(self.up, self.up + self.down)


class Asked:
    """Counts questions by what they ask."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def top(
        self, period: Period, *, channel_id: str | None = None, limit: int = 20, offset: int = 0
    ) -> Sequence[AskedOften]:
        """The most asked first. What only one person asked, alone with the bot, is left out."""
        is_open = case((AnswerRow.channel_id.in_(directs()), 0), else_=1)
        statement = (
            select(
                AnswerRow.question_group,
                func.count(),
                func.count(distinct(AnswerRow.person_id)),
                func.sum(case((AnswerRow.abstained, 1), else_=0)),
                func.count(AnswerRow.standard_answer_id),
                func.max(AnswerRow.asked_at),
            )
            .where(AnswerRow.asked_at >= period.since, AnswerRow.asked_at < period.until)
            .where(AnswerRow.question_group.is_not(None), is_first(AnswerRow.answer_id))
            .where(*asked_in(ASKED, channel_id))
            .group_by(AnswerRow.question_group)
            .having(or_(func.sum(is_open) > 0, func.count(distinct(AnswerRow.person_id)) >= FEWEST_PEOPLE))
            .order_by(func.count().desc(), func.max(AnswerRow.asked_at).desc())
            .limit(limit)
            .offset(offset)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).all()
            groups = [row[0] for row in rows]
            verdicts = await _verdicts(connection, groups, period)
            asked = await connection.run_sync(lambda sync: read_wordings(Session(sync), groups, period))
        words = await asyncio.to_thread(lambda: {group: told(asked.get(group, ())) for group in groups})
        return [
            AskedOften(
                group=group,
                wordings=words[group],
                asked=total,
                people=people,
                abstained=abstained,
                curated=curated,
                up=verdicts.get((group, "up"), 0),
                down=verdicts.get((group, "down"), 0),
                last_at=last_at,
            )
            for group, total, people, abstained, curated, last_at in rows
        ]

    async def left_out(self, period: Period, *, channel_id: str | None = None) -> int:
        """Questions that are in no group: their words were deleted, or they were asked just now."""
        statement = (
            select(func.count())
            .where(AnswerRow.asked_at >= period.since, AnswerRow.asked_at < period.until)
            .where(AnswerRow.question_group.is_(None), is_first(AnswerRow.answer_id), *asked_in(ASKED, channel_id))
        )
        async with self._database.read() as connection:
            return await connection.scalar(statement) or 0


async def _verdicts(
    connection: AsyncConnection, groups: Collection[str], period: Period
) -> Mapping[tuple[str, str], int]:
    statement = (
        select(AnswerRow.question_group, VerdictRow.kind, func.count())
        .join(VerdictRow, VerdictRow.answer_id == AnswerRow.answer_id)
        .where(AnswerRow.question_group.in_(groups), VerdictRow.kind.in_(("up", "down")))
        .where(VerdictRow.asked_at >= period.since, VerdictRow.asked_at < period.until)
        .group_by(AnswerRow.question_group, VerdictRow.kind)
    )
    rows = (await connection.execute(statement)).all()
    return {(group, kind): count for group, kind, count in rows if group is not None}
