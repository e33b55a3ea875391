"""A case: what happened, mending it, merging, dismissing; and what is refused."""

import re
from typing import Any

from sqlalchemy import func, select

from bot.curating.standard_answers import StandardAnswers
from bot.desk.auditing import Auditing
from bot.truth.answers import Answers
from bot.truth.tables import StandardAnswerRow
from tests.builders import channel, deleted, record
from tests.quick_application import archive
from tests.unit.bot.desk.conftest import Team

MENDED: dict[str, Any] = {
    "question": "What does the fountain cost?",
    "variants": ["Price of the fountain?"],
    "text": "369 [1]",
    "sources": [{"n": 1, "record_id": str(record(2)), "file_id": None, "page": None}],
    "channel_ids": [],
    "owner": "Mei",
    "last_day": "2099-12-31",
}


async def test_it_shows_what_happened_and_drafts_the_form(team: Team) -> None:
    await team.answered("What does the fountain cost?")
    newest = await team.answered("Price of the fountain?", person_name="Bob")
    await Answers(team.application.database).judge(
        answer_id=newest, person_id="console:Bob", kind="down", reasons=["outdated"], comment="It was lowered"
    )
    found = await (await team.sign_in()).get("cases/case")
    shown = found["answers"][0]
    assert (shown["question"], shown["text"], shown["person"]) == ("Price of the fountain?", "It is 399 [1].", "Bob")
    assert shown["channel"]["name"] == "launch"
    [verdict] = shown["verdicts"]
    assert (verdict["kind"], verdict["reasons"], verdict["comment"]) == ("down", ["outdated"], "It was lowered")
    draft = found["draft"]
    assert (draft["question"], draft["ways"]) == ("Price of the fountain?", ["What does the fountain cost?"])
    assert (draft["text"], draft["owner"], draft["answer_id"]) == ("It is 399 [1].", "Mei", newest)
    [source] = draft["sources"]
    assert (source["record_id"], source["author"], source["channel"]["visibility"]) == (record(1), "Ann", "public")


async def test_mending_approves_the_standard_answer_and_closes_the_case(team: Team) -> None:
    answer_id = await team.answered("Price of the fountain?")
    mei = await team.sign_in()
    status, body = await mei.call("POST", "cases/case/mend", MENDED | {"answer_id": answer_id})
    assert status == 200, body
    kept = await StandardAnswers(team.application.database).get(body["standard_answer_id"])
    assert (kept.state, kept.text, kept.owner, kept.variants) == (
        "approved",
        "369 [1]",
        "Mei",
        MENDED["variants"] and ("Price of the fountain?",),
    )
    assert kept.channel_ids == {"console:launch"}
    assert kept.replaces_answer_id == answer_id
    found = await mei.get("cases/case")
    assert (found["case"]["state"], found["case"]["decided_by"]) == ("mended", "Mei")
    assert found["draft"]["standard_answer_id"] == kept.standard_answer_id
    assert found["draft"]["last_day"] == "2099-12-31"
    [entry] = await Auditing(team.application.database).listed(action="case_mended")
    assert entry.target == "case"
    assert entry.detail["standard_answer"] == kept.standard_answer_id
    assert re.search(r"\b369\b", str(entry.detail)) is None
    tried = await mei.get("try", question="price of the fountain", channel_id="console:launch")
    assert tried["standard_answer_id"] == kept.standard_answer_id


async def test_a_failed_standard_answer_is_given_other_words_instead_of_a_second_one(team: Team) -> None:
    answer_id = await team.answered("Price of the fountain?")
    mei = await team.sign_in()
    _, first = await mei.call("POST", "cases/case/mend", MENDED | {"answer_id": answer_id})
    this = first["standard_answer_id"]
    again = MENDED | {"text": "369 until spring [1]", "standard_answer_id": this}
    _, second = await mei.call("POST", "cases/case/mend", again)
    assert second["standard_answer_id"] == this
    assert (await StandardAnswers(team.application.database).get(this)).text == "369 until spring [1]"


async def test_it_is_given_to_nobody_who_may_not_read_its_source(team: Team) -> None:
    """Invariant 4: operators see every channel, chats do not."""
    await team.answered("Lowest price?", place=channel("board", "private"), source=3)
    mei = await team.sign_in()
    secret = MENDED | {
        "question": "Lowest price?",
        "variants": [],
        "text": "349 [1]",
        "channel_ids": ["console:launch"],
    }
    secret["sources"] = [{"n": 1, "record_id": str(record(3)), "file_id": None, "page": None}]
    assert (await mei.call("POST", "cases/case/mend", secret))[0] == 200
    given = [
        (await mei.get("try", question="Lowest price?", channel_id=place))["standard_answer_id"]
        for place in ("console:board", "console:launch")
    ]
    assert given[0]
    assert given[1] is None


REFUSED: tuple[tuple[dict[str, Any], int], ...] = (
    ({"text": "369 [2]"}, 400),
    ({"text": " "}, 400),
    ({"last_day": "2020-01-01"}, 400),
    ({"owner": ""}, 400),
    ({"sources": [], "text": "369"}, 400),
    ({"sources": [{"n": 1, "record_id": "nothing"}]}, 404),
    ({"channel_ids": ["console:nowhere"]}, 404),
    ({"more": 1}, 400),
    ({"variants": ["x"] * 51}, 400),
)


async def test_what_cannot_be_given_is_refused_and_leaves_nothing(team: Team) -> None:
    await team.answered("Price of the fountain?")
    mei = await team.sign_in()
    for change, status in REFUSED:
        answered, body = await mei.call("POST", "cases/case/mend", MENDED | change)
        assert answered == status, body
    assert (await mei.get("cases/case"))["case"]["state"] == "open"
    kept = select(func.count()).select_from(StandardAnswerRow).where(StandardAnswerRow.state != "removed")
    async with team.application.database.read() as connection:
        assert await connection.scalar(kept) == 0


async def test_dismissing_and_opening_again(team: Team) -> None:
    await team.answered("Price of the fountain?")
    mei = await team.sign_in()
    assert (await mei.call("POST", "cases/case/dismiss", {}))[0] == 200
    assert (await mei.get("queue"))["counts"] == {"dismissed": 1}
    assert (await mei.call("POST", "cases/case/reopen", {}))[0] == 200
    assert (await mei.get("cases/case"))["case"]["state"] == "open"
    assert await mei.code("POST", "cases/case/dismiss", {"why": "x"}) == (400, "bad_input")
    assert await mei.code("POST", "cases/nothing/dismiss", {}) == (404, "not_found")


async def test_merging_brings_the_questions_together(team: Team) -> None:
    await team.answered("Price of the fountain?")
    await team.answered("What is to be paid?", case="other")
    mei = await team.sign_in()
    assert [one["case_id"] for one in (await mei.get("cases/other/others"))["cases"]] == ["case"]
    assert (await mei.call("POST", "cases/other/merge", {"into": "case"}))[0] == 200
    found = await mei.get("cases/other")
    assert (found["case"]["case_id"], found["case"]["answers"]) == ("case", 2)
    assert await mei.code("POST", "cases/other/mend", MENDED) == (400, "bad_input")
    assert await mei.code("POST", "cases/case/merge", {"into": "case"}) == (400, "bad_input")


async def test_viewers_only_look(team: Team) -> None:
    await team.answered("Price of the fountain?")
    viewer = await team.sign_in("Vic", "viewer")
    assert (await viewer.get("cases/case"))["answers"]
    for path in ("mend", "merge", "dismiss", "reopen"):
        assert await viewer.code("POST", f"cases/case/{path}", {}) == (403, "not_permitted")


async def test_what_a_deletion_took_away_is_not_drafted(team: Team) -> None:
    """Invariant 3: an answer goes with its source, and its case with its last answer."""
    await team.answered("Price of the fountain?")
    await team.answered("What does the fountain cost?", "I found nothing.", source=None, abstained=True)
    await archive(team.application, deleted(1))
    mei = await team.sign_in()
    found = await mei.get("cases/case")
    assert re.search(r"\b399\b", str(found)) is None
    assert [one["question"] for one in found["answers"]] == ["What does the fountain cost?"]
    assert (found["draft"]["text"], found["draft"]["sources"]) == ("", [])
