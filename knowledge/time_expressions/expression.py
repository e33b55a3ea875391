"""What a time expression in a question means."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Grain = Literal["moment", "hour", "part_of_day", "day", "week", "month", "quarter", "half_year", "year"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeExpression:
    """A half-open range ``since`` ≤ time < ``until``, both timezone-aware; None leaves that side open.

    An event anchor (``since the launch``, ``上线以来``) names in ``event`` the words of the event; its time is not
    known here, so both sides are None and ``side`` says which of them the event's time bounds.
    """

    text: str
    """The words, as they stand in the question."""
    start: int
    end: int
    """``question[start:end] == text``."""
    grain: Grain
    since: datetime | None = None
    until: datetime | None = None
    event: str | None = None
    side: Literal["since", "until"] | None = None
