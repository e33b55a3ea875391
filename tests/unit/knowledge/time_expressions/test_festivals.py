"""Holidays fall on their days."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from knowledge.time_expressions import find_time_expressions

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("2025年大年初一", date(2025, 1, 29)), ("2027年除夕", date(2027, 2, 5)), ("2030年大年初一", date(2030, 2, 3)),
        ("2020年中秋", date(2020, 10, 1)), ("2024年端午节", date(2024, 6, 10)), ("2026年清明", date(2026, 4, 5)),
        ("2028年清明节", date(2028, 4, 4)), ("2023年重阳节", date(2023, 10, 23)), ("2024年元宵", date(2024, 2, 24)),
        ("2026年元旦", date(2026, 1, 1)), ("2025年双十一", date(2025, 11, 11)), ("2033年中秋节", date(2033, 9, 8)),
        ("Thanksgiving 2025", date(2025, 11, 27)), ("Black Friday 2024", date(2024, 11, 29)),
        ("Easter 2024", date(2024, 3, 31)), ("Good Friday 2026", date(2026, 4, 3)),
        ("Labor Day 2026", date(2026, 9, 7)),
        ("Memorial Day 2025", date(2025, 5, 26)), ("New Year's Eve 2024", date(2024, 12, 31)),
    ],
)  # fmt: skip
def test_days(words: str, day: date) -> None:
    [found] = find_time_expressions(words, now=datetime(2039, 12, 31, tzinfo=SHANGHAI), zone=SHANGHAI)
    assert found.since is not None
    assert found.since.date() == day


@pytest.mark.parametrize("year", range(2015, 2041))
def test_lunar_days_keep_their_distance(year: int) -> None:
    """The fifth month's fifth day comes 4 or 5 moons after New Year, the eighth's fifteenth 7 or 8 and a half."""
    now = datetime(2040, 12, 31, tzinfo=SHANGHAI)

    def first(words: str) -> date:
        [found] = find_time_expressions(words, now=now, zone=SHANGHAI)
        assert found.since is not None
        return found.since.date()

    new_year = first(f"{year}年大年初一")
    assert date(year, 1, 21) <= new_year <= date(year, 2, 20)
    months = (first(f"{year}年端午") - new_year).days - 4, (first(f"{year}年中秋") - new_year).days - 14
    for days in months:
        assert abs(days - round(days / 29.53) * 29.53) < 2
    assert first(f"{year}年清明") in (date(year, 4, 4), date(year, 4, 5))


def test_a_festival_is_the_last_that_has_begun() -> None:
    [found] = find_time_expressions("春节后", now=datetime(2026, 2, 18, tzinfo=SHANGHAI), zone=SHANGHAI)
    assert found.since == datetime(2026, 2, 24, tzinfo=SHANGHAI)
    [found] = find_time_expressions("春节", now=datetime(2026, 1, 18, tzinfo=SHANGHAI), zone=SHANGHAI)
    assert found.since is not None
    assert found.since.year == 2025


def test_years_without_a_table_mean_nothing() -> None:
    assert find_time_expressions("2005年春节", now=datetime(2026, 1, 18, tzinfo=SHANGHAI), zone=SHANGHAI) == []
