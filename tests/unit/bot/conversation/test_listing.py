"""A file that is wanted in plain words is listed; where there is none, the words are a question."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.application import Application
from connectors.connector import Utterance
from connectors.events import FileRef, RecordId
from tests.builders import at, channel, opened, person, posted
from tests.fakes.reply import RecordingReply
from tests.quick_application import archive, conversation_with, quick_application

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def application() -> AsyncIterator[Application]:
    shared = FileRef(file_id=RecordId("f1"), name="预算表.xlsx", caption="预算表 v2")
    async with quick_application() as running:
        await archive(
            running,
            opened(channel(), (person("Ann"),)),
            posted(1, "改好了", files=(shared,)),
            posted(2, "The poster is printed"),
        )
        yield running


async def _say(application: Application, text: str, *script: str) -> RecordingReply:
    utterance = Utterance(
        kind="mention", text=text, channel=channel(), person=person("Ann"), record_id=None, thread_id=None,
        said_at=at(9000),
    )  # fmt: skip
    reply = RecordingReply()
    await conversation_with(application, script).converse(utterance, reply)
    return reply


async def test_a_file_that_is_wanted_is_listed(application: Application) -> None:
    reply = await _say(application, "把上次的预算表发我")
    assert "预算表.xlsx" in reply.answer.text
    assert (reply.answer.reason, reply.answer.citations[0].file_name) == ("said", "预算表.xlsx")


async def test_without_such_a_file_the_question_is_answered(application: Application) -> None:
    reply = await _say(application, "where is the poster document?", "The poster is printed.")
    assert reply.answer.text == "The poster is printed [1]."
