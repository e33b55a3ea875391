"""What ``timeline --topic`` and ``timeline --by`` do."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import Any, Literal, assert_never

from sqlalchemy import select

from bot.answering.story import Storyteller
from bot.answering.story_text import StoryText
from bot.application import Application, open_application
from bot.cli.filters import resolve
from bot.cli.options import Filters
from bot.cli.output import OUT, print_json
from bot.language import language_of, system_language
from bot.settings import WebSettings, load_settings
from bot.truth.census import Census
from bot.truth.columns import KINDS, TimelineFilter
from bot.truth.tables import ChannelRow
from bot.web.address import message_url
from connectors.console.host import StoryView
from knowledge.passage import Audience, PassageFilter

By = Literal["day", "week", "month"]


async def show_story(topic: str, filters: Filters, *, limit: int, as_json: bool) -> None:
    """Print what happened with a topic, oldest first."""
    settings = load_settings()
    async with open_application(settings) as application:
        audience, where = await resolve(application, filters)
        teller = Storyteller(database=application.database, finder=application.finder, zone=application.zone)
        story = await teller.tell(topic, audience=audience, where=where, lines=limit)
    if as_json:
        print_json(story_json(story, settings.web))
        return
    text = StoryText(story, application.zone, language_of(topic, otherwise=system_language()))
    for line in text.lines():
        OUT.print(line.text, markup=False, style=line.style)


async def show_counts(filters: Filters, *, by: By, as_json: bool) -> None:
    """Print how many records there are a day, week or month, oldest first."""
    async with open_application(load_settings()) as application:
        audience, where = await resolve(application, filters)
        narrowed = await _narrowed(application, audience, where)
        _, _, counts = await Census(application.database, application.zone).look(
            narrowed, before=None, limit=0, counted=True
        )
    found: Counter[date] = Counter()
    for day, count in counts.days if counts else ():
        if (narrowed.first_day or day) <= day and (narrowed.end_day is None or day < narrowed.end_day):
            found[first_day(day, by)] += count
    if as_json:
        print_json({"by": by, "counts": [{"from": day.isoformat(), "records": n} for day, n in found.items()]})
        return
    most = max(found.values(), default=1)
    for day, count in found.items():
        OUT.print(f"{day:%Y-%m-%d}  {count:>7,}  {'▇' * max(1, round(40 * count / most))}", markup=False)


def first_day(day: date, by: By) -> date:
    """The first day of its day, week (from Monday) or month."""
    match by:
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case _:
            assert_never(by)


def story_json(story: StoryView, web: WebSettings) -> dict[str, Any]:
    """A story as one document."""
    return {
        "topic": story.topic,
        "records": story.records,
        "scenes_left_out": story.scenes_left_out,
        "scenes": [
            {
                "channel": scene.channel_name,
                "conversation_id": scene.conversation_id,
                "left_out": scene.left_out,
                "records": [
                    {
                        "record_id": line.record_id,
                        "author": line.author,
                        "time": line.time.isoformat(),
                        "text": line.text,
                        "categories": list(line.categories),
                        "permalink": message_url(line.permalink, line.record_id, web),
                        "file": {"name": line.file.name, "page": line.file.page} if line.file else None,
                    }
                    for line in scene.lines
                ],
            }
            for scene in story.scenes
        ],
    }


async def _narrowed(application: Application, audience: Audience, where: PassageFilter) -> TimelineFilter:
    """The same filters for the timeline's columns, whose days are whole."""
    readable = {str(channel_id) for channel_id in audience.channel_ids}
    if audience.everything:
        async with application.database.read() as connection:
            readable = set((await connection.scalars(select(ChannelRow.channel_id))).all())
    if where.channel_ids:
        readable &= {str(channel_id) for channel_id in where.channel_ids}
    kinds = [kind for kind in KINDS if kind in where.kinds]
    if where.kinds and not kinds:
        readable = set()
    return TimelineFilter(
        channel_ids=frozenset(readable),
        author_ids=frozenset(str(author_id) for author_id in where.author_ids),
        kind=kinds[0] if kinds else None,
        category=next(iter(where.categories), None),
        first_day=_day(where.since, application),
        end_day=_day(where.until, application, whole=True),
    )


def _day(moment: datetime | None, application: Application, *, whole: bool = False) -> date | None:
    if moment is None:
        return None
    local = moment.astimezone(application.zone)
    return local.date() + timedelta(days=int(whole and local.time() > time.min))
