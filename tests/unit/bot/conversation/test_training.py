"""``/training``: people say in a chat whether their own words may train a model; silence exports nothing."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.application import Application
from bot.training.consent import TrainingConsents
from connectors.connector import Utterance
from tests.builders import at, channel, person, posted
from tests.fakes.reply import RecordingReply
from tests.quick_application import archive, quick_application

ANN = person("Ann")


@pytest_asyncio.fixture
async def application() -> AsyncIterator[Application]:
    async with quick_application() as opened:
        await archive(opened, posted(1, "The launch is on Monday", author="Ann"))
        yield opened


async def _say(application: Application, text: str) -> str:
    utterance = Utterance(
        kind="command", text=text, channel=channel(), person=ANN, record_id=None, thread_id=None, said_at=at(5000)
    )
    reply = RecordingReply()
    await application.conversation.converse(utterance, reply)
    return reply.answer.text


async def test_without_a_word_it_tells_what_counts(application: Application) -> None:
    assert "not allowed here" in await _say(application, "/training")
    assert "没有允许" in await _say(application, "/训练")
    consents = TrainingConsents(application.database)
    await consents.say("channel", channel().channel_id, allowed=True, changed_by="operator")
    assert "you have not said no" in await _say(application, "/training")
    assert await consents.said("person", ANN.person_id) is None, "asking says nothing"


@pytest.mark.parametrize(
    ("typed", "allowed", "told"),
    [
        ("/training on", True, "you agree"),
        ("/training off", False, "you do not agree"),
        ("/训练 开", True, "你同意"),
        ("/训练关", False, "你不同意"),
    ],
)
async def test_what_a_person_says_counts_for_them_alone(
    application: Application, typed: str, allowed: bool, told: str
) -> None:
    assert told in await _say(application, typed)
    (consent,) = await TrainingConsents(application.database).listed()
    assert (consent.kind, consent.subject_id, consent.allowed) == ("person", ANN.person_id, allowed)
    in_force = await TrainingConsents(application.database).in_force()
    assert (ANN.person_id in in_force.refusing) is not allowed
