"""What is made of questions besides their answers (vectors, places in cases), which goes with their words."""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.orm import Session

from bot.truth.intake import note
from bot.truth.tables import AnswerRow, CaseAnswerRow, CaseRow, QuestionVectorRow, SignRow

_AT_ONCE = 500


def forget_questions(session: Session, answer_ids: Sequence[str]) -> int:
    """Drop vectors and places in cases of these answers; returns how many vectors there were.

    Of a question that still stands the vector is made again from its own words when it is asked for.
    """
    vectors = 0
    for part in _parts(answer_ids):
        gone = session.execute(delete(QuestionVectorRow).where(QuestionVectorRow.answer_id.in_(part)))
        vectors += gone.rowcount  # type: ignore[attr-defined]  # a DELETE has a cursor
    leave_cases(session, answer_ids)
    return vectors


def leave_cases(session: Session, answer_ids: Sequence[str]) -> None:
    """Take answers out of their cases."""
    left: set[str] = set()
    for part in _parts(answer_ids):
        left.update(session.scalars(select(CaseAnswerRow.case_id).where(CaseAnswerRow.answer_id.in_(part))))
        session.execute(delete(CaseAnswerRow).where(CaseAnswerRow.answer_id.in_(part)))
    drop_emptied(session, left)


def cases_of(session: Session, answers: ColumnElement[bool]) -> set[str]:
    """The cases that hold one of these answers."""
    statement = select(CaseAnswerRow.case_id).join(AnswerRow, AnswerRow.answer_id == CaseAnswerRow.answer_id)
    return set(session.scalars(statement.where(answers).distinct()))


def drop_emptied(session: Session, case_ids: Iterable[str]) -> None:
    """Of these, drop undecided cases that nothing is left of; one about a standard answer stands without answers."""
    held = exists().where(CaseAnswerRow.case_id == CaseRow.case_id)
    for part in _parts(sorted(case_ids)):
        empty = [CaseRow.case_id.in_(part), CaseRow.state == "open", CaseRow.standard_answer_id.is_(None), ~held]
        session.execute(delete(CaseRow).where(*empty))


def forget_replies(session: Session, record_ids: Sequence[str]) -> int:
    """Of messages that are gone: the signs that they answered somebody or quoted an answer."""
    removed = 0
    for part in _parts(record_ids):
        signs = [SignRow.record_id.in_(part), SignRow.kind.in_(("answered_by_person", "quoted"))]
        told_of = set(session.scalars(select(SignRow.answer_id).where(*signs)))
        if not told_of:
            continue
        removed += session.execute(delete(SignRow).where(*signs)).rowcount  # type: ignore[attr-defined]  # as above
        for answer_id in told_of:
            note(session, answer_id)
    return removed


def _parts(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))
