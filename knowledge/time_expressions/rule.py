"""How one kind of time expression is written and what it means."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from knowledge.time_expressions.span import Clock, Span, has_begun

Recurrence = Literal["hour", "weekday", "day_of_month", "month", "year"]
"""How often a name comes again: ``Monday`` every week, ``5号`` every month, ``March`` every year."""

Resolve = Callable[[re.Match[str], Clock], Span | None]
"""None: a time, but none that was (``tomorrow``, ``每周三``). A ``ValueError`` means the same: ``31 February``."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern that is tried at every word, and its meaning. The longest match counts."""

    pattern: re.Pattern[str]
    resolve: Resolve
    recurs: Recurrence | None = None


def rule(pattern: str, resolve: Resolve, recurs: Recurrence | None = None) -> Rule:
    """A rule that does not mind upper or lower case; Chinese beside a word ends it, as a space does."""
    return Rule(re.compile(pattern, re.IGNORECASE | re.ASCII), resolve, recurs)


def never(_match: re.Match[str], _clock: Clock) -> Span | None:
    """What is no range of the past."""
    return None


def last_begun(candidates: Sequence[Span], clock: Clock) -> Span | None:
    """The first candidate that is not wholly in the future; candidates go from late to early."""
    return next((span for span in candidates if has_begun(span, clock)), None)


def weekday_before(day: date, weekday: int, *, strictly: bool = False) -> date:
    """The last such weekday up to ``day``, or before it."""
    back = (day.weekday() - weekday) % 7
    return day - timedelta(days=7 if strictly and back == 0 else back)


def group(match: re.Match[str], name: str) -> str:
    """What a named group holds; empty when the rule has no such group or it took no part."""
    return match.groupdict().get(name) or ""
