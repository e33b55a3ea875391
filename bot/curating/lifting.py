"""A standard answer that a message contradicted is given again once no message says so any more.

Unless an operator has decided meanwhile: approved, edited or removed it, or closed the case that tells of it.
"""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot.curating.returning import BY
from bot.curating.standard_answer import StandardAnswer
from bot.truth.tables import AuditRow, CaseAnswerRow, CaseRow, StandardAnswerRow


def is_decided(session: Session, contested: StandardAnswer) -> bool:
    """Whether an operator has dealt with this contest."""
    row = session.get(StandardAnswerRow, contested.standard_answer_id)
    if row is None or row.state != "approved" or row.contested_at is None:
        return True
    case = _case_of(session, contested)
    return row.contested_at != contested.contested_at or (
        case is not None and case.state != "open" and case.changed_at >= row.contested_at
    )


def lift(session: Session, contested: StandardAnswer, now: datetime, *, other: str | None) -> bool:
    """It is given again, or contested by another message instead; False when an operator has decided meanwhile."""
    row = session.get(StandardAnswerRow, contested.standard_answer_id)
    if row is None or is_decided(session, contested):
        return False
    row.contested_by = other
    if other is None:
        row.contested_at = None
        case = _case_of(session, contested)
        if case is not None and case.state == "open" and _told_of_nothing_else(session, case):
            case.state, case.changed_at = "mended", now
        action, target = "standard_answer_contradicted_no_more", row.standard_answer_id
        session.add(AuditRow(done_at=now, operator=BY, action=action, target=target, detail={}))
    session.flush()
    return True


def _case_of(session: Session, contested: StandardAnswer) -> CaseRow | None:
    this = CaseRow.standard_answer_id == contested.standard_answer_id
    return session.scalar(select(CaseRow).where(this, CaseRow.state != "merged").order_by(CaseRow.changed_at.desc()))


def _told_of_nothing_else(session: Session, case: CaseRow) -> bool:
    """Nobody's question waits in it: it holds none, or was closed with those that it holds before this."""
    waiting = [CaseAnswerRow.case_id == case.case_id]
    if case.decided_by is not None:
        waiting.append(CaseAnswerRow.added_at > case.changed_at)
    return not session.scalar(select(exists().where(*waiting)))
