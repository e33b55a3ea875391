"""Whose words may be exported for training. Without a word of consent: nobody's.

A group chat is exported when it was allowed, and then what everybody wrote there but those who said no. A direct chat
is exported when every human being in it said yes; that a channel was allowed says nothing of it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.truth.database import Database
from bot.truth.tables import ChannelRow, MembershipRow, PersonRow, TrainingConsentRow

Subject = Literal["channel", "person"]


@dataclass(frozen=True, slots=True)
class Consents:
    """What is allowed at one moment."""

    channels: frozenset[str]
    """Channels and direct chats whose words may be used."""
    refusing: frozenset[str]
    """People whose words and votes may not."""

    def allow_channels(self, channel_ids: Collection[str]) -> bool:
        """Whether the words of all of these may be used."""
        return self.channels.issuperset(channel_ids)

    def allow_people(self, person_ids: Collection[str]) -> bool:
        """Whether none of these said no."""
        return self.refusing.isdisjoint(person_ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What one channel or person said."""

    kind: str
    subject_id: str
    name: str
    allowed: bool
    changed_at: datetime
    changed_by: str


class TrainingConsents:
    """Keeps what channels and people said."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def say(self, kind: Subject, subject_id: str, *, allowed: bool | None, changed_by: str) -> None:
        """Keep it; ``None`` takes back what was said."""

        def write(session: Session) -> None:
            if allowed is None:
                of_them = (TrainingConsentRow.kind == kind, TrainingConsentRow.subject_id == subject_id)
                session.execute(delete(TrainingConsentRow).where(*of_them))
            else:
                session.merge(
                    TrainingConsentRow(
                        kind=kind,
                        subject_id=subject_id,
                        allowed=allowed,
                        changed_at=datetime.now(UTC),
                        changed_by=changed_by,
                    )
                )
            session.flush()

        async with self._database.begin() as connection:
            await connection.run_sync(lambda sync: write(Session(sync)))

    async def said(self, kind: Subject, subject_id: str) -> bool | None:
        """What a channel or person said last; None when they said nothing."""
        async with self._database.read() as connection:
            row = await connection.run_sync(lambda sync: Session(sync).get(TrainingConsentRow, (kind, subject_id)))
        return None if row is None else row.allowed

    async def listed(self) -> Sequence[Consent]:
        """Everything that was said, channels first."""
        channel, person = TrainingConsentRow.kind == "channel", TrainingConsentRow.kind == "person"
        statement = (
            select(TrainingConsentRow, ChannelRow.name, PersonRow.name)
            .join(ChannelRow, channel & (ChannelRow.channel_id == TrainingConsentRow.subject_id), isouter=True)
            .join(PersonRow, person & (PersonRow.person_id == TrainingConsentRow.subject_id), isouter=True)
            .order_by(TrainingConsentRow.kind, TrainingConsentRow.subject_id)
        )

        def read(session: Session) -> list[Consent]:
            return [
                Consent(
                    kind=row.kind,
                    subject_id=row.subject_id,
                    name=channel_name or person_name or row.subject_id,
                    allowed=row.allowed,
                    changed_at=row.changed_at,
                    changed_by=row.changed_by,
                )
                for row, channel_name, person_name in session.execute(statement)
            ]

        async with self._database.read() as connection:
            return await connection.run_sync(lambda sync: read(Session(sync)))

    async def in_force(self) -> Consents:
        """What may be used now."""
        async with self._database.read() as connection:
            return await connection.run_sync(lambda sync: consents(Session(sync)))


def consents(session: Session) -> Consents:
    """What may be used, in the transaction in which it is used."""
    said = {(row.kind, row.subject_id): row.allowed for row in session.scalars(select(TrainingConsentRow))}
    agreeing = [subject for (kind, subject), allowed in said.items() if kind == "person" and allowed]
    allowed_ids = [subject for (kind, subject), allowed in said.items() if kind == "channel" and allowed]
    groups = session.scalars(
        select(ChannelRow.channel_id).where(
            ChannelRow.channel_id.in_(allowed_ids), ChannelRow.visibility != "direct", ChannelRow.deleted_at.is_(None)
        )
    )
    return Consents(
        channels=frozenset(groups) | _direct(session, frozenset(agreeing)),
        refusing=frozenset(subject for (kind, subject), yes in said.items() if kind == "person" and not yes),
    )


def _direct(session: Session, agreeing: frozenset[str]) -> frozenset[str]:
    """Direct chats with nobody in them, now or ever, but robots and people who said yes."""
    theirs = (
        select(MembershipRow.channel_id)
        .join(ChannelRow, ChannelRow.channel_id == MembershipRow.channel_id)
        .where(
            MembershipRow.person_id.in_(agreeing), ChannelRow.visibility == "direct", ChannelRow.deleted_at.is_(None)
        )
    )
    members = session.execute(
        select(MembershipRow.channel_id, MembershipRow.person_id, PersonRow.is_bot)
        .join(PersonRow, PersonRow.person_id == MembershipRow.person_id, isouter=True)
        .where(MembershipRow.channel_id.in_(theirs))
    )
    found: set[str] = set()
    others: set[str] = set()
    for channel_id, person_id, is_bot in members:
        found.add(channel_id)
        if not is_bot and person_id not in agreeing:
            others.add(channel_id)
    return frozenset(found - others)
