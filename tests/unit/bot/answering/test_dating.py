"""Relative days written out, for a model that reckons badly."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.answering.dating import dated, days_meant
from bot.errors import Language

SHANGHAI = ZoneInfo("Asia/Shanghai")
WEDNESDAY = datetime(2023, 9, 12, 17, 0, tzinfo=UTC)
"""One in the morning of 13 September in Shanghai."""


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("We went biking last weekend!", "en", "We went biking last weekend (9-10 September 2023)!"),
        ("It broke last month", "en", "It broke last month (August 2023)"),
        ("We met two weeks ago", "en", "We met two weeks ago (27 August-2 September 2023)"),
        ("Due tomorrow", "en", "Due tomorrow (14 September 2023)"),
        ("昨天定的，下周三上线", "zh", "昨天（2023 年 9 月 12 日）定的，下周三（2023 年 9 月 20 日）上线"),
        ("上周的会", "zh", "上周（2023 年 9 月 4 日至 9 月 10 日）的会"),
        ("去年做的", "zh", "去年（2022 年）做的"),
    ],
)
def test_what_is_reckoned_from_the_day_gets_its_date(text: str, language: Language, expected: str) -> None:
    assert dated(text, WEDNESDAY, zone=SHANGHAI, language=language) == expected


@pytest.mark.parametrize(
    "text",
    ["Due 14 September", "in May 2022", "9 月 3 日上线", "a few days ago", "最近很忙", "today", "今天发", "nothing"],
)
def test_dates_today_and_vague_times_stay_as_they_are(text: str) -> None:
    assert dated(text, WEDNESDAY, zone=SHANGHAI, language="en") == text


def test_the_days_meant_are_known_to_the_check() -> None:
    assert days_meant("last weekend", WEDNESDAY, zone=SHANGHAI) == {date(2023, 9, 9), date(2023, 9, 10)}
    assert days_meant("last month", WEDNESDAY, zone=SHANGHAI) == {date(2023, 8, 1)}
