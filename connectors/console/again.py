"""A second answer to the same question, and which of the two is better.

Asked for with a button under an answer, or offered now and then to who asked the question. Only that person sees the
pair; what they pick stays in the conversation.
"""

import asyncio
import logging
import secrets
from datetime import UTC, datetime
from typing import Any, Final

from aiohttp import web

from connectors.collecting import CollectingReply
from connectors.connector import Answer, Card, Notice, Utterance
from connectors.console.bodies import AnsweredAgain, Declined, Preference, body_of, query_of
from connectors.console.channels import Channels
from connectors.console.errors import ConsoleError
from connectors.console.host import ConsoleHost, MessageView
from connectors.console.hub import Hub
from connectors.console.ids import answer_record_id
from connectors.console.people import People
from connectors.console.posting import answer_posted
from connectors.console.reply import Question
from connectors.console.wire import as_json
from connectors.events import ChannelId, MessageDeleted, PersonRef, RecordId
from connectors.owned_tasks import OwnedTasks

_LOG = logging.getLogger(__name__)

_AT_ONCE: Final = 8
_SECONDS: Final = 300.0


class Again:
    """Makes pairs and keeps what was picked."""

    def __init__(self, host: ConsoleHost, people: People, channels: Channels, hub: Hub) -> None:
        self._host = host
        self._people = people
        self._channels = channels
        self._hub = hub
        self._tasks = OwnedTasks(at_once=2, most=_AT_ONCE)
        self._under_way: set[tuple[str, str]] = set()

    async def close(self) -> None:
        """Stop what is made unasked."""
        await self._tasks.close()

    async def answer(self, request: web.Request) -> web.Response:
        """``POST /api/again``: both answers in the order in which they are to be shown, or why there is no second."""
        person = await self._people.of(request)
        first, view = await self._shown(person, (await body_of(request, AnsweredAgain)).answer_id)
        key = (first.answer_id, person.person_id)
        if key in self._under_way or len(self._under_way) >= _AT_ONCE:
            raise ConsoleError("busy")
        self._under_way.add(key)
        try:
            async with asyncio.timeout(_SECONDS):
                end = await self._second(person, first, view.channel_id, view.thread_id)
        except TimeoutError:
            raise ConsoleError("no_answer") from None
        finally:
            self._under_way.discard(key)
        if isinstance(end, Notice):
            return web.json_response({"pair": None, "notice": as_json(end)})
        if not isinstance(end, Answer) or _is_same(first, end):
            return web.json_response({"pair": None, "notice": None})
        return web.json_response({"pair": _pair(first, end), "notice": None})

    async def pick(self, request: web.Request) -> web.Response:
        """``PUT /api/preferences``: keep what was picked; the conversation shows it instead of the other one."""
        person = await self._people.of(request)
        body = await body_of(request, Preference)
        await self._host.prefer(chosen=body.chosen, other=body.other, first_shown=body.first_shown, person=person)
        chosen = await self._host.answer(body.chosen)
        if chosen is None or await self._is_posted(person, body.chosen):
            return web.json_response({})
        view = await self._host.message(person.person_id, answer_record_id(body.other))
        channel = await self._channels.writable(person.person_id, view.channel_id)
        now = datetime.now(UTC)
        former = view.record_id
        posted = answer_posted(chosen, by=self._host.bot, channel=channel, thread_id=view.thread_id, at=now)
        gone = MessageDeleted(event_id=f"{former}:deleted", occurred_at=now, record_id=former)
        await self._host.accept([posted, gone])
        return web.json_response({})

    async def decline(self, request: web.Request) -> web.Response:
        """``DELETE /api/preferences``: the person does not want to pick."""
        person = await self._people.of(request)
        pair = query_of(request, Declined)
        await self._host.pair_declined(first=pair.first, second=pair.second, person=person)
        return web.json_response({})

    def offer(self, question: Question, first: Answer) -> None:
        """Now and then make a second answer beside one that was just given, and ask who asked which is better."""
        self._tasks.spawn(self._offer(question, first), name="a second answer, unasked")

    async def _offer(self, question: Question, first: Answer) -> None:
        person, channel_id = question.person, question.channel.channel_id
        if not await self._host.wants_pair(first.answer_id, person, channel_id):
            return
        async with asyncio.timeout(_SECONDS):
            second = await self._second(person, first, channel_id, question.reply_thread_id)
        if isinstance(second, Answer) and not second.abstained and not _is_same(first, second):
            await self._host.pair_shown(first=first.answer_id, second=second.answer_id, person=person)
            self._hub.send_person(person.person_id, {"type": "pair", "pair": _pair(first, second)})

    async def _shown(self, person: PersonRef, answer_id: str) -> tuple[Answer, MessageView]:
        first = await self._host.answer(answer_id)
        if first is None:
            raise LookupError(answer_id)
        return first, await self._host.message(person.person_id, answer_record_id(answer_id))

    async def _second(
        self, person: PersonRef, first: Answer, channel_id: ChannelId, thread_id: RecordId | None
    ) -> Answer | Notice | Card | None:
        channel = await self._channels.writable(person.person_id, channel_id)
        reply = CollectingReply()
        utterance = Utterance(
            kind="direct" if channel.visibility == "direct" else "mention",
            text=first.question,
            channel=channel,
            person=person,
            record_id=None,
            thread_id=thread_id,
            said_at=datetime.now(UTC),
            language=first.language,
        )
        await self._host.answer_again(first.answer_id, utterance, reply)
        return reply.end

    async def _is_posted(self, person: PersonRef, answer_id: str) -> bool:
        try:
            return not (await self._host.message(person.person_id, answer_record_id(answer_id))).deleted
        except LookupError:
            return False


def _is_same(first: Answer, second: Answer) -> bool:
    return first.answer_id == second.answer_id or "".join(first.text.split()) == "".join(second.text.split())


def _pair(first: Answer, second: Answer) -> dict[str, Any]:
    """Chance decides which is shown first, so that the place does not decide."""
    shown = [first, second] if secrets.randbelow(2) else [second, first]
    return {"asked": first.answer_id, "answers": [as_json(answer) for answer in shown]}
