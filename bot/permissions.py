"""Who may see what. Unknown means no.

A reply in a channel may use that channel and public ones; a direct reply what that one person can see. Public
channels count within one workspace; the console, being on the machine that holds the archive, shows all of them.
A channel shared with another organisation is read by its members alone, and a reply there uses nothing else. Who was
deactivated sees nothing, and of a workspace that has thrown the bot out nothing is seen.
"""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session

from bot.truth.database import Database
from bot.truth.tables import ChannelRow, MembershipRow, MessageRow, PersonRow
from bot.truth.workspaces import of_gone_workspace
from knowledge.passage import Audience, ChannelId

CONSOLE = "console"


class Permissions:
    """Answers from the truth, at the moment of the question."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_person(self, person_id: str, *, platform: str, workspace_id: str | None = None) -> Audience:
        """What one person can see: their channels, and public ones unless they are a guest; nothing when inactive.

        Public channels count in workspaces where the person is in a channel; ``workspace_id`` leaves only that one.
        """
        async with self._database.read() as connection:
            return await connection.run_sync(lambda sync: _of_person(Session(sync), person_id, platform, workspace_id))

    async def of_channel(self, channel_id: str) -> Audience:
        """What everybody in a channel can see: the channel itself, and public ones unless a guest is in it.

        A direct channel gives what its one person can see, an external one and one whose members are not known only
        itself; one that is not known gives nothing.
        """
        async with self._database.read() as connection:
            return await connection.run_sync(lambda sync: _of_channel(Session(sync), channel_id))

    async def may_read(self, person_id: str, channel_id: str, *, platform: str) -> bool:
        """Whether a person may open a channel."""
        audience = await self.of_person(person_id, platform=platform)
        return ChannelId(channel_id) in audience.channel_ids

    async def is_member(self, person_id: str, channel_id: str) -> bool:
        """Whether a person is in a channel, which says more than that they may read it: what changes it is theirs."""
        member = select(MembershipRow.person_id).where(
            MembershipRow.person_id == person_id, MembershipRow.channel_id == channel_id, MembershipRow.present
        )
        async with self._database.read() as connection:
            return await connection.scalar(member) is not None


def _of_person(session: Session, person_id: str, platform: str, workspace_id: str | None) -> Audience:
    person = session.get(PersonRow, person_id)
    # Who is not known can only be somebody who opens the console for the first time.
    if (person is None and platform != CONSOLE) or (person is not None and not person.active):
        return Audience()
    rows = session.execute(
        select(ChannelRow.channel_id, ChannelRow.platform, ChannelRow.workspace_id, ChannelRow.external)
        .join(MembershipRow, ChannelRow.channel_id == MembershipRow.channel_id)
        .where(MembershipRow.person_id == person_id, MembershipRow.present, _is_there())
    ).all()
    visible = {channel_id for channel_id, _, _, _ in rows}
    # In an external channel there are people of other organisations: it makes nobody one of the workspace.
    workspaces = {workspace for _, of, workspace, external in rows if of == platform and not external}
    if workspace_id is not None:
        workspaces &= {workspace_id}
    insider = platform == CONSOLE if person is None else person.platform == platform and not person.is_guest
    if insider:
        visible.update(session.scalars(select(ChannelRow.channel_id).where(_public(platform, workspaces))))
    return Audience(frozenset(ChannelId(channel_id) for channel_id in visible))


def _of_channel(session: Session, channel_id: str) -> Audience:
    channel = session.get(ChannelRow, channel_id)
    if channel is None or not _is_known(session, channel_id):
        return Audience()
    alone = Audience(frozenset({ChannelId(channel_id)}))
    members = session.execute(
        select(MembershipRow.person_id, PersonRow.is_guest)
        .join(PersonRow, PersonRow.person_id == MembershipRow.person_id, isouter=True)
        .where(MembershipRow.channel_id == channel_id, MembershipRow.present)
    ).all()
    if channel.visibility == "direct":
        people = [person_id for person_id, _ in members if not _is_bot(session, person_id)]
        deactivated = session.scalars(_deactivated(channel_id)).all()
        if deactivated and not people:
            return Audience()
        people += deactivated
        if channel.external or len(people) != 1 or _others_have_written(session, channel_id, people[0]):
            return alone
        return _of_person(session, people[0], channel.platform, channel.workspace_id)
    if channel.external:
        return alone
    visible = {channel_id}
    # A member of whom nothing is known may be a guest, and so may one of a channel whose members are not known.
    insiders = bool(members) and all(is_guest is False for _, is_guest in members)
    if insiders and not _guest_has_written(session, channel_id):
        visible.update(
            session.scalars(select(ChannelRow.channel_id).where(_public(channel.platform, {channel.workspace_id})))
        )
    return Audience(frozenset(ChannelId(visible_id) for visible_id in visible))


def _guest_has_written(session: Session, channel_id: str) -> bool:
    """Whether a guest who has not left wrote here: the list of members may be unknown or behind."""
    return session.scalar(_writers(channel_id).where(PersonRow.is_guest).limit(1)) is not None


def _others_have_written(session: Session, channel_id: str, person_id: str) -> bool:
    """Whether somebody else who has not left wrote here: then it is not the direct chat of one person."""
    others = _writers(channel_id).where(PersonRow.is_bot.is_(False), PersonRow.person_id != person_id)
    return session.scalar(others.limit(1)) is not None


def _writers(channel_id: str) -> Select[str]:
    left = select(MembershipRow.person_id).where(
        MembershipRow.channel_id == channel_id, MembershipRow.present.is_(False)
    )
    return (
        select(PersonRow.person_id)
        .join(MessageRow, MessageRow.author_id == PersonRow.person_id)
        .where(MessageRow.channel_id == channel_id, PersonRow.person_id.not_in(left))
    )


def _deactivated(channel_id: str) -> Select[str]:
    """Who was in a direct chat and may be again, as soon as they are active: it is theirs, too."""
    return (
        select(PersonRow.person_id)
        .join(MembershipRow, MembershipRow.person_id == PersonRow.person_id)
        .where(
            MembershipRow.channel_id == channel_id,
            MembershipRow.present.is_(False),
            PersonRow.active.is_(False),
            PersonRow.is_bot.is_(False),
        )
    )


def _is_bot(session: Session, person_id: str) -> bool:
    person = session.get(PersonRow, person_id)
    return person is not None and person.is_bot


def _public(platform: str, workspaces: Collection[str]) -> ColumnElement[bool]:
    public = and_(ChannelRow.visibility == "public", ChannelRow.external.is_(False), _is_there())
    if platform == CONSOLE:
        return public
    return and_(public, ChannelRow.platform == platform, ChannelRow.workspace_id.in_(workspaces))


def _is_known(session: Session, channel_id: str) -> bool:
    return (
        session.scalar(select(ChannelRow.channel_id).where(ChannelRow.channel_id == channel_id, _is_there()))
        is not None
    )


def _is_there() -> ColumnElement[bool]:
    return and_(ChannelRow.deleted_at.is_(None), ~of_gone_workspace())
