"""A part of a whole, and how sure it is: with few verdicts a rate says little, and its interval says so."""

from dataclasses import dataclass
from math import sqrt
from typing import Final

_Z: Final = 1.959964
"""Of a 95 % interval."""


@dataclass(frozen=True, slots=True)
class Share:
    """``hits`` of ``of``, with Wilson's 95 % interval; of nothing there is no rate."""

    hits: int
    of: int

    @property
    def rate(self) -> float | None:
        """Between 0 and 1; None of nothing."""
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where the rate lies 95 times in 100 (Wilson, 1927): never below 0 or above 1, and right for small numbers."""
        if not self.of:
            return None
        rate, spread = self.hits / self.of, _Z * _Z / self.of
        centre = (rate + spread / 2) / (1 + spread)
        half = _Z * sqrt(rate * (1 - rate) / self.of + spread / (4 * self.of)) / (1 + spread)
        return max(0.0, centre - half), min(1.0, centre + half)

    def document(self) -> dict[str, float | int | None]:
        """As the desk and ``--json`` show it."""
        low, high = self.interval or (None, None)
        return {"hits": self.hits, "of": self.of, "rate": self.rate, "low": low, "high": high}
