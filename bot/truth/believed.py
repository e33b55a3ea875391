"""What the truth holds of people and channels, told to connectors, which compare it with what their platform says."""

from collections.abc import Collection, Mapping, Sequence
from typing import cast

from sqlalchemy import ColumnElement, or_, select

from bot.truth.database import Database
from bot.truth.tables import ChannelRow, MembershipRow, PersonRow
from connectors.events import ChannelId, ChannelRef, PersonId, PersonRef, Platform, Visibility
from connectors.live_host import KnownPerson

_AT_ONCE = 500
"""Ids in one statement: databases limit how many there may be."""


class Believed:
    """The part of ``connectors.live_host.LiveHost`` that tells who and what is known."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def channels(self, channel_ids: Collection[ChannelId]) -> Mapping[ChannelId, ChannelRef]:
        """Those of these channels that are known and not deleted."""
        found: dict[ChannelId, ChannelRef] = {}
        async with self._database.read() as connection:
            for some in _batches(channel_ids):
                statement = select(
                    ChannelRow.channel_id, ChannelRow.platform, ChannelRow.name, ChannelRow.visibility,
                    ChannelRow.workspace_id, ChannelRow.archived, ChannelRow.external,
                ).where(ChannelRow.channel_id.in_(some), ChannelRow.deleted_at.is_(None))  # fmt: skip
                for row in await connection.execute(statement):
                    found[ChannelId(row.channel_id)] = ChannelRef(
                        channel_id=ChannelId(row.channel_id),
                        platform=cast("Platform", row.platform),
                        name=row.name,
                        visibility=cast("Visibility", row.visibility),
                        workspace_id=row.workspace_id,
                        archived=row.archived,
                        external=row.external,
                    )
        return found

    async def members(self, channel_id: ChannelId) -> Sequence[PersonRef]:
        """Who is in a channel."""
        statement = (
            select(PersonRow.person_id, PersonRow.platform, PersonRow.name, PersonRow.is_bot, PersonRow.is_guest)
            .join(MembershipRow, MembershipRow.person_id == PersonRow.person_id)
            .where(MembershipRow.channel_id == channel_id, _lasting())
            .order_by(PersonRow.person_id)
        )
        async with self._database.read() as connection:
            return [
                PersonRef(
                    person_id=PersonId(row.person_id),
                    platform=cast("Platform", row.platform),
                    name=row.name,
                    is_bot=row.is_bot,
                    is_guest=row.is_guest,
                )
                for row in await connection.execute(statement)
            ]

    async def person(self, person_id: PersonId) -> KnownPerson | None:
        """A person, and where they are."""
        of_them = select(
            PersonRow.platform, PersonRow.name, PersonRow.is_bot, PersonRow.is_guest, PersonRow.active
        ).where(PersonRow.person_id == person_id)  # fmt: skip
        places = (
            select(MembershipRow.channel_id)
            .join(PersonRow, MembershipRow.person_id == PersonRow.person_id)
            .join(ChannelRow, ChannelRow.channel_id == MembershipRow.channel_id)
            .where(MembershipRow.person_id == person_id, _lasting(), ChannelRow.deleted_at.is_(None))
        )
        async with self._database.read() as connection:
            row = (await connection.execute(of_them)).first()
            if row is None:
                return None
            channels = await connection.scalars(places)
            return KnownPerson(
                person=PersonRef(
                    person_id=person_id,
                    platform=cast("Platform", row.platform),
                    name=row.name,
                    is_bot=row.is_bot,
                    is_guest=row.is_guest,
                ),
                active=row.active,
                channels=frozenset(ChannelId(channel_id) for channel_id in channels),
            )


def _lasting() -> ColumnElement[bool]:
    """A membership that did not end, neither by leaving nor by a deactivation after it began."""
    began_later = or_(PersonRow.left_at.is_(None), MembershipRow.changed_at > PersonRow.left_at)
    return MembershipRow.present & PersonRow.active & began_later


def _batches(channel_ids: Collection[ChannelId]) -> Sequence[Sequence[ChannelId]]:
    ids = list(channel_ids)
    return [ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE)]
