"""Standard answers named beside other answers: by their ids, so that nothing shows a question that changed or went."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.truth.revisions import queue_revision
from bot.truth.tables import AnswerRow, MessageRow, StandardAnswerRow, StandardOfferRow


def named_beside(session: Session, answer_ids: Sequence[str]) -> Mapping[str, str]:
    """The question that is named beside each of these answers now; those beside which none is are left out."""
    statement = (
        select(StandardOfferRow.answer_id, StandardAnswerRow.question)
        .join(StandardAnswerRow, StandardAnswerRow.standard_answer_id == StandardOfferRow.standard_answer_id)
        .join(AnswerRow, AnswerRow.answer_id == StandardOfferRow.answer_id)
        .where(
            StandardOfferRow.answer_id.in_(answer_ids),
            StandardOfferRow.ended_at.is_(None),
            AnswerRow.withdrawn_at.is_(None),
            StandardAnswerRow.state == "approved",
            StandardAnswerRow.contested_at.is_(None),
            or_(StandardAnswerRow.valid_until.is_(None), StandardAnswerRow.valid_until > datetime.now(UTC)),
        )
    )
    return dict(session.execute(statement).all())


def end_offers(session: Session, standard_answer_id: str, at: datetime) -> None:
    """Its question is named no more, also where it was posted; called when words or readers change, or go."""
    offers = select(StandardOfferRow).where(
        StandardOfferRow.standard_answer_id == standard_answer_id, StandardOfferRow.ended_at.is_(None)
    )
    for offer in session.scalars(offers).all():
        offer.ended_at = at
        answer = session.get(AnswerRow, offer.answer_id)
        shown = session.get(MessageRow, answer.answer_record_id) if answer and answer.answer_record_id else None
        if shown is not None:
            queue_revision(session, shown, at)
    session.flush()


def has_ended(session: Session, answer_id: str) -> bool:
    """Whether a question was named beside it when it was made, and is no more."""
    return session.get(StandardOfferRow, answer_id) is not None and not named_beside(session, [answer_id])
