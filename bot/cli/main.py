"""The root command: mounts every command and reads the settings once.

Modules of commands hold only what ``--help`` shows. What does the work is imported when a command runs, because the
libraries behind it take seconds to import.
"""

import os
import sys
import warnings

import typer

from bot import __version__
from bot.cli import (
    asking,
    curating,
    doctor,
    evaluating,
    feedback,
    forgetting,
    importing,
    keeping,
    models,
    operators,
    serving,
    sorting,
)
from bot.cli.digesting import digest
from bot.cli.extract import extract

app = typer.Typer(
    name="shiguang",
    help="拾光 keeps what a team shared in chat and finds it again.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(serving.serve)
app.command()(serving.demo)
app.add_typer(importing.app, name="import")
app.command()(asking.search)
app.command()(asking.ask)
app.command()(asking.timeline)
app.command()(digest)
app.add_typer(curating.app, name="curate")
app.add_typer(operators.app, name="operators")
app.add_typer(feedback.app, name="feedback")
app.add_typer(sorting.categories, name="categories")
app.add_typer(sorting.topics, name="topics")
app.command()(extract)
app.add_typer(evaluating.app, name="eval")
app.add_typer(models.app, name="models")
app.command()(forgetting.forget)
app.add_typer(forgetting.retention, name="retention")
app.command()(importing.reindex)
app.command()(keeping.backup)
app.command()(keeping.restore)
app.add_typer(doctor.app, name="doctor")


def _version(asked: bool) -> None:
    if asked:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    """拾光 Shiguang: an archive of what your team shared, in your chat, on your machine."""
    from bot.log import configure_logging

    configure_logging("debug" if os.environ.get("SHIGUANG_LOG_LEVEL", "").lower() == "debug" else "warning")


def main() -> None:
    """Entry point of ``shiguang``."""
    # Libraries' notices are for developers; people get sentences. Tests turn warnings into errors instead.
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    app()
