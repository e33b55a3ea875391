"""Nothing that was not checked is shown, not even for a moment."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.answering.answerer import Question
from bot.application import Application
from bot.llm.scripted import ScriptedModel, ScriptedReply
from knowledge.passage import Audience, ChannelId
from tests.builders import at, posted
from tests.fakes.reply import RecordingReply
from tests.quick_application import answerer_with, archive, quick_application

pytestmark = pytest.mark.asyncio(loop_scope="module")

LAUNCH = Audience(frozenset({ChannelId("console:launch")}))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def application() -> AsyncIterator[Application]:
    async with quick_application() as opened:
        await archive(
            opened,
            posted(1, "The pump needs 18 days", author="Maya"),
            posted(2, "The pump comes from Jinglan in Wuxi", author="Maya"),
        )
        yield opened


async def _stream(application: Application, *pieces: str) -> tuple[ScriptedModel, RecordingReply]:
    model, reply = ScriptedModel([ScriptedReply(pieces=pieces)]), RecordingReply()
    question = Question(text="How long does the pump take?", audience=LAUNCH, now=at(5000))
    result = await answerer_with(application, model).answer(question, reply)
    await reply.finish(result.answer)
    return model, reply


def _shown(reply: RecordingReply) -> list[str]:
    return [str(value) for name, value in reply.steps if name == "delta"]


async def test_sentences_come_one_by_one_and_unsupported_ones_never(application: Application) -> None:
    _, reply = await _stream(
        application, "The pump ne", "eds 18 days. The moon is ", "made of cheese. The pump comes", " from Jinglan."
    )
    assert _shown(reply) == ["The pump needs 18 days.\n", "The pump comes from Jinglan.\n"]
    assert reply.answer.text == "The pump needs 18 days [1]. The pump comes from Jinglan [2]."


async def test_a_model_that_declines_is_stopped_and_shows_nothing(application: Application) -> None:
    model, reply = await _stream(application, "NOT FOUND\n", "But the pump needs 18 days. ", "And so on.")
    assert _shown(reply) == []
    assert reply.answer.reason == "not_in_records"
    assert model.stopped == 1


async def test_a_model_that_goes_on_is_stopped_and_repetitions_are_told_once(application: Application) -> None:
    model, reply = await _stream(
        application, *["The pump needs 18 days. "] * 3, *(f"It is so {n}. " for n in range(20))
    )
    assert _shown(reply) == ["The pump needs 18 days.\n"]
    assert model.stopped == 1


async def test_marks_of_the_model_are_not_shown(application: Application) -> None:
    _, reply = await _stream(application, "The pump needs 18 days [7].")
    assert _shown(reply) == ["The pump needs 18 days.\n"]
