"""``/summary`` and ``/catchup``."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.application import Application
from bot.llm.scripted import ScriptedModel
from connectors.connector import Utterance, UtteranceKind
from connectors.events import ChannelRef
from tests.builders import at, channel, deleted, opened, person, posted, record
from tests.fakes.reply import RecordingReply
from tests.quick_application import archive, conversation_with, quick_application
from tests.unit.bot.summaries.test_summarizer import GIST, launch

pytestmark = pytest.mark.asyncio(loop_scope="module")

LAUNCH, KITCHEN, DIRECT = channel("launch"), channel("kitchen"), channel("dm-ann", "direct")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def application() -> AsyncIterator[Application]:
    async with quick_application() as running:
        ann, bo, bot = person("Ann"), person("Bo"), person("bot", is_bot=True)
        await archive(
            running,
            opened(LAUNCH, (ann, bo)),
            opened(KITCHEN, (ann, bo)),
            opened(DIRECT, (ann, bot)),
            *launch(LAUNCH, 100),
            posted(110, "The kitchen gets a new oven, we agreed on the one for 4,200 euro", author="Bo", place=KITCHEN),
            posted(120, "Shall we repaint the office?", author="Bo", place=LAUNCH),
            posted(121, "We decided to paint the office green", author="Bo", place=LAUNCH, thread=120),
        )
        yield running


async def say(
    application: Application,
    text: str,
    *,
    place: ChannelRef = LAUNCH,
    name: str = "Ann",
    minutes: float = 300,
    thread: int | None = None,
    kind: UtteranceKind = "command",
    gist: str = GIST,
) -> RecordingReply:
    reply = RecordingReply()
    utterance = Utterance(
        kind=kind, text=text, channel=place, person=person(name), record_id=None,
        thread_id=None if thread is None else record(thread), said_at=at(minutes),
    )  # fmt: skip
    await conversation_with(application, ScriptedModel(lambda request: gist)).converse(utterance, reply)
    return reply


def cited(reply: RecordingReply) -> set[str]:
    return {str(citation.record_id) for citation in reply.answer.citations}


async def test_without_words_it_is_the_day_in_this_channel(application: Application) -> None:
    reply = await say(application, "/summary")
    assert reply.answer.text.startswith("#launch summary")
    assert GIST in reply.answer.text
    assert {"m102", "m103"} <= cited(reply)
    assert "m110" not in cited(reply)
    assert reply.names == ["status", "finish"]
    assert (await say(application, "/summary", minutes=9000)).answer.text.startswith("summary: there is nothing")


async def test_a_time_is_that_time_and_words_are_a_topic(application: Application) -> None:
    later = 60 * 24 * 10
    assert "m102" in cited(await say(application, "/summary last week", minutes=later))
    topic = await say(application, "/summary new oven", minutes=later)
    assert topic.answer.text.startswith("#kitchen “new oven”")
    assert cited(topic) == {"m110"}
    assert topic.answer.text.count("4,200") == 1


async def test_in_a_thread_it_is_the_thread(application: Application) -> None:
    reply = await say(application, "/总结", thread=120)
    assert "话题总结" in reply.answer.text
    assert cited(reply) == {"m120", "m121"}


async def test_catching_up_tells_what_came_after_ones_last_word(application: Application) -> None:
    assert cited(await say(application, "/catchup", minutes=300)) == {"m120", "m121"}
    assert "m121" not in cited(await say(application, "/catchup", name="Cy", place=KITCHEN))
    everywhere = await say(application, "/错过了什么", place=DIRECT, minutes=300)
    assert cited(everywhere) == {"m110", "m120", "m121"}
    assert "你错过的" in everywhere.answer.text
    assert cited(await say(application, "/补课", place=DIRECT, minutes=300)) == {"m110", "m120", "m121"}


async def test_a_summary_goes_with_the_messages_that_it_tells_of(application: Application) -> None:
    """Invariant 3."""
    await archive(application, posted(200, "We decided to buy tangerine chairs", author="Bo", place=KITCHEN))
    answer = (await say(application, "/summary", place=KITCHEN, minutes=600, kind="mention")).answer
    assert "tangerine" in answer.text
    await archive(
        application, posted(201, answer.text, author="bot", place=KITCHEN, answer_id=answer.answer_id), deleted(200)
    )
    stored = await application.answers.get(answer.answer_id)
    assert stored.text == ""
    assert stored.withdrawn_at is not None
