"""How much the bot was used in some time and place, as numbers alone."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from bot.feedback.shares import Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Counts of the questions asked within a period, and of what became of their answers since.

    A question that was answered twice, to pick one of two, counts once. One whose answer was withdrawn because a
    message was deleted counts as it did before.
    """

    asked: int = 0
    abstained: int = 0
    """Questions that were not answered, for whatever reason."""
    curated: int = 0
    """Answered by a standard answer."""
    people: int = 0
    """Different people who asked."""
    up: int = 0
    down: int = 0
    """Verdicts: the last one of a person on an answer; one that was taken back is none."""
    judged: int = 0
    """Answers with at least one verdict."""
    picked: int = 0
    """Picks of one of two answers."""
    opened: int = 0
    """Questions of whose answer somebody opened a source."""
    asked_again: int = 0
    """Asked again by the same person within minutes."""
    answered_by_person: int = 0
    """Answered by somebody else afterwards."""
    passed_on: int = 0
    """Quoted or forwarded."""

    @property
    def answered(self) -> int:
        """Not abstained."""
        return self.asked - self.abstained

    def shares(self) -> dict[str, Share]:
        """The rates that are made of the counts, by name."""
        return {
            "answered": Share(self.answered, self.asked),
            "up": Share(self.up, self.up + self.down),
            "curated": Share(self.curated, self.asked),
            "opened": Share(self.opened, self.asked),
            "asked_again": Share(self.asked_again, self.asked),
            "answered_by_person": Share(self.answered_by_person, self.asked),
            "passed_on": Share(self.passed_on, self.asked),
        }

    def document(self) -> dict[str, Any]:
        """Counts and rates, as the desk and ``--json`` show them."""
        counts: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        shares = {name: share.document() for name, share in self.shares().items()}
        return {**counts, "answered": self.answered, "shares": shares}


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Milliseconds from a question to what was said: half of the answers took no longer, and 95 of 100."""

    measured: int
    median: int | None
    p95: int | None

    @classmethod
    def of(cls, histogram: Mapping[int, int]) -> "Times":
        """Of how often each time was taken."""
        measured = sum(histogram.values())
        return cls(measured=measured, median=_at(histogram, measured, 50), p95=_at(histogram, measured, 95))


def _at(histogram: Mapping[int, int], measured: int, percent: int) -> int | None:
    """The smallest value that this many of 100 do not exceed (nearest rank)."""
    wanted, seen = -(-measured * percent // 100), 0
    for value in sorted(histogram):
        seen += histogram[value]
        if seen >= wanted:
            return value
    return None
