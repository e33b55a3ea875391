"""Answers that a comparison made to questions from use: they go when the answers go whose questions they answer."""

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from bot.truth.tables import AnswerRow, ComparisonItemRow

_AT_ONCE = 500


def erase_compared(session: Session, asked: ColumnElement[bool]) -> int:
    """Erase those made to the questions of these answers, before the answers themselves go; says how many."""
    items = (
        select(ComparisonItemRow.left_answer_id, ComparisonItemRow.right_answer_id)
        .join(AnswerRow, AnswerRow.answer_id == ComparisonItemRow.asked_answer_id)
        .where(asked)
    )
    made = sorted({answer_id for pair in session.execute(items) for answer_id in pair})
    for start in range(0, len(made), _AT_ONCE):
        session.execute(delete(AnswerRow).where(AnswerRow.answer_id.in_(made[start : start + _AT_ONCE])))
    return len(made)
