"""Carrying out what ``/digest`` is told about schedules, and saying what was done."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.digests.rendering import day_told
from bot.digests.schedule import Schedule, Schedules, zone_named
from bot.digests.texts import WEEKDAYS, told
from bot.digests.times import Timing
from bot.digests.wording import USAGE, Wish
from bot.errors import Language, NotFound
from bot.permissions import Permissions
from bot.truth.database import Database
from bot.truth.tables import ChannelRow
from connectors.events import ChannelRef, PersonRef


class SettingUp:
    """Sets up, ends and lists digests for people."""

    def __init__(self, *, database: Database, permissions: Permissions, schedules: Schedules, zone: tzinfo) -> None:
        self._database = database
        self._permissions = permissions
        self._schedules = schedules
        self._zone = zone

    async def carry_out(
        self, wish: Wish, *, person: PersonRef, channel: ChannelRef, language: Language, now: datetime
    ) -> str:
        """Do it and return what to say. Raises ``NotPermitted``, ``NotFound`` for a channel, ``BadInput`` for a zone.

        In a direct chat everything is for the person.
        """
        personal = wish.personal or channel.visibility == "direct"
        match wish.action:
            case "off" if personal:
                ended = await self._schedules.end_for_person(person)
                return told("off_mine" if ended else "none_mine", language)
            case "off":
                ended = await self._schedules.end_for_channel(channel, by=person)
                return told("off_here" if ended else "none_here", language)
            case "set" if personal:
                return await self._set_mine(wish, person, channel, language, now)
            case "set":
                schedule = await self._schedules.set_for_channel(
                    channel,
                    by=person,
                    timing=self._timing(wish),
                    language=language,
                    skip_quiet=wish.skip_quiet,
                    now=now,
                )
                return self._told("set_here", schedule, language, now, [])
            case _:
                return await self._list(person, channel, language, now)

    async def _set_mine(
        self, wish: Wish, person: PersonRef, channel: ChannelRef, language: Language, now: datetime
    ) -> str:
        named = [await self._named(name, person, channel.workspace_id) for name in wish.channels]
        schedule = await self._schedules.set_for_person(
            person,
            workspace_id=channel.workspace_id,
            channel_ids=named,
            timing=self._timing(wish),
            language=language,
            skip_quiet=wish.skip_quiet,
            now=now,
        )
        return self._told("set_mine", schedule, language, now, wish.channels)

    async def _list(self, person: PersonRef, channel: ChannelRef, language: Language, now: datetime) -> str:
        lines = []
        here = await self._schedules.of_channel(channel.channel_id)
        if channel.visibility != "direct":
            lines.append(self._told("listed_here", here, language, now, []) if here else told("none_here", language))
        mine = await self._schedules.of_person(person.person_id)
        if mine is not None:
            lines.append(self._told("listed_mine", mine, language, now, await self._names(mine.channel_ids)))
        elif not lines:
            lines.append(told("none_mine", language))
        return "\n".join([*lines, told("usage", language, usage=USAGE[language])])

    def _timing(self, wish: Wish) -> Timing:
        zone = zone_named(wish.timezone).key if wish.timezone else str(self._zone)
        return Timing(period=wish.period, minute_of_day=wish.minute_of_day, weekday=wish.weekday, timezone=zone)

    def _told(self, key: str, schedule: Schedule, language: Language, now: datetime, names: Sequence[str]) -> str:
        timing = schedule.timing
        first = timing.following(now).astimezone(ZoneInfo(timing.timezone))
        clock = "{:02}:{:02}".format(*divmod(timing.minute_of_day, 60))
        when = (
            told("every_day", language, time=clock)
            if timing.period == "daily"
            else told("every_week", language, time=clock, weekday=WEEKDAYS[language][timing.weekday])
        )
        return told(
            key,
            language,
            when=when,
            timezone=timing.timezone,
            kind=told(timing.period, language),
            first=f"{day_told(first.date(), language)} {first:%H:%M}",
            quiet=told("quiet_skipped", language) if schedule.skip_quiet else "",
            channels=" ".join(f"#{name}" for name in names) or told("all_of_yours", language),
        )

    async def _named(self, name: str, person: PersonRef, workspace_id: str) -> str:
        """The channel of this name that the person may read: for them there are no others."""
        audience = await self._permissions.of_person(
            person.person_id, platform=person.platform, workspace_id=workspace_id
        )
        statement = select(ChannelRow.channel_id).where(
            ChannelRow.name == name,
            ChannelRow.visibility != "direct",
            ChannelRow.channel_id.in_([str(one) for one in audience.channel_ids]),
        )
        async with self._database.read() as connection:
            found = await connection.scalar(statement.order_by(ChannelRow.channel_id))
        if found is None:
            raise NotFound(f"#{name}")
        return found

    async def _names(self, channel_ids: Sequence[str]) -> list[str]:
        statement = select(ChannelRow.name).where(ChannelRow.channel_id.in_(channel_ids)).order_by(ChannelRow.name)
        async with self._database.read() as connection:
            return list(await connection.scalars(statement))
