"""Which arm people like better: the model with its adapter or without, by their verdicts of the same time."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, Literal

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from bot.feedback.shares import Share
from bot.truth.database import Database
from bot.truth.tables import AnswerRow, VerdictRow

Finding = Literal["better", "worse", "too_early"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """A model as answers are kept under, and how its answers were liked."""

    model: str
    answers: int
    liked: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Arms:
    """An adapter beside the model as it is, since the adapter spoke first."""

    adapted: Arm
    plain: Arm

    @property
    def difference(self) -> tuple[float, float] | None:
        """Where the 👍 rate with the adapter less that without lies 95 times in 100 (Newcombe, 1998)."""
        with_it, without = self.adapted.liked, self.plain.liked
        if with_it.rate is None or without.rate is None or with_it.interval is None or without.interval is None:
            return None
        (low, high), (low_without, high_without) = with_it.interval, without.interval
        gap = with_it.rate - without.rate
        return (
            gap - sqrt((with_it.rate - low) ** 2 + (high_without - without.rate) ** 2),
            gap + sqrt((high - with_it.rate) ** 2 + (without.rate - low_without) ** 2),
        )

    @property
    def finding(self) -> Finding:
        """Whether the adapter is better or worse, as far as the verdicts tell."""
        if self.difference is None:
            return "too_early"
        low, high = self.difference
        return "better" if low > 0 else "worse" if high < 0 else "too_early"

    def document(self) -> dict[str, Any]:
        """For ``--json`` and the desk."""
        return {
            "arms": [
                {"model": arm.model, "answers": arm.answers, "liked": arm.liked.document()}
                for arm in (self.adapted, self.plain)
            ],
            "difference": list(self.difference) if self.difference else None,
            "finding": self.finding,
        }


async def arms(database: Database) -> Sequence[Arms]:
    """Every adapter that ever answered in a chat, beside its model."""
    async with database.read() as connection:
        return await connection.run_sync(lambda sync: _arms(Session(sync)))


def _arms(session: Session) -> list[Arms]:
    in_chats = AnswerRow.channel_id.is_not(None)
    adapters = session.execute(
        select(AnswerRow.model, func.min(AnswerRow.asked_at))
        .where(AnswerRow.model.contains("+"), in_chats)
        .group_by(AnswerRow.model)
        .order_by(AnswerRow.model)
    ).all()
    found = []
    for name, since in adapters:
        both = (name, name.rpartition("+")[0])
        here = [AnswerRow.model.in_(both), AnswerRow.asked_at >= since, in_chats]
        given = dict(
            session.execute(select(AnswerRow.model, func.count()).where(*here).group_by(AnswerRow.model)).all()
        )
        votes = {
            model: Share(int(up), count)
            for model, count, up in session.execute(
                select(AnswerRow.model, func.count(), func.sum(case((VerdictRow.kind == "up", 1), else_=0)))
                .join(VerdictRow, VerdictRow.answer_id == AnswerRow.answer_id)
                .where(*here, VerdictRow.kind.in_(("up", "down")))
                .group_by(AnswerRow.model)
            )
        }
        adapted, plain = (Arm(model=one, answers=given.get(one, 0), liked=votes.get(one, Share(0, 0))) for one in both)
        found.append(Arms(adapted=adapted, plain=plain))
    return found
