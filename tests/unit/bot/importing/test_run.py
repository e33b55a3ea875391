import asyncio
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.importing.resume import ResumeMarks
from bot.importing.run import run_import
from bot.importing.source import Skipped
from connectors.events import ChannelId, ChannelRef, Event, MessagePosted, PersonId, PersonRef, RecordId

CHANNEL = ChannelRef(channel_id=ChannelId("slack:C1"), platform="slack", name="general", visibility="public")
ANN = PersonRef(person_id=PersonId("slack:U1"), platform="slack", name="ann")


def message(n: int, text: str = "hi") -> MessagePosted:
    return MessagePosted(
        event_id=f"e{n}",
        occurred_at=datetime(2024, 1, 1, tzinfo=UTC),
        record_id=RecordId(f"r{n}"),
        channel=CHANNEL,
        author=ANN,
        text=text,
    )


class CountingSource:
    """Yields ``count`` messages and remembers how far it was read, by which thread, and whether it was closed."""

    name = "numbers"
    fingerprint = "numbers-1"
    skipped: Sequence[Skipped] = ()
    skipped_total = 0

    def __init__(self, count: int, *, text: str = "hi", fail_at: int | None = None) -> None:
        self.total = count
        self.read = 0
        self.closed = False
        self.threads: set[int] = set()
        self._text = text
        self._fail_at = fail_at

    def events(self, *, start: int = 0) -> Iterator[tuple[Event, int]]:
        for n in range(start, self.total):
            if n == self._fail_at:
                raise OSError("disk full")
            self.threads.add(threading.get_ident())
            assert not self.closed
            self.read = n + 1
            yield message(n, self._text), n + 1

    def close(self) -> None:
        self.closed = True


class Inbox:
    def __init__(self, *, fail_after: int | None = None) -> None:
        self.batches: list[list[Event]] = []
        self._fail_after = fail_after

    async def accept(self, events: Sequence[Event]) -> None:
        if self._fail_after is not None and len(self.batches) >= self._fail_after:
            raise ConnectionError
        await asyncio.sleep(0)
        self.batches.append(list(events))

    @property
    def ids(self) -> list[str]:
        return [event.event_id for batch in self.batches for event in batch]


class Progress:
    def __init__(self) -> None:
        self.calls: list[tuple[str, int, int]] = []

    def begin(self, name: str, *, total: int, start: int) -> None:
        self.calls.append((name, total, start))

    def advance(self, position: int, *, messages: int) -> None:
        self.calls.append(("advance", position, messages))

    def end(self) -> None:
        self.calls.append(("end", 0, 0))


async def test_everything_in_order_in_batches_off_the_loop() -> None:
    source, inbox, progress = CountingSource(1201), Inbox(), Progress()
    report = await run_import(source, inbox.accept, progress=progress)
    assert inbox.ids == [f"e{n}" for n in range(1201)]
    assert [len(batch) for batch in inbox.batches] == [500, 500, 201]
    assert (report.events, report.messages, report.resumed_at, report.skipped) == (1201, 1201, 0, ())
    assert threading.get_ident() not in source.threads
    assert source.closed
    assert progress.calls == [
        ("numbers", 1201, 0),
        ("advance", 500, 500),
        ("advance", 1000, 1000),
        ("advance", 1201, 1201),
        ("end", 0, 0),
    ]


async def test_nothing_to_import() -> None:
    inbox = Inbox()
    report = await run_import(CountingSource(0), inbox.accept)
    assert (report.events, inbox.batches) == (0, [])


async def test_reading_is_at_most_one_batch_ahead() -> None:
    source = CountingSource(1000)
    ahead: list[int] = []
    accepted = 0

    async def slow(events: Sequence[Event]) -> None:
        nonlocal accepted
        for _ in range(20):
            await asyncio.sleep(0.001)
        accepted += len(events)
        ahead.append(source.read - accepted)

    await run_import(source, slow, batch_events=50)
    assert max(ahead) <= 50


async def test_batches_of_long_texts_are_smaller() -> None:
    inbox = Inbox()
    await run_import(CountingSource(6, text="x" * 2_000_000), inbox.accept)
    assert [len(batch) for batch in inbox.batches] == [2, 2, 2]


async def test_what_accept_raises_stops_the_import_and_closes_the_source() -> None:
    source, progress = CountingSource(10_000), Progress()
    with pytest.raises(ConnectionError):
        await run_import(source, Inbox(fail_after=2).accept, progress=progress)
    assert source.closed
    assert source.read <= 2000
    assert progress.calls[-1] == ("end", 0, 0)


async def test_what_the_source_raises_stops_the_import() -> None:
    source, inbox = CountingSource(1000, fail_at=700), Inbox()
    with pytest.raises(OSError, match="disk full"):
        await run_import(source, inbox.accept)
    assert len(inbox.ids) == 500
    assert source.closed


async def test_cancelling_waits_for_the_read_and_closes_the_source() -> None:
    class Slow(CountingSource):
        def events(self, *, start: int = 0) -> Iterator[tuple[Event, int]]:
            for item in super().events(start=start):
                if self.read == 501:
                    loop.call_soon_threadsafe(reached.set)
                    assert go_on.wait(60)
                yield item

    loop = asyncio.get_running_loop()
    reached, go_on = asyncio.Event(), threading.Event()
    source, inbox = Slow(5000), Inbox()
    task = asyncio.create_task(run_import(source, inbox.accept))
    await reached.wait()
    task.cancel()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert source.closed


async def test_an_interrupted_import_continues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.importing.run._MARK_SECONDS", 0.0)
    marks = ResumeMarks(tmp_path / "imports")
    first, second = Inbox(fail_after=2), Inbox()
    with pytest.raises(ConnectionError):
        await run_import(CountingSource(2000), first.accept, marks=marks)
    report = await run_import(CountingSource(2000), second.accept, marks=marks)
    assert report.resumed_at == 1000
    assert first.ids + second.ids == [f"e{n}" for n in range(2000)]
    assert marks.load("numbers-1") == 0
    assert list((tmp_path / "imports").iterdir()) == []
