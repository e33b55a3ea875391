"""The filters that search, ask and timeline share, from names people know to ids."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import dateparser
from sqlalchemy import or_, select

from bot.application import Application
from bot.errors import BadInput, NotFound
from bot.truth.database import Database
from bot.truth.tables import ChannelRow, PersonRow
from knowledge.passage import Audience, ChannelId, PassageFilter, PassageKind, PersonId

_KINDS: tuple[PassageKind, ...] = ("message", "file", "link", "digest", "curated")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What was typed after the options."""

    channel: str | None = None
    since: str | None = None
    until: str | None = None
    kind: str | None = None
    author: str | None = None
    as_user: str | None = None


async def resolve(application: Application, filters: Filters) -> tuple[Audience, PassageFilter]:
    """Whose eyes, and what to narrow to. Raises ``NotFound`` or ``BadInput`` that names the option."""
    where = PassageFilter(
        channel_ids=await _channels(application.database, filters.channel),
        author_ids=await people_named(application.database, filters.author, "--author"),
        kinds=_kinds(filters.kind),
        since=parse_moment(filters.since, "--since", application.zone),
        until=parse_moment(filters.until, "--until", application.zone, end_of_day=True),
    )
    if filters.as_user is None:
        return Audience.operator(), where
    people = await people_named(application.database, filters.as_user, "--as")
    if len(people) > 1:
        raise BadInput(f"--as {filters.as_user!r} names {len(people)} people; use an id: {', '.join(sorted(people))}")
    [person_id] = people
    platform = person_id.partition(":")[0]
    return await application.permissions.of_person(person_id, platform=platform), where


def parse_moment(text: str | None, option: str, zone: ZoneInfo, *, end_of_day: bool = False) -> datetime | None:
    """``2026-11-02``, ``2026-11-02 15:00`` or words such as ``last Tuesday`` and ``三天前``, in the team's zone.

    A day given as ``--until`` is included.
    """
    if text is None:
        return None
    try:
        moment: datetime | None = datetime.fromisoformat(text)
        whole_day = len(text.strip()) <= len("2026-11-02")
    except ValueError:
        moment = dateparser.parse(
            text, languages=["zh", "en"], settings={"PREFER_DATES_FROM": "past", "TIMEZONE": str(zone)}
        )
        whole_day = False
    if moment is None:
        raise BadInput(f"{option} {text!r}: a date such as 2026-11-02 was expected")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return moment + timedelta(days=1) if whole_day and end_of_day else moment


async def _channels(database: Database, name: str | None) -> frozenset[ChannelId]:
    if name is None:
        return frozenset()
    plain = name.removeprefix("#")
    async with database.read() as connection:
        found = (
            await connection.scalars(
                select(ChannelRow.channel_id).where(or_(ChannelRow.name == plain, ChannelRow.channel_id == name))
            )
        ).all()
    if not found:
        raise NotFound(f"--channel {name!r}")
    return frozenset(ChannelId(channel_id) for channel_id in found)


async def people_named(database: Database, name: str | None, option: str) -> frozenset[PersonId]:
    """Ids of people with this name or id; raises ``NotFound``."""
    if name is None:
        return frozenset()
    plain = name.removeprefix("@")
    async with database.read() as connection:
        found = (
            await connection.scalars(
                select(PersonRow.person_id).where(or_(PersonRow.name == plain, PersonRow.person_id == name))
            )
        ).all()
    if not found:
        raise NotFound(f"{option} {name!r}")
    return frozenset(PersonId(person_id) for person_id in found)


def _kinds(kind: str | None) -> frozenset[PassageKind]:
    if kind is None:
        return frozenset()
    for known in _KINDS:
        if kind == known:
            return frozenset[PassageKind]({known})
    raise BadInput(f"--kind {kind!r}: one of {', '.join(_KINDS)} was expected")
