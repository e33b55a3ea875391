"""What is understood of a question, in words for people."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.answering.events import Event, tells_of
from bot.answering.understanding import understand, with_event
from knowledge.passage import PassageFilter
from tests.builders import evidence

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 18, 15, 30, tzinfo=SHANGHAI)


def day(number: int) -> datetime:
    return datetime(2026, 11, number, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("question", "words", "since", "until"),
    [
        ("上周三谁发了预算", "谁发了预算", day(11), day(12)),
        ("Who sent the budget last Tuesday?", "Who sent the budget ?", day(17), day(18)),
        ("对比上周和本周的数据", "对比 和 的数据", day(9), day(23)),
        ("since Monday and before Wednesday, what broke?", "and , what broke?", day(16), day(18)),
        ("after Tuesday and before Monday", "and", None, None),
        ("谁负责预算", "谁负责预算", None, None),
    ],
)
def test_words_and_range(question: str, words: str, since: datetime | None, until: datetime | None) -> None:
    understood = understand(question, now=NOW, zone=SHANGHAI)
    assert (understood.words, understood.since, understood.until) == (words, since, until)
    assert understood.timed == (since is not None)


def test_explicit_filters_stay_hard() -> None:
    understood = understand("上周的预算", now=NOW, zone=SHANGHAI)
    where = understood.within(PassageFilter(since=day(12), until=day(30)))
    assert (where.since, where.until) == (day(12), day(16))


@pytest.mark.parametrize(
    ("question", "zh", "en"),
    [
        ("上周三的预算", "时间：“上周三” = 2026-11-11", "Time: “上周三” = 2026-11-11"),
        ("last week", "时间：“last week” = 2026-11-09 … 2026-11-15", "Time: “last week” = 2026-11-09 … 2026-11-15"),
        ("since Monday", "时间：“since Monday” = 2026-11-16 起", "Time: “since Monday” = since 2026-11-16"),
        ("截至昨天", "时间：“截至昨天” = 2026-11-17 为止", "Time: “截至昨天” = until 2026-11-17"),
        (
            "昨天下午三点",
            "时间：“昨天下午三点” = 2026-11-17 15:00 … 2026-11-17 16:00",
            "Time: “昨天下午三点” = 2026-11-17 15:00 … 2026-11-17 16:00",
        ),
        ("预算", "", ""),
    ],
)
def test_people_are_told_in_their_language(question: str, zh: str, en: str) -> None:
    understood = understand(question, now=NOW, zone=SHANGHAI)
    assert understood.told("zh", SHANGHAI) == zh
    assert understood.told("en", SHANGHAI) == en


@pytest.mark.parametrize(
    "question", ["上周大家都说了什么", "what happened last week", "昨天", "What did we discuss yesterday?"]
)
def test_a_question_may_ask_for_nothing_but_a_time(question: str) -> None:
    assert understand(question, now=NOW, zone=SHANGHAI).only_time


@pytest.mark.parametrize("question", ["上周的预算", "what broke last week", "预算", "说了什么"])
def test_other_questions_have_words(question: str) -> None:
    assert not understand(question, now=NOW, zone=SHANGHAI).only_time


def test_an_event_bounds_the_range_and_is_named() -> None:
    understood = understand("上线以来有什么问题", now=NOW, zone=SHANGHAI)
    event = Event("m7", day(3) + timedelta(hours=9), "Li Wei", "支付系统已上线")
    resolved = with_event(understood, understood.expressions[0], event)
    assert (resolved.since, resolved.until) == (event.time, None)
    assert resolved.words == "有什么问题"
    assert resolved.told("zh", SHANGHAI).endswith("（Li Wei 于 2026-11-03 09:00 说：“支付系统已上线”）")


def test_an_event_that_nobody_told_of_is_words_again() -> None:
    understood = understand("上线以来有什么问题", now=NOW, zone=SHANGHAI)
    unresolved = with_event(understood, understood.expressions[0], None)
    assert unresolved.words == "上线以来有什么问题"
    assert not unresolved.timed
    assert unresolved.told("zh", SHANGHAI) == ""


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("launch", "The shop is live: we launched it at nine."),
        ("上线", "好消息！支付系统今天正式上线。"),
        ("发布会", "发布会顺利结束，大家辛苦了"),
        ("office move", "We have finished the office move, boxes are out."),
    ],
)
def test_who_told_of_an_event(words: str, text: str) -> None:
    found = tells_of(words, [evidence(1, "Lunch is at noon"), evidence(2, text)])
    assert found is not None
    assert found.record_id == "m2"


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("launch", "The launch will be on Friday"),
        ("launch", "When is the launch?"),
        ("launch", "We launched the survey before lunch"),
        ("上线", "准备下周上线"),
        ("上线", "支付系统什么时候正式上线？"),
        ("payment launch", "We launched the poster campaign"),
        ("发布会", "发布会推迟了"),
    ],
)
def test_plans_questions_and_other_events_are_not_taken(words: str, text: str) -> None:
    assert tells_of(words, [evidence(1, text)]) is None
