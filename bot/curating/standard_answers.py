"""The life of standard answers: proposed, approved, edited, contested, removed."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar
from uuid import uuid4

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from bot.curating.drafting import draft_of
from bot.curating.reading import in_force, read, uses, without_a_source
from bot.curating.standard_answer import (
    EVERYBODY,
    Attention,
    Concern,
    Draft,
    StandardAnswer,
    StandardSource,
    State,
    Uses,
)
from bot.curating.standing import Standing
from bot.curating.wordings import add_confirmed
from bot.curating.writing import Words, put_in_force, put_sources, require_channels, require_readers, row_of
from bot.errors import NotFound
from bot.truth.database import Database
from bot.truth.resting import empty
from bot.truth.standard_offers import end_offers
from bot.truth.tables import StandardAnswerRow

__all__ = ["EVERYBODY", "Attention", "Draft", "StandardAnswer", "StandardAnswers", "StandardSource", "State", "Uses"]

T = TypeVar("T")


class StandardAnswers:
    """Keeps them. Who may call what is for the caller to check; operators' deeds are audited by the caller."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._standing = Standing(database)

    async def propose(
        self,
        *,
        question: str,
        text: str,
        proposed_by: str,
        channel_ids: Sequence[str],
        variants: Sequence[str] = (),
        sources: Sequence[StandardSource] = (),
        replaces_answer_id: str | None = None,
    ) -> str:
        """Keep a proposal and return its id; the same one twice is one.

        ``channel_ids`` narrow who may be given it beyond the channels of its sources. Raises ``BadInput`` for an
        empty one and ``NotFound`` for a source that is not there.
        """

        def add(session: Session) -> str:
            words = Words.of(question, variants, text).citing_only(sources)
            same = select(StandardAnswerRow.standard_answer_id).where(
                StandardAnswerRow.question == words.question,
                StandardAnswerRow.text == words.text,
                StandardAnswerRow.state != "removed",
            )
            known = session.scalar(same.limit(1))
            if known is not None:
                return known
            row = StandardAnswerRow(
                standard_answer_id=uuid4().hex[:12],
                replaces_answer_id=replaces_answer_id,
                proposed_by=proposed_by,
                owner=None,
                state="proposed",
                proposed_at=datetime.now(UTC),
                channel_ids=list(channel_ids),
            )
            words.put_into(row)
            session.add(row)
            session.flush()
            put_sources(session, row.standard_answer_id, sources)
            return row.standard_answer_id

        return await self._write(add)

    async def approve(
        self, standard_answer_id: str, *, owner: str, valid_until: datetime | None = None, operator: str = ""
    ) -> None:
        """From now on it is given, as its sources stand now; also once more after it expired or was contested.

        Raises ``NotFound``, also for one that was removed, and ``BadInput`` for a moment that has passed, or when
        nobody could be given it.
        """

        def approve(session: Session) -> None:
            row = row_of(session, standard_answer_id)
            require_readers(session, row)
            put_in_force(row, owner=owner, valid_until=valid_until, operator=operator)
            session.flush()

        await self._write(approve)

    async def edit(
        self,
        standard_answer_id: str,
        *,
        question: str,
        variants: Sequence[str],
        text: str,
        sources: Sequence[StandardSource],
        channel_ids: Sequence[str],
        owner: str,
        valid_until: datetime | None,
        operator: str,
    ) -> None:
        """Give it other words, sources and readers; one that was approved is approved as it is now.

        Raises ``NotFound`` for what does not exist, and ``BadInput`` for no words, for a mark in the text without its
        source, and when nobody could be given it.
        """

        def edit(session: Session) -> None:
            row = row_of(session, standard_answer_id)
            words = Words.of(question, variants, text)
            words.require_sources(sources)
            require_channels(session, channel_ids)
            if (row.question, set(row.channel_ids)) != (words.question, set(channel_ids)):
                end_offers(session, standard_answer_id, datetime.now(UTC))
            words.put_into(row)
            row.channel_ids = sorted(set(channel_ids))
            row.changed_at, row.changed_by = datetime.now(UTC), operator
            session.flush()
            put_sources(session, standard_answer_id, sources)
            require_readers(session, row)
            if row.state == "approved":
                put_in_force(row, owner=owner, valid_until=valid_until, operator=operator)
            else:
                row.owner, row.valid_until = owner.strip() or None, valid_until
                row.contested_by, row.contested_at = None, None
            session.flush()

        await self._write(edit)

    async def add_confirmed(self, standard_answer_id: str, answer_id: str, *, operator: str) -> None:
        """See ``bot.curating.wordings.add_confirmed``."""
        await self._write(lambda session: add_confirmed(session, standard_answer_id, answer_id, operator=operator))

    async def remove(self, standard_answer_id: str, *, operator: str = "") -> None:
        """It is given no more, and its words go; raises ``NotFound``.

        Of one whose source was deleted nothing is left but the note that tells so; that goes.
        """

        def remove(session: Session) -> None:
            row = session.get(StandardAnswerRow, standard_answer_id)
            if row is None or (row.state == "removed" and row.contested_at is None):
                raise NotFound(standard_answer_id)
            empty(session, row, datetime.now(UTC))
            row.changed_by = operator
            session.flush()

        await self._write(remove)

    async def contest(self, standard_answer_id: str, *, approved_at: datetime, record_id: str) -> bool:
        """A newer message seems to say something else; False when an operator has approved it anew meanwhile."""

        def contest(session: Session) -> bool:
            row = session.get(StandardAnswerRow, standard_answer_id)
            if row is None or row.state != "approved" or row.approved_at != approved_at or row.contested_at:
                return False
            row.contested_by, row.contested_at = record_id, datetime.now(UTC)
            session.flush()
            return True

        return await self._write(contest)

    async def get(self, standard_answer_id: str) -> StandardAnswer:
        """One in any state; raises ``NotFound``."""
        this = StandardAnswerRow.standard_answer_id == standard_answer_id
        found = await self._read(lambda session: read(session, this))
        if not found:
            raise NotFound(standard_answer_id)
        return found[0]

    async def listed(self, *states: State) -> list[StandardAnswer]:
        """Those in these states, the latest proposal first."""
        return await self._read(lambda session: read(session, StandardAnswerRow.state.in_(states)))

    async def in_force(self, now: datetime) -> list[StandardAnswer]:
        """Approved, not expired, not contested, and every source stands; the latest approval first."""
        return await self._standing.at(now)

    async def standing(self, standard_answer_id: str, now: datetime) -> StandardAnswer | None:
        """One if it is in force at this moment."""
        this = StandardAnswerRow.standard_answer_id == standard_answer_id
        found = await self._read(lambda session: read(session, this, in_force(now.astimezone(UTC))))
        return found[0] if found else None

    async def needing_attention(self, now: datetime) -> list[Attention]:
        """Those that operators approved and that are given no more, each with the reason; the latest first."""
        moment = now.astimezone(UTC)
        expired = and_(StandardAnswerRow.valid_until.is_not(None), StandardAnswerRow.valid_until <= moment)
        approved = and_(
            StandardAnswerRow.state == "approved",
            or_(expired, StandardAnswerRow.contested_at.is_not(None), without_a_source()),
        )
        emptied = and_(
            StandardAnswerRow.state == "removed",
            StandardAnswerRow.contested_at.is_not(None),
            StandardAnswerRow.approved_at.is_not(None),
        )
        found = await self._read(lambda session: read(session, or_(approved, emptied)))
        return sorted((_attention(one, moment) for one in found), key=lambda one: one.since, reverse=True)

    async def uses(self, ids: Sequence[str]) -> Mapping[str, Uses]:
        """How often each was given in chat, and judged; those that never were are left out."""
        return await self._read(lambda session: uses(session, ids))

    async def from_answer(self, answer_id: str) -> Draft:
        """An answer as a draft of a standard one; raises ``NotFound``, and ``AnswerWithdrawn`` when its words went."""
        return await self._read(lambda session: draft_of(session, answer_id))

    async def _read(self, load: Callable[[Session], T]) -> T:
        async with self._database.read() as connection:
            return await connection.run_sync(lambda sync: load(Session(sync)))

    async def _write(self, work: Callable[[Session], T]) -> T:
        async with self._database.begin() as connection:
            return await connection.run_sync(lambda sync: work(Session(sync)))


def _attention(one: StandardAnswer, now: datetime) -> Attention:
    concern: Concern
    if one.state == "removed":
        concern = "source_deleted" if one.contested_by else "question_deleted"
    elif one.contested_at is not None:
        concern = (
            "source_edited" if one.contested_by in {source.record_id for source in one.sources} else "contradicted"
        )
    elif one.valid_until is not None and one.valid_until <= now:
        concern = "expired"
    else:
        concern = "source_deleted"
    since = one.valid_until if concern == "expired" else one.contested_at
    return Attention(
        standard_answer=one,
        concern=concern,
        since=since or one.approved_at or one.proposed_at,
        record_id=one.contested_by or None,
    )
