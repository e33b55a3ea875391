"""What ``/remind`` is told: of what, and when."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.reminding.wording import read_reminder

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 22, 11, 40, tzinfo=ZONE)
"""A Sunday."""


def _local(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("typed", "text", "due"),
    [
        ("明天上午10点 跟进水泵合同", "跟进水泵合同", _local(11, 23, 10)),
        ("下周一 合同", "合同", _local(11, 23, 9)),
        ("周五下午3点 交周报", "交周报", _local(11, 27, 15)),
        ("后天 复测", "复测", _local(11, 24, 9)),
        ("两小时后 复测", "复测", _local(11, 22, 13, 40)),
        ("半小时后开会", "开会", _local(11, 22, 12, 10)),
        ("一个半小时后 x", "x", _local(11, 22, 13, 10)),
        ("三天后 付款", "付款", _local(11, 25, 11, 40)),
        ("今晚8点 上线", "上线", _local(11, 22, 20)),
        ("明早开会", "开会", _local(11, 23, 9)),
        ("12月1日 9:00 复测", "复测", _local(12, 1, 9)),
        ("明天 iPhone 12 发布清单", "iPhone 12 发布清单", _local(11, 23, 9)),
        ("the pump contract tomorrow 9am", "the pump contract", _local(11, 23, 9)),
        ("in 2 hours call Ann", "call Ann", _local(11, 22, 13, 40)),
        ("me of the Q3 numbers in half an hour", "the Q3 numbers", _local(11, 22, 12, 10)),
        ("me about the budget tomorrow at 10:30", "the budget", _local(11, 23, 10, 30)),
        ("next monday contract", "contract", _local(11, 23, 9)),
        ("on Friday at 15:00 demo", "demo", _local(11, 27, 15)),
        ("contract on 1 December", "contract", _local(12, 1, 9)),
        ("2026-12-01 14:30 review", "review", _local(12, 1, 14, 30)),
        ("review tonight", "review", _local(11, 22, 20)),
        ("tonight at 9pm deploy", "deploy", _local(11, 22, 21)),
        ("9:00 standup", "standup", _local(11, 23, 9)),
        ("next week budget", "budget", _local(11, 23, 9)),
    ],
)
def test_words_and_time_are_told_apart_in_both_languages(typed: str, text: str, due: datetime) -> None:
    wish = read_reminder(typed, now=NOW.astimezone(UTC), zone=ZONE)
    assert (wish.action, wish.text, wish.due_at, wish.names_past) == ("set", text, due, False)


def test_a_date_of_the_year_that_is_over_is_that_of_the_next_one() -> None:
    assert read_reminder("3月1日 年检", now=NOW, zone=ZONE).due_at == datetime(2027, 3, 1, 9, tzinfo=ZONE)


def test_without_a_time_there_is_none() -> None:
    wish = read_reminder("水泵合同", now=NOW, zone=ZONE)
    assert (wish.due_at, wish.names_past, wish.text) == (None, False, "水泵合同")


@pytest.mark.parametrize("typed", ["今天 9:00 x", "2026-11-01 x", "2月30日 x", "2026-13-01 x"])
def test_a_time_that_is_over_or_does_not_exist_is_said_to_be(typed: str) -> None:
    wish = read_reminder(typed, now=NOW, zone=ZONE)
    assert wish.names_past
    assert wish.due_at is None


@pytest.mark.parametrize("typed", ["", "list", "列表", "  "])
def test_a_list_is_wanted(typed: str) -> None:
    assert read_reminder(typed, now=NOW, zone=ZONE).action == "list"


@pytest.mark.parametrize(("typed", "number"), [("off 3", 3), ("取消 2", 2), ("cancel", None), ("取消第1个", 1)])
def test_one_is_dropped_by_its_number(typed: str, number: int | None) -> None:
    wish = read_reminder(typed, now=NOW, zone=ZONE)
    assert (wish.action, wish.number) == ("off", number)
