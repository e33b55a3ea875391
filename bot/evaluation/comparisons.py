"""Comparisons as they are kept: ids, numbers and what was picked. The texts are those of stored answers."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal, TypeVar
from uuid import uuid4

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session, aliased

from bot.errors import BadInput, NotFound
from bot.feedback.shares import Share
from bot.truth.answers import answer_views
from bot.truth.database import Database
from bot.truth.tables import AnswerRow, ComparisonItemRow, ComparisonRow
from connectors.connector import Answer

Side = Literal["left", "right", "neither"]
Place = Literal["first", "second", "neither"]
T = TypeVar("T")

_KEPT: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonView:
    """A comparison and how far people have looked at it."""

    comparison_id: str
    state: str
    created_at: datetime
    created_by: str
    questions: int
    """That can still be looked at: neither question nor answers were deleted."""
    picked: int
    left: Mapping[str, Any]
    right: Mapping[str, Any]
    figures: Mapping[str, Any]

    @property
    def is_judged(self) -> bool:
        """Whether people looked at everything; only then they are told which side is which."""
        return self.state == "done" and self.questions == self.picked


@dataclass(frozen=True, slots=True, kw_only=True)
class Blind:
    """A question with two answers, of which nobody is told which is which."""

    asked_answer_id: str
    question: str
    first: Answer
    second: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Picks:
    """What people, or a model, picked."""

    left: int
    right: int
    neither: int

    @property
    def right_share(self) -> Share:
        """How often the right one was picked, of the times that one was."""
        return Share(self.right, self.left + self.right)

    @property
    def finding(self) -> Side:
        """The side that is better, as far as the picks tell; otherwise neither."""
        if self.right_share.interval is None:
            return "neither"
        low, high = self.right_share.interval
        return "right" if low > 0.5 else "left" if high < 0.5 else "neither"

    def document(self) -> dict[str, Any]:
        """For ``--json`` and the desk."""
        return {
            "left": self.left,
            "right": self.right,
            "neither": self.neither,
            "right_share": self.right_share.document(),
            "finding": self.finding,
        }


class Comparisons:
    """Keeps and reads them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, left: Mapping[str, str], right: Mapping[str, str], *, created_by: str) -> str:
        """Keep that one is being made."""
        comparison_id = uuid4().hex[:12]

        def add(session: Session) -> None:
            session.add(
                ComparisonRow(
                    comparison_id=comparison_id,
                    left=dict(left),
                    right=dict(right),
                    state="running",
                    created_at=datetime.now(UTC),
                    created_by=created_by,
                    figures={},
                )
            )
            session.flush()

        await self._write(add)
        return comparison_id

    async def add(
        self,
        comparison_id: str,
        *,
        asked_answer_id: str,
        left: str,
        right: str,
        measures: Mapping[str, Any],
        judged: Side | None = None,
    ) -> bool:
        """Keep both answers to a question, in an order drawn by chance; False when one of the three went meanwhile."""

        def add(session: Session) -> bool:
            ids = {asked_answer_id, left, right}
            known = session.scalar(select(func.count()).where(AnswerRow.answer_id.in_(ids)))
            if known != len(ids):
                return False
            session.add(
                ComparisonItemRow(
                    comparison_id=comparison_id,
                    asked_answer_id=asked_answer_id,
                    left_answer_id=left,
                    right_answer_id=right,
                    left_is_shown_first=bool(secrets.randbits(1)),
                    judged=judged,
                    measures=dict(measures),
                )
            )
            session.flush()
            return True

        return await self._write(add)

    async def end(self, comparison_id: str, *, state: Literal["done", "failed"], figures: Mapping[str, Any]) -> None:
        """Keep the figures."""

        def end(session: Session) -> None:
            row = _row(session, comparison_id)
            row.state, row.figures = state, dict(figures)
            session.flush()

        await self._write(end)

    async def remove(self, comparison_id: str) -> None:
        """Remove it with its answers; raises ``NotFound``."""

        def remove(session: Session) -> None:
            row = _row(session, comparison_id)
            items = select(ComparisonItemRow.left_answer_id, ComparisonItemRow.right_answer_id)
            answer_ids = [one for pair in session.execute(items.where(_of(comparison_id))) for one in pair]
            session.delete(row)
            session.flush()
            session.execute(delete(AnswerRow).where(AnswerRow.answer_id.in_(answer_ids)))

        await self._write(remove)

    async def listed(self) -> Sequence[ComparisonView]:
        """The latest first."""

        def read(session: Session) -> list[ComparisonView]:
            rows = session.scalars(select(ComparisonRow).order_by(ComparisonRow.created_at.desc()).limit(_KEPT))
            return [_view(session, row) for row in rows]

        return await self._read(read)

    async def get(self, comparison_id: str) -> ComparisonView:
        """One; raises ``NotFound``."""
        return await self._read(lambda session: _view(session, _row(session, comparison_id)))

    async def next(self, comparison_id: str) -> Blind | None:
        """A question that nobody has looked at; None when there is none left. Raises ``NotFound``."""

        def read(session: Session) -> Blind | None:
            _row(session, comparison_id)
            item = session.scalar(
                select(ComparisonItemRow)
                .where(_of(comparison_id), ComparisonItemRow.picked.is_(None), _stands())
                .order_by(ComparisonItemRow.asked_answer_id)
                .limit(1)
            )
            if item is None:
                return None
            ids = [item.left_answer_id, item.right_answer_id]
            answers = answer_views(session, ids)
            first, second = ids if item.left_is_shown_first else reversed(ids)
            return Blind(
                asked_answer_id=item.asked_answer_id,
                question=answers[first].question,
                first=answers[first],
                second=answers[second],
            )

        return await self._read(read)

    async def pick(self, comparison_id: str, asked_answer_id: str, place: Place, *, picked_by: str) -> None:
        """Keep which one a person picked, by where it was shown; raises ``NotFound``.

        What was picked stays: once everything was looked at, people know which side is which.
        """

        def pick(session: Session) -> None:
            item = session.get(ComparisonItemRow, (comparison_id, asked_answer_id))
            if item is None:
                raise NotFound(asked_answer_id)
            if item.picked is not None:
                raise BadInput("picked already")
            shown = ("left", "right") if item.left_is_shown_first else ("right", "left")
            item.picked = place if place == "neither" else shown[place == "second"]
            item.picked_by = picked_by
            session.flush()

        await self._write(pick)

    async def picks(self, comparison_id: str, *, by_model: bool = False) -> Picks:
        """What people picked, or a model."""
        column = ComparisonItemRow.judged if by_model else ComparisonItemRow.picked

        def read(session: Session) -> Picks:
            counted = select(column, func.count()).where(_of(comparison_id), column.is_not(None)).group_by(column)
            found = {str(side): count for side, count in session.execute(counted)}
            return Picks(**{side: found.get(side, 0) for side in ("left", "right", "neither")})

        return await self._read(read)

    async def _read(self, load: Callable[[Session], T]) -> T:
        async with self._database.read() as connection:
            return await connection.run_sync(lambda sync: load(Session(sync)))

    async def _write(self, work: Callable[[Session], T]) -> T:
        async with self._database.begin() as connection:
            return await connection.run_sync(lambda sync: work(Session(sync)))


def _row(session: Session, comparison_id: str) -> ComparisonRow:
    row = session.get(ComparisonRow, comparison_id)
    if row is None:
        raise NotFound(comparison_id)
    return row


def _of(comparison_id: str) -> ColumnElement[bool]:
    return ComparisonItemRow.comparison_id == comparison_id


def _stands() -> ColumnElement[bool]:
    """Both answers and the question still have their words."""
    left, right = aliased(AnswerRow), aliased(AnswerRow)
    both = (
        select(left.answer_id)
        .join(right, right.answer_id == ComparisonItemRow.right_answer_id)
        .where(
            left.answer_id == ComparisonItemRow.left_answer_id,
            left.withdrawn_at.is_(None),
            right.withdrawn_at.is_(None),
            left.question != "",
        )
        .correlate(ComparisonItemRow)
    )
    return both.exists()


def _view(session: Session, row: ComparisonRow) -> ComparisonView:
    items = select(func.count()).select_from(ComparisonItemRow).where(_of(row.comparison_id))
    picked = session.scalar(items.where(ComparisonItemRow.picked.is_not(None))) or 0
    left_to_look_at = session.scalar(items.where(ComparisonItemRow.picked.is_(None), _stands())) or 0
    return ComparisonView(
        comparison_id=row.comparison_id,
        state=row.state,
        created_at=row.created_at,
        created_by=row.created_by,
        questions=picked + left_to_look_at,
        picked=picked,
        left=row.left,
        right=row.right,
        figures=row.figures,
    )
