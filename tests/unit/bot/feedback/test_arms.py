"""Which arm is liked better, and when it is too early to say."""

from datetime import datetime

import pytest

from bot.application import Application
from bot.feedback.arms import Arm, Arms, arms
from bot.feedback.shares import Share
from bot.truth.answers import StoredAnswer
from tests.builders import at
from tests.quick_application import quick_application


@pytest.mark.parametrize(
    ("adapted", "plain", "finding"),
    [
        ((0, 0), (5, 10), "too_early"),
        ((3, 4), (2, 4), "too_early"),
        ((90, 100), (60, 100), "better"),
        ((60, 100), (90, 100), "worse"),
        ((75, 100), (70, 100), "too_early"),
    ],
)
def test_a_difference_is_told_only_when_it_is_one(
    adapted: tuple[int, int], plain: tuple[int, int], finding: str
) -> None:
    both = Arms(
        adapted=Arm(model="m+a", answers=100, liked=Share(*adapted)),
        plain=Arm(model="m", answers=100, liked=Share(*plain)),
    )
    assert both.finding == finding


async def _given(
    application: Application, answer_id: str, model: str, asked_at: datetime, channel_id: str | None = "console:launch"
) -> None:
    await application.answers.store(
        StoredAnswer(
            answer_id=answer_id,
            asked_at=asked_at,
            channel_id=channel_id,
            person_id="console:Bo",
            question_record_id=None,
            question="When?",
            language="en",
            text="Soon.",
            abstained=False,
            reason=None,
            model=model,
            prompt_version="",
            sources=(),
        )
    )


async def test_arms_are_compared_over_the_time_in_which_both_answered() -> None:
    async with quick_application() as application:
        assert await arms(application.database) == []
        await _given(application, "before", "m", at(0))
        await _given(application, "with", "m+a", at(10))
        await _given(application, "without", "m", at(11))
        await _given(application, "measured", "m+a", at(12), None)
        for answer_id, kind in (("before", "up"), ("with", "up"), ("without", "down")):
            await application.answers.judge(
                answer_id=answer_id, person_id="console:Ann", kind="up" if kind == "up" else "down"
            )
        (both,) = await arms(application.database)
    assert both.adapted == Arm(model="m+a", answers=1, liked=Share(1, 1))
    assert both.plain == Arm(model="m", answers=1, liked=Share(0, 1))
    assert both.document()["finding"] == "too_early"
