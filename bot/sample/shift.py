"""Moves the sample from the weeks it was written for to the weeks before it is loaded, dates in its words included.

A date that is said in a text is written as ``{{11-28}}`` or, in another form, as ``{{11-28 zh}}``:

    {{11-28}}      11-28         {{11-28 zh}}   11月28日      {{11-28 en}}   28 November
                                 {{11-28 周}}   周五           {{11-28 day}}  Friday
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

TEAM_ZONE = ZoneInfo("Asia/Shanghai")
"""Where most of the team works; the days of the sample begin here at midnight."""
LAST_DAY = date(2025, 12, 5)
"""The last day of the sample as it was written."""

_SAID_DATE = re.compile(r"\{\{(\d{2})-(\d{2})(?: (\S+))?\}\}")
# Own tables: strftime's words depend on the locale of the process.
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_FORMS: Mapping[str | None, Callable[[date], str]] = {
    None: lambda day: f"{day:%m-%d}",
    "zh": lambda day: f"{day.month}月{day.day}日",
    "en": lambda day: f"{day.day} {_MONTHS[day.month - 1]}",
    "周": lambda day: f"周{'一二三四五六日'[day.weekday()]}",
    "day": lambda day: _DAYS[day.weekday()],
}


@dataclass(frozen=True, slots=True)
class Shift:
    """A number of whole days between the sample as written and as loaded."""

    days: int

    @classmethod
    def to_end_before(cls, now: datetime) -> Self:
        """The shift after which the last day is the day before ``now`` in the team's zone.

        Raises ``ValueError`` when ``now`` has no time zone.
        """
        if now.tzinfo is None:
            raise ValueError("now has no time zone")
        return cls((now.astimezone(TEAM_ZONE).date() - LAST_DAY).days - 1)

    def moment(self, written: datetime) -> datetime:
        """The same time of the day, on the shifted day."""
        return written + timedelta(days=self.days)

    def text(self, written: str) -> str:
        """The words with their dates shifted. Raises ``ValueError`` for a form or date that does not exist."""
        return _SAID_DATE.sub(self._said, written)

    def _said(self, match: re.Match[str]) -> str:
        month, day, form = match.groups()
        if form not in _FORMS:
            raise ValueError(f"no such form of a date: {form!r}")
        return _FORMS[form](date(LAST_DAY.year, int(month), int(day)) + timedelta(days=self.days))
