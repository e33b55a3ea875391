"""``search``, ``ask`` and ``timeline``."""

from typing import Annotated

import typer

from bot.cli.options import As, Author, Channel, Filters, Json, Kind, Limit, Since, Until
from bot.cli.output import run


def search(
    query: Annotated[str, typer.Argument(help="Words or a question, in any language.")],
    channel: Channel = None,
    since: Since = None,
    until: Until = None,
    kind: Kind = None,
    author: Author = None,
    as_user: As = None,
    limit: Limit = 10,
    as_json: Json = False,
) -> None:
    """Find messages and files by words and meaning."""
    from bot.cli.searching import show_search

    filters = Filters(channel=channel, since=since, until=until, kind=kind, author=author, as_user=as_user)
    run(show_search(query, filters, limit=limit, as_json=as_json))


def ask(
    question: Annotated[str, typer.Argument(help="A question, in Chinese or English.")],
    channel: Channel = None,
    since: Since = None,
    until: Until = None,
    kind: Kind = None,
    author: Author = None,
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Answer a question from the archive, with citations."""
    from bot.cli.searching import show_answer

    filters = Filters(channel=channel, since=since, until=until, kind=kind, author=author, as_user=as_user)
    run(show_answer(question, filters, as_json=as_json))


def timeline(
    channel: Channel = None,
    since: Since = None,
    until: Until = None,
    kind: Kind = None,
    author: Author = None,
    as_user: As = None,
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """What was said and shared, newest first."""
    from bot.cli.searching import show_timeline

    filters = Filters(channel=channel, since=since, until=until, kind=kind, author=author, as_user=as_user)
    run(show_timeline(filters, limit=limit, as_json=as_json))
