"""``doctor``: checks the installation and says what to do."""

import asyncio
import shutil
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from importlib import metadata
from typing import Annotated, Literal

import typer

from bot.application import archive_identity, embedding_spec, vector_config
from bot.archive.comparison import compare, repair
from bot.cli.output import OUT, print_json, run
from bot.errors import ArchiveOutdated, ShiguangError
from bot.language import system_language
from bot.models.resolve import resolve_chat_model
from bot.settings import Settings, load_settings
from bot.truth.database import Database
from bot.truth.inbox import Inbox
from knowledge.qdrant.errors import EmbeddingModelChanged, VectorStoreError
from knowledge.qdrant.store import PassageStore

_FREE_BYTES_WANTED = 2_000_000_000
_MIN_PYTHON = (3, 11)


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: ``advice`` says what to do when it is not ok."""

    check: str
    state: Literal["ok", "warning", "failed"]
    fact: str
    advice: str = ""


def doctor(
    fix: Annotated[
        bool, typer.Option("--fix", help="Queue again what the searched archive lacks or has too much.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """Check settings, disk, models, database and archive."""
    findings = run(_examine(load_settings(), fix=fix))
    if as_json:
        print_json({"findings": [asdict(finding) for finding in findings]})
    else:
        marks = {"ok": "[green]✓[/green]", "warning": "[yellow]![/yellow]", "failed": "[red]✗[/red]"}
        for finding in findings:
            OUT.print(f"{marks[finding.state]} {finding.check}: ", end="")
            OUT.print(finding.fact, markup=False)
            if finding.advice:
                OUT.print(f"  → {finding.advice}", markup=False)
    if any(finding.state == "failed" for finding in findings):
        raise SystemExit(1)


async def _examine(settings: Settings, *, fix: bool) -> list[Finding]:
    settings.home.mkdir(parents=True, exist_ok=True)
    checks: list[Callable[[], Awaitable[Finding]]] = [
        _python,
        lambda: _disk(settings),
        lambda: _chat_model(settings),
        lambda: _embedding_model(settings),
        lambda: _inbox(settings),
        lambda: _archive(settings, fix=fix),
    ]
    return [await _guarded(check) for check in checks]


async def _guarded(check: Callable[[], Awaitable[Finding]]) -> Finding:
    try:
        return await check()
    except ShiguangError as error:
        language = system_language()
        return Finding(error.code, "failed", error.sentence(language), error.hint(language))


async def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    engine = metadata.version("qdrant-edge-py")
    fact = f"{version}, qdrant-edge {engine}, llama-cpp-python {metadata.version('llama-cpp-python')}"
    return Finding("python", "ok" if sys.version_info >= _MIN_PYTHON else "failed", fact)


async def _disk(settings: Settings) -> Finding:
    free = (await asyncio.to_thread(shutil.disk_usage, settings.home)).free
    fact = f"{free / 1e9:.1f} GB free at {settings.home}"
    if free < _FREE_BYTES_WANTED:
        return Finding("disk", "warning", fact, "free some space: the archive stops taking files when the disk is full")
    return Finding("disk", "ok", fact)


async def _chat_model(settings: Settings) -> Finding:
    if settings.llm.backend == "llamacpp":
        path = await asyncio.to_thread(resolve_chat_model, settings)
        return Finding("chat model", "ok", f"{path.name}, in this process")
    if settings.llm.backend == "none":
        return Finding("chat model", "warning", "none: only search answers", "set llm.backend to llamacpp or openai")
    return Finding("chat model", "ok", f"{settings.llm.model} at {settings.llm.base_url}")


async def _embedding_model(settings: Settings) -> Finding:
    spec = await asyncio.to_thread(embedding_spec, settings)
    return Finding("embedding model", "ok", f"{spec.name}, {spec.dimension} dimensions")


async def _inbox(settings: Settings) -> Finding:
    database = Database(settings.truth_url)
    try:
        await database.migrate()
        counts = await Inbox(database).counts()
    finally:
        await database.close()
    fact = f"{counts.done:,} events taken, {counts.pending:,} waiting, {counts.failed:,} failed"
    if counts.failed:
        return Finding("inbox", "warning", fact, "failed events are kept; run: shiguang doctor --fix")
    return Finding("inbox", "ok", fact)


async def _archive(settings: Settings, *, fix: bool) -> Finding:
    database = Database(settings.truth_url)
    store = PassageStore(vector_config(settings))
    try:
        await database.migrate()
        await store.open(archive_identity(await asyncio.to_thread(embedding_spec, settings)))
        difference = await compare(database, store)
        fact = (
            f"{difference.records:,} records in the truth, {len(difference.missing):,} not searchable, "
            f"{len(difference.surplus):,} searchable but gone"
        )
        if difference.agrees:
            return Finding("archive", "ok", fact)
        if fix:
            await repair(database, difference)
            await Inbox(database).retry_failed()
            return Finding("archive", "warning", fact, "queued; it is mended while shiguang serve runs")
        return Finding("archive", "warning", fact, "run: shiguang doctor --fix")
    except EmbeddingModelChanged as changed:
        raise ArchiveOutdated(f"{changed.stored} → {changed.wanted}") from changed
    except VectorStoreError as error:
        return Finding(
            "archive", "failed", f"the vector engine does not answer ({type(error).__name__})", "check vector.*"
        )
    finally:
        await store.close()
        await database.close()
