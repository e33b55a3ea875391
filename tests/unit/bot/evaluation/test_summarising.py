"""One run makes all three summaries of a dialogue or of a stretch of the archive, and checks them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bot.application import Application
from bot.errors import ModelTimeout, NotFound
from bot.evaluation.summaries import SummaryCase
from bot.evaluation.summarising import summarise_and_judge, talk_of
from bot.llm.scripted import Reply, ScriptedModel, ScriptedRequest
from tests.builders import channel, posted
from tests.quick_application import archive, quick_application

pytestmark = pytest.mark.asyncio(loop_scope="module")

LINES = [
    "The pump of the kitchen broke again this morning, and the floor is wet",
    "I call the plumber now, he can come on Thursday at nine",
    "Good. The repair must not cost more than 300 euro",
    "He says 240 euro for the part, so we are fine",
]
SAID: list[Reply] = []


def _say(request: ScriptedRequest) -> Reply:
    # The product's prompts have a system part; the plain one has none.
    return SAID[0] if request.messages[0].role == "system" else "They talk about a pump. The moon is green."


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def application() -> AsyncIterator[Application]:
    async with quick_application(ScriptedModel(_say)) as opened:
        await archive(
            opened,
            posted(1, "good morning"),
            *(posted(at, text, author="Ann" if at % 2 else "Bo") for at, text in enumerate(LINES, start=2)),
            posted(6, "lunch?"),
            posted(3.5, "meanwhile, elsewhere", place=channel("sales")),  # type: ignore[arg-type]  # between two others
        )
        yield opened


def _dialogue(**more: Any) -> SummaryCase:
    turns = [{"user": "Ann" if at % 2 else "Bo", "text": text} for at, text in enumerate(LINES)]
    return SummaryCase.model_validate({"id": "d", "turns": turns, "summary": "The plumber comes on Thursday.", **more})


def _stretch(**more: Any) -> SummaryCase:
    return SummaryCase.model_validate(
        {"id": "s", "channel": "launch", "first": "m2", "last": "m5", "summary": "The plumber comes.", **more}
    )


async def test_a_stretch_is_what_its_channel_said_between_two_messages(application: Application) -> None:
    talk = await talk_of(application, _stretch())
    assert [turn.record_id for turn in talk.turns] == ["m2", "m3", "m4", "m5"]


@pytest.mark.parametrize("ends", [{"first": "m99"}, {"last": "m99"}, {"first": "m5", "last": "m3.5"}])
async def test_a_stretch_that_is_not_there(application: Application, ends: dict[str, str]) -> None:
    with pytest.raises(NotFound):
        await talk_of(application, _stretch(**ends))
    assert (await summarise_and_judge(application, _stretch(**ends))).reason == "not_found"


@pytest.mark.parametrize("case", [_dialogue(), _stretch()])
async def test_three_summaries_in_one_run(application: Application, case: SummaryCase) -> None:
    SAID[:] = ["Bo calls the plumber, he can come on Thursday at nine. The pump of the kitchen costs 999 euro."]
    one = await summarise_and_judge(application, case)
    assert one.said["ours"] == "Bo calls the plumber, he can come on Thursday at nine."
    assert one.said["one_shot"] == "They talk about a pump. The moon is green."
    assert one.said["lead_3"].startswith(LINES[0])
    assert one.supported["ours"] == one.named == one.linked == (1, 1)
    assert one.supported["one_shot"][1] == 2
    assert len(one.record_ids) == 1
    assert one.reason == ""


async def test_a_model_that_fails_is_not_compared(application: Application) -> None:
    SAID[:] = [ModelTimeout()]
    one = await summarise_and_judge(application, _dialogue())
    assert (one.said["ours"] != "", one.reason) == (True, "model_timeout")
