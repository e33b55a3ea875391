"""What ``doctor`` looks at."""

import asyncio
import shutil
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import metadata
from typing import Literal

from bot.application import (
    archive_identity,
    embedding_spec,
    load_reranker,
    make_reranker,
    prepare_home,
    team_zone,
    vector_config,
)
from bot.archive.comparison import compare, repair
from bot.archive.failures import archive_failures
from bot.digests.keeping import KeptDigests
from bot.digests.schedule import Schedules
from bot.errors import ModelMissing, ShiguangError
from bot.language import system_language
from bot.models.resolve import is_adapter, resolve_adapter, resolve_chat_model
from bot.permissions import Permissions
from bot.settings import Settings, load_settings
from bot.truth.database import Database
from bot.truth.inbox import Inbox
from knowledge.qdrant.store import PassageStore

_FREE_BYTES_WANTED = 2_000_000_000
_MIN_PYTHON = (3, 11)
_USUAL_TEXT = "服务器周五晚上迁移，上线推迟到 12 月 8 日；it takes about two hours, please save your work before 22:00."
"""As long as messages that are found mostly are."""
_LATELY = timedelta(days=7)
_QUEUED = "queued again; it is mended while shiguang serve runs"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: ``advice`` says what to do when it is not ok."""

    check: str
    state: Literal["ok", "warning", "failed"]
    fact: str
    advice: str = ""


async def examine(*, fix: bool) -> list[Finding]:
    """Run every check; raises ``SettingsError`` or ``TruthUnavailable`` when nothing can be looked at."""
    settings = load_settings()
    prepare_home(settings)
    checks: list[Callable[[], Awaitable[Finding]]] = [
        _python,
        lambda: _disk(settings),
        lambda: _chat_model(settings),
        lambda: _adapter(settings),
        lambda: _embedding_model(settings),
        lambda: _reranker(settings),
        lambda: _inbox(settings, fix=fix),
        lambda: _archive(settings, fix=fix),
        lambda: _digests(settings),
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


async def _adapter(settings: Settings) -> Finding:
    llm = settings.llm
    if llm.adapter is None or not llm.adapter_share or llm.backend == "none":
        return Finding("adapter", "ok", "none")
    fact = f"{llm.adapter}, in {llm.adapter_share:.0%} of the conversations"
    if llm.backend == "openai":
        return Finding("adapter", "ok", f"{fact}, if the server serves it; the log of the start says so")
    without = "answers are made without it: set llm.adapter to the GGUF file of a LoRA adapter, or unset it"
    try:
        path = await asyncio.to_thread(resolve_adapter, settings)
    except ModelMissing:
        return Finding("adapter", "warning", f"{llm.adapter} is not there", without)
    if not await asyncio.to_thread(is_adapter, path):
        return Finding("adapter", "warning", f"{path.name} is no LoRA adapter", without)
    return Finding("adapter", "ok", fact)


async def _embedding_model(settings: Settings) -> Finding:
    spec = await asyncio.to_thread(embedding_spec, settings)
    return Finding("embedding model", "ok", f"{spec.name}, {spec.dimension} dimensions")


async def _reranker(settings: Settings) -> Finding:
    """Whether this machine can afford it: as many texts as a search has it read, within the time that it gets."""
    reranker = await asyncio.to_thread(make_reranker, settings)
    if reranker is None:
        return Finding("re-ranker", "ok", "none: search does without")
    wanted = settings.reranker.candidates
    try:
        await load_reranker(reranker)
        began = time.perf_counter()
        read = len(await reranker.score("上线推迟到什么时候？", [_USUAL_TEXT] * wanted))
        took = (time.perf_counter() - began) * 1000
    finally:
        await reranker.close()
    fact = f"{reranker.spec.name}, reads {read} of {wanted} candidates in {took:.0f} ms"
    if read < wanted:
        advice = "raise reranker.budget_ms, lower reranker.candidates or take a smaller re-ranker"
        return Finding("re-ranker", "warning", fact, advice)
    return Finding("re-ranker", "ok", fact)


async def _inbox(settings: Settings, *, fix: bool) -> Finding:
    database = Database(settings.truth_url)
    try:
        await database.migrate()
        inbox = Inbox(database)
        counts = await inbox.counts()
        if fix:
            await inbox.retry_failed()
    finally:
        await database.close()
    fact = f"{counts.done:,} events taken, {counts.pending:,} waiting, {counts.failed:,} failed"
    if counts.failed:
        advice = _QUEUED if fix else "failed events are kept; run: shiguang doctor --fix"
        return Finding("inbox", "warning", fact, advice)
    return Finding("inbox", "ok", fact)


async def _archive(settings: Settings, *, fix: bool) -> Finding:
    database = Database(settings.truth_url)
    store = PassageStore(vector_config(settings))
    try:
        await database.migrate()
        with archive_failures():
            await store.open(archive_identity(await asyncio.to_thread(embedding_spec, settings)))
            difference = await compare(database, store)
        if fix:
            await repair(database, difference)
    finally:
        await store.close()
        await database.close()
    fact = (
        f"{difference.records:,} records in the truth, {len(difference.missing):,} not searchable, "
        f"{len(difference.surplus):,} searchable but gone"
    )
    if difference.agrees:
        return Finding("archive", "ok", fact)
    return Finding("archive", "warning", fact, _QUEUED if fix else "run: shiguang doctor --fix")


async def _digests(settings: Settings) -> Finding:
    """What is set up, when the next one comes, and what became of the last ones."""
    database = Database(settings.truth_url)
    try:
        await database.migrate()
        schedules = await Schedules(database, Permissions(database)).enabled()
        posted_at, failed = await KeptDigests(database).lately(since=datetime.now(UTC) - _LATELY)
    finally:
        await database.close()
    zone = team_zone(settings)
    fact = f"{len(schedules):,} set up"
    if schedules:
        following = min(schedule.timing.following(datetime.now(UTC)) for schedule in schedules)
        fact += f", the next one at {following.astimezone(zone):%Y-%m-%d %H:%M}"
    if posted_at is not None:
        fact += f", the last one posted at {posted_at.astimezone(zone):%Y-%m-%d %H:%M}"
    if schedules and not settings.digests.enabled:
        return Finding("digests", "warning", fact, "digests.enabled is false: none is made")
    if failed:
        codes = ", ".join(f"{code}: {count}" for code, count in failed.items())
        advice = "the next one tells of their time, too; the log of shiguang serve says more"
        return Finding("digests", "warning", f"{fact}; not posted in the last week: {codes}", advice)
    return Finding("digests", "ok", fact)
