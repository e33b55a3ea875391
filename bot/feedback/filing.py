"""Filing: an answer that failed somebody goes into the case of its question, and leaves it when its causes go.

A dismissed case is opened again by three new answers, a mended one when the very answer that mends it is judged down;
what else fails after mending opens a case of its own, for the standard answer was not given to that question.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.feedback.failing import Given, given
from bot.feedback.grouping import Grouping, Likely
from bot.feedback.vectors import unpacked
from bot.truth.database import Database
from bot.truth.questions import leave_cases
from bot.truth.tables import AnswerRow, CaseAnswerRow, CaseRow, QuestionVectorRow, StandardAnswerRow
from knowledge.embedding import Vectors

REOPENED_BY: Final = 3
"""Answers given after a case was dismissed that open it again."""
_TELLING: Final = 3
"""Of each case the first questions are compared with: more would let it drift from what it is about."""
_AT_ONCE: Final = 500


class Filing:
    """One at a time: who files owns this."""

    def __init__(self, database: Database, *, embedding_model: str) -> None:
        self._database = database
        self._embedding_model = embedding_model
        self._grouping = Grouping(database, embedding_model=embedding_model)
        self._known: int | None = None
        """How many answers were in cases when these were read: fewer now means that words were erased."""

    async def refresh(self) -> None:
        """Read the questions of the cases unless nothing has changed since they were read."""
        known = await self._count()
        if known == self._known:
            return
        place = func.row_number().over(
            partition_by=CaseAnswerRow.case_id, order_by=(CaseAnswerRow.added_at, CaseAnswerRow.answer_id)
        )
        placed = select(CaseAnswerRow.answer_id, CaseAnswerRow.case_id, place.label("place")).subquery()
        statement = (
            select(placed.c.answer_id, placed.c.case_id, AnswerRow.language, QuestionVectorRow.vector)
            .join(QuestionVectorRow, QuestionVectorRow.answer_id == placed.c.answer_id)
            .join(AnswerRow, AnswerRow.answer_id == placed.c.answer_id)
            .where(placed.c.place <= _TELLING, QuestionVectorRow.embedding_model == self._embedding_model)
        )
        self._known = None
        self._grouping.clear()
        async with self._database.read() as connection:
            rows = await connection.stream(statement)
            async for part in rows.partitions(_AT_ONCE):
                for answer_id, case_id, language, vector in part:
                    self._grouping.add(answer_id, case_id, language, unpacked(vector))
        self._known = known

    async def file(self, answer_id: str, vector: Vectors | None) -> None:
        """Put an answer where it belongs now, in a transaction of its own, if anything is to be changed."""
        async with self._database.read() as connection:
            language = await connection.run_sync(lambda sync: _to_be_filed(Session(sync), answer_id))
        if language is None:
            return
        like: Sequence[Likely] = ()
        if vector is not None:
            like = await self._grouping.asking_the_same(answer_id, vector, language=language)
        async with self._database.begin() as connection:
            told_of = await connection.run_sync(lambda sync: self._file(Session(sync), answer_id, like))
        if told_of is not None and vector is not None:
            self._grouping.add(answer_id, told_of, language, vector)
        self._known = await self._count()

    def _file(self, session: Session, answer_id: str, like: Sequence[Likely]) -> str | None:
        """Returns the case of a question that others are to be compared with from now on."""
        one = given(session, [answer_id]).get(answer_id)
        if one is None:
            return None
        row = session.get(CaseAnswerRow, answer_id)
        if not one.causes:
            if row is not None:
                case_id = row.case_id
                leave_cases(session, [answer_id])
                _mended_again(session, case_id)
            session.flush()
            return None
        now = datetime.now(UTC)
        if row is None:
            case = _case_for(session, one, like)
            if case is None:
                case = CaseRow(case_id=uuid4().hex, state="open", opened_at=now, changed_at=now)
                session.add(case)
                session.flush()
            session.add(CaseAnswerRow(answer_id=answer_id, case_id=case.case_id, causes=list(one.causes), added_at=now))
            session.flush()
        else:
            case = session.get_one(CaseRow, row.case_id)
            row.causes = list(one.causes)
        if case.state == "open" or _opens_again(session, case, one):
            case.state, case.changed_at = "open", now
        session.flush()
        size = session.scalar(select(func.count()).where(CaseAnswerRow.case_id == case.case_id)) or 0
        return case.case_id if row is None and size <= _TELLING else None

    async def _count(self) -> int:
        async with self._database.read() as connection:
            return await connection.scalar(select(func.count()).select_from(CaseAnswerRow)) or 0


def _to_be_filed(session: Session, answer_id: str) -> str | None:
    """The language of an answer that is not where it belongs; None when nothing is to be written."""
    one = given(session, [answer_id]).get(answer_id)
    row = session.get(CaseAnswerRow, answer_id)
    if one is None or (row is None and not one.causes):
        return None
    if row is not None and row.causes == list(one.causes):
        case = session.get_one(CaseRow, row.case_id)
        if case.state == "open" or not _opens_again(session, case, one):
            return None
    return one.language


def _case_for(session: Session, one: Given, like: Sequence[Likely]) -> CaseRow | None:
    """The case of the same question that a new answer goes into, or None."""
    if one.standard_answer_id is not None:
        about_it = select(CaseRow).where(
            CaseRow.standard_answer_id == one.standard_answer_id, CaseRow.state.in_(("open", "mended"))
        )
        case = session.scalar(about_it.order_by(CaseRow.state.desc(), CaseRow.changed_at.desc()).limit(1))
        if case is not None:
            return case
    by_state: dict[str, CaseRow] = {}
    for other in like:
        row = session.get(CaseAnswerRow, other.answer_id)
        if row is None:
            continue
        case = session.get_one(CaseRow, row.case_id)
        if case.state != "mended" or one.asked_at < case.changed_at:
            by_state.setdefault(case.state, case)
    return next((by_state[state] for state in ("open", "mended", "dismissed") if state in by_state), None)


def _opens_again(session: Session, case: CaseRow, one: Given) -> bool:
    """Whether a decided case is open again, now that this answer is in it."""
    if case.state == "mended":
        is_the_mended_one = one.standard_answer_id is not None and one.standard_answer_id == case.standard_answer_id
        return is_the_mended_one and one.judged_down_at is not None and one.judged_down_at > case.changed_at
    since = (
        select(func.count())
        .select_from(CaseAnswerRow)
        .where(CaseAnswerRow.case_id == case.case_id, CaseAnswerRow.asked_at > case.changed_at)
    )
    return case.state == "dismissed" and (session.scalar(since) or 0) >= REOPENED_BY


def _mended_again(session: Session, case_id: str) -> None:
    """A case that was open again only because the answer that mends it was judged down, and is no more."""
    case = session.get(CaseRow, case_id)
    if case is None or case.state != "open" or case.standard_answer_id is None or case.decided_by is None:
        return
    standard = session.get(StandardAnswerRow, case.standard_answer_id)
    if standard is None or standard.state != "approved" or standard.contested_at is not None:
        return
    newer = (
        select(AnswerRow.answer_id)
        .join(CaseAnswerRow, CaseAnswerRow.answer_id == AnswerRow.answer_id)
        .where(CaseAnswerRow.case_id == case_id, AnswerRow.standard_answer_id == case.standard_answer_id)
    )
    if session.scalar(newer.limit(1)) is None:
        case.state, case.changed_at = "mended", datetime.now(UTC)
