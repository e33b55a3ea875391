"""The filters that search, ask and timeline share, from names people know to ids."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import typer
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.application import Application
from bot.cli.options import Filters
from bot.errors import NotFound
from bot.truth.categories import find_category
from bot.truth.database import Database
from bot.truth.tables import ChannelRow, PersonRow
from knowledge.passage import Audience, ChannelId, PassageFilter, PassageKind, PersonId
from knowledge.time_expressions import read_time

_KINDS: tuple[PassageKind, ...] = ("message", "file", "link", "digest", "curated")


async def resolve(application: Application, filters: Filters) -> tuple[Audience, PassageFilter]:
    """Whose eyes, and what to narrow to. Raises ``NotFound`` or ``typer.BadParameter`` that names the option."""
    audience = await _audience(application, filters.as_user)
    where = PassageFilter(
        channel_ids=await _channels(application.database, filters.channel, audience),
        author_ids=await people_named(application.database, filters.author, "--author"),
        kinds=_kinds(filters.kind),
        categories=await _categories(application.database, filters.category),
        since=parse_moment(filters.since, "--since", application.zone),
        until=parse_moment(filters.until, "--until", application.zone, end_of_day=True),
    )
    return audience, where


def parse_moment(text: str | None, option: str, zone: ZoneInfo, *, end_of_day: bool = False) -> datetime | None:
    """``2026-11-02``, ``2026-11-02 15:00`` or words such as ``last Tuesday`` and ``三天前``, in the team's zone.

    It is the beginning of what is named, such as the day's midnight; for ``--until`` (``end_of_day``) its end, so that
    the day or month is included.
    """
    if text is None:
        return None
    found = _iso(text, zone) or read_time(text, now=datetime.now(zone), zone=zone) or _parsed(text, zone)
    if found is None:
        raise typer.BadParameter(f"a date such as 2026-11-02 was expected, not {text!r}", param_hint=option)
    return found[1] if end_of_day else found[0]


def _iso(text: str, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    """A day, or a moment that begins where it ends."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return moment, moment + timedelta(days=len(text.strip()) <= len("2026-11-02"))


def _parsed(text: str, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    """What the own grammar does not read, such as dates to come and other ways to write months."""
    from dateparser.date import DateDataParser  # half a second, and most commands need none

    now = datetime.now(zone).replace(tzinfo=None)
    found = DateDataParser(
        languages=["zh", "en"],
        settings={"PREFER_DATES_FROM": "past", "RELATIVE_BASE": now, "RETURN_TIME_AS_PERIOD": True},
    ).get_date_data(text)
    if found.date_obj is None:
        return None
    moment: datetime = found.date_obj if found.date_obj.tzinfo else found.date_obj.replace(tzinfo=zone)
    if found.period == "time":
        return moment, moment
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return day, day + timedelta(days=1)


async def _audience(application: Application, as_user: str | None) -> Audience:
    if as_user is None:
        return Audience.operator()
    people = await people_named(application.database, as_user, "--as")
    if len(people) > 1:
        raise typer.BadParameter(
            f"{as_user!r} names {len(people)} people; use an id: {', '.join(sorted(people))}", param_hint="--as"
        )
    [person_id] = people
    return await application.permissions.of_person(person_id, platform=person_id.partition(":")[0])


async def _channels(database: Database, name: str | None, audience: Audience) -> frozenset[ChannelId]:
    """Channels of this name that the audience may read: for it there are no others."""
    if name is None:
        return frozenset()
    plain = name.removeprefix("#")
    async with database.read() as connection:
        found = (
            await connection.scalars(
                select(ChannelRow.channel_id).where(or_(ChannelRow.name == plain, ChannelRow.channel_id == name))
            )
        ).all()
    named = frozenset(ChannelId(channel_id) for channel_id in found)
    visible = named if audience.everything else named & audience.channel_ids
    if not visible:
        raise NotFound(f"--channel {name!r}")
    return visible


async def _categories(database: Database, name: str | None) -> frozenset[str]:
    if name is None:
        return frozenset()
    async with database.read() as connection:
        found = await connection.run_sync(lambda sync: find_category(Session(sync), name).category_id)
    return frozenset({found})


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
    raise typer.BadParameter(f"one of {', '.join(_KINDS)} was expected, not {kind!r}", param_hint="--kind")
