"""``import`` and ``reindex``: everything that fills the archive from the command line."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.application import Application, open_application
from bot.archive.lock import ArchivistLock
from bot.archive.rebuild import rebuild
from bot.cli.output import ERR, print_json, run
from bot.importing import (
    BarProgress,
    ImportReport,
    ImportSource,
    ResumeMarks,
    open_folder,
    open_jsonl,
    open_slack_export,
    run_import,
)
from bot.language import system_language
from bot.settings import load_settings
from bot.truth.inbox import Lane
from connectors.events import Event

app = typer.Typer(
    help="Import what was said before: a Slack export, JSON lines, a folder of files.", no_args_is_help=True
)

Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
_SHOWN_SKIPS = 20
_POLL_SECONDS = 0.5


@app.command("slack-export")
def slack_export(
    zip_file: Annotated[Path, typer.Argument(help="The ZIP that Slack wrote.")],
    workspace_url: Annotated[
        str | None, typer.Option("--workspace-url", help="https://TEAM.slack.com, for links to the messages.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Import a Slack export ZIP; can be repeated and interrupted."""
    run(
        _import(
            lambda application: open_slack_export(zip_file, application.file_store, workspace_url=workspace_url),
            as_json=as_json,
        )
    )


@app.command()
def jsonl(
    file: Annotated[Path, typer.Argument(help="One message a line, see the README.")], as_json: Json = False
) -> None:
    """Import messages from JSON lines."""
    run(_import(lambda _: open_jsonl(file), as_json=as_json))


@app.command()
def files(
    folder: Annotated[Path, typer.Argument(help="Every readable file in it is taken.")],
    channel: Annotated[str, typer.Option("--channel", help="The channel they belong to.")],
    as_json: Json = False,
) -> None:
    """Import a folder of files into a channel."""
    run(_import(lambda application: open_folder(folder, channel, application.file_store), as_json=as_json))


def reindex(as_json: Json = False) -> None:
    """Build the searched archive anew from the truth, for a new embedding model; the old one serves until the end."""
    run(_reindex(as_json=as_json))


async def _import(open_source: Callable[[Application], ImportSource], *, as_json: bool) -> None:
    settings = load_settings()
    async with open_application(settings) as application:
        source = await asyncio.to_thread(open_source, application)

        async def accept(events: Sequence[Event]) -> None:
            await application.inbox.append(events, lane=Lane.IMPORT)
            application.archivist.wake()

        lock = ArchivistLock(settings.home)
        drains = lock.acquire()
        if drains:
            await application.archivist.start()
        try:
            report = await run_import(
                source, accept, progress=BarProgress(ERR), marks=ResumeMarks(settings.home / "imports")
            )
            await _wait_until_archived(application)
        finally:
            if drains:
                await application.archivist.close()
                lock.release()
        failed = (await application.inbox.counts()).failed + await application.indexer.failed()
    _report(report, failed=failed, as_json=as_json)


async def _reindex(*, as_json: bool) -> None:
    settings = load_settings()
    with _bar() as bar:
        task = bar.add_task("reindex", total=None)
        count = await rebuild(settings, progress=lambda done, total: bar.update(task, completed=done, total=total))
    if as_json:
        print_json({"records": count})
    else:
        ERR.print(f"{count:,} records indexed; the new archive is in use")


async def _wait_until_archived(application: Application) -> None:
    """Show how many records still have to be embedded, until none has."""
    with _bar() as bar:
        task = bar.add_task("archiving", total=None)
        most = 0
        while True:
            inbox = await application.inbox.counts()
            left = inbox.pending + await application.indexer.pending() + await application.archivist.unread()
            most = max(most, left)
            bar.update(task, completed=most - left, total=most or 1)
            if not left:
                return
            await asyncio.sleep(_POLL_SECONDS)


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=ERR,
        disable=not ERR.is_terminal,
    )


def _report(report: ImportReport, *, failed: int, as_json: bool) -> None:
    language = system_language()
    if as_json:
        print_json(
            {
                "name": report.name,
                "events": report.events,
                "messages": report.messages,
                "seconds": round(report.seconds, 2),
                "failed": failed,
                "skipped_total": report.skipped_total,
                "skipped": [
                    {"path": skip.path, "code": skip.code, "reason": skip.reason(language), "count": skip.count}
                    for skip in report.skipped
                ],
            }
        )
        return
    ERR.print(f"{report.name}: {report.messages:,} messages archived", markup=False)
    for skip in report.skipped[:_SHOWN_SKIPS]:
        times = f" ×{skip.count}" if skip.count > 1 else ""
        word = "note" if skip.imported else "skipped"
        ERR.print(f"  {word} {skip.path}: {skip.reason(language)}{times}", markup=False)
    if report.skipped_total > _SHOWN_SKIPS:
        ERR.print(f"  … {report.skipped_total - _SHOWN_SKIPS} more; --json lists them")
    if failed:
        ERR.print(f"  {failed} could not be archived: shiguang doctor", markup=False)
