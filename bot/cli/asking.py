"""``search``, ``ask`` and ``timeline``."""

from enum import StrEnum
from typing import Annotated

import typer

from bot.cli.options import As, Author, Category, Channel, Filters, Json, Kind, Limit, Since, Until
from bot.cli.output import run

_RECORDS = 50
_STORY_LINES = 24
LimitOrNot = Annotated[
    int | None,
    typer.Option("--limit", min=1, max=200, help=f"How many records: {_RECORDS}, of a story {_STORY_LINES}."),
]


class Period(StrEnum):
    """What records are counted by."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def search(
    query: Annotated[str, typer.Argument(help="Words or a question, in any language.")],
    channel: Channel = None,
    since: Since = None,
    until: Until = None,
    kind: Kind = None,
    category: Category = None,
    author: Author = None,
    as_user: As = None,
    limit: Limit = 10,
    as_json: Json = False,
) -> None:
    """Find messages and files by words and meaning."""
    from bot.cli.searching import show_search

    filters = Filters(
        channel=channel, since=since, until=until, kind=kind, category=category, author=author, as_user=as_user
    )
    run(show_search(query, filters, limit=limit, as_json=as_json))


def ask(
    question: Annotated[str | None, typer.Argument(help="A question, in Chinese or English.")] = None,
    channel: Channel = None,
    since: Since = None,
    until: Until = None,
    kind: Kind = None,
    category: Category = None,
    author: Author = None,
    as_user: As = None,
    replay: Annotated[
        str | None, typer.Option("--replay", help="Instead of a question: the id of an answer, to be made again.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Answer a question from the archive, with citations; or make an earlier answer again from what was kept of it."""
    filters = Filters(
        channel=channel, since=since, until=until, kind=kind, category=category, author=author, as_user=as_user
    )
    if replay is not None:
        from bot.cli.replaying import show_replay

        if question is not None or filters != Filters():
            raise typer.BadParameter("an answer is replayed as it was asked: no question, no filters")
        run(show_replay(replay, as_json=as_json))
        return
    if question is None:
        raise typer.BadParameter("a question was expected, or --replay")
    from bot.cli.searching import show_answer

    run(show_answer(question, filters, as_json=as_json))


def timeline(
    channel: Channel = None,
    since: Since = None,
    until: Until = None,
    topic: Annotated[str | None, typer.Option("--topic", help="The story of this topic, oldest first.")] = None,
    category: Category = None,
    kind: Kind = None,
    author: Author = None,
    as_user: As = None,
    by: Annotated[Period | None, typer.Option("--by", help="Only how many records a day, week or month.")] = None,
    limit: LimitOrNot = None,
    as_json: Json = False,
) -> None:
    """What was said and shared, newest first; or the story of a topic, in order."""
    filters = Filters(
        channel=channel,
        since=since,
        until=until,
        kind=kind,
        category=category,
        author=author,
        as_user=as_user,
    )
    if topic is not None and by is not None:
        raise typer.BadParameter("a story is not counted: choose --topic or --by", param_hint="--by")
    if topic is not None:
        from bot.cli.telling import show_story

        run(show_story(topic, filters, limit=limit or _STORY_LINES, as_json=as_json))
    elif by is not None:
        from bot.cli.telling import show_counts

        run(show_counts(filters, by=by.value, as_json=as_json))
    else:
        from bot.cli.searching import show_timeline

        run(show_timeline(filters, limit=limit or _RECORDS, as_json=as_json))
