"""An answer is made again from what was kept of it, by today's model and check."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.answering import grounding
from bot.answering.answerer import Question
from bot.answering.grounding import GroundingCheck
from bot.answering.replaying import Replay, Replaying
from bot.application import Application
from bot.errors import AnswerWithdrawn, ModelTimeout, NotFound, NothingToReplay
from bot.llm.scripted import Reply, ScriptedModel
from connectors.connector import Answer
from knowledge.passage import Audience
from tests.builders import at, deleted, posted
from tests.quick_application import answerer_with, archive, quick_application

pytestmark = pytest.mark.asyncio(loop_scope="module")

SAID = "The launch moved to 8 December. The pump costs 99 yuan."


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def application() -> AsyncIterator[Application]:
    async with quick_application() as opened:
        await archive(
            opened,
            posted(1, "the launch moved to 8 December", author="Ann"),
            posted(2, "the poster is printed in Ningbo", author="Maya"),
        )
        yield opened


async def _asked(application: Application, said: Reply, text: str = "When is the launch?") -> Answer:
    question = Question(text=text, audience=Audience.operator(), now=at(5000))
    return (await answerer_with(application, ScriptedModel([said])).answer(question)).answer


def _replaying(application: Application, model: ScriptedModel) -> Replaying:
    check = GroundingCheck(application.embedder, zone=application.zone)
    return Replaying(answers=application.answers, model=model, check=check, zone=application.zone)


async def _replayed(application: Application, answer: Answer, said: Reply) -> Replay:
    return await _replaying(application, ScriptedModel([said], name="newer")).replay(answer.answer_id)


async def test_the_same_messages_and_sampling_give_the_same_answer(application: Application) -> None:
    first, second = ScriptedModel([SAID]), ScriptedModel([SAID], name="newer")
    question = Question(text="When is the launch?", audience=Audience.operator(), now=at(5000))
    answer = (await answerer_with(application, first).answer(question)).answer
    replay = await _replaying(application, second).replay(answer.answer_id)
    assert (second.requests[0].messages, second.requests[0].sampling) == (
        first.requests[0].messages,
        first.requests[0].sampling,
    )
    assert (replay.same_output, replay.same_answer) == (True, True)
    assert (replay.then.text, replay.now.text) == (answer.text, answer.text)
    assert (replay.then.model, replay.now.model) == ("scripted", "newer")
    assert replay.then.check_version == replay.now.check_version
    assert {"first_token", "generated"} == set(replay.now.timings_ms) == set(replay.then.timings_ms)
    kept, dropped = replay.sentences
    assert kept.then == kept.now
    assert kept.then is not None
    assert kept.then.citations == (1,)
    assert dropped.now is not None
    assert dropped.now.citations == ()
    assert dropped.now.problem


async def test_another_output_is_told_sentence_by_sentence(application: Application) -> None:
    replay = await _replayed(application, await _asked(application, SAID), "The poster is printed in Ningbo.")
    assert (replay.same_output, replay.same_answer) == (False, False)
    told = {one.text: (one.then is not None, one.now is not None) for one in replay.sentences}
    assert told == {
        "The launch moved to 8 December.": (True, False),
        "The pump costs 99 yuan.": (True, False),
        "The poster is printed in Ningbo.": (False, True),
    }


async def test_what_was_dropped_then_and_is_said_otherwise_now_changes_no_answer(application: Application) -> None:
    other = "The launch moved to 8 December. The pump costs 98 yuan."
    replay = await _replayed(application, await _asked(application, SAID), other)
    assert (replay.same_output, replay.same_answer) == (False, True)


async def test_an_abstention_after_the_model_spoke_can_be_replayed(application: Application) -> None:
    answer = await _asked(application, "NOT FOUND")
    assert answer.abstained
    replay = await _replayed(application, answer, "NOT FOUND")
    assert (replay.same_output, replay.same_answer, replay.now.reason) == (True, True, "not_in_records")
    assert (await _replayed(application, answer, SAID)).now.reason is None
    assert not (await _replayed(application, answer, ModelTimeout())).same_answer, "the reason is another"


async def test_a_model_that_failed_then_or_fails_now_is_a_reason(application: Application) -> None:
    answer = await _asked(application, ModelTimeout())
    assert (await _replayed(application, answer, SAID)).then.reason == "model_timeout"
    answer = await _asked(application, SAID)
    replay = await _replayed(application, answer, ModelTimeout())
    assert (replay.same_output, replay.now.reason) == (False, "model_timeout")


async def test_a_follow_up_is_about_what_was_searched_for(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grounding, "CALIBRATED_FOR", application.embedder.spec.name)
    question = Question(text="And who?", searches=("When is the launch?",), audience=Audience.operator(), now=at(5000))
    answer = (await answerer_with(application, ScriptedModel([SAID])).answer(question)).answer
    replay = await _replayed(application, answer, SAID)
    assert (replay.same_output, replay.same_answer) == (True, True)


async def test_what_the_check_of_today_keeps_from_the_model_is_told(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = await _asked(application, SAID, text="Who paints the garden fence?")
    monkeypatch.setattr(grounding, "CALIBRATED_FOR", application.embedder.spec.name)
    replay = await _replayed(application, answer, SAID)
    assert (replay.same_output, replay.same_answer) == (False, False)
    assert (replay.now.reason, replay.now.raw, dict(replay.now.timings_ms)) == ("not_in_records", "", {})


async def test_what_cannot_be_replayed_says_why(application: Application) -> None:
    replaying = _replaying(application, ScriptedModel())
    with pytest.raises(NotFound) as unknown:
        await replaying.replay("nowhere")
    assert unknown.value.code == "not_found"
    nobody = Question(text="When is the launch?", audience=Audience(), now=at(5000))
    unasked = (await answerer_with(application, ScriptedModel()).answer(nobody)).answer
    with pytest.raises(NothingToReplay):
        await replaying.replay(unasked.answer_id)


async def test_a_deleted_source_takes_the_replay_with_it() -> None:
    """Invariant 3: a deletion is complete."""
    async with quick_application() as application:
        await archive(application, posted(1, "the launch moved to 8 December", author="Ann"))
        answer = await _asked(application, SAID)
        await archive(application, deleted(1))
        with pytest.raises(AnswerWithdrawn):
            await _replaying(application, ScriptedModel()).replay(answer.answer_id)
