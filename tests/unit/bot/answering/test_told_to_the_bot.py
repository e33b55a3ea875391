"""What people tell the bot is found like anything else; what they ask it is not."""

import pytest

from bot.summaries.talk import Wanted, read_talks
from connectors.connector import Utterance
from connectors.events import RecordId
from knowledge.passage import Audience, ChannelId
from tests.builders import at, channel, person, posted
from tests.fakes.reply import RecordingReply
from tests.quick_application import archive, quick_application

TOLD = "The pump of Bluelake arrives on Tuesday"
ASKED = "When does the pump of Bluelake arrive?"


@pytest.mark.parametrize(("said", "is_found"), [(TOLD, True), (ASKED, False)])
async def test_a_message_that_the_bot_answered(said: str, is_found: bool) -> None:
    """Where only mentions reach the bot, such as in a group of WeCom, there is nothing else to be found."""
    async with quick_application() as application:
        message = posted(1, said)
        await archive(application, message)
        utterance = Utterance(
            kind="mention", text=said, channel=channel(), person=person("Ann"),
            record_id=RecordId(message.record_id), thread_id=None, said_at=at(2),
        )  # fmt: skip
        reply = RecordingReply()
        await application.conversation.converse(utterance, reply)
        assert ("I keep what you said" in reply.answer.text) is is_found, "who tells something is not told to ask anew"
        audience = Audience(frozenset({ChannelId(channel().channel_id)}))
        found = await application.finder.find("pump Bluelake", audience=audience, limit=5)
        assert [item.text for item in found.results] == ([said] if is_found else [])
        talks = await read_talks(application.database, Wanted(audience=audience))
        assert [turn.text for talk in talks for turn in talk.turns] == ([said] if is_found else [])
