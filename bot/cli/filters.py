"""The filters that search, ask and timeline share, from names people know to ids."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import typer
from sqlalchemy import or_, select

from bot.application import Application
from bot.cli.options import Filters
from bot.errors import NotFound
from bot.truth.database import Database
from bot.truth.tables import ChannelRow, MembershipRow, PersonRow
from knowledge.passage import Audience, ChannelId, PassageFilter, PassageKind, PersonId

_DIGITS = {character: value for value, character in enumerate("一二三四五六七八九十", start=1)} | {"两": 2}
_COUNTED = re.compile(f"[{''.join(_DIGITS)}](?=[天日周个年小])")
"""Chinese numbers before a unit, as in 三天前: dateparser knows only figures there."""
_KINDS: tuple[PassageKind, ...] = ("message", "file", "link", "digest", "curated")


async def resolve(application: Application, filters: Filters) -> tuple[Audience, PassageFilter]:
    """Whose eyes, and what to narrow to. Raises ``NotFound`` or ``typer.BadParameter`` that names the option."""
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
        raise typer.BadParameter(
            f"{filters.as_user!r} names {len(people)} people; use an id: {', '.join(sorted(people))}", param_hint="--as"
        )
    [person_id] = people
    platform = person_id.partition(":")[0]
    workspace = await _workspace(application.database, person_id)
    return await application.permissions.of_person(person_id, platform=platform, workspace_id=workspace), where


def parse_moment(text: str | None, option: str, zone: ZoneInfo, *, end_of_day: bool = False) -> datetime | None:
    """``2026-11-02``, ``2026-11-02 15:00`` or words such as ``last Tuesday`` and ``三天前``, in the team's zone.

    Without a time of the day it is the day's midnight; for ``--until`` (``end_of_day``) that day is included.
    """
    if text is None:
        return None
    moment, whole_day = _iso(text) or _in_words(text, zone)
    if moment is None:
        raise typer.BadParameter(f"a date such as 2026-11-02 was expected, not {text!r}", param_hint=option)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return moment + timedelta(days=1) if whole_day and end_of_day else moment


def _iso(text: str) -> tuple[datetime, bool] | None:
    try:
        return datetime.fromisoformat(text.strip()), len(text.strip()) <= len("2026-11-02")
    except ValueError:
        return None


def _in_words(text: str, zone: ZoneInfo) -> tuple[datetime | None, bool]:
    from dateparser.date import DateDataParser  # half a second, and most commands need none

    now = datetime.now(zone).replace(tzinfo=None)
    found = DateDataParser(
        languages=["zh", "en"],
        settings={"PREFER_DATES_FROM": "past", "RELATIVE_BASE": now, "RETURN_TIME_AS_PERIOD": True},
    ).get_date_data(_COUNTED.sub(lambda match: str(_DIGITS[match.group()]), text))
    moment: datetime | None = found.date_obj
    if moment is None or found.period == "time":
        return moment, False
    return moment.replace(hour=0, minute=0, second=0, microsecond=0), True


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


async def _workspace(database: Database, person_id: PersonId) -> str:
    """The workspace of the person's channels: without it public ones are not theirs to read."""
    statement = (
        select(ChannelRow.workspace_id)
        .join(MembershipRow, MembershipRow.channel_id == ChannelRow.channel_id)
        .where(MembershipRow.person_id == person_id, MembershipRow.present)
        .distinct()
    )
    async with database.read() as connection:
        found = (await connection.scalars(statement)).all()
    return found[0] if len(found) == 1 else ""


def _kinds(kind: str | None) -> frozenset[PassageKind]:
    if kind is None:
        return frozenset()
    for known in _KINDS:
        if kind == known:
            return frozenset[PassageKind]({known})
    raise typer.BadParameter(f"one of {', '.join(_KINDS)} was expected, not {kind!r}", param_hint="--kind")
