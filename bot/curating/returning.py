"""Standard answers that are given no more come back to the operators' queue, and leave it once they are in force."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot.curating.standard_answer import Attention
from bot.truth.tables import AuditRow, CaseAnswerRow, CaseRow, StandardAnswerRow

BY = "shiguang"
"""Who did it, in the audit: nobody of the team."""


def settle(session: Session, concerns: Sequence[Attention], now: datetime) -> int:
    """Bring the queue in line with what needs a look; twice is once. Returns how many cases changed."""
    changed = sum(_bring_back(session, one, now) for one in concerns)
    waiting = {one.standard_answer.standard_answer_id for one in concerns}
    open_ones = select(CaseRow).where(CaseRow.state == "open", CaseRow.standard_answer_id.is_not(None))
    for case in session.scalars(open_ones).all():
        if case.standard_answer_id not in waiting:
            changed += _let_go(session, case, now)
    session.flush()
    return changed


def _bring_back(session: Session, one: Attention, now: datetime) -> int:
    this = one.standard_answer.standard_answer_id
    _note(session, one, now)
    cases = session.scalars(
        select(CaseRow)
        .where(CaseRow.standard_answer_id == this, CaseRow.state != "merged")
        .order_by(CaseRow.changed_at.desc())
    ).all()
    if any(case.state == "open" for case in cases):
        return 0
    if not cases:
        if not one.standard_answer.question:
            return 0  # Nothing is left to be looked at but the note.
        case = CaseRow(case_id=uuid4().hex, state="open", opened_at=now, changed_at=now, standard_answer_id=this)
        session.add(case)
        session.flush()
        return 1
    if cases[0].changed_at >= one.since:
        return 0  # An operator has decided about it since.
    cases[0].state, cases[0].changed_at = "open", now
    return 1


def _let_go(session: Session, case: CaseRow, now: datetime) -> int:
    """What was open for a standard answer alone is settled with it."""
    standard = session.get(StandardAnswerRow, case.standard_answer_id)
    if standard is None or standard.state == "removed":
        held = select(exists().where(CaseAnswerRow.case_id == case.case_id))
        if session.scalar(held):
            return 0
        case.state, case.changed_at = "dismissed", now
    elif standard.state == "approved" and standard.approved_at is not None and standard.approved_at > case.changed_at:
        case.state, case.changed_at = "mended", now
    else:
        return 0
    case.decided_by = (standard.changed_by if standard is not None else None) or case.decided_by
    return 1


def _note(session: Session, one: Attention, now: datetime) -> None:
    """Into the audit, once: ids, no words."""
    action, target = f"standard_answer_{one.concern}", one.standard_answer.standard_answer_id
    known = select(AuditRow.audit_id).where(
        AuditRow.target == target, AuditRow.action == action, AuditRow.done_at >= one.since
    )
    if session.scalar(known.limit(1)) is None:
        detail = {"record_id": one.record_id} if one.record_id else {}
        session.add(AuditRow(done_at=now, operator=BY, action=action, target=target, detail=detail))
