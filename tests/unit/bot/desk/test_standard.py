"""The page of standard answers."""

import re
from typing import Any

from bot.curating.standard_answers import EVERYBODY, StandardAnswers, StandardSource
from bot.feedback.signs import Signs
from tests.builders import deleted, posted, record
from tests.quick_application import archive
from tests.unit.bot.desk.conftest import Team

WRITTEN: dict[str, Any] = {
    "question": "What does the fountain cost?",
    "variants": ["Price?"],
    "text": "369 [1]",
    "sources": [{"n": 1, "record_id": str(record(2))}],
    "owner": "Mei",
}


async def test_one_is_added_listed_edited_and_removed_and_its_history_told(team: Team) -> None:
    mei = await team.sign_in()
    _, added = await mei.call("POST", "standard", WRITTEN)
    this = added["standard_answer_id"]
    [one] = (await mei.get("standard"))["standard"]
    assert (one["question"], one["owner"], one["given"], one["rests_on"]) == (WRITTEN["question"], "Mei", 0, 1)
    assert [channel["name"] for channel in one["channels"]] == ["launch"]
    assert (await mei.get("standard", text="FOUNTAIN"))["total"] == 1
    assert (await mei.get("standard", text="kettle"))["total"] == 0
    changed = WRITTEN | {"text": "369, really [1]", "last_day": "2099-12-31"}
    assert (await mei.call("PUT", f"standard/{this}", changed))[0] == 200
    shown = await mei.get(f"standard/{this}")
    assert (shown["text"], shown["last_day"]) == ("369, really [1]", "2099-12-31")
    assert shown["sources"][0]["quote"].startswith("Decided")
    assert [entry["action"] for entry in shown["history"]] == ["standard_answer_edited", "standard_answer_added"]
    assert (await mei.call("DELETE", f"standard/{this}"))[0] == 200
    assert (await mei.get("standard"))["total"] == 0
    assert (await mei.get(f"standard/{this}"))["text"] == ""
    assert await mei.code("PUT", f"standard/{this}", WRITTEN) == (404, "not_found")


async def test_a_proposal_is_approved(team: Team) -> None:
    proposed = await StandardAnswers(team.application.database).propose(
        question="q?", text="a", proposed_by="console:Ann", channel_ids=[EVERYBODY]
    )
    mei = await team.sign_in()
    [one] = (await mei.get("standard", state="proposed"))["standard"]
    assert (one["proposed_by"], one["owner"]) == ("Ann", "")
    assert (await mei.call("POST", f"standard/{proposed}/approve", {"owner": "Mei"}))[0] == 200
    assert (await mei.get("standard"))["standard"][0]["owner"] == "Mei"
    assert (await mei.get("standard"))["counts"] == {"attention": 0, "proposed": 0}


async def test_one_without_its_source_needs_attention_and_shows_no_words(team: Team) -> None:
    """Invariant 3."""
    kept = StandardAnswers(team.application.database)
    proposed = await kept.propose(
        question="q?",
        text="369 at the launch [1]",
        proposed_by="console:Ann",
        channel_ids=[],
        sources=[StandardSource(n=1, record_id=str(record(2)))],
    )
    await kept.approve(proposed, owner="Mei")
    await archive(team.application, deleted(2))
    mei = await team.sign_in()
    [one] = (await mei.get("standard", state="attention"))["standard"]
    assert one["concern"] == "source_deleted"
    shown = await mei.get(f"standard/{proposed}")
    assert re.search(r"\b369\b", str(shown)) is None
    assert (await mei.get("queue"))["attention"] == 1


async def test_words_that_people_confirmed_are_shown_and_added_with_one_button(team: Team) -> None:
    """Invariant 3: neither the audit nor the desk holds the words once the question is deleted."""
    mei = await team.sign_in()
    _, added = await mei.call("POST", "standard", WRITTEN)
    this = added["standard_answer_id"]
    await archive(team.application, posted(50, "the fountain, how much", minutes=50))
    asked = await team.answered("the fountain, how much", case=None, question_record_id=str(record(50)))
    signs = Signs(team.application.database)
    for person_id in ("console:Ann", "console:Bo"):
        await signs.see(answer_id=asked, person_id=person_id, kind="meant", record_id=this)
    shown = await mei.get(f"standard/{this}")
    assert shown["confirmed"] == [{"question": "the fountain, how much", "answer_id": asked, "people": 2}]
    assert [one["confirmed"] for one in (await mei.get("standard"))["standard"]] == [1]
    viewer = await team.sign_in("Vic", "viewer")
    assert await viewer.code("POST", f"standard/{this}/variants", {"answer_id": asked}) == (403, "not_permitted")
    assert (await mei.call("POST", f"standard/{this}/variants", {"answer_id": asked}))[0] == 200
    shown = await mei.get(f"standard/{this}")
    assert (shown["variants"], shown["confirmed"]) == (["Price?", "the fountain, how much"], [])
    assert shown["history"][0]["action"] == "standard_answer_variant_added"
    assert [one["confirmed"] for one in (await mei.get("standard"))["standard"]] == [0]
    assert "how much" not in str(shown["history"])
    assert await mei.code("POST", f"standard/{this}/variants", {"answer_id": "unknown"}) == (404, "not_found")
    await archive(team.application, deleted(50, minutes=60))
    assert (await mei.get(f"standard/{this}"))["variants"] == ["Price?"]


async def test_viewers_only_look(team: Team) -> None:
    viewer = await team.sign_in("Vic", "viewer")
    assert (await viewer.get("standard"))["total"] == 0
    assert await viewer.code("POST", "standard", WRITTEN) == (403, "not_permitted")
    assert await viewer.code("DELETE", "standard/x") == (403, "not_permitted")
