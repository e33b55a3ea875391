"""Lines found by rules."""

from dataclasses import replace
from datetime import UTC, date

import pytest

from bot.summaries.findings import due_of, findings
from bot.summaries.lines import Section, SummaryLine
from bot.summaries.talk import Shared, Talk
from tests.unit.bot.summaries.talks import talk, turn

MONDAY = date(2026, 11, 2)


def of_section(section: Section, told: Talk) -> list[SummaryLine]:
    return [line for line in findings(told, UTC) if line.section == section]


@pytest.mark.parametrize(("sentence", "due"), [
    ("I will send it by Friday", date(2026, 11, 6)),
    ("please finish the plan before tomorrow", date(2026, 11, 3)),
    ("周五前把合同发给客户", date(2026, 11, 6)),
    ("11 月 20 日之前交报告", date(2026, 11, 20)),
    ("the invoice is due 2026-12-08", date(2026, 12, 8)),
    ("due 1/15", date(2027, 1, 15)),
    ("it was due on October 30", None),
    ("we moved on Friday's idea", None),
    ("I will send it", None),
])  # fmt: skip
def test_a_due_date_is_the_first_day_named_as_a_limit(sentence: str, due: date | None) -> None:
    assert due_of(sentence, MONDAY) == due


@pytest.mark.parametrize(("text", "owner"), [
    ("I will send the contract to the client by Friday", "Ann"),
    ("@Bo please send the contract to the client", "Bo"),
    ("Bo, please send the contract to the client by Friday", "Bo"),
    ("合同由 Bo 负责，请周五前发给客户", "Bo"),
    ("thanks @Bo, I will send the contract by Friday", "Ann"),
])  # fmt: skip
def test_an_action_has_the_owner_that_was_named_or_promised_it(text: str, owner: str) -> None:
    (line,) = of_section("action", talk(turn(1, text, categories="action_item"), turn(2, "fine with me", author="Bo")))
    assert (line.owner, line.record_ids, line.quoted) == (owner, ("m1",), True)
    assert text in line.text


@pytest.mark.parametrize("text", [
    "somebody should look at the contract one day",
    "I will have a look at it some day",
    "the contract is on the desk",
])  # fmt: skip
def test_what_nobody_has_to_do_is_no_action(text: str) -> None:
    assert of_section("action", talk(turn(1, text, categories="action_item"))) == []


@pytest.mark.parametrize(("text", "categories", "is_decision"), [
    ("We decided to go with Postgres for the archive", "", True),
    ("就这么定了，发布改到 12 月 8 日", "decision", True),
    ("We have not decided yet, maybe Postgres", "decision", False),
    ("Have we decided on Postgres?", "question", False),
    ("Postgres is a database", "", False),
])  # fmt: skip
def test_a_decision_says_that_something_is_settled(text: str, categories: str, is_decision: bool) -> None:
    assert bool(of_section("decision", talk(turn(1, text, categories=categories)))) is is_decision


def test_a_question_is_open_until_somebody_else_could_have_answered_it() -> None:
    asked = turn(1, "Where do we keep the keys of the server room?", categories="question")
    assert [line.record_ids for line in of_section("question", talk(asked))] == [("m1",)]
    assert of_section("question", talk(asked, turn(2, "in the safe", author="Bo"))) == []
    assert of_section("question", talk(asked, turn(2, "no idea", author="Bo"))) != []
    assert of_section("question", talk(asked, turn(2, "which one do you mean?", author="Bo"))) != []
    assert (
        of_section("question", talk(asked, turn(2, "anybody?"), turn(3, "in the safe", author="Bo", reply_to=1))) == []
    )
    assert of_section("question", talk(asked, turn(2, "thanks, found it"))) == []


def test_files_and_links_are_told_as_they_were_shared() -> None:
    file, link = Shared("plan.xlsx", "the new plan"), Shared("docs.example", url="https://docs.example/plan")
    lines = of_section("file", talk(turn(1, "see here", shared=(file, link))))
    assert [line.text for line in lines] == ["Ann: plan.xlsx the new plan", "Ann: https://docs.example/plan"]


def test_a_list_of_tasks_is_an_action_for_each_person_who_is_known() -> None:
    listed = turn(
        1, "What is left:\n• Bo: floor plan, 11-22\n• 小满：空运，11-20 起飞\n• Time: 10:00\n• Ann Lee：the invitations"
    )
    told = replace(talk(listed), people=frozenset({"Bo", "赵小满", "Ann Lee"}))
    assert [(line.owner, line.due, line.text) for line in of_section("action", told)] == [
        ("Bo", date(2026, 11, 22), "Bo: floor plan, 11-22"),
        ("赵小满", date(2026, 11, 20), "小满: 空运，11-20 起飞"),
        ("Ann Lee", None, "Ann Lee: the invitations"),
    ]


def test_a_short_message_is_quoted_whole_and_a_long_one_by_its_sentence() -> None:
    [short] = of_section("decision", talk(turn(1, "Hardware is ready. We decided to go. Ten o'clock then.")))
    assert short.text == "Ann: Hardware is ready. We decided to go. Ten o'clock then."
    [long] = of_section("decision", talk(turn(1, "The hardware is ready in every respect. " * 6 + "We decided to go.")))
    assert long.text == "Ann: We decided to go."


def test_what_people_think_of_a_decision_is_none() -> None:
    assert of_section("decision", talk(turn(1, "改期是今年最好的决定", categories="decision"))) == []


def test_code_within_a_sentence_belongs_to_it() -> None:
    asked = turn(1, "what do you recommend instead of `arr` for this?\n```\n(long code)\n```", categories="question")
    [line] = of_section("question", talk(asked))
    assert line.text == "Ann: what do you recommend instead of `arr` for this?"


@pytest.mark.parametrize("text", [
    "I have to admit that I know little of it by Friday",
    "good to know. I’ll try refreshing tomorrow",
])  # fmt: skip
def test_a_way_of_speaking_promises_nothing(text: str) -> None:
    assert of_section("action", talk(turn(1, text, categories="action_item"))) == []


def test_a_word_before_a_colon_is_nobody_unless_it_is_a_name() -> None:
    told = replace(talk(turn(1, "first\nin: foo1, 11-22\nat: position 2, 11-22")), people=frozenset({"Marlin", "Pat"}))
    assert of_section("action", told) == []
