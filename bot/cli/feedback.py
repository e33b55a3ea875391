"""``feedback``: how much the bot is used and what people think of it."""

from typing import Annotated

import typer

from bot.cli.options import Channel, Json, Since, Until
from bot.cli.output import run

app = typer.Typer(help="How much the bot is used, and what people think of its answers.", no_args_is_help=True)

By = Annotated[str, typer.Option("--by", help="day or week.")]


@app.command()
def stats(
    since: Since = None, until: Until = None, channel: Channel = None, by: By = "week", as_json: Json = False
) -> None:
    """Asked, answered, 👍 and what people did with the answers; of the last four weeks unless told otherwise."""
    from bot.cli.telling_use import show_use

    if by not in ("day", "week"):
        raise typer.BadParameter(f"day or week was expected, not {by!r}", param_hint="--by")
    run(show_use(since=since, until=until, channel=channel, by="day" if by == "day" else "week", as_json=as_json))
