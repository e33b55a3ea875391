"""What ``import`` and ``reindex`` do, with their progress."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.application import Application, open_application
from bot.archive.rebuild import rebuild
from bot.cli.draining import Drain
from bot.cli.output import ERR, print_json
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

_SHOWN_SKIPS = 20
_POLL_SECONDS = 0.5


async def import_slack_export(zip_file: Path, *, workspace_url: str | None, as_json: bool) -> None:
    """Import a Slack export."""
    await _import(
        lambda application: open_slack_export(zip_file, application.file_store, workspace_url=workspace_url),
        as_json=as_json,
    )


async def import_jsonl(file: Path, *, as_json: bool) -> None:
    """Import JSON lines."""
    await _import(lambda _: open_jsonl(file), as_json=as_json)


async def import_files(folder: Path, *, channel: str, as_json: bool) -> None:
    """Import a folder of files."""
    await _import(lambda application: open_folder(folder, channel, application.file_store), as_json=as_json)


async def show_reindex(*, as_json: bool) -> None:
    """Rebuild the searched archive."""
    settings = load_settings()
    with _bar() as bar:
        task = bar.add_task("reindex", total=None)
        rebuilt = await rebuild(settings, progress=lambda done, total: bar.update(task, completed=done, total=total))
    if as_json:
        print_json({"records": rebuilt.records, "failed": rebuilt.failed})
        return
    ERR.print(f"{rebuilt.records:,} records indexed; the new archive is in use")
    if rebuilt.failed:
        ERR.print(f"  {rebuilt.failed} could not be indexed and will be tried again: shiguang doctor")


async def _import(open_source: Callable[[Application], ImportSource], *, as_json: bool) -> None:
    settings = load_settings()
    async with open_application(settings) as application:
        source = await asyncio.to_thread(open_source, application)

        async def accept(events: Sequence[Event]) -> None:
            await application.inbox.append(events, lane=Lane.IMPORT)
            application.archivist.wake()

        async with Drain(application) as drain:
            report = await run_import(
                source, accept, progress=BarProgress(ERR), marks=ResumeMarks(settings.home / "imports")
            )
            await _wait_until_archived(application, drain)
        inbox = await application.inbox.counts()
        failed = inbox.failed + await application.indexer.failed()
        later = inbox.pending + await application.indexer.pending()
    _report(report, failed=failed, later=later, as_json=as_json)


async def _wait_until_archived(application: Application, drain: Drain) -> None:
    """Show how many records still have to be embedded, until none has but those put off after a failure."""
    with _bar() as bar:
        task = bar.add_task("archiving", total=None)
        most = 0
        while True:
            await drain.see_to_it()
            left = (
                await application.inbox.untried()
                + await application.indexer.untried()
                + await application.archivist.unread()
            )
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


def _report(report: ImportReport, *, failed: int, later: int, as_json: bool) -> None:
    language = system_language()
    if as_json:
        print_json(
            {
                "name": report.name,
                "events": report.events,
                "messages": report.messages,
                "seconds": round(report.seconds, 2),
                "failed": failed,
                "tried_again_later": later,
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
    if later:
        ERR.print(f"  {later} could not be archived yet; shiguang serve tries them again", markup=False)
