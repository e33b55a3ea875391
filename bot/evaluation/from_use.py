"""The team's own regression set: questions from use whose right answer people have shown.

Nothing is copied: the set is read anew each time, so that what was deleted or withdrawn is in it no more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from bot.curating.standard_answers import StandardAnswer, StandardAnswers
from bot.errors import Language
from bot.training.given import without_marks
from bot.truth.database import Database
from bot.truth.tables import AnswerRow, AnswerSourceRow, CaseAnswerRow, CaseRow, VerdictRow

Shown = Literal["edited", "curated", "upvoted"]
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionFromUse:
    """A question as it was asked, with what is expected and why."""

    asked_answer_id: str
    shown: Shown
    question: str
    language: Language
    asked_at: datetime
    channel_id: str
    person_id: str | None
    question_record_id: str | None
    searches: tuple[str, ...]
    context: str
    expected: str
    """Without citation marks."""
    records: frozenset[str]
    """Messages that the expected answer cites; empty where that is not known."""


async def questions_from_use(
    database: Database, *, now: datetime, limit: int | None = None
) -> Sequence[QuestionFromUse]:
    """What operators edited first, then what standard answers answered, then what people liked; the latest first."""
    standards = await StandardAnswers(database).in_force(now)
    async with database.read() as connection:
        return await connection.run_sync(lambda sync: _questions(Session(sync), standards, limit))


def _questions(session: Session, standards: Sequence[StandardAnswer], limit: int | None) -> Sequence[QuestionFromUse]:
    by_id = {one.standard_answer_id: one for one in standards}
    edited = _edited(session, by_id)
    curated = _curated(session, by_id)
    upvoted = _upvoted(session)
    wanted: dict[str, tuple[Shown, StandardAnswer | None]] = {}
    for answer_id, standard_id in edited.items():
        wanted[answer_id] = ("edited", by_id[standard_id])
    for answer_id, standard_id in curated.items():
        wanted.setdefault(answer_id, ("curated", by_id[standard_id]))
    for answer_id in upvoted:
        wanted.setdefault(answer_id, ("upvoted", None))
    found: dict[str, QuestionFromUse] = {}
    ids = list(wanted)
    for start in range(0, len(ids), _AT_ONCE):
        for one in _read(session, ids[start : start + _AT_ONCE], wanted):
            found[one.asked_answer_id] = one
    asked: set[str] = set()
    kept = []
    for answer_id in ids:
        question = found.get(answer_id)
        if question is not None and (plain := " ".join(question.question.lower().split())) not in asked:
            asked.add(plain)
            kept.append(question)
    return kept[:limit]


def _edited(session: Session, standards: Mapping[str, StandardAnswer]) -> dict[str, str]:
    """Answers that a standard answer in force was put in the place of."""
    replaced = {one.replaces_answer_id: one.standard_answer_id for one in standards.values() if one.replaces_answer_id}
    mended = (
        select(CaseAnswerRow.answer_id, CaseRow.standard_answer_id)
        .join(CaseRow, CaseRow.case_id == CaseAnswerRow.case_id)
        .where(CaseRow.state == "mended", CaseRow.standard_answer_id.in_(standards))
        .order_by(CaseAnswerRow.added_at.desc(), CaseAnswerRow.answer_id)
    )
    return {**replaced, **{answer_id: str(standard_id) for answer_id, standard_id in session.execute(mended)}}


def _curated(session: Session, standards: Mapping[str, StandardAnswer]) -> dict[str, str]:
    """The last time that each standard answer in force was given."""
    given = (
        select(AnswerRow.answer_id, AnswerRow.standard_answer_id)
        .where(AnswerRow.standard_answer_id.in_(standards), AnswerRow.channel_id.is_not(None))
        .order_by(AnswerRow.asked_at.desc(), AnswerRow.answer_id)
    )
    latest: dict[str, str] = {}
    for answer_id, standard_id in session.execute(given):
        latest.setdefault(str(standard_id), answer_id)
    return {answer_id: standard_id for standard_id, answer_id in latest.items()}


def _upvoted(session: Session) -> list[str]:
    """Answers that more people liked than disliked."""
    votes = func.sum(case((VerdictRow.kind == "up", 1), (VerdictRow.kind == "down", -1), else_=0))
    statement = (
        select(AnswerRow.answer_id)
        .join(VerdictRow, VerdictRow.answer_id == AnswerRow.answer_id)
        .where(AnswerRow.abstained.is_(False), AnswerRow.standard_answer_id.is_(None))
        .group_by(AnswerRow.answer_id, AnswerRow.asked_at)
        .having(votes > 0)
        .order_by(AnswerRow.asked_at.desc(), AnswerRow.answer_id)
    )
    return list(session.scalars(statement))


def _read(
    session: Session, answer_ids: Sequence[str], wanted: Mapping[str, tuple[Shown, StandardAnswer | None]]
) -> list[QuestionFromUse]:
    cited: dict[str, set[str]] = {}
    for answer_id, record_id in session.execute(
        select(AnswerSourceRow.answer_id, AnswerSourceRow.record_id).where(
            AnswerSourceRow.answer_id.in_(answer_ids), AnswerSourceRow.cited
        )
    ):
        cited.setdefault(answer_id, set()).add(record_id)
    rows = session.scalars(
        select(AnswerRow).where(
            AnswerRow.answer_id.in_(answer_ids), AnswerRow.channel_id.is_not(None), AnswerRow.question != ""
        )
    )
    found = []
    for row in rows:
        shown, standard = wanted[row.answer_id]
        if standard is None and row.withdrawn_at is not None:
            continue
        records = cited.get(row.answer_id, set()) if standard is None else {one.record_id for one in standard.sources}
        found.append(
            QuestionFromUse(
                asked_answer_id=row.answer_id,
                shown=shown,
                question=row.question,
                language="zh" if row.language == "zh" else "en",
                asked_at=row.asked_at,
                channel_id=str(row.channel_id),
                person_id=row.person_id,
                question_record_id=row.question_record_id,
                searches=tuple(map(str, row.trace.get("searches", ()))),
                context=str(row.trace.get("before", "")),
                expected=without_marks(row.text if standard is None else standard.text),
                records=frozenset(records),
            )
        )
    session.expunge_all()
    return found
