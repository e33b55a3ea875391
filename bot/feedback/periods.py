"""Periods that figures of use are about, in the team's own days, and the days or weeks they consist of."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, assert_never
from zoneinfo import ZoneInfo

Step = Literal["day", "week"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From ``since`` until before ``until``; ``day`` is the local day it begins on."""

    day: date
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From ``since`` until before ``until``."""

    since: datetime
    until: datetime
    zone: ZoneInfo

    @classmethod
    def of_days(cls, first: date, last: date, *, zone: ZoneInfo, now: datetime) -> "Period":
        """Whole local days from the first to the last, or up to ``now`` when that is earlier."""
        since, end = _midnight(first, zone), _midnight(last + timedelta(days=1), zone)
        return cls(since=since, until=max(min(end, now.astimezone(UTC)), since), zone=zone)

    @classmethod
    def latest(cls, days: int, *, zone: ZoneInfo, now: datetime) -> "Period":
        """The last so many local days, today included as far as it has come."""
        today = now.astimezone(zone).date()
        return cls.of_days(today - timedelta(days=days - 1), today, zone=zone, now=now)

    @classmethod
    def week_before(cls, moment: datetime, *, zone: ZoneInfo) -> "Period":
        """The seven local days before that of the moment: whole ones, so that one week compares with another."""
        today = moment.astimezone(zone).date()
        return cls.of_days(today - timedelta(days=7), today - timedelta(days=1), zone=zone, now=moment)

    @property
    def days(self) -> int:
        """How long it is by the clock on the wall, in days that have begun."""
        first, last = (moment.astimezone(self.zone).replace(tzinfo=None) for moment in (self.since, self.until))
        return -(-(last - first) // timedelta(days=1))

    def before(self) -> "Period":
        """As many days directly before, up to the same time of day: what a day that is not over is compared with."""
        back = timedelta(days=self.days)
        return Period(since=self._earlier(self.since, back), until=self._earlier(self.until, back), zone=self.zone)

    def _earlier(self, moment: datetime, back: timedelta) -> datetime:
        # By the clock on the wall, so that a change of clocks in between moves nothing.
        return (moment.astimezone(self.zone) - back).astimezone(UTC)

    def by(self, step: Step) -> list[Span]:
        """Its days or weeks (from Monday), the first and last of them as far as they lie within."""
        return list(self._by(step))

    def _by(self, step: Step) -> Iterator[Span]:
        since = self.since
        while since < self.until:
            day = since.astimezone(self.zone).date()
            until = min(_midnight(_following(day, step), self.zone), self.until)
            yield Span(day=day, since=since, until=until)
            since = until


def _following(day: date, step: Step) -> date:
    match step:
        case "day":
            return day + timedelta(days=1)
        case "week":
            return day + timedelta(days=7 - day.weekday())
        case _:
            assert_never(step)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
