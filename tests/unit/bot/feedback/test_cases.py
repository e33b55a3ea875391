"""The operators' queue: what it shows, in which order, and what can be decided."""

import pytest

from bot.application import Application
from bot.errors import BadInput, NotFound
from bot.feedback.cases import Cases
from tests.builders import at, channel, opened, person, posted
from tests.quick_application import archive
from tests.unit.bot.feedback.asked import asked, judged, queue, taken_in

WIFI, PRINTER, KEY = "what is the office wifi password", "where does the blue printer stand", "who holds the spare key"
ROOM = channel("room", "private")


@pytest.fixture
async def cases(application: Application) -> Cases:
    """Three of them."""
    await archive(application, opened(ROOM, (person("Ann"), person("Bo"))), posted(1, "hello", author="Bo", place=ROOM))
    await asked(application, "w1", WIFI, reason="nothing_found")
    await asked(application, "w2", WIFI, by="Bo", minutes=20)
    await judged(application, "w2", "down", comment="it changed")
    await asked(application, "p1", PRINTER, reason="not_supported", place=ROOM, minutes=30)
    await asked(application, "p2", PRINTER, reason="not_supported", place=ROOM, minutes=60)
    await asked(application, "k1", KEY, reason="not_in_records", minutes=90)
    await taken_in(application)
    return Cases(application.database)


async def test_what_failed_most_people_comes_first(cases: Cases) -> None:
    assert [(one.question, one.people, one.answers) for one in await cases.listed()] == [
        (WIFI, 2, 2), (PRINTER, 1, 2), (KEY, 1, 1),
    ]  # fmt: skip
    assert [one.question for one in await cases.listed(limit=1, offset=1)] == [PRINTER]
    assert await cases.counts() == {"open": 3}


async def test_filters(cases: Cases) -> None:
    assert [(one.question, one.answers, dict(one.causes)) for one in await cases.listed(cause="down")] == [
        (WIFI, 1, {"down": 1})
    ]
    assert [one.question for one in await cases.listed(cause="answered_by_person")] == []
    assert [one.question for one in await cases.listed(channel_id=ROOM.channel_id)] == [PRINTER]
    assert [(one.question, one.answers) for one in await cases.listed(since=at(50))] == [(KEY, 1), (PRINTER, 1)]
    assert await cases.listed("mended") == []


async def test_a_case_tells_who_asked_and_what_was_said(cases: Cases) -> None:
    [view, *_] = await cases.listed()
    detail = await cases.case(view.case_id)
    assert detail.case == view
    [newest, older] = detail.answers
    assert (newest.answer_id, newest.causes, newest.reason) == ("w2", ("down",), None)
    [verdict] = newest.verdicts
    assert (verdict.kind, verdict.comment, verdict.person_name) == ("down", "it changed", "Bo")
    assert (older.answer_id, older.causes, older.reason, older.abstained) == (
        "w1",
        ("abstained",),
        "nothing_found",
        True,
    )
    [printer] = await cases.listed(channel_id=ROOM.channel_id)
    assert {answer.channel_name for answer in (await cases.case(printer.case_id)).answers} == {"room"}


async def test_deciding(cases: Cases) -> None:
    by_question = {one.question: one.case_id for one in await cases.listed()}
    await cases.dismiss(by_question[KEY], "op")
    await cases.mended(by_question[WIFI], "op", "s1")
    assert await cases.counts() == {"open": 1, "dismissed": 1, "mended": 1}
    [mended] = await cases.listed("mended")
    assert (mended.question, mended.decided_by, mended.standard_answer_id) == (WIFI, "op", "s1")
    await cases.reopen(by_question[KEY], "op")
    assert [one.question for one in await cases.listed()] == [PRINTER, KEY]


async def test_merging(application: Application, cases: Cases) -> None:
    by_question = {one.question: one.case_id for one in await cases.listed()}
    await cases.merge(by_question[KEY], by_question[PRINTER], "op")
    assert set(map(frozenset, (await queue(application)).values())) == {
        frozenset({"w1", "w2"}), frozenset({"p1", "p2", "k1"}),
    }  # fmt: skip
    await cases.mended(by_question[WIFI], "op", "s1")
    await cases.reopen(by_question[WIFI], "op")
    merged = await cases.case(by_question[KEY])
    assert merged.case.case_id == by_question[PRINTER], "an old address leads to where it went"
    for wrong in (by_question[KEY], by_question[PRINTER]):
        with pytest.raises(BadInput):
            await cases.merge(by_question[PRINTER], wrong, "op")
    with pytest.raises(BadInput):
        await cases.dismiss(by_question[KEY], "op")
    for unknown in ((by_question[WIFI], "unknown"), ("unknown", by_question[WIFI])):
        with pytest.raises(NotFound):
            await cases.merge(*unknown, "op")
    with pytest.raises(NotFound):
        await cases.reopen("unknown", "op")
    await cases.merge(by_question[WIFI], by_question[PRINTER], "op")
    assert (await cases.case(by_question[WIFI])).case.standard_answer_id == "s1"
    # What is taken in later finds the merged one by either question.
    await asked(application, "k2", KEY, reason="not_in_records")
    await taken_in(application)
    [answers] = (await queue(application)).values()
    assert answers == {"p1", "p2", "k1", "k2", "w1", "w2"}
