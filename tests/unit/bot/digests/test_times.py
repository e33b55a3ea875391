"""A digest comes exactly once a day or week, whatever clocks do, and one that was missed is told in the end."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.digests.times import CatchUp, Due, Timing, due

DAILY = Timing(period="daily", minute_of_day=9 * 60, timezone="Asia/Shanghai")
MONDAYS = Timing(period="weekly", minute_of_day=9 * 60, weekday=0, timezone="Asia/Shanghai")
RULE = CatchUp(at_once_within=timedelta(hours=12), reaches=timedelta(days=3))


def _shanghai(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def test_a_daily_time_before_and_after_a_moment() -> None:
    assert DAILY.latest(_shanghai(20, 8, 59)) == _shanghai(19, 9)
    assert DAILY.latest(_shanghai(20, 9)) == _shanghai(20, 9)
    assert DAILY.following(_shanghai(20, 9)) == _shanghai(21, 9)


def test_a_weekly_time_is_on_its_day() -> None:
    assert MONDAYS.latest(_shanghai(22, 12)) == _shanghai(16, 9)
    assert MONDAYS.following(_shanghai(16, 9)) == _shanghai(23, 9)


@pytest.mark.parametrize(
    ("day", "minute", "utc"),
    [
        # Berlin springs from 02:00 to 03:00: 02:30 does not exist, and comes an hour later by the clock.
        (date(2026, 3, 29), 150, "2026-03-29T01:30"),
        # It falls from 03:00 back to 02:00: 02:30 comes twice, and the first one counts.
        (date(2026, 10, 25), 150, "2026-10-25T00:30"),
        (date(2026, 10, 26), 150, "2026-10-26T01:30"),
    ],
)
def test_a_local_time_that_is_skipped_or_comes_twice_is_one_moment(day: date, minute: int, utc: str) -> None:
    timing = Timing(period="daily", minute_of_day=minute, timezone="Europe/Berlin")
    assert timing.on(day) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Shanghai"])
@pytest.mark.parametrize("minute", [0, 30, 150, 23 * 60 + 59])
def test_following_times_are_one_a_day_for_years(zone: str, minute: int) -> None:
    timing = Timing(period="daily", minute_of_day=minute, timezone=zone)
    moment = datetime(2017, 1, 1, tzinfo=UTC)
    for _ in range(800):
        following = timing.following(moment)
        assert following > moment
        assert timing.latest(following) == following
        assert timing.latest(following - timedelta(seconds=1)) < following
        moment = following
    assert timedelta(days=799) < moment - datetime(2017, 1, 1, tzinfo=UTC) < timedelta(days=801)


def _due(now: datetime, *, covered: datetime, changed: datetime | None = None) -> Due | None:
    return due(DAILY, covered_until=covered, changed_at=changed or covered, now=now, catch_up=RULE)


def test_nothing_is_due_before_its_time_and_after_it_was_told() -> None:
    assert _due(_shanghai(20, 8, 59), covered=_shanghai(19, 9)) is None
    assert _due(_shanghai(20, 9, 1), covered=_shanghai(20, 9)) is None


def test_it_covers_everything_since_the_last_one() -> None:
    assert _due(_shanghai(20, 9), covered=_shanghai(19, 9)) == Due(_shanghai(19, 9), _shanghai(20, 9), False)


def test_one_that_was_missed_by_less_than_twelve_hours_comes_at_once() -> None:
    assert _due(_shanghai(20, 20, 59), covered=_shanghai(18, 9)) == Due(_shanghai(18, 9), _shanghai(20, 9), False)


def test_one_that_was_missed_by_more_is_told_by_the_next() -> None:
    assert _due(_shanghai(20, 21), covered=_shanghai(19, 9)) is None
    assert _due(_shanghai(21, 9), covered=_shanghai(19, 9)) == Due(_shanghai(19, 9), _shanghai(21, 9), False)


def test_after_a_long_time_it_reaches_three_days_back_and_knows_it() -> None:
    assert _due(_shanghai(20, 10), covered=_shanghai(10, 9)) == Due(_shanghai(17, 9), _shanghai(20, 9), True)


def test_a_time_before_the_schedule_was_set_up_is_not_due() -> None:
    assert _due(_shanghai(20, 10), covered=_shanghai(19, 9), changed=_shanghai(20, 9, 30)) is None
    assert _due(_shanghai(21, 9), covered=_shanghai(19, 9), changed=_shanghai(20, 9, 30)) is not None
