"""``forget`` and ``retention``: what leaves the archive for good."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import Json
from bot.cli.output import run

retention = typer.Typer(help="How long channels keep what was said and shared.", no_args_is_help=True)


def forget(
    user: Annotated[str | None, typer.Option("--user", help="What this person said and shared, by name or id.")] = None,
    channel: Annotated[str | None, typer.Option("--channel", help="What was said in this channel.")] = None,
    before: Annotated[str | None, typer.Option("--before", help="Only before a day or moment; else up to now.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would go.")] = False,
    receipt: Annotated[Path | None, typer.Option("--receipt", help="Write the receipt to this file, as JSON.")] = None,
    as_json: Json = False,
) -> None:
    """Remove from the archive for good, everywhere, and print a receipt; it does not come back with an import."""
    if user is None and channel is None and before is None:
        raise typer.BadParameter("one of --user, --channel and --before is needed")
    from bot.cli.erasing import forget as carry_out

    run(carry_out(user, channel, before, yes=yes, only_show=dry_run, receipt=receipt, as_json=as_json))


@retention.command("list")
def list_rules(as_json: Json = False) -> None:
    """Show how long each channel keeps its records."""
    from bot.cli.erasing import show_rules

    run(show_rules(as_json=as_json))


@retention.command("set")
def set_rule(
    channel: Annotated[str, typer.Argument(help="The channel, by name or id.")],
    days: Annotated[str, typer.Argument(help="Whole days, or forever.", metavar="DAYS|forever")],
) -> None:
    """Give a channel a limit of its own; shiguang serve removes hourly what is older."""
    from bot.cli.erasing import set_rule as store

    run(store(channel, days))


@retention.command("run")
def run_rules(as_json: Json = False) -> None:
    """Remove now what is older than its channel keeps, and finish what was interrupted."""
    from bot.cli.erasing import run_rules as carry_out

    run(carry_out(as_json=as_json))
