"""Channels, people and who is where, by the newest event about each."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from bot.truth.tables import ChannelRow, MembershipRow, PersonRow
from bot.truth.working_set import LONG_AGO, WorkingSet
from connectors.events import ChannelRef, PersonRef


class Directory:
    """The channels and people of a batch."""

    def __init__(self, work: WorkingSet) -> None:
        self._work = work

    def describe_channel(self, channel: ChannelRef, at: datetime) -> None:
        """Take in what is said about a channel; ``LONG_AGO`` when it is only mentioned."""
        row = self._work.channel(channel.channel_id)
        if row is None:
            row = self._work.add_channel(ChannelRow(channel_id=channel.channel_id, changed_at=at))
        elif at == LONG_AGO or at < row.changed_at:
            return
        row.platform, row.workspace_id, row.name = channel.platform, channel.workspace_id, channel.name
        row.visibility, row.archived, row.changed_at = channel.visibility, channel.archived, at
        row.external = channel.external

    def describe_person(self, person: PersonRef, at: datetime) -> None:
        """Take in what a platform says about a person at ``at``; the newest description counts."""
        row = self._work.person(person.person_id)
        if row is None:
            row = self._work.add_person(PersonRow(person_id=person.person_id, changed_at=at))
        elif at < row.changed_at:
            return
        row.platform = person.platform
        row.name = "" if self._work.forgotten.is_person(person.person_id, at) else person.name
        row.is_bot, row.is_guest, row.changed_at = person.is_bot, person.is_guest, at

    def change_person(self, person: PersonRef, at: datetime, *, active: bool) -> None:
        """Take in a description, and whether the person is active; whoever is deactivated leaves every channel."""
        self.describe_person(person, at)
        row = self._work.person(person.person_id)
        if row is None:  # never: it was described
            return
        if not active and (row.left_at is None or at > row.left_at):
            row.left_at = at
            self._work.session.flush()
            for membership in self._work.session.scalars(
                select(MembershipRow).where(MembershipRow.person_id == person.person_id, MembershipRow.changed_at <= at)
            ).all():
                membership.present, membership.changed_at = False, at
                self._work.changed(membership.channel_id, None)
        if row.active_at is None or at >= row.active_at:
            row.active, row.active_at = active, at

    def replace_members(self, channel: ChannelRef, members: Sequence[PersonRef], at: datetime) -> None:
        """Make these the members; whoever is not listed has left. An older list than the newest says nothing."""
        row = self._work.channel(channel.channel_id)
        if row is None or (row.listed_at is not None and at < row.listed_at):
            return
        row.listed_at = at
        listed = {person.person_id for person in members}
        known = self._work.session.scalars(
            select(MembershipRow.person_id).where(MembershipRow.channel_id == channel.channel_id, MembershipRow.present)
        ).all()
        for person in members:
            self.describe_person(person, at)
            self.set_membership(channel.channel_id, person.person_id, present=True, at=at)
        for person_id in set(known) - {str(person_id) for person_id in listed}:
            self.set_membership(channel.channel_id, person_id, present=False, at=at)

    def set_membership(self, channel_id: str, person_id: str, *, present: bool, at: datetime) -> None:
        """The newest event about a person and a channel counts, a complete list without them being one.

        A deactivation ends what began before it.
        """
        person, channel = self._work.person(person_id), self._work.channel(channel_id)
        if person is not None and person.left_at is not None and at <= person.left_at:
            present, at = False, person.left_at
        row = self._work.session.get(MembershipRow, (channel_id, person_id))
        if channel is not None and channel.listed_at is not None and at < channel.listed_at:
            if row is not None and row.changed_at >= channel.listed_at:
                return
            present, at = False, channel.listed_at
        if row is None:
            self._work.session.add(
                MembershipRow(channel_id=channel_id, person_id=person_id, present=present, changed_at=at)
            )
            self._work.session.flush()
        elif at >= row.changed_at:
            row.present, row.changed_at = present, at
