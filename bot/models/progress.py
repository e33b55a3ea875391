"""Progress of long work: a bar on a terminal, a line every few seconds in a log, nothing in tests."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, SpinnerColumn, TextColumn, TimeElapsedColumn, TransferSpeedColumn
from rich.progress import Progress as RichBars

_LINE_SECONDS = 5.0


class Meter(Protocol):
    """One running piece of work; call ``update`` at least every second, also when nothing moved."""

    def update(self, done: int) -> None:
        """Bytes done so far (0 for work without a size)."""


class Progress(Protocol):
    """Where long work reports."""

    def meter(self, label: str, *, total: int | None = None) -> AbstractContextManager[Meter]:
        """Show ``label`` while the block runs; ``total`` in bytes, None when unknown."""

    def note(self, text: str) -> None:
        """One line."""


class _Nothing:
    def update(self, done: int) -> None:
        pass


class SilentProgress:
    """Shows nothing."""

    @contextmanager
    def meter(self, label: str, *, total: int | None = None) -> Iterator[Meter]:
        """Give a meter that ignores everything."""
        yield _Nothing()

    def note(self, text: str) -> None:
        """Ignore it."""


class _Bar:
    def __init__(self, update: Callable[[int], None]) -> None:
        self._update = update

    def update(self, done: int) -> None:
        self._update(done)


class BarProgress:
    """Bars with bytes, speed and time on a terminal."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @contextmanager
    def meter(self, label: str, *, total: int | None = None) -> Iterator[Meter]:
        """A bar when the size is known, else a spinner with the elapsed time."""
        text = TextColumn("{task.description}")
        if total is None:
            bars = RichBars(SpinnerColumn(), text, TimeElapsedColumn(), console=self._console)
        else:
            columns = (text, BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeElapsedColumn())
            bars = RichBars(*columns, console=self._console)
        with bars:
            task = bars.add_task(label, total=total)
            yield _Bar(lambda done: bars.update(task, completed=done))

    def note(self, text: str) -> None:
        """Print one line."""
        self._console.print(text, markup=False, highlight=False)


class _Lines:
    def __init__(self, label: str, total: int | None, write: Callable[[str], None]) -> None:
        self._label = label
        self._total = total
        self._write = write
        self._started = self._last = time.monotonic()

    def update(self, done: int) -> None:
        now = time.monotonic()
        if now - self._last < _LINE_SECONDS:
            return
        self._last = now
        seconds = f"{now - self._started:.0f} s"
        if self._total:
            share = min(100, 100 * done // self._total)
            self._write(f"{self._label}: {share} % of {self._total / 1e6:,.0f} MB, {seconds}")
        else:
            self._write(f"{self._label}: {seconds}")


class LineProgress:
    """One line at the start and one every few seconds, for logs and pipes."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write

    @contextmanager
    def meter(self, label: str, *, total: int | None = None) -> Iterator[Meter]:
        """Announce the work, then report while it runs."""
        self._write(f"{label} …" if total is None else f"{label}: {total / 1e6:,.0f} MB …")
        yield _Lines(label, total, self._write)

    def note(self, text: str) -> None:
        """Write one line."""
        self._write(text)


def progress_for_stderr() -> Progress:
    """Bars when standard error is a terminal, lines otherwise."""
    console = Console(stderr=True)
    if console.is_terminal:
        return BarProgress(console)
    return LineProgress(lambda text: print(text, file=sys.stderr, flush=True))  # noqa: T201  # progress is what this prints
