"""Progress of an import on standard error: a bar on a terminal, a line every few seconds in a log."""

import sys
import time
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn

_LINE_SECONDS = 5.0


class ImportProgress(Protocol):
    """Where an import reports. Called on the event loop, so it must be quick."""

    def begin(self, name: str, *, total: int, start: int) -> None:
        """The import of ``name`` begins at ``start`` of ``total`` bytes."""
        ...

    def advance(self, position: int, *, messages: int) -> None:
        """Everything up to ``position`` is durable; ``messages`` of this run so far."""
        ...

    def end(self) -> None:
        """No more calls, whether it worked or not."""
        ...


class SilentProgress:
    """Shows nothing."""

    def begin(self, name: str, *, total: int, start: int) -> None:
        """Show nothing."""

    def advance(self, position: int, *, messages: int) -> None:
        """Show nothing."""

    def end(self) -> None:
        """Show nothing."""


class BarProgress:
    """Part done, messages, messages a second and remaining time."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(file=sys.stderr)
        self._bars = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[messages]:,}"),
            TextColumn("{task.fields[rate]:,.0f}/s"),
            TimeRemainingColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._task: TaskID | None = None
        self._name, self._total = "", 1
        self._began = self._line_at = 0.0

    def begin(self, name: str, *, total: int, start: int) -> None:
        """Show the bar."""
        self._name, self._total = name, max(total, 1)
        self._began = self._line_at = time.monotonic()
        self._bars.start()
        self._task = self._bars.add_task(name, total=self._total, completed=start, messages=0, rate=0.0)

    def advance(self, position: int, *, messages: int) -> None:
        """Move it."""
        now = time.monotonic()
        rate = messages / max(now - self._began, 1e-6)
        if self._task is not None:
            self._bars.update(self._task, completed=position, messages=messages, rate=rate)
        if not self._console.is_terminal and now - self._line_at >= _LINE_SECONDS:
            self._line_at = now
            part = min(position / self._total, 1.0)
            self._console.print(
                f"{self._name}: {part:.0%}, {messages:,}, {rate:,.0f}/s", markup=False, highlight=False, soft_wrap=True
            )

    def end(self) -> None:
        """Leave the bar as it is."""
        self._bars.stop()
