"""Stretches of the calendar: wall-clock times of one zone, without the zone."""

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from knowledge.time_expressions.expression import Grain

_DAY = timedelta(days=1)
_MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class Span:
    """``start`` ≤ time < ``end`` on the wall clock; None leaves that side open.

    ``point`` is what a fuzzy span (``two months ago``) is spread around: it counts when the span is a bound.
    """

    start: datetime | None
    end: datetime | None
    grain: Grain
    point: "Span | None" = None

    @property
    def bound(self) -> "Span":
        """The sharper span that ``since`` and ``before`` refer to."""
        return self.point or self


@dataclass(frozen=True, slots=True)
class Clock:
    """The asker's wall clock, and a way to count real hours on it (an hour is an hour when the clocks change)."""

    now: datetime
    shift: Callable[[timedelta], datetime]

    @property
    def today(self) -> date:
        """The asker's day."""
        return self.now.date()


def midnight(day: date) -> datetime:
    """The day's first moment on the wall clock."""
    return datetime.combine(day, time())


def days(first: date, count: int = 1, grain: Grain = "day") -> Span:
    """``count`` whole days from ``first``."""
    return Span(midnight(first), midnight(first + count * _DAY), grain)


def week(day: date) -> Span:
    """Monday to Sunday around the day."""
    return days(day - day.weekday() * _DAY, 7, "week")


def months(year: int, month: int, count: int = 1, grain: Grain = "month") -> Span:
    """``count`` whole months; ``month`` may lie outside 1 … 12. Raises ``ValueError`` outside the calendar."""
    return Span(midnight(month_start(year, month)), midnight(month_start(year, month + count)), grain)


def quarter(year: int, number: int) -> Span:
    """Quarter 1 … 4."""
    return months(year, 3 * number - 2, 3, "quarter")


def half(year: int, number: int) -> Span:
    """Half 1 or 2."""
    return months(year, 6 * number - 5, 6, "half_year")


def years(year: int) -> Span:
    """A calendar year."""
    return months(year, 1, _MONTHS_A_YEAR, "year")


def month_start(year: int, month: int) -> date:
    """The first of a month that may lie outside 1 … 12."""
    shifted = year * _MONTHS_A_YEAR + month - 1
    return date(shifted // _MONTHS_A_YEAR, shifted % _MONTHS_A_YEAR + 1, 1)


def months_from(day: date, count: int) -> date:
    """The same day ``count`` months on, or the last of a shorter month."""
    first = month_start(day.year, day.month + count)
    return first.replace(day=min(day.day, calendar.monthrange(first.year, first.month)[1]))


def part_of_month(month: Span, third: int) -> Span:
    """Days 1–10 (0), 11–20 (1), 21–end (2)."""
    if month.start is None or month.end is None:
        return month
    starts = (month.start, month.start + 10 * _DAY, month.start + 20 * _DAY, month.end)
    return Span(starts[third], starts[third + 1], "month")


def part_of_year(year: int, third: int) -> Span:
    """Beginning (January, February), middle (May to August) or end (November, December) of a year."""
    first, count = ((1, 2), (5, 4), (11, 2))[third]
    return months(year, first, count)


def hours(day: date, first: int, last: int, grain: Grain = "part_of_day") -> Span:
    """From one hour of the day to another; 24 and more is the next day."""
    start = midnight(day)
    return Span(start + timedelta(hours=first), start + timedelta(hours=last), grain)


def around(point: Span, reach_days: int, clock: Clock) -> Span:
    """What people mean by ``two months ago``: that day, and as many days on either side; never beyond today."""
    if point.start is None or point.end is None:
        return point
    last = min(point.end + reach_days * _DAY, midnight(clock.today + _DAY))
    return Span(point.start - reach_days * _DAY, max(last, point.end), point.grain, point)


def has_begun(span: Span, clock: Clock) -> bool:
    """Whether anything of it can have been said already."""
    return span.start is None or span.start <= clock.now
