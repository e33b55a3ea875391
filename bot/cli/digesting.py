"""``digest``."""

from typing import Annotated, Literal

import typer

from bot.cli.options import As, Json, Since, Until
from bot.cli.output import run

Language = Annotated[Literal["zh", "en"] | None, typer.Option("--language", help="In this language.")]


def digest(
    channel: Annotated[str, typer.Argument(help="The channel, by name or id.")],
    since: Since = None,
    until: Until = None,
    language: Language = None,
    as_user: As = None,
    post: Annotated[bool, typer.Option("--post", help="Post it in the channel, by the running server.")] = False,
    as_json: Json = False,
) -> None:
    """What happened in a channel, each line with its messages: the last day, unless told otherwise."""
    from bot.cli.telling_digest import show_digest

    run(show_digest(channel, since=since, until=until, language=language, as_user=as_user, post=post, as_json=as_json))
