"""What a person sees of the archive on a page of their own: channels, digests, files; only what they may read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.digests.schedule import Schedule, Schedules
from bot.digests.setting_up import listed, when_told
from bot.digests.texts import told
from bot.errors import Language
from bot.permissions import Permissions
from bot.truth.database import Database
from bot.truth.tables import (
    ChannelHistoryRow,
    ChannelRow,
    ChannelSettingsRow,
    FileRow,
    MembershipRow,
    MessageRow,
    PersonRow,
)
from connectors.events import ChannelId, PersonRef
from connectors.live_host import ArchivedChannel, HomeView, SharedFileView

T = TypeVar("T")

_AT_ONCE = 500
"""Channels a statement; SQLite has a limit, and between two the event loop is free."""
_FILES = 5
_LOOKED_AT_FOR_FILES = 50


@dataclass(frozen=True, slots=True)
class _Channel:
    """A channel in which something was said, and when last."""

    channel_id: str
    name: str
    latest: datetime


class Home:
    """Makes the page anew each time: nothing that people may not read any more lingers."""

    def __init__(self, *, database: Database, permissions: Permissions, schedules: Schedules) -> None:
        self._database = database
        self._permissions = permissions
        self._schedules = schedules

    async def view(self, person: PersonRef, *, workspace_id: str, language: Language, channels: int) -> HomeView:
        """At most ``channels`` of them, those with the latest messages first."""
        audience = await self._permissions.of_person(
            person.person_id, platform=person.platform, workspace_id=workspace_id
        )
        visible = await self._alive([str(one) for one in audience.channel_ids], workspace_id)
        shown = visible[:channels]
        mine = await self._read(lambda session: _memberships(session, person.person_id))
        enabled = await self._schedules.enabled()
        theirs = [one for one in enabled if one.person_id == person.person_id or one.target_channel_id in mine]
        here = {one.target_channel_id: one for one in enabled if one.target_channel_id is not None}
        return HomeView(
            channels=tuple(
                await self._read(lambda session: _archived(session, shown, mine=mine, digests=here, language=language))
            ),
            channels_left_out=len(visible) - len(shown),
            digests=tuple(await self._lines(theirs, {str(one) for one in audience.channel_ids}, language)),
            files=tuple(await self._files(visible)),
        )

    async def _alive(self, channel_ids: Sequence[str], workspace_id: str) -> list[_Channel]:
        """Channels in which something was said, the latest first; direct chats are not told of."""
        latest = (
            select(func.max(MessageRow.sent_at)).where(MessageRow.channel_id == ChannelRow.channel_id).scalar_subquery()
        )
        found: list[_Channel] = []
        for start in range(0, len(channel_ids), _AT_ONCE):
            statement = select(ChannelRow.channel_id, ChannelRow.name, latest).where(
                ChannelRow.channel_id.in_(channel_ids[start : start + _AT_ONCE]),
                ChannelRow.workspace_id == workspace_id,
                ChannelRow.visibility != "direct",
            )
            async with self._database.read() as connection:
                rows = (await connection.execute(statement)).all()
            found += [_Channel(channel_id, name, last) for channel_id, name, last in rows if last is not None]
        return sorted(found, key=lambda channel: channel.latest, reverse=True)

    async def _lines(self, schedules: Sequence[Schedule], visible: set[str], language: Language) -> list[str]:
        """A sentence for each digest; names of channels that the person may not read any more are left out."""
        now = datetime.now(UTC)
        wanted = {
            one
            for schedule in schedules
            for one in (*schedule.channel_ids, schedule.target_channel_id)
            if one is not None and one in visible
        }
        statement = select(ChannelRow.channel_id, ChannelRow.name).where(ChannelRow.channel_id.in_(wanted))
        async with self._database.read() as connection:
            names = dict((await connection.execute(statement)).all())
        lines = []
        for schedule in schedules:
            of = schedule.channel_ids if schedule.person_id is not None else (schedule.target_channel_id,)
            called = [names[one] for one in of if one in names]
            if called or (schedule.person_id is not None and not schedule.channel_ids):
                lines.append(listed(schedule, called, language, now))
        return lines

    async def _files(self, visible: Sequence[_Channel]) -> list[SharedFileView]:
        """The latest: no file is newer than the last message of its channel, so that few channels are looked at."""
        found: list[SharedFileView] = []
        for start in range(0, len(visible), _LOOKED_AT_FOR_FILES):
            part = visible[start : start + _LOOKED_AT_FOR_FILES]
            if len(found) >= _FILES and found[_FILES - 1].shared_at >= part[0].latest:
                break
            names = {channel.channel_id: channel.name for channel in part}
            found += await self._read(partial(_shared, names=names))
            found.sort(key=lambda file: file.shared_at, reverse=True)
        return found[:_FILES]

    async def _read(self, load: Callable[[Session], T]) -> T:
        async with self._database.read() as connection:
            return await connection.run_sync(lambda sync: load(Session(sync)))


def _memberships(session: Session, person_id: str) -> set[str]:
    mine = select(MembershipRow.channel_id).where(MembershipRow.person_id == person_id, MembershipRow.present)
    return set(session.scalars(mine))


def _archived(
    session: Session,
    channels: Sequence[_Channel],
    *,
    mine: set[str],
    digests: dict[str, Schedule],
    language: Language,
) -> list[ArchivedChannel]:
    ids = [channel.channel_id for channel in channels]
    said = {
        channel_id: (count, since)
        for channel_id, count, since in session.execute(
            select(MessageRow.channel_id, func.count(), func.min(MessageRow.sent_at))
            .where(
                MessageRow.channel_id.in_(ids),
                MessageRow.deleted_at.is_(None),
                MessageRow.system.is_(False),
                MessageRow.answer_id.is_(None),
            )
            .group_by(MessageRow.channel_id)
        )
    }
    files = dict(
        session.execute(
            select(FileRow.channel_id, func.count())
            .where(FileRow.channel_id.in_(ids), FileRow.removed_at.is_(None))
            .group_by(FileRow.channel_id)
        ).all()
    )
    complete = set(
        session.scalars(
            select(ChannelHistoryRow.channel_id).where(
                ChannelHistoryRow.channel_id.in_(ids), ChannelHistoryRow.complete
            )
        )
    )
    unasked = set(
        session.scalars(
            select(ChannelSettingsRow.channel_id).where(
                ChannelSettingsRow.channel_id.in_(ids), ChannelSettingsRow.answers_unasked
            )
        )
    )
    return [
        ArchivedChannel(
            channel_id=ChannelId(channel.channel_id),
            name=channel.name,
            messages=said.get(channel.channel_id, (0, None))[0],
            files=files.get(channel.channel_id, 0),
            since=said.get(channel.channel_id, (0, None))[1],
            complete=channel.channel_id in complete,
            answers_unasked=channel.channel_id in unasked,
            may_change=channel.channel_id in mine,
            digest=_digest(digests.get(channel.channel_id), language),
        )
        for channel in channels
    ]


def _digest(schedule: Schedule | None, language: Language) -> str:
    if schedule is None:
        return ""
    return f"{told(schedule.timing.period, language)} · {when_told(schedule.timing, language)}"


def _shared(session: Session, names: dict[str, str]) -> list[SharedFileView]:
    rows = session.execute(
        select(FileRow.name, FileRow.channel_id, PersonRow.name, MessageRow.sent_at, MessageRow.permalink)
        .join(MessageRow, MessageRow.record_id == FileRow.record_id)
        .join(PersonRow, PersonRow.person_id == MessageRow.author_id, isouter=True)
        .where(
            FileRow.channel_id.in_(list(names)),
            FileRow.removed_at.is_(None),
            MessageRow.deleted_at.is_(None),
            MessageRow.sent_at.is_not(None),
        )
        .order_by(MessageRow.sent_at.desc())
        .limit(_FILES)
    )
    return [
        SharedFileView(
            name=name,
            channel_name=names.get(channel_id or "", ""),
            author=author or "",
            shared_at=sent_at,
            permalink=permalink,
        )
        for name, channel_id, author, sent_at, permalink in rows
        if sent_at is not None
    ]
