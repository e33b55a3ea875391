"""``feedback``: how much the bot is used and what people think of it."""

from pathlib import Path
from typing import Annotated, Literal

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


@app.command()
def export(
    wanted: Annotated[
        Literal["sft", "dpo", "kto"],
        typer.Option("--format", help="sft: what to say; dpo: what is better than what; kto: what is good or not."),
    ],
    out: Annotated[Path, typer.Option("--out", help="The JSON lines to write; a data card is written beside them.")],
    supported_only: Annotated[
        bool, typer.Option("--supported-only", help="Leave out what the records in its prompt do not hold.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Answers that people liked, edited, picked or wrote, as data for training; only of channels that allow it."""
    from bot.cli.training import write_export

    run(write_export(wanted, out.absolute(), supported_only=supported_only, as_json=as_json))


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="A file that `feedback export` wrote.")],
    remove: Annotated[bool, typer.Option("--remove", help="Take these rows out of the file.")] = False,
    as_json: Json = False,
) -> None:
    """Which rows of an export must go since: deleted, edited, or no longer allowed."""
    from bot.cli.training import check_export

    run(check_export(file.absolute(), remove=remove, as_json=as_json))


@app.command()
def consent(
    channel: Channel = None,
    person: Annotated[str | None, typer.Option("--person", help="This person, by name or id.")] = None,
    say: Annotated[
        Literal["yes", "no", "unsaid"] | None, typer.Option("--say", help="What they say; unsaid: as if never asked.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Which channels and people let their words be used for training; nobody does until told so here."""
    from bot.cli.training import keep_consent

    if (say is None) != (channel is None and person is None) or (channel is not None and person is not None):
        raise typer.BadParameter("one of --channel and --person, with --say; or none of them for the list")
    run(keep_consent(channel=channel, person=person, say=say, as_json=as_json))


@app.command()
def arms(as_json: Json = False) -> None:
    """Whether people like the answers of an adapter better than those of the model without it."""
    from bot.cli.training import show_arms

    run(show_arms(as_json=as_json))
