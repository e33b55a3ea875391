"""Who judges and what is shown first: what data for training know too little of, in numbers."""

from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from bot.feedback.shares import Share
from bot.truth.tables import AnswerRow, PreferenceRow, VerdictRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Voters:
    """Of everything that was given in chats, exported or not."""

    judged: Share
    """Of the answers given."""
    people: int
    """Who judged anything."""
    busiest: Share
    """Share of the verdicts that are of the one person who judged most."""
    first_shown_picked: Share
    """Of the picks; 0.5 without a bias of order."""


def voters(session: Session) -> Voters:
    """Counts them."""
    in_chats = AnswerRow.channel_id.is_not(None)
    given = session.scalar(select(func.count()).select_from(AnswerRow).where(in_chats)) or 0
    judged = [VerdictRow.kind.in_(("up", "down")), in_chats]
    of_each = (
        select(VerdictRow.person_id, func.count().label("verdicts"))
        .join(AnswerRow, AnswerRow.answer_id == VerdictRow.answer_id)
        .where(*judged)
        .group_by(VerdictRow.person_id)
        .subquery()
    )
    people, verdicts, most = session.execute(
        select(
            func.count(), func.coalesce(func.sum(of_each.c.verdicts), 0), func.coalesce(func.max(of_each.c.verdicts), 0)
        )
    ).one()
    answers = session.scalar(
        select(func.count(VerdictRow.answer_id.distinct()))
        .join(AnswerRow, AnswerRow.answer_id == VerdictRow.answer_id)
        .where(*judged)
    )
    picks, first = session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(case((PreferenceRow.chosen == PreferenceRow.first_shown, 1), else_=0)), 0),
        ).select_from(PreferenceRow)
    ).one()
    return Voters(
        judged=Share(answers or 0, given),
        people=people,
        busiest=Share(int(most), int(verdicts)),
        first_shown_picked=Share(int(first), picks),
    )
