"""The message that asks is edited or deleted while it is being answered: nothing is said about what nobody asks now."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.application import Application
from bot.host import ApplicationHost
from bot.llm.scripted import ScriptedModel, ScriptedReply
from connectors.connector import Utterance
from connectors.events import Event, MessagePosted
from tests.builders import at, channel, deleted, edited, opened, person, posted
from tests.fakes.reply import RecordingReply
from tests.quick_application import archive, conversation_with, quick_application

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUESTION = "When does the zeppelin leave?"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def application() -> AsyncIterator[Application]:
    async with quick_application() as running:
        await archive(running, opened(channel(), (person("Ann"),)), posted(1, "The zeppelin leaves at 9:15"))
        yield running


Begun = tuple[ApplicationHost, ScriptedModel, RecordingReply, "asyncio.Task[None]"]


async def _begun(application: Application, number: int) -> Begun:
    """A question that the model has begun to answer."""
    model = ScriptedModel([ScriptedReply(("The zeppelin ", "leaves at 9:15."), before_last=asyncio.Event())])
    host = ApplicationHost(
        database=application.database,
        inbox=application.inbox,
        archivist=application.archivist,
        conversation=conversation_with(application, model),
        answers=application.answers,
        permissions=application.permissions,
        file_store=application.file_store,
        confirmations=application.confirmations,
    )
    question = posted(number, f"@拾光 {QUESTION}", author="Ann")
    await host.accept([question])
    utterance = Utterance(
        kind="mention", text=QUESTION, channel=channel(), person=person("Ann"), record_id=question.record_id,
        thread_id=None, said_at=at(number),
    )  # fmt: skip
    reply = RecordingReply()
    asking = asyncio.create_task(host.converse(utterance, reply))
    await model.asked(1)
    return host, model, reply, asking


def _reposted(number: int, text: str) -> MessagePosted:
    again = posted(number, text, author="Ann")
    return again.model_copy(update={"event_id": f"again-{number}", "edited_at": at(number + 1)})


@pytest.mark.parametrize(
    ("number", "event"),
    [
        (100, deleted(100)),
        (110, edited(110, "@拾光 When does the train leave?", minutes=111)),
        (120, _reposted(120, "@拾光 When does the train leave?")),
    ],
)
async def test_a_question_that_is_gone_is_not_answered(application: Application, number: int, event: Event) -> None:
    host, model, reply, asking = await _begun(application, number)
    await host.accept([event])
    await asyncio.wait_for(asking, 20)
    assert reply.names[-1] == "drop"
    assert "finish" not in reply.names
    assert model.stopped == 1


@pytest.mark.parametrize(
    ("number", "event"),
    [
        (200, deleted(201)),
        (210, edited(210, f"@拾光  {QUESTION}", minutes=211)),
        (220, edited(221, "@拾光 When does the train leave?", minutes=222)),
    ],
)
async def test_other_messages_and_the_same_words_change_nothing(
    application: Application, number: int, event: Event
) -> None:
    host, _, reply, asking = await _begun(application, number)
    await host.accept([event])
    await asyncio.sleep(0)
    assert not asking.done()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert "drop" not in reply.names
