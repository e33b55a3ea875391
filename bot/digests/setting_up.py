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
                return _told("set_here", schedule, language, now, [])
            case _:
                return await self._list(person, channel, language, now)

    def question(self, wish: Wish, *, channel: ChannelRef, language: Language) -> str:
        """What to ask before a wish to set up or end something is carried out; raises ``BadInput`` for a zone."""
        personal = wish.personal or channel.visibility == "direct"
        if wish.action == "off":
            return told("end_mine" if personal else "end_here", language, channel=channel.name)
        timing = self._timing(wish)
        asked = told(
            "may_set_mine" if personal else "may_set_here",
            language,
            when=when_told(timing, language),
            timezone=timing.timezone,
            kind=told(timing.period, language),
            channel=channel.name,
            channels=_channels(wish.channels, language),
        )
        return f"{asked}\n{told('quiet_skipped', language).strip()}" if wish.skip_quiet else asked

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
        return _told("set_mine", schedule, language, now, wish.channels)

    async def _list(self, person: PersonRef, channel: ChannelRef, language: Language, now: datetime) -> str:
        lines = []
        here = await self._schedules.of_channel(channel.channel_id)
        if channel.visibility != "direct":
            lines.append(_told("listed_here", here, language, now, []) if here else told("none_here", language))
        mine = await self._schedules.of_person(person.person_id)
        if mine is not None:
            lines.append(_told("listed_mine", mine, language, now, await self._names(mine.channel_ids)))
        elif not lines:
            lines.append(told("none_mine", language))
        return "\n".join([*lines, told("usage", language, usage=USAGE[language])])

    def _timing(self, wish: Wish) -> Timing:
        zone = zone_named(wish.timezone).key if wish.timezone else str(self._zone)
        return Timing(period=wish.period, minute_of_day=wish.minute_of_day, weekday=wish.weekday, timezone=zone)

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


def listed(schedule: Schedule, names: Sequence[str], language: Language, now: datetime) -> str:
    """One sentence about a schedule; ``names`` are those of its channels."""
    key = "listed_mine" if schedule.person_id is not None else "listed_channel"
    return _told(key, schedule, language, now, names)


def when_told(timing: Timing, language: Language) -> str:
    """When a digest comes, as in ``every day at 09:00``."""
    clock = "{:02}:{:02}".format(*divmod(timing.minute_of_day, 60))
    if timing.period == "daily":
        return told("every_day", language, time=clock)
    return told("every_week", language, time=clock, weekday=WEEKDAYS[language][timing.weekday])


def _told(key: str, schedule: Schedule, language: Language, now: datetime, names: Sequence[str]) -> str:
    timing = schedule.timing
    first = timing.following(now).astimezone(ZoneInfo(timing.timezone))
    return told(
        key,
        language,
        when=when_told(timing, language),
        timezone=timing.timezone,
        kind=told(timing.period, language),
        first=f"{day_told(first.date(), language)} {first:%H:%M}",
        quiet=told("quiet_skipped", language) if schedule.skip_quiet else "",
        channels=_channels(names, language),
    )


def _channels(names: Sequence[str], language: Language) -> str:
    return " ".join(f"#{name}" for name in names) or told("all_of_yours", language)
