"""“Did you mean …?”: a standard answer that was perhaps meant is named beside another answer, and given for a yes.

Kept by ids alone. Who said yes has told of another wording for the same: operators see it at the standard answer.
"""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final
from weakref import WeakValueDictionary

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.curating.giving import Asked, GivingStandardAnswers
from bot.curating.reading import in_force, read
from bot.curating.standard_answer import StandardAnswer
from bot.errors import NotFound
from bot.feedback.signs import Signs
from bot.truth.database import Database
from bot.truth.tables import AnswerRow, MessageRow, StandardAnswerRow, StandardOfferRow
from connectors.connector import Answer
from knowledge.passage import Audience

_LONGEST: Final = 120
"""Characters of a question that is named: it is one line, and may be asked in these very words."""
_NOT_BESIDE: Final = frozenset({"source_deleted", "not_permitted", "prompt_not_told"})
"""Reasons of answers that say nothing of what was asked."""
_ASKED_WITHIN: Final = timedelta(minutes=10)
_ON_ITS_WAY: Final = timedelta(minutes=1)
"""So long after it was given an answer may not be seen as a message yet."""


class MeantQuestions:
    """Names them, and gives their answers. That people may see the answer beside is the caller's to check."""

    def __init__(self, database: Database, giving: GivingStandardAnswers) -> None:
        self._database = database
        self._giving = giving
        self._signs = Signs(database)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def named_beside(
        self, answer: Answer, perhaps: StandardAnswer, *, audience: Audience, now: datetime
    ) -> Answer:
        """The answer with the question that was perhaps meant; as it is when not all its readers may be given that."""
        if answer.reason in _NOT_BESIDE or len(perhaps.question) > _LONGEST:
            return answer

        def name(session: Session) -> str:
            standing = _standing(session, perhaps.standard_answer_id, now)
            row = session.get(AnswerRow, answer.answer_id)
            if standing is None or not standing.may_be_given(audience) or row is None or row.withdrawn_at is not None:
                return ""
            session.add(StandardOfferRow(answer_id=answer.answer_id, standard_answer_id=standing.standard_answer_id))
            session.flush()
            return standing.question

        async with self._database.begin() as connection:
            return replace(answer, meant=await connection.run_sync(lambda sync: name(Session(sync))))

    async def give(self, answer_id: str, *, person_id: str, channel_id: str, audience: Audience) -> Answer | None:
        """The standard answer named beside an answer, to who says that it was meant; None when it is there already.

        Raises ``NotFound`` when it is named no more, or not everybody who would read it may be given it.
        """
        async with self._turns.setdefault(answer_id, asyncio.Lock()):
            now = datetime.now(UTC)
            async with self._database.read() as connection:
                standing, beside, is_there = await connection.run_sync(
                    lambda sync: _named(Session(sync), answer_id, now)
                )
            if not standing.may_be_given(audience):
                raise NotFound(answer_id)
            await self._signs.see(
                answer_id=answer_id, person_id=person_id, kind="meant", record_id=standing.standard_answer_id, at=now
            )
            if is_there:
                return None
            # It answers the same question as the one beside, and goes with it.
            asked = Asked(
                question=beside.question,
                audience=audience,
                language="zh" if beside.language == "zh" else "en",
                asked_at=now,
                channel_id=channel_id,
                person_id=beside.person_id or person_id,
                record_id=beside.question_record_id,
            )
            given = await self._giving.give(standing, asked)
            if given is None:
                raise NotFound(answer_id)
            offer = update(StandardOfferRow).where(StandardOfferRow.answer_id == answer_id)
            async with self._database.begin() as connection:
                await connection.execute(offer.values(given_answer_id=given.answer_id))
            return given

    async def asked_for(self, standard_answer_id: str, *, person_id: str, channel_id: str, now: datetime) -> None:
        """It is given for a question: asked by who was asked back minutes before, that is a yes, too."""
        before = (
            select(StandardOfferRow.answer_id)
            .join(AnswerRow, AnswerRow.answer_id == StandardOfferRow.answer_id)
            .where(
                StandardOfferRow.standard_answer_id == standard_answer_id,
                AnswerRow.person_id == person_id,
                AnswerRow.channel_id == channel_id,
                AnswerRow.asked_at >= now - _ASKED_WITHIN,
            )
            .order_by(AnswerRow.asked_at.desc())
            .limit(1)
        )
        async with self._database.read() as connection:
            answer_id = await connection.scalar(before)
        if answer_id is None:
            return
        with suppress(NotFound):  # erased at this very moment
            await self._signs.see(
                answer_id=answer_id, person_id=person_id, kind="meant", record_id=standard_answer_id, at=now
            )


def _standing(session: Session, standard_answer_id: str, now: datetime) -> StandardAnswer | None:
    this = StandardAnswerRow.standard_answer_id == standard_answer_id
    return next(iter(read(session, this, in_force(now))), None)


def _named(session: Session, answer_id: str, now: datetime) -> tuple[StandardAnswer, AnswerRow, bool]:
    """What is named, beside what, and whether its answer is there already."""
    offer, beside = session.get(StandardOfferRow, answer_id), session.get(AnswerRow, answer_id)
    if offer is None or offer.ended_at is not None or beside is None or beside.withdrawn_at or not beside.question:
        raise NotFound(answer_id)
    standing = _standing(session, offer.standard_answer_id, now)
    if standing is None:
        raise NotFound(answer_id)
    given = session.get(AnswerRow, offer.given_answer_id) if offer.given_answer_id is not None else None
    is_there = given is not None and given.withdrawn_at is None and _is_shown(session, given, now)
    return standing, beside, is_there


def _is_shown(session: Session, given: AnswerRow, now: datetime) -> bool:
    if given.answer_record_id is None:
        return given.asked_at > now - _ON_ITS_WAY
    message = session.get(MessageRow, given.answer_record_id)
    return message is not None and message.deleted_at is None
