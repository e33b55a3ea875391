"""Figures in one form, whatever they are written like."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.figures import claimed_figures, known_figures

SAID = datetime(2026, 11, 30, 1, 30, tzinfo=timezone(timedelta(hours=8)))
"""A Monday in Shanghai; a Sunday in UTC."""


def is_known(claim: str, source: str, said_at: datetime | None = None) -> bool:
    facts = known_figures(source, said_at)
    figures = claimed_figures(claim)
    assert figures, claim
    return all(figure.is_known(facts) for figure in figures)


@pytest.mark.parametrize(
    "claim",
    ["12 月 8 日", "12月8号", "12-08", "December 8", "8 December", "Dec. 8th", "the 8th of December", "十二月八日"],
)
@pytest.mark.parametrize(
    "source",
    ["12月8日", "12-08", "2026-12-08", "December 8", "8 Dec", "12/8", "十二月八号", "2026年12月8日", "在December 8日"],
)
def test_a_date_is_the_same_in_every_spelling(claim: str, source: str) -> None:
    assert is_known(f"发布是 {claim}", f"launch: {source}, 10 pumps")


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("November 8", "12-08"),
        ("12 月 9 日", "December 8"),
        ("8 月 12 日", "12 月 8 日"),
        ("12 月 8 日", "12 pumps and 8 valves"),
        ("2027-12-08", "2026-12-08"),
        ("in November", "12 月"),
        ("1201", "1,200"),
        ("12000", "1,200"),
        ("v2.10.4", "v2.10.3"),
        ("v1.1", "v1.10"),
        ("10:30", "10:00"),
        ("3 pm", "3 am"),
        ("300 万", "300 元"),
        ("三百二十万", "三百万"),
        ("18 days", "8 days"),
        ("4 次", "第四天"),
        ("十八天", "八天"),
        ("百分之十八", "8%"),
    ],
)
def test_another_figure_is_not_known(claim: str, source: str) -> None:
    assert not is_known(claim, source)


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("1200", "1,200"),
        ("¥1,200", "１２００ 元"),
        ("1200000", "1,200,000.00"),
        ("320 万", "3,200,000"),
        ("3.2 million", "320万"),
        ("三百二十万元", "320万"),
        ("320 万元", "单位：万元 | 320 |"),
        ("5k", "5000"),
        ("5000", "5k"),
        ("5 km", "5 km"),
        ("18 days", "十八天"),
        ("18 天", "eighteen days"),
        ("两百台", "200 units"),
        ("3 pumps", "三台泵"),
        ("10:00", "上午十点"),
        ("10 AM", "10:00"),
        ("3 pm", "15:00"),
        ("15:30", "下午3点半"),
        ("09:05", "9:05"),
        ("7/40", "7 of 40 failed"),
        ("3-5 days", "3 to 5 days"),
        ("13800138000", "138-0013-8000"),
        ("138-0013-8000", "13800138000"),
        ("百分之十八", "18%"),
        ("二〇二六年", "2026"),
        ("第 4 天", "第四天"),
        ("All 18 may be late", "18 pumps"),
        ("2.10.3", "v2.10.3发布了"),
    ],
)
def test_the_same_figure_written_otherwise_is_known(claim: str, source: str) -> None:
    assert is_known(claim, source)


@pytest.mark.parametrize(
    ("source", "day"),
    [
        ("明天发", "12-01"),
        ("we ship tomorrow", "December 1"),
        ("后天", "12月2日"),
        ("昨天坏了", "11-29"),
        ("yesterday", "November 29"),
        ("8号发布", "12-08"),
        ("on the 8th", "December 8"),
        ("周五发", "December 4"),
        ("下周三", "12-09"),
        ("next Friday", "December 11"),
        ("by Friday", "12-04"),
        ("月底前", "11-30"),
        ("两周后", "12-14"),
        ("in 3 days", "12-03"),
        ("no date at all", "2026-11-30"),
    ],
)
def test_days_named_from_the_day_of_the_message_in_its_zone(source: str, day: str) -> None:
    assert is_known(day, source, SAID)


def test_the_day_of_the_message_is_that_of_its_zone() -> None:
    assert not is_known("11-29", "no date at all", SAID)


@pytest.mark.parametrize(
    "idiom", ["一个方案", "万一坏了", "十分好", "统一处理", "千万别", "两个都行", "七八个", "①泵", "第一"]
)
def test_words_that_only_look_like_numbers_claim_nothing(idiom: str) -> None:
    assert claimed_figures(idiom) == []


@given(st.text(alphabet="0123456789.,:-/月日号年万亿十百千零两五pmaDecber 点半", max_size=25) | st.text(max_size=25))
def test_any_text_knows_what_it_claims(text: str) -> None:
    facts = known_figures(text, SAID)
    assert all(figure.is_known(facts) for figure in claimed_figures(text))


@given(st.integers(0, 10**9))
def test_thousands_separators_make_no_difference(number: int) -> None:
    assert is_known(f"{number:,}", f"{number}")
    assert is_known(f"{number}", f"{number:,}")
