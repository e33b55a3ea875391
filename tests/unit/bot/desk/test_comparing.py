"""The page of comparisons: blind until everything was looked at."""

from datetime import UTC, datetime

from bot.desk.comparing import ComparingPart
from bot.evaluation.comparisons import Comparisons
from bot.truth.answers import Answers, StoredAnswer
from bot.truth.database import Database
from tests.unit.bot.desk.conftest import House


async def _answer(database: Database, answer_id: str, text: str, model: str, channel_id: str | None = None) -> None:
    await Answers(database).store(
        StoredAnswer(
            answer_id=answer_id,
            asked_at=datetime.now(UTC),
            channel_id=channel_id,
            person_id=None,
            question_record_id=None,
            question="When is the launch?",
            language="en",
            text=text,
            abstained=False,
            reason=None,
            model=model,
            prompt_version="",
            sources=(),
        )
    )


async def _made(database: Database, questions: int = 2) -> str:
    comparisons = Comparisons(database)
    made = await comparisons.begin({}, {"llm.model": "other"}, created_by="Ann")
    for number in range(questions):
        await _answer(database, f"q{number}", "Soon.", "m", "console:launch")
        await _answer(database, f"l{number}", "On the left.", "m")
        await _answer(database, f"r{number}", "On the right.", "other")
        await comparisons.add(made, asked_answer_id=f"q{number}", left=f"l{number}", right=f"r{number}", measures={})
    await comparisons.end(made, state="done", figures={})
    return made


async def test_nobody_is_told_which_is_which_before_the_end(house: House) -> None:
    made = await _made(house.database)
    await house.open([ComparingPart(house.database)])
    ann = await house.sign_in("Ann")
    (listed,) = (await ann.get("comparisons"))["comparisons"]
    assert (listed["comparison_id"], listed["questions"], listed["picked"]) == (made, 2, 0)
    for _ in range(2):
        shown = await ann.get(f"comparisons/{made}")
        assert "result" not in shown
        assert "other" not in str(shown), "neither settings nor models"
        assert {shown["next"][place]["text"] for place in ("first", "second")} == {"On the left.", "On the right."}
        place = next(one for one in ("first", "second") if shown["next"][one]["text"] == "On the right.")
        body = {"asked_answer_id": shown["next"]["asked_answer_id"], "place": place}
        assert (await ann.call("POST", f"comparisons/{made}/pick", body))[0] == 200
        assert await ann.code("POST", f"comparisons/{made}/pick", body) == (400, "bad_input"), "it stays"
    told = (await ann.get(f"comparisons/{made}"))["result"]
    assert told["right"] == {"llm.model": "other"}
    assert (told["picks"]["left"], told["picks"]["right"], told["picks"]["neither"]) == (0, 2, 0)
    assert told["picks"]["finding"] == "neither", "two picks are too few"
    assert told["judge"] is None


async def test_the_order_is_drawn_for_each_question(house: House) -> None:
    made = await _made(house.database, 24)
    comparisons, first = Comparisons(house.database), []
    while blind := await comparisons.next(made):
        first.append(blind.first.text)
        await comparisons.pick(made, blind.asked_answer_id, "first", picked_by="Ann")
    assert set(first) == {"On the left.", "On the right."}
    picks = await comparisons.picks(made)
    assert picks.left == first.count("On the left."), "what was picked is kept by side, not by place"


async def test_viewers_look_and_operators_remove(house: House) -> None:
    made = await _made(house.database)
    await house.open([ComparingPart(house.database)])
    viewer, operator = await house.sign_in("Bo", "viewer"), await house.sign_in("Ann")
    assert (await viewer.get(f"comparisons/{made}"))["next"]
    body = {"asked_answer_id": "q0", "place": "first"}
    assert (await viewer.call("POST", f"comparisons/{made}/pick", body))[0] == 403
    assert (await viewer.call("DELETE", f"comparisons/{made}"))[0] == 403
    assert (await operator.call("DELETE", f"comparisons/{made}"))[0] == 200
    assert (await operator.code("GET", f"comparisons/{made}"))[1] == "not_found"
