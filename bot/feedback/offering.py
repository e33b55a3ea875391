"""Putting a second answer beside the first unasked, now and then: how often, to whom, and where never.

What people pick when they did not ask for a choice tells most about answers, and is a nuisance when it comes often. So
it is one answer in so many, at most one a week to a person and one a day in a channel, never while others wait for the
model, and not in channels that let three offers in a row pass.
"""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, Literal
from uuid import uuid4

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from bot.truth.database import Database
from bot.truth.tables import AnswerRow, AnswerSourceRow, ChannelSettingsRow, PairOfferRow, StandardOfferRow

Outcome = Literal["picked", "declined"]

PERSON_DAYS: Final = 7
CHANNEL_HOURS: Final = 24
DISLIKED_AFTER: Final = 3
"""Offers in a row that nobody in a channel picked from."""
_PASSED_AFTER: Final = timedelta(hours=CHANNEL_HOURS)
"""An offer that was not taken for so long was let pass."""


class PairOffers:
    """Decides when a pair is offered, and remembers what came of it."""

    def __init__(self, database: Database, *, every: int, is_idle: Callable[[], bool] = lambda: True) -> None:
        """``every``: one in so many answers; 0: never. ``is_idle``: whether nobody waits for the model."""
        self._database = database
        self._every = every
        self._is_idle = is_idle

    async def wanted(self, answer_id: str, *, person_id: str, channel_id: str, now: datetime | None = None) -> bool:
        """Whether to put another answer beside this one, for the person who asked; yes is said once."""
        if not self._every or _place_of(answer_id) % self._every or not self._is_idle():
            return False
        at = now or datetime.now(UTC)

        def claim(session: Session) -> bool:
            if not _may_be_offered(session, answer_id, person_id, channel_id, at):
                return False
            session.add(_offer(answer_id, person_id, channel_id, unasked=True, at=at))
            session.flush()
            return True

        async with self._database.begin() as connection:
            return await connection.run_sync(lambda sync: claim(Session(sync)))

    async def made(
        self, *, first: str, second: str, person_id: str, channel_id: str, now: datetime | None = None
    ) -> None:
        """A second answer was made, asked for or not."""

        def keep(session: Session) -> None:
            pair = PairOfferRow.first_answer_id == first, PairOfferRow.person_id == person_id
            offer = session.scalar(select(PairOfferRow).where(*pair, PairOfferRow.second_answer_id.is_(None)))
            if offer is None:
                offer = _offer(first, person_id, channel_id, unasked=False, at=now or datetime.now(UTC))
                session.add(offer)
            offer.second_answer_id = second
            session.flush()

        async with self._database.begin() as connection:
            await connection.run_sync(lambda sync: keep(Session(sync)))

    async def shown(self, *, first: str, second: str, person_id: str) -> None:
        """The person sees both and may pick: from now on the offer can be let pass."""
        pair = PairOfferRow.first_answer_id == first, PairOfferRow.second_answer_id == second
        made = PairOfferRow.person_id == person_id, PairOfferRow.outcome == "made"
        async with self._database.begin() as connection:
            await connection.execute(update(PairOfferRow).where(*pair, *made).values(outcome="open"))

    async def ended(self, *, first: str, second: str, person_id: str, outcome: Outcome) -> None:
        """The person picked, in whichever order the two are named, or did not want to; a pick is not taken back."""
        pair = PairOfferRow.first_answer_id.in_((first, second)), PairOfferRow.second_answer_id.in_((first, second))
        statement = update(PairOfferRow).where(*pair, PairOfferRow.person_id == person_id)
        if outcome == "declined":
            statement = statement.where(PairOfferRow.outcome != "picked")
        async with self._database.begin() as connection:
            await connection.execute(statement.values(outcome=outcome))


def _offer(first: str, person_id: str, channel_id: str, *, unasked: bool, at: datetime) -> PairOfferRow:
    return PairOfferRow(
        offer_id=uuid4().hex,
        person_id=person_id,
        channel_id=channel_id,
        first_answer_id=first,
        second_answer_id=None,
        unasked=unasked,
        offered_at=at,
        outcome="made",
    )


def _place_of(answer_id: str) -> int:
    """A number that is as good as drawn, and the same whoever asks."""
    return int.from_bytes(hashlib.blake2b(answer_id.encode(), digest_size=4).digest())


def _may_be_offered(session: Session, answer_id: str, person_id: str, channel_id: str, now: datetime) -> bool:
    answer = session.get(AnswerRow, answer_id)
    if (
        answer is None
        or answer.abstained
        or answer.withdrawn_at is not None
        or answer.standard_answer_id is not None
        or answer.person_id != person_id
        or answer.channel_id != channel_id
    ):
        return False
    if session.get(StandardOfferRow, answer_id) is not None:
        return False  # One question back is enough.
    cites = select(AnswerSourceRow.n).where(AnswerSourceRow.answer_id == answer_id, AnswerSourceRow.cited).limit(1)
    if session.scalar(cites) is None:
        return False
    settings = session.get(ChannelSettingsRow, channel_id)
    allowed = settings.offers_pairs if settings is not None else None
    if allowed is False:
        return False
    unasked = select(PairOfferRow).where(PairOfferRow.unasked)
    lately = unasked.where(
        or_(
            (PairOfferRow.person_id == person_id) & (PairOfferRow.offered_at > now - timedelta(days=PERSON_DAYS)),
            (PairOfferRow.channel_id == channel_id) & (PairOfferRow.offered_at > now - timedelta(hours=CHANNEL_HOURS)),
        )
    )
    if session.scalar(lately.limit(1)) is not None:
        return False
    return allowed is True or not _is_disliked(session, channel_id, now)


def _is_disliked(session: Session, channel_id: str, now: datetime) -> bool:
    """Whether the last offers here were all let pass."""
    last = session.scalars(
        select(PairOfferRow.outcome)
        .where(
            PairOfferRow.channel_id == channel_id,
            PairOfferRow.unasked,
            PairOfferRow.outcome != "made",
            or_(PairOfferRow.outcome != "open", PairOfferRow.offered_at <= now - _PASSED_AFTER),
        )
        .order_by(PairOfferRow.offered_at.desc())
        .limit(DISLIKED_AFTER)
    ).all()
    return len(last) == DISLIKED_AFTER and "picked" not in last
