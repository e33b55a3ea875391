"""A conversation is answered by one arm of the model, and its answers are kept under the arm's name."""

from collections.abc import Sequence

import pytest

from bot.answering.answerer import Question
from bot.conversation.request import Request
from bot.llm.arms import ArmedModel
from bot.llm.scripted import ScriptedModel
from bot.truth.turns import Turn
from connectors.connector import Utterance
from connectors.events import RecordId
from knowledge.passage import Audience, ChannelId
from tests.builders import at, channel, person, posted
from tests.quick_application import answerer_with, archive, quick_application


class AdaptedScript(ScriptedModel):
    is_ready = True


async def test_answers_are_kept_under_the_name_of_their_arm() -> None:
    def launch(_: object) -> str:
        return "The launch is on December 8."

    model = ArmedModel(ScriptedModel(launch, name="m"), AdaptedScript(launch, name="m+team"), adapter="team", share=0.5)
    async with quick_application() as application:
        await archive(application, posted(1, "the launch is on December 8"))
        answerer = answerer_with(application, model)
        names: dict[str, set[str]] = {}
        for conversation in (*map(str, range(8)), "0", "1", ""):
            result = await answerer.answer(
                Question(
                    text="When is the launch?",
                    audience=Audience(frozenset({ChannelId("console:launch")})),
                    now=at(60),
                    conversation=conversation,
                )
            )
            stored = await application.answers.get(result.answer.answer_id)
            assert stored.model == result.answer.model == model.of(conversation).info.name
            names.setdefault(conversation, set()).add(stored.model)
    assert {frozenset(one) for one in names.values()} == {frozenset({"m"}), frozenset({"m+team"})}
    assert names[""] == {"m"}


@pytest.mark.parametrize(
    ("direct", "record_id", "thread_id", "conversation"),
    [
        (True, "m1", None, "console:chat"),
        (True, "m2", "m1", "console:chat"),
        (False, "m1", None, "m1"),
        (False, "m2", "m1", "m1"),
        (False, None, None, "console:chat console:Bo"),
    ],
)
def test_a_conversation_is_a_thread_or_a_direct_chat(
    direct: bool, record_id: str | None, thread_id: str | None, conversation: str
) -> None:
    async def no_turns() -> Sequence[Turn]:
        return ()

    async def nothing() -> Audience:
        return Audience()

    request = Request(
        utterance=Utterance(
            kind="mention",
            text="When?",
            channel=channel("chat", "direct" if direct else "public"),
            person=person("Bo"),
            record_id=None if record_id is None else RecordId(record_id),
            thread_id=None if thread_id is None else RecordId(thread_id),
            said_at=at(1),
        ),
        text="When?",
        language="en",
        intent=None,
        audience=nothing,
        turns=no_turns,
    )
    assert request.conversation == conversation
