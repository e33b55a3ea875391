"""The trace of an answer; nothing of one that was withdrawn."""

import re

from bot.truth.answers import Answers
from tests.builders import deleted
from tests.quick_application import archive
from tests.unit.bot.desk.conftest import Team

TRACE = {
    "messages": [{"role": "system", "content": "Answer from the records."}],
    "sampling": {"temperature": 0.0},
    "raw": "It is 399.",
    "checks": [{"sentence": "It is 399.", "citations": [1], "problem": None}],
    "passages": [{"n": 1, "score": 0.25, "signals": {"learnt": 0.02}}],
}


async def test_everything_about_an_answer(team: Team) -> None:
    answer_id = await team.answered("Price?", trace=TRACE, timings_ms={"search": 40, "total": 900})
    await Answers(team.application.database).judge(answer_id=answer_id, person_id="console:Ann", kind="up")
    shown = await (await team.sign_in("Vic", "viewer")).get(f"answers/{answer_id}")
    assert (shown["question"], shown["model"], shown["case_id"]) == ("Price?", "tiny", "case")
    [passage] = shown["passages"]
    assert (passage["score"], passage["signals"], passage["author"]) == (0.25, {"learnt": 0.02}, "Ann")
    assert (shown["raw"], shown["checks"], shown["timings_ms"]) == (
        "It is 399.",
        TRACE["checks"],
        {"search": 40, "total": 900},
    )
    assert [(one["person"], one["kind"]) for one in shown["verdicts"]] == [("Ann", "up")]


async def test_a_withdrawn_answer_says_so_and_shows_nothing(team: Team) -> None:
    """Invariant 3."""
    answer_id = await team.answered("Price?", trace=TRACE)
    await archive(team.application, deleted(1))
    shown = await (await team.sign_in()).get(f"answers/{answer_id}")
    assert shown["withdrawn_at"]
    assert re.search(r"\b399\b", str(shown)) is None
    assert not {"text", "raw", "passages", "messages", "checks"} & shown.keys()


async def test_no_such_answer(team: Team) -> None:
    assert await (await team.sign_in()).code("GET", "answers/nothing") == (404, "not_found")
