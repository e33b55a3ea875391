"""Lines found by rules."""

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
    assert [line.text for line in lines] == [
        "Ann: plan.xlsx the new plan", "Ann: docs.example https://docs.example/plan",
    ]  # fmt: skip
