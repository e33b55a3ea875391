"""What is made of questions besides their answers (vectors, places in cases), which goes with their words."""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, delete, exists, select, update
from sqlalchemy.orm import Session

from bot.truth.intake import note
from bot.truth.tables import AnswerRow, CaseAnswerRow, CaseRow, QuestionVectorRow, SignRow

_AT_ONCE = 500


def erase_questions(session: Session, answers: ColumnElement[bool]) -> tuple[int, int]:
    """The words of these answers' questions go, with what was made of them; returns how many, and how many vectors."""
    answer_ids = session.scalars(select(AnswerRow.answer_id).where(answers)).all()
    for part in _parts(answer_ids):
        emptied = update(AnswerRow).where(AnswerRow.answer_id.in_(part))
        session.execute(emptied.values(question="", trace={}, question_group=None))
    return len(answer_ids), forget_questions(session, answer_ids)


def forget_questions(session: Session, answer_ids: Sequence[str]) -> int:
    """Drop vectors and places in cases of these answers; returns how many vectors there were.

    Of a question that still stands the vector is made again from its own words when it is asked for.
    """
    vectors = 0
    for part in _parts(answer_ids):
        gone = delete(QuestionVectorRow).where(QuestionVectorRow.answer_id.in_(part))
        vectors += session.connection().execute(gone).rowcount
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


def forget_signs(session: Session, record_ids: Sequence[str]) -> int:
    """Of messages that are gone: the signs that they were opened, answered somebody or linked to an answer."""
    removed = 0
    for part in _parts(record_ids):
        signs = SignRow.record_id.in_(part)
        told_of = set(session.scalars(select(SignRow.answer_id).where(signs)))
        if not told_of:
            continue
        removed += session.connection().execute(delete(SignRow).where(signs)).rowcount
        for answer_id in told_of:
            note(session, answer_id)
    return removed


def _parts(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))
