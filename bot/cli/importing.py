"""``import`` and ``reindex``: everything that fills the archive from the command line."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import Json
from bot.cli.output import run

app = typer.Typer(
    help="Import what was said before: a Slack export, JSON lines, a folder of files.", no_args_is_help=True
)


@app.command("slack-export")
def slack_export(
    zip_file: Annotated[Path, typer.Argument(help="The ZIP that Slack wrote.")],
    workspace_url: Annotated[
        str | None, typer.Option("--workspace-url", help="https://TEAM.slack.com, for links to the messages.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Import a Slack export ZIP; can be repeated and interrupted."""
    from bot.cli.archiving import import_slack_export

    run(import_slack_export(zip_file, workspace_url=workspace_url, as_json=as_json))


@app.command()
def jsonl(
    file: Annotated[Path, typer.Argument(help="One message a line, see the README.")], as_json: Json = False
) -> None:
    """Import messages from JSON lines."""
    from bot.cli.archiving import import_jsonl

    run(import_jsonl(file, as_json=as_json))


@app.command()
def files(
    folder: Annotated[Path, typer.Argument(help="Every readable file in it is taken.")],
    channel: Annotated[str, typer.Option("--channel", help="The channel they belong to.")],
    as_json: Json = False,
) -> None:
    """Import a folder of files into a channel."""
    from bot.cli.archiving import import_files

    run(import_files(folder, channel=channel, as_json=as_json))


def reindex(as_json: Json = False) -> None:
    """Build the searched archive anew from the truth, for a new embedding model; the old one serves until the end."""
    from bot.cli.archiving import show_reindex

    run(show_reindex(as_json=as_json))
