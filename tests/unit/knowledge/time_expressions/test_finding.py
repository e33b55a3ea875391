"""Time expressions hold for every question, clock and zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.time_expressions import find_time_expressions, read_time

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
ZONES = [ZoneInfo(name) for name in ("Asia/Shanghai", "America/New_York", "Europe/Berlin", "Pacific/Apia", "UTC")]
WORDS = [
    "上周三", "两个月前", "3月5号", "到", "8日", "去年", "底", "国庆", "前", "以来", "春节", "后", "十一点",
    "半", "下午", "昨天", "最近", "三天",
    "2024年", "Q3", "上半年", "周末", "月底", "31", "2月", "99", "5/3", "2024-05-03", "上线", "第", "每", "几",
    "一", "的", "谁",
    "last", "Tuesday", "since", "before", "until", "by", "between", "and", "from", "to", "May", "in", "2023",
    "H1", "early",
    "mid-June", "end of", "month", "ago", "two", "weeks", "Christmas", "at 3pm", "15:30", "yesterday",
    "the launch", ",", "?",
]  # fmt: skip
moments = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.sampled_from(ZONES))  # noqa: DTZ001 - hypothesis adds the zone
questions = st.one_of(st.text(max_size=40), st.lists(st.sampled_from(WORDS), max_size=8).map("".join),
                      st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join))  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(question=questions, now=moments, zone=st.sampled_from(ZONES))
def test_ranges_are_aware_ordered_and_stand_where_they_say(question: str, now: datetime, zone: ZoneInfo) -> None:
    end = 0
    for found in find_time_expressions(question, now=now, zone=zone):
        assert found.start >= end
        end = found.end
        assert question[found.start : found.end] == found.text
        bounds = [bound.astimezone(UTC) for bound in (found.since, found.until) if bound is not None]
        assert bounds == sorted(bounds)
        assert all(bound is None or bound.tzinfo is zone for bound in (found.since, found.until))
        assert bool(bounds) == (found.event is None)


@settings(max_examples=200, deadline=None)
@given(text=questions, now=moments)
def test_typed_times_never_raise(text: str, now: datetime) -> None:
    found = read_time(text, now=now, zone=SHANGHAI)
    assert found is None or found[0].astimezone(UTC) <= found[1].astimezone(UTC)


def test_days_are_those_of_the_asker() -> None:
    now = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)  # still the 17th in New York
    [there] = find_time_expressions("yesterday", now=now, zone=NEW_YORK)
    assert there.since == datetime(2026, 11, 16, tzinfo=NEW_YORK)
    [here] = find_time_expressions("昨天", now=now, zone=SHANGHAI)
    assert here.since == datetime(2026, 11, 17, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("day", "hours"),
    [(datetime(2026, 3, 9, 12, tzinfo=NEW_YORK), 23), (datetime(2026, 11, 2, 12, tzinfo=NEW_YORK), 25)],
)
def test_a_day_on_which_the_clocks_change_is_whole(day: datetime, hours: int) -> None:
    [found] = find_time_expressions("yesterday", now=day, zone=NEW_YORK)
    assert found.since is not None
    assert found.until is not None
    assert found.until.astimezone(UTC) - found.since.astimezone(UTC) == timedelta(hours=hours)


def test_an_hour_is_an_hour_when_the_clocks_change() -> None:
    now = datetime(2026, 11, 1, 7, 30, tzinfo=UTC)  # 02:30, an hour and a half after the clocks went back
    [found] = find_time_expressions("in the last 3 hours", now=now, zone=NEW_YORK)
    assert found.since is not None
    assert found.since.astimezone(UTC) == now - timedelta(hours=3)


def test_a_time_that_the_clock_skips_is_after_the_gap() -> None:
    now = datetime(2026, 3, 9, 12, tzinfo=NEW_YORK)
    [found] = find_time_expressions("yesterday at 2:30 am", now=now, zone=NEW_YORK)
    assert found.since == datetime(2026, 3, 8, 3, 30, tzinfo=NEW_YORK)


def test_now_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="timezone-aware"):
        find_time_expressions("昨天", now=datetime(2026, 1, 1), zone=SHANGHAI)  # noqa: DTZ001 - what is refused


@pytest.mark.parametrize(
    ("question", "texts"),
    [
        ("对比上周和本周的数据", ["上周", "本周"]),
        ("Compare Q1 2026 and Q2 2026", ["Q1 2026", "Q2 2026"]),
        ("昨天 Ann 和 last Friday 说的", ["昨天", "last Friday"]),
        ("report-2024-05-03.pdf 是昨天发的吗", ["昨天"]),
        ("《十月》 last week", ["last week"]),
    ],
)
def test_several_and_none_inside_names(question: str, texts: list[str]) -> None:
    now = datetime(2026, 11, 18, 15, 30, tzinfo=SHANGHAI)
    assert [found.text for found in find_time_expressions(question, now=now, zone=SHANGHAI)] == texts


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("two months ago", (2026, 9, 18), (2026, 9, 19)),
        ("两个月前", (2026, 9, 18), (2026, 9, 19)),
        ("last Tuesday", (2026, 11, 17), (2026, 11, 18)),
        ("上周", (2026, 11, 9), (2026, 11, 16)),
        ("March", (2026, 3, 1), (2026, 4, 1)),
        ("2023", (2023, 1, 1), (2024, 1, 1)),
        ("国庆", (2026, 10, 1), (2026, 10, 8)),
    ],
)
def test_typed_times(text: str, since: tuple[int, int, int], until: tuple[int, int, int]) -> None:
    now = datetime(2026, 11, 18, 15, 30, tzinfo=SHANGHAI)
    found = read_time(text, now=now, zone=SHANGHAI)
    assert found == (datetime(*since, tzinfo=SHANGHAI), datetime(*until, tzinfo=SHANGHAI))


@pytest.mark.parametrize("text", ["", "预算", "the budget last week", "tomorrow", "version 3.5"])
def test_typed_words_that_are_no_time(text: str) -> None:
    assert read_time(text, now=datetime(2026, 11, 18, tzinfo=SHANGHAI), zone=SHANGHAI) is None
