"""When a digest is due and which period it tells of. Pure: the same answer whatever was restarted in between.

A digest that was missed is posted at once when its time is not long gone, otherwise its period is told by the next
regular one. Either covers everything since the last one that was told, but never more than a few days.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Period = Literal["daily", "weekly"]

_DAYS = 9
"""Days looked at around a moment: any seven hold each weekday, and zones differ by less than a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """A local time a day, or a week on ``weekday`` (0 is Monday)."""

    period: Period
    minute_of_day: int
    weekday: int = 0
    timezone: str

    def on(self, day: date) -> datetime:
        """The moment on a day. A local time that clocks skip is as much later, of one that comes twice it is the first.

        So there is exactly one a day, in the zone's own days.
        """
        local = datetime.combine(day, time(*divmod(self.minute_of_day, 60)), ZoneInfo(self.timezone))
        return local.astimezone(UTC)

    def latest(self, now: datetime) -> datetime:
        """The last time that was due by ``now``."""
        return max(moment for moment in self._around(now) if moment <= now)

    def following(self, now: datetime) -> datetime:
        """The next time after ``now``."""
        return min(moment for moment in self._around(now) if moment > now)

    def _around(self, now: datetime) -> list[datetime]:
        today = now.astimezone(ZoneInfo(self.timezone)).date()
        days = (today + timedelta(days=offset) for offset in range(-_DAYS, _DAYS + 1))
        return [self.on(day) for day in days if self.period == "daily" or day.weekday() == self.weekday]


@dataclass(frozen=True, slots=True, kw_only=True)
class CatchUp:
    """What happens to missed digests."""

    at_once_within: timedelta
    """One that was missed by less is posted at once; otherwise the next regular one tells of its period, too."""
    reaches: timedelta
    """A digest covers at most this much."""


@dataclass(frozen=True, slots=True)
class Due:
    """A digest to be made. ``cut`` says that it does not reach back to the last one."""

    since: datetime
    until: datetime
    cut: bool


def due(
    timing: Timing, *, covered_until: datetime, changed_at: datetime, now: datetime, catch_up: CatchUp
) -> Due | None:
    """The digest that is due now, or None. Times up to ``changed_at``, when it was set up, are not made up for."""
    until = timing.latest(now)
    if until <= max(covered_until, changed_at) or now - until >= catch_up.at_once_within:
        return None
    since = max(covered_until, until - catch_up.reaches)
    return Due(since, until, since > covered_until)
