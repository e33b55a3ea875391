"""A message that was said to nobody, in a channel where the bot listens: it speaks seldom, or is silent."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.application import Application
from bot.conversation import Conversation, overhearing
from bot.llm.scripted import ScriptedModel
from bot.texts import TEXTS
from bot.truth.listening import Listening
from connectors.connector import Utterance, UtteranceKind
from connectors.events import ChannelRef, RecordId
from tests.builders import at, channel, opened, person, posted
from tests.fakes.reply import RecordingReply
from tests.quick_application import archive, conversation_with, quick_application

pytestmark = pytest.mark.asyncio(loop_scope="module")

HERE, BOARD = channel("launch"), channel("board", "private")
ASKED = "When does the zeppelin leave the Hamburg harbour?"
ANSWER = "The zeppelin leaves the Hamburg harbour at 9:15."


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def application() -> AsyncIterator[Application]:
    async with quick_application() as running:
        await archive(
            running,
            opened(HERE, (person("Ann"), person("Bo"))),
            opened(BOARD, (person("Ann"),)),
            posted(1, "The zeppelin leaves the Hamburg harbour at 9:15"),
            posted(2, "The board pays Walter 9,000 yuan for the zeppelin", place=BOARD),
        )
        yield running


async def _say(
    conversation: Conversation,
    text: str,
    *,
    kind: UtteranceKind = "overheard",
    place: ChannelRef = HERE,
    thread: str | None = None,
    name: str = "Ann",
) -> RecordingReply:
    utterance = Utterance(
        kind=kind, text=text, channel=place, person=person(name), record_id=RecordId("m900"),
        thread_id=None if thread is None else RecordId(thread), said_at=at(9000),
    )  # fmt: skip
    reply = RecordingReply()
    await conversation.converse(utterance, reply)
    return reply


async def test_what_the_archive_plainly_holds_is_answered_at_once_and_only_then_shown(application: Application) -> None:
    reply = await _say(conversation_with(application, [ANSWER]), ASKED)
    assert reply.names == ["sources", "finish"]
    assert reply.answer.citations[0].record_id == "m1"
    assert await application.answers.channel_of(reply.answer.answer_id) == HERE.channel_id


@pytest.mark.parametrize(
    "text",
    [
        "@Bo when does the zeppelin leave the Hamburg harbour?",
        "Bo, when does the zeppelin leave the Hamburg harbour?",
        "Do you know when the zeppelin leaves the Hamburg harbour?",
        "the zeppelin leaves the Hamburg harbour",
        "haha good morning",
        "when does it leave?",
        "please summarize the zeppelin leaves Hamburg harbour",
        "Who paints the walls of the new canteen?",
        "How much does the board pay Walter for the zeppelin?",
    ],
)
async def test_it_is_silent_without_asking_the_model(application: Application, text: str) -> None:
    model = ScriptedModel([ANSWER])
    reply = await _say(conversation_with(application, model), text)
    assert reply.names == ["drop"]
    assert not model.requests


@pytest.mark.parametrize(
    "said",
    ["NOT FOUND", "The zeppelin leaves the Hamburg harbour at 11:45.", f"{ANSWER} The captain is Walter Grau."],
)
async def test_an_answer_with_anything_unsupported_is_not_shown(application: Application, said: str) -> None:
    reply = await _say(conversation_with(application, [said]), ASKED)
    assert reply.names == ["drop"]


async def test_a_model_that_fails_is_no_reason_to_speak(application: Application) -> None:
    assert (await _say(conversation_with(application, []), ASKED)).names == ["drop"]


async def test_once_in_ten_minutes_in_a_channel(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    conversation = conversation_with(application, [ANSWER, ANSWER])
    assert (await _say(conversation, ASKED)).names[-1] == "finish"
    assert (await _say(conversation, ASKED)).names == ["drop"]
    monkeypatch.setattr(overhearing, "SECONDS_BETWEEN", 0.0)
    assert (await _say(conversation, ASKED)).names[-1] == "finish"


async def test_never_twice_in_a_thread(application: Application) -> None:
    await archive(
        application,
        posted(300, "about the zeppelin"),
        posted(301, ANSWER, thread=300, author="bot", answer_id="a1"),
    )
    assert (await _say(conversation_with(application, [ANSWER]), ASKED, thread="m300")).names == ["drop"]


async def test_members_of_the_channel_switch_it_and_nobody_else(application: Application) -> None:
    conversation, listening = conversation_with(application, []), Listening(application.database)

    async def command(text: str, name: str = "Ann", place: ChannelRef = HERE) -> str:
        return (await _say(conversation, text, kind="command", name=name, place=place)).answer.text

    assert not await listening.listens(HERE.channel_id)
    assert await command("/listen") == TEXTS["listening_off"]["en"]
    assert await command("/listen on", "Eve") == TEXTS["listening_not_here"]["en"]
    assert not await listening.listens(HERE.channel_id)
    assert await command("/旁听 开") == TEXTS["listening_on"]["zh"]
    assert await listening.listens(HERE.channel_id)
    assert not await listening.listens(BOARD.channel_id)
    assert await command("/listen off") == TEXTS["listening_off"]["en"]
    assert not await listening.listens(HERE.channel_id)
    assert await command("/listen on", place=channel("dm-ann", "direct")) == TEXTS["listening_not_here"]["en"]
