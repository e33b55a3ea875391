"""“Did you mean …?” under an answer: whoever says yes gets the standard answer into the same conversation."""

from datetime import UTC, datetime

from aiohttp import web

from connectors.collecting import CollectingReply
from connectors.connector import Answer, Notice, Utterance
from connectors.console.bodies import SaidMeant, body_of
from connectors.console.channels import Channels
from connectors.console.errors import ConsoleError
from connectors.console.host import ConsoleHost
from connectors.console.ids import answer_record_id
from connectors.console.people import People
from connectors.console.posting import answer_posted
from connectors.console.wire import as_json


class Meant:
    """Gives it as the next message."""

    def __init__(self, host: ConsoleHost, people: People, channels: Channels) -> None:
        self._host = host
        self._people = people
        self._channels = channels

    async def give(self, request: web.Request) -> web.Response:
        """``POST /api/meant``: ``is_new`` is false when its message is there already; ``notice`` tells what failed."""
        person = await self._people.of(request)
        beside = await self._host.answer((await body_of(request, SaidMeant)).answer_id)
        if beside is None:
            raise LookupError
        view = await self._host.message(person.person_id, answer_record_id(beside.answer_id))
        channel = await self._channels.writable(person.person_id, view.channel_id)
        now = datetime.now(UTC)
        utterance = Utterance(
            kind="direct" if channel.visibility == "direct" else "mention",
            text=beside.question,
            channel=channel,
            person=person,
            record_id=None,
            thread_id=view.thread_id,
            said_at=now,
            language=beside.language,
        )
        reply = CollectingReply()
        is_new = await self._host.meant(beside.answer_id, utterance, reply)
        match reply.end:
            case Answer() as given:
                shown = answer_posted(given, by=self._host.bot, channel=channel, thread_id=view.thread_id, at=now)
                await self._host.accept([shown])
            case Notice() as notice:
                return web.json_response({"is_new": False, "notice": as_json(notice)})
            case None if is_new:
                raise ConsoleError("no_answer")
        return web.json_response({"is_new": is_new, "notice": None})
