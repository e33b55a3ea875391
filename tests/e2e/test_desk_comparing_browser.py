"""Two configurations compared at the desk, in headless Chromium: picked blindly by key and button, then the result."""

from selenium.webdriver.common.by import By

from bot.evaluation.comparisons import Comparisons
from bot.truth.answers import StoredAnswer, StoredSource
from tests.builders import at, channel, record
from tests.e2e.test_console_browser import driver
from tests.e2e.test_desk_settings_browser import DeskPage, Office, desk, office, pytestmark, tokens

__all__ = ["desk", "driver", "office", "pytestmark", "tokens"]  # fixtures, and what these tests need

LEFT, RIGHT = "The launch moved to 8 December [1].", "I could not find it."
FIGURES = {
    name: {
        "left": {"mean": left, "low": left, "high": left, "count": 3},
        "right": {"mean": right, "low": right, "high": right, "count": 3},
        "difference": {"mean": right - left, "low": right - left, "high": right - left, "count": 3},
    }
    for name, left, right in (("sources", 0.9, 0.4), ("figures", 0.8, 0.8), ("total_ms", 5200.0, 2100.0))
}


def test_nobody_knows_which_is_which_before_the_end(desk: DeskPage, office: Office) -> None:
    made = office.run(lambda: _made(office))
    desk.go("compare")
    desk.find(".chip", "to be looked at")
    desk.shoot("compare-list")
    desk.go(f"compare/{made}")
    for number in range(3):
        desk.find(".trial-progress", f"{number} of 3")
        assert "other-model" not in desk.find("main").text
        left_is_first = desk.find(".trial-side .trial-text").text == LEFT
        if number == 0:
            desk.shoot("compare-blind")
        if number == 2:
            desk.click(".actions-line button", "The first" if left_is_first else "The second")
        else:
            desk.driver.find_element(By.TAG_NAME, "body").send_keys("1" if left_is_first else "2")
    desk.find(".chip", "llm.model = other-model")
    desk.find("main", "Left 3, right 0, neither 0.")
    desk.find(".chip", "Left is better")
    desk.shoot("compare-result")
    picks = office.run(lambda: Comparisons(office.application.database).picks(made))
    assert (picks.left, picks.right) == (3, 0)


async def _made(office: Office) -> str:
    comparisons = Comparisons(office.application.database)
    made = await comparisons.begin({}, {"llm.model": "other-model"}, created_by="Ann")
    for number in range(3):
        ids = [f"{side}{number}" for side in ("asked", "left", "right")]
        for answer_id, text, place in zip(ids, (LEFT, LEFT, RIGHT), (channel().channel_id, None, None), strict=True):
            await office.application.answers.store(_answer(answer_id, text, number, place))
        await comparisons.add(made, asked_answer_id=ids[0], left=ids[1], right=ids[2], measures={})
    await comparisons.end(made, state="done", figures=FIGURES)
    return made


def _answer(answer_id: str, text: str, number: int, channel_id: str | None) -> StoredAnswer:
    quoted = StoredSource(
        n=1,
        record_id=str(record(1)),
        file_id=None,
        chunk=0,
        page=None,
        channel_id=channel().channel_id,
        quote="the launch moved to 8 December",
        cited=True,
    )
    return StoredAnswer(
        answer_id=answer_id,
        asked_at=at(100 + number),
        channel_id=channel_id,
        person_id=None,
        question_record_id=None,
        question=f"When is the launch? ({number})",
        language="en",
        text=text,
        abstained=False,
        reason=None,
        model="m",
        prompt_version="",
        sources=(quoted,) if text == LEFT else (),
    )
