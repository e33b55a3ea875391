"""Until when something is given, as people say it: the last day, in the team's time zone."""

from datetime import date, datetime, time, timedelta, tzinfo


def end_of(day: date | None, zone: tzinfo) -> datetime | None:
    """The moment at which this last day is over."""
    return None if day is None else datetime.combine(day + timedelta(days=1), time(), zone)


def last_day(until: datetime | None, zone: tzinfo) -> str | None:
    """The last day as ``2026-12-31``."""
    return None if until is None else (until - timedelta(microseconds=1)).astimezone(zone).date().isoformat()
