"""Which answers are in a case, and in which: what failed somebody, with the questions that ask the same."""

import pytest
from sqlalchemy import insert, select

from bot.application import Application
from bot.errors import NotFound
from bot.feedback.cases import Cases
from bot.feedback.signs import Signs
from bot.truth.tables import QuestionVectorRow, StandardAnswerRow
from tests.builders import at, deleted, posted
from tests.quick_application import archive
from tests.unit.bot.feedback.asked import asked, judged, queue, taken_in

WIFI, PRINTER = "what is the office wifi password", "where does the blue printer stand"


async def test_answers_that_failed_are_put_together_by_their_question(application: Application) -> None:
    await asked(application, "a1", WIFI)
    await asked(application, "a2", WIFI, by="Bo")
    await asked(application, "a3", PRINTER, reason="nothing_found")
    await asked(application, "a4", PRINTER)
    await taken_in(application)
    assert await queue(application) == {PRINTER: {"a3"}}
    await judged(application, "a1", "down")
    await judged(application, "a2", "down")
    await judged(application, "a4", "up")
    await taken_in(application)
    assert await queue(application) == {WIFI: {"a1", "a2"}, PRINTER: {"a3"}}
    [wifi, printer] = await Cases(application.database).listed()
    assert (wifi.question, wifi.answers, wifi.people, wifi.causes) == (WIFI, 2, 2, {"down": 2})
    assert (printer.answers, printer.people, printer.causes) == (1, 1, {"abstained": 1})


@pytest.mark.parametrize(
    ("reason", "cause"),
    [
        ("nothing_found", "abstained"),
        ("not_in_records", "abstained"),
        ("not_supported", "unsupported"),
        ("prompt_not_told", None),
        ("not_permitted", None),
        ("silent", None),
        ("model_busy", None),
        ("model_timeout", None),
    ],
)
async def test_reasons(application: Application, reason: str, cause: str | None) -> None:
    await asked(application, "a1", WIFI, reason=reason)
    await taken_in(application)
    assert [view.causes for view in await Cases(application.database).listed()] == ([{cause: 1}] if cause else [])


async def test_what_was_asked_on_the_command_line_fails_nobody(application: Application) -> None:
    await asked(application, "a1", WIFI, reason="nothing_found", on_command_line=True)
    await judged(application, "a1", "down")
    await taken_in(application)
    assert await queue(application) == {}


async def test_an_undone_verdict_takes_its_answer_out_and_an_empty_case_disappears(application: Application) -> None:
    for answer_id in ("a1", "a2"):
        await asked(application, answer_id, WIFI)
        await judged(application, answer_id, "down")
    await taken_in(application)
    await judged(application, "a1", "withdrawn")
    await taken_in(application)
    assert await queue(application) == {WIFI: {"a2"}}
    await judged(application, "a2", "up")  # the last verdict counts
    await taken_in(application)
    assert await queue(application) == {}
    assert await Cases(application.database).counts() == {}


async def test_the_answer_of_a_colleague_fails_nobody_once_the_verdict_is_undone(application: Application) -> None:
    await asked(application, "a1", WIFI)
    await judged(application, "a1", "down")
    await Signs(application.database).see(
        answer_id="a1", person_id="console:Bo", kind="answered_by_person", record_id="m1"
    )
    await taken_in(application)
    [view] = await Cases(application.database).listed()
    assert view.causes == {"down": 1, "answered_by_person": 1}
    await judged(application, "a1", "withdrawn")
    await taken_in(application)
    assert await queue(application) == {}


async def test_who_meant_the_standard_answer_beside_was_not_failed_unless_they_say_so(application: Application) -> None:
    await asked(application, "a1", WIFI, reason="nothing_found")
    await taken_in(application)
    assert await queue(application) == {WIFI: {"a1"}}
    signs = Signs(application.database)
    await signs.see(answer_id="a1", person_id="console:Ann", kind="meant", record_id="s1")
    await taken_in(application)
    assert await queue(application) == {}
    await judged(application, "a1", "down")
    await taken_in(application)
    assert [view.causes for view in await Cases(application.database).listed()] == [{"down": 1}]


async def test_numbers_and_codes_make_another_question(application: Application) -> None:
    await asked(application, "a1", "who is on call for the P1 incident", reason="nothing_found")
    await asked(application, "a2", "who is on call for the P2 incident", reason="nothing_found")
    await taken_in(application)
    assert {frozenset(answers) for answers in (await queue(application)).values()} == {
        frozenset({"a1"}), frozenset({"a2"}),
    }  # fmt: skip


async def test_a_follow_up_is_put_together_by_what_it_asks_for(application: Application) -> None:
    await asked(application, "a1", WIFI, reason="nothing_found")
    await asked(application, "a2", "and that?", reason="nothing_found", searches=(WIFI,), minutes=11)
    await taken_in(application)
    assert await queue(application) == {WIFI: {"a1", "a2"}}
    [view] = await Cases(application.database).listed()
    detail = await Cases(application.database).case(view.case_id)
    assert [(answer.question, answer.searched) for answer in detail.answers] == [("and that?", WIFI), (WIFI, WIFI)]


async def test_a_deleted_question_leaves_no_case_behind(application: Application) -> None:
    """Invariant 3."""
    await archive(application, posted(1, WIFI))
    await asked(application, "a1", WIFI, reason="nothing_found", record_id="m1")
    await taken_in(application)
    assert await queue(application) == {WIFI: {"a1"}}
    await archive(application, deleted(1))
    assert await queue(application) == {}
    assert await Cases(application.database).counts() == {}
    async with application.database.read() as connection:
        assert (await connection.execute(select(QuestionVectorRow))).first() is None
    assert await application.taking_in.vectors.of(["a1"]) == {}
    await judged(application, "a1", "down")
    await taken_in(application)
    assert await queue(application) == {}


async def test_a_withdrawn_answer_leaves_its_case(application: Application) -> None:
    await archive(application, posted(1, "the password is 4711"))
    await asked(application, "a1", WIFI, sources=("m1",))
    await judged(application, "a1", "down")
    await taken_in(application)
    assert await queue(application) == {WIFI: {"a1"}}
    await archive(application, deleted(1))
    assert await queue(application) == {}
    await judged(application, "a1", "down", "Cy")
    await taken_in(application)
    assert await queue(application) == {}


async def _case_of(application: Application, question: str) -> str:
    return next(view.case_id for view in await Cases(application.database).listed() if view.question == question)


async def test_a_dismissed_case_opens_again_when_it_goes_on(application: Application) -> None:
    cases = Cases(application.database)
    await asked(application, "a1", WIFI, reason="nothing_found")
    await taken_in(application)
    case_id = await _case_of(application, WIFI)
    await cases.dismiss(case_id, "op")
    decided = (await cases.case(case_id)).case.changed_at
    await asked(application, "old", WIFI, reason="nothing_found")  # asked before, taken in late
    for number in (1, 2):
        await asked(application, f"new{number}", WIFI, reason="nothing_found", when=decided.replace(year=2100))
    await taken_in(application)
    assert await queue(application) == {}
    await asked(application, "new3", WIFI, reason="nothing_found", when=decided.replace(year=2100))
    await taken_in(application)
    assert await queue(application) == {WIFI: {"a1", "old", "new1", "new2", "new3"}}


async def test_a_mended_case_opens_again_when_the_standard_answer_is_judged_down(application: Application) -> None:
    cases = Cases(application.database)
    await asked(application, "a1", WIFI, reason="nothing_found")
    await taken_in(application)
    case_id = await _case_of(application, WIFI)
    await cases.mended(case_id, "op", "s1")
    later = (await cases.case(case_id)).case.changed_at.replace(year=2100)
    await asked(application, "a2", WIFI, standard_answer_id="s1", when=later)
    await asked(application, "a3", WIFI, reason="nothing_found", minutes=9)  # before it was mended
    await taken_in(application)
    assert await queue(application) == {}
    await judged(application, "a2", "down")
    await taken_in(application)
    assert await queue(application) == {WIFI: {"a1", "a2", "a3"}}
    assert (await cases.case(case_id)).case.state == "open"


async def test_it_is_mended_again_when_that_verdict_is_undone(application: Application) -> None:
    cases = Cases(application.database)
    await asked(application, "a1", WIFI, reason="nothing_found")
    await taken_in(application)
    case_id = await _case_of(application, WIFI)
    approved = {"variants": [], "text": "4711", "language": "en", "proposed_by": "", "proposed_at": at(1)}
    async with application.database.begin() as connection:
        row = {"standard_answer_id": "s1", "question": WIFI, "state": "approved", "channel_ids": [], **approved}
        await connection.execute(insert(StandardAnswerRow).values(**row))
    await cases.mended(case_id, "op", "s1")
    later = (await cases.case(case_id)).case.changed_at.replace(year=2100)
    await asked(application, "a2", WIFI, standard_answer_id="s1", when=later)
    await judged(application, "a2", "down")
    await taken_in(application)
    assert await cases.counts() == {"open": 1}
    await judged(application, "a2", "withdrawn")
    await taken_in(application)
    assert await cases.counts() == {"mended": 1}
    assert [answer.answer_id for answer in (await cases.case(case_id)).answers] == ["a1"]


async def test_what_fails_after_mending_without_the_standard_answer_is_a_case_of_its_own(
    application: Application,
) -> None:
    cases = Cases(application.database)
    await asked(application, "a1", WIFI, reason="nothing_found")
    await taken_in(application)
    case_id = await _case_of(application, WIFI)
    await cases.mended(case_id, "op", "s1")
    later = (await cases.case(case_id)).case.changed_at.replace(year=2100)
    for answer_id in ("a2", "a3"):
        await asked(application, answer_id, WIFI, reason="nothing_found", when=later)
    await taken_in(application)
    assert await queue(application) == {WIFI: {"a2", "a3"}}
    assert await cases.counts() == {"open": 1, "mended": 1}


async def test_cases_are_compared_with_by_another_process_too(application: Application) -> None:
    """A merge at the desk is known to the next answer that is taken in, and to one after a restart."""
    cases = Cases(application.database)
    await asked(application, "a1", WIFI, reason="nothing_found")
    await asked(application, "a2", PRINTER, reason="nothing_found")
    await taken_in(application)
    one, other = await _case_of(application, WIFI), await _case_of(application, PRINTER)
    await cases.merge(one, other, "op")
    await asked(application, "a3", WIFI, reason="nothing_found")
    await taken_in(application)
    [answers] = (await queue(application)).values()
    assert answers == {"a1", "a2", "a3"}
    assert (await cases.case(one)).case.case_id == other
    with pytest.raises(NotFound):
        await cases.case("unknown")
