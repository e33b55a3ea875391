"""A digest is short, says whose and by when, and every line has its link."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.digests.digest import Facts
from bot.digests.rendering import DigestText
from bot.digests.texts import SECTION_NAMES, TEXTS
from bot.errors import Language
from bot.summaries.lines import SECTIONS
from tests.builders import at
from tests.unit.bot.digests.building import digest, line

NAMES = {"console:launch": "launch", "console:ops": "ops"}


def test_in_english() -> None:
    made = digest(
        line(1, "The launch moves to 8 December."),
        line(2, "send the quotation to finance", "action", owner="Li Wei", due=date(2026, 11, 6)),
        line(3, "Who signs the contract?", "question"),
    )
    assert DigestText(made, NAMES).text() == (
        "#launch daily digest · Mon 2 Nov 17:00 – Tue 3 Nov 17:00\n"
        "42 messages, 6 conversations\n\n"
        "▸ Decided\n• The launch moves to 8 December. [1]\n\n"
        "▸ To do\n• Li Wei: send the quotation to finance (by Fri 6 Nov) [2]\n\n"
        "▸ Open questions\n• Who signs the contract? [3]"
    )


def test_in_chinese() -> None:
    made = digest(
        line(1, "上线推迟到 12 月 8 日。"),
        line(2, "把报价发给财务", "action", owner="李伟", due=date(2026, 11, 6)),
        language="zh",
    )
    assert DigestText(made, NAMES).text() == (
        "#launch 日报 · 11月2日 周一 17:00 – 11月3日 周二 17:00\n"
        "42 条消息，6 段对话\n\n"
        "▸ 决定\n• 上线推迟到 12 月 8 日。 [1]\n\n"
        "▸ 待办\n• 李伟：把报价发给财务（11月6日 周五前） [2]"
    )


def test_whole_days_are_told_without_hours() -> None:
    made = digest(line(1, "x"), since=at(7 * 60), until=at(7 * 60 + 24 * 60))
    assert DigestText(made, NAMES).heading().startswith("#launch daily digest · Tue 3 Nov\n")


def test_the_owner_is_not_told_twice() -> None:
    made = digest(line(1, "Li Wei sends the quotation", "action", owner="Li Wei"))
    assert "• Li Wei sends the quotation [1]" in DigestText(made, NAMES).text()


def test_a_short_name_before_the_task_gives_way_to_the_whole_one() -> None:
    made = digest(line(1, "小满: 催报告", "action", owner="赵小满"), language="zh")
    assert "• 赵小满：催报告 [1]" in DigestText(made, NAMES).text()


def test_of_several_channels_each_line_names_its_own() -> None:
    made = digest(
        line(1, "It moves"), line(2, "Ship it", place="console:ops"), channel_ids=("console:launch", "console:ops")
    )
    text = DigestText(made, NAMES).text()
    assert text.startswith("#launch (+1 more) daily digest")
    assert "It moves [1] #launch" in text
    assert "Ship it [2] #ops" in text


def test_what_people_wrote_is_no_link() -> None:
    assert "• see (7) [1]" in DigestText(digest(line(1, "see [7]")), NAMES).text()


def test_nobody_is_called_by_what_people_wrote() -> None:
    """Invariant 5."""
    assert "@everyone" not in DigestText(digest(line(1, "tell @everyone")), NAMES).text()


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        (Facts(timezone="UTC"), "Nobody said anything."),
        (Facts(timezone="UTC", messages=1), "Nothing that needs to be remembered (1 message)."),
        (Facts(timezone="UTC", messages=5, told=3), "The messages told of here were deleted or changed"),
        (Facts(timezone="UTC", unreadable=2), "Channels that you can no longer read and that are left out: 2."),
    ],
)
def test_without_a_line_it_is_a_heading_and_what_there_is_to_say(facts: Facts, told: str) -> None:
    text = DigestText(digest(facts=facts), NAMES).text()
    assert told in text
    assert text.count("\n") <= 2


def test_what_is_missing_is_told() -> None:
    facts = Facts(timezone="UTC", messages=9, told=1, more=5, left_out=2, extractive="model_busy", cut=True)
    text = DigestText(digest(line(1, "x"), facts=facts), NAMES).text()
    for part in ("5 more did not fit", "not summed up: 2", "model_busy", "older than this period"):
        assert part in text


def test_another_year_is_named() -> None:
    made = replace(digest(line(1, "x")), made_at=at(0) + timedelta(days=300))
    assert "2 Nov 2026" in DigestText(made, NAMES).heading()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_text_exists_in_both_languages(language: Language) -> None:
    assert all(texts[language] for texts in (*TEXTS.values(), *SECTION_NAMES.values()))
    assert set(SECTION_NAMES) == set(SECTIONS)
