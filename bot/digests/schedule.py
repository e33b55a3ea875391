"""Schedules of digests in the truth: one a channel, posted there, and one a person, posted to their direct chat."""

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from bot.digests.times import Timing
from bot.errors import BadInput, Language, NotPermitted
from bot.permissions import CONSOLE, Permissions
from bot.truth.database import Database
from bot.truth.tables import ChannelRow, DigestScheduleRow, MembershipRow
from connectors.events import ChannelRef, PersonRef

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A digest that comes by itself. ``person_id`` is set when it is for one person."""

    schedule_id: str
    platform: str
    workspace_id: str
    target_channel_id: str | None
    person_id: str | None
    channel_ids: tuple[str, ...]
    """What it is about; none, for a person: every channel that the person is in."""
    timing: Timing
    language: Language
    skip_quiet: bool
    created_by: str
    changed_at: datetime
    covered_until: datetime
    enabled: bool


class Schedules:
    """Sets up, changes and ends schedules; each is told to those who listen."""

    def __init__(self, database: Database, permissions: Permissions) -> None:
        self._database = database
        self._permissions = permissions
        self._listeners: list[Callable[[], None]] = []

    def listen(self, changed: Callable[[], None]) -> None:
        """Call this after every change."""
        self._listeners.append(changed)

    async def set_for_channel(
        self, channel: ChannelRef, *, by: PersonRef, timing: Timing, language: Language, skip_quiet: bool, now: datetime
    ) -> Schedule:
        """The digest of a channel, posted there, instead of a former one; raises ``NotPermitted`` for who is not in it.

        Whoever can open a public channel of the console is in it.
        """
        await self._require_member(channel.channel_id, by)
        return await self.set_by_operator(
            channel, by=by.person_id, timing=timing, language=language, skip_quiet=skip_quiet, now=now
        )

    async def set_by_operator(
        self, channel: ChannelRef, *, by: str, timing: Timing, language: Language, skip_quiet: bool, now: datetime
    ) -> Schedule:
        """The same for somebody who may set up every channel: ``by`` is no person of the channel."""
        return await self._set(
            DigestScheduleRow(
                schedule_id=_id_of("channel", channel.channel_id),
                platform=channel.platform,
                workspace_id=channel.workspace_id,
                target_channel_id=channel.channel_id,
                person_id=None,
                channel_ids=[channel.channel_id],
                created_by=by,
                language=language,
                skip_quiet=skip_quiet,
            ),
            timing,
            now,
        )

    async def set_for_person(
        self,
        person: PersonRef,
        *,
        workspace_id: str,
        channel_ids: Collection[str],
        timing: Timing,
        language: Language,
        skip_quiet: bool,
        now: datetime,
    ) -> Schedule:
        """The digest for a person instead of a former one; raises ``NotPermitted`` for a channel they may not read.

        No channels: every one that the person is in at the time of the digest.
        """
        for channel_id in channel_ids:
            if not await self._permissions.may_read(person.person_id, channel_id, platform=person.platform):
                raise NotPermitted
        return await self._set(
            DigestScheduleRow(
                schedule_id=_id_of("person", person.person_id),
                platform=person.platform,
                workspace_id=workspace_id,
                target_channel_id=None,
                person_id=person.person_id,
                channel_ids=sorted(channel_ids),
                created_by=person.person_id,
                language=language,
                skip_quiet=skip_quiet,
            ),
            timing,
            now,
        )

    async def end_for_channel(self, channel: ChannelRef, *, by: PersonRef) -> bool:
        """No more digests of a channel; False when there was none. Raises ``NotPermitted`` for who is not in it."""
        await self._require_member(channel.channel_id, by)
        return await self.end(_id_of("channel", channel.channel_id))

    async def end_for_person(self, person: PersonRef) -> bool:
        """No more digests for a person; False when there was none."""
        return await self.end(_id_of("person", person.person_id))

    async def end(self, schedule_id: str) -> bool:
        """No more digests of a schedule; False when there was none."""

        def end(session: Session) -> bool:
            row = session.get(DigestScheduleRow, schedule_id)
            if row is None or not row.enabled:
                return False
            row.enabled = False
            session.flush()
            return True

        ended = await self._write(end)
        self._tell()
        return ended

    async def of_channel(self, channel_id: str) -> Schedule | None:
        """The schedule of a channel, when there is one."""
        return await self.get(_id_of("channel", channel_id))

    async def of_person(self, person_id: str) -> Schedule | None:
        """The schedule for a person, when there is one."""
        return await self.get(_id_of("person", person_id))

    async def get(self, schedule_id: str) -> Schedule | None:
        """A schedule; None when it has ended."""
        return next(iter(await self._enabled(DigestScheduleRow.schedule_id == schedule_id)), None)

    async def enabled(self) -> list[Schedule]:
        """Every schedule that has not ended."""
        return await self._enabled()

    async def readable(self, schedule: Schedule) -> tuple[frozenset[str], int]:
        """Channels that its readers may read now, and how many of it they no longer may (invariant 4)."""
        if schedule.person_id is None:
            audience = await self._permissions.of_channel(schedule.target_channel_id or "")
        else:
            audience = await self._permissions.of_person(
                schedule.person_id, platform=schedule.platform, workspace_id=schedule.workspace_id
            )
        may_read = {str(channel_id) for channel_id in audience.channel_ids}
        wanted = set(schedule.channel_ids) or await self.joined(schedule.person_id or "", platform=schedule.platform)
        return frozenset(wanted & may_read), len(set(schedule.channel_ids) - may_read)

    async def joined(self, person_id: str, *, platform: str) -> set[str]:
        """The channels that a person is in; of the console also its public ones, which are everybody's."""
        joined = (
            select(ChannelRow.channel_id)
            .join(MembershipRow, MembershipRow.channel_id == ChannelRow.channel_id)
            .where(MembershipRow.person_id == person_id, MembershipRow.present, ChannelRow.visibility != "direct")
        )
        everybodys = select(ChannelRow.channel_id).where(
            ChannelRow.platform == CONSOLE, ChannelRow.visibility == "public", ChannelRow.deleted_at.is_(None)
        )
        async with self._database.read() as connection:
            found = set(await connection.scalars(joined))
            if platform == CONSOLE:
                found.update(await connection.scalars(everybodys))
        return found

    async def _require_member(self, channel_id: str, by: PersonRef) -> None:
        if not await self._permissions.may_read(by.person_id, channel_id, platform=by.platform):
            raise NotPermitted
        open_to_all = select(ChannelRow.channel_id).where(
            ChannelRow.channel_id == channel_id, ChannelRow.platform == CONSOLE, ChannelRow.visibility == "public"
        )
        found = await self._permissions.is_member(by.person_id, channel_id)
        if not found and by.platform == CONSOLE:
            async with self._database.read() as connection:
                found = await connection.scalar(open_to_all) is not None
        if not found:
            raise NotPermitted

    async def _set(self, row: DigestScheduleRow, timing: Timing, now: datetime) -> Schedule:
        row.period, row.minute_of_day, row.weekday = timing.period, timing.minute_of_day, timing.weekday
        row.timezone, row.changed_at, row.enabled = timing.timezone, now.astimezone(UTC), True

        def store(session: Session) -> Schedule:
            former = session.get(DigestScheduleRow, row.schedule_id)
            goes_on = (
                former is not None
                and former.enabled
                and former.period == row.period
                and set(former.channel_ids) == set(row.channel_ids)
            )
            row.created_at = former.created_at if former is not None else row.changed_at
            # A new one begins with a whole period; one whose time alone changes goes on where it told last.
            row.covered_until = former.covered_until if former is not None and goes_on else timing.latest(now)
            merged = session.merge(row)
            session.flush()
            return _schedule(merged)

        schedule = await self._write(store)
        self._tell()
        return schedule

    async def _enabled(self, *conditions: ColumnElement[bool]) -> list[Schedule]:
        statement = select(DigestScheduleRow).where(DigestScheduleRow.enabled, *conditions)

        def read(session: Session) -> list[Schedule]:
            return [_schedule(row) for row in session.scalars(statement.order_by(DigestScheduleRow.created_at))]

        async with self._database.read() as connection:
            return await connection.run_sync(lambda sync: read(Session(sync)))

    async def _write(self, work: Callable[[Session], T]) -> T:
        async with self._database.begin() as connection:
            return await connection.run_sync(lambda sync: work(Session(sync)))

    def _tell(self) -> None:
        for changed in self._listeners:
            changed()


def zone_named(name: str) -> ZoneInfo:
    """A time zone; raises ``BadInput`` for a name that is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadInput(name) from None


def _id_of(kind: str, target: str) -> str:
    return hashlib.sha256(f"{kind}\0{target}".encode()).hexdigest()[:32]


def _schedule(row: DigestScheduleRow) -> Schedule:
    return Schedule(
        schedule_id=row.schedule_id,
        platform=row.platform,
        workspace_id=row.workspace_id,
        target_channel_id=row.target_channel_id,
        person_id=row.person_id,
        channel_ids=tuple(str(one) for one in row.channel_ids),
        timing=Timing(
            period="weekly" if row.period == "weekly" else "daily",
            minute_of_day=row.minute_of_day,
            weekday=row.weekday,
            timezone=row.timezone,
        ),
        language="zh" if row.language == "zh" else "en",
        skip_quiet=row.skip_quiet,
        created_by=row.created_by,
        changed_at=row.changed_at,
        covered_until=row.covered_until,
        enabled=row.enabled,
    )
