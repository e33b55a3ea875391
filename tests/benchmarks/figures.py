"""The table of figures: what was measured beside what was promised."""

import os
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.table import Table

_BUSY_LOAD = 1.5
"""More than this were waiting for a processor when a figure was taken: other work made it worse."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One row. ``kept`` is None for what is only stated."""

    what: str
    value: str
    promised: str
    kept: bool | None
    load: float


@dataclass(slots=True)
class Figures:
    """Collects rows; a benchmark that misses a promise fails when it has ended, with all its rows in the table."""

    rows: list[Figure] = field(default_factory=list)

    def state(self, what: str, value: str) -> None:
        """A figure that is only stated."""
        self._add(what, value, "", None)

    def at_most(self, what: str, value: float, limit: float, *, unit: str = "", note: str = "") -> None:
        """A figure that must not be larger."""
        self._add(what, f"{value:.3g}{unit}{note and f'  ({note})'}", f"≤ {limit:g}{unit}", value <= limit)

    def at_least(self, what: str, value: float, limit: float, *, unit: str = "", note: str = "") -> None:
        """A figure that must not be smaller."""
        self._add(what, f"{value:.3g}{unit}{note and f'  ({note})'}", f"≥ {limit:g}{unit}", value >= limit)

    def table(self) -> Table:
        """All rows."""
        table = Table("what", "measured", "promised", "", "load", title="Figures")
        for row in self.rows:
            mark = {True: "[green]kept[/]", False: "[red]missed[/]", None: ""}[row.kept]
            load = f"[yellow]{row.load:.1f}[/]" if row.load > _BUSY_LOAD * (os.cpu_count() or 1) else f"{row.load:.1f}"
            table.add_row(row.what, row.value, row.promised, mark, load)
        table.caption = "load: how many were waiting for a processor; figures taken on a busy machine are too bad"
        return table

    def __bool__(self) -> bool:
        return bool(self.rows)

    def _add(self, what: str, value: str, promised: str, kept: bool | None) -> None:
        self.rows.append(Figure(what, value, promised, kept, os.getloadavg()[0]))


def percentile(values: Sequence[float], percent: int) -> float:
    """The value that ``percent`` of all do not exceed."""
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]
