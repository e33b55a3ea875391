"""Options that several commands share, typed and described once."""

from dataclasses import dataclass
from typing import Annotated

import typer

Channel = Annotated[str | None, typer.Option("--channel", help="Only this channel, by name or id.")]
Since = Annotated[str | None, typer.Option("--since", help="Not before: a date, or words such as 'last Tuesday'.")]
Until = Annotated[str | None, typer.Option("--until", help="Until this day, included.")]
Category = Annotated[str | None, typer.Option("--category", help="Only this category, by its id or name.")]
Kind = Annotated[str | None, typer.Option("--kind", help="message, file or link.")]
Author = Annotated[str | None, typer.Option("--author", help="Only what this person said or shared.")]
As = Annotated[str | None, typer.Option("--as", help="See only what this person may see.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=200, help="How many results.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What was typed after the options."""

    channel: str | None = None
    since: str | None = None
    until: str | None = None
    kind: str | None = None
    category: str | None = None
    author: str | None = None
    as_user: str | None = None
