"""Drives an import: reads in a thread, hands batches to the inbox, never holds more than two of them."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from bot.executor import Executor
from bot.importing.progress import ImportProgress, SilentProgress
from bot.importing.resume import ResumeMarks
from bot.importing.source import ImportSource, Skipped
from connectors.events import Event, MessagePosted

BATCH_EVENTS = 500
_BATCH_CHARS = 4_000_000
_MARK_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did. ``skipped`` lists at most a thousand parts, ``skipped_total`` counts all."""

    name: str
    events: int
    messages: int
    seconds: float
    resumed_at: int
    """Position this run began at: 0 unless an interrupted run was continued."""
    skipped: tuple[Skipped, ...]
    skipped_total: int


class _Batch(NamedTuple):
    events: list[Event]
    position: int
    """Everything before it is in this batch or an earlier one."""
    is_last: bool


async def run_import(
    source: ImportSource,
    accept: Callable[[Sequence[Event]], Awaitable[object]],
    *,
    progress: ImportProgress | None = None,
    marks: ResumeMarks | None = None,
    batch_events: int = BATCH_EVENTS,
) -> ImportReport:
    """Hand every event of ``source`` to ``accept``, which makes a batch durable before it returns.

    The next batch is read while one is being accepted. Whatever ``accept`` or the source raises stops the import;
    with ``marks``, the next run continues where this one stopped. Closes the source in the end.
    """
    progress = progress or SilentProgress()
    reader = Executor("import", threads=1)
    began = time.monotonic()
    events = messages = 0
    resumed_at = 0
    reading: asyncio.Task[_Batch] | None = None
    try:
        if marks is not None:
            resumed_at = await reader.run(marks.load, source.fingerprint)
        progress.begin(source.name, total=source.total, start=resumed_at)
        iterator = source.events(start=resumed_at)
        marked_at = began
        reading = asyncio.create_task(reader.run(_next_batch, iterator, batch_events))
        while True:
            batch = await reading
            if not batch.is_last:
                reading = asyncio.create_task(reader.run(_next_batch, iterator, batch_events))
            if batch.events:
                await accept(batch.events)
            events += len(batch.events)
            messages += sum(isinstance(event, MessagePosted) for event in batch.events)
            if batch.is_last:
                break
            progress.advance(batch.position, messages=messages)
            if marks is not None and time.monotonic() - marked_at >= _MARK_SECONDS:
                mark = partial(marks.save, source.fingerprint, batch.position, name=source.name, total=source.total)
                await reader.run(mark)
                marked_at = time.monotonic()
        progress.advance(source.total, messages=messages)
        if marks is not None:
            await reader.run(marks.clear, source.fingerprint)
        return ImportReport(
            name=source.name,
            events=events,
            messages=messages,
            seconds=time.monotonic() - began,
            resumed_at=resumed_at,
            skipped=tuple(source.skipped),
            skipped_total=source.skipped_total,
        )
    finally:
        progress.end()
        await _let_go(reading, reader, source)


def _next_batch(iterator: Iterator[tuple[Event, int]], limit: int) -> _Batch:
    events: list[Event] = []
    position = chars = 0
    for event, position in iterator:
        events.append(event)
        if isinstance(event, MessagePosted):
            chars += len(event.text)
        if len(events) >= limit or chars >= _BATCH_CHARS:
            return _Batch(events, position, is_last=False)
    return _Batch(events, position, is_last=True)


async def _let_go(reading: asyncio.Task[_Batch] | None, reader: Executor, source: ImportSource) -> None:
    """Wait for a read that is under way, then close: a thread must not read from a closed file."""
    if reading is not None and not reading.done():
        reading.cancel()
    # The only thread takes this up after the read, even when the task waiting for that read was cancelled.
    closing = asyncio.ensure_future(reader.run(source.close))
    try:
        await asyncio.shield(closing)
    finally:
        if reading is not None:
            await asyncio.gather(reading, return_exceptions=True)
        reader.close()
