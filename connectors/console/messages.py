"""Messages: reading, posting, editing, deleting and reacting. Posting is also how the bot is asked."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from connectors.connector import Language, Utterance, UtteranceKind
from connectors.console.asking import Asking
from connectors.console.bodies import EditedMessage, MessagesQuery, NewMessage, Reaction, body_of, query_of
from connectors.console.channels import Channels
from connectors.console.errors import ConsoleError
from connectors.console.host import ConsoleHost, MessageView
from connectors.console.ids import derived, message_id
from connectors.console.once import Once
from connectors.console.people import People
from connectors.console.reply import Question
from connectors.console.speech import command_in, without_mention
from connectors.console.uploads import Uploads
from connectors.console.wire import all_as_json, as_json
from connectors.events import (
    ChannelId,
    ChannelRef,
    Event,
    MembershipChanged,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    PersonId,
    PersonRef,
    ReactionChanged,
    RecordId,
)


class Messages:
    """The feed of a channel and its threads."""

    def __init__(
        self,
        host: ConsoleHost,
        people: People,
        channels: Channels,
        uploads: Uploads,
        asking: Asking,
        *,
        public_url: str,
    ) -> None:
        self._host = host
        self._people = people
        self._channels = channels
        self._uploads = uploads
        self._asking = asking
        self._public_url = public_url.rstrip("/")
        self._posted: Once[dict[str, Any]] = Once()
        self._joined: set[tuple[PersonId, ChannelId]] = set()

    async def feed(self, request: web.Request) -> web.Response:
        """``GET /api/messages``: the newest, those before a record, or those around one."""
        person = (await self._people.of(request)).person_id
        query = query_of(request, MessagesQuery)
        channel = await self._channels.readable(person, query.channel)
        around = RecordId(query.around) if query.around else None
        if around is not None:
            found = await self._host.message(person, around)
            around = found.thread_id or around
        views = await self._host.messages(
            person,
            channel.channel_id,
            before=RecordId(query.before) if query.before else None,
            around=around,
            limit=query.limit,
        )
        inline: dict[str, Any] = {}
        if channel.platform == "console" and channel.visibility != "direct":
            for view in views:
                if view.reply_count:
                    inline[view.record_id] = all_as_json(await self._spoken(person, view.record_id))
        return web.json_response({"messages": all_as_json(views), "inline": inline})

    async def one(self, request: web.Request) -> web.Response:
        """``GET /api/message``: for links that name only the message."""
        person = (await self._people.of(request)).person_id
        view = await self._host.message(person, RecordId(request.query.get("id", "")))
        return web.json_response({"message": as_json(view)})

    async def thread(self, request: web.Request) -> web.Response:
        """``GET /api/thread``: the head and all replies."""
        person = (await self._people.of(request)).person_id
        views = await self._host.thread(person, RecordId(request.query.get("root", "")))
        return web.json_response({"messages": all_as_json(views)})

    async def post(self, request: web.Request) -> web.Response:
        """``POST /api/messages``: post once, however often it is sent; asks the bot when it is spoken to."""
        person = await self._people.of(request)
        body = await body_of(request, NewMessage)
        channel = await self._channels.writable(person.person_id, body.channel_id)
        record = message_id(person.person_id, body.client_id)
        result = await self._posted.run(record, lambda: self._post(person, channel, body, record))
        return web.json_response(result, status=201)

    async def edit(self, request: web.Request) -> web.Response:
        """``PATCH /api/messages``: a new text for one's own message."""
        person = await self._people.of(request)
        body = await body_of(request, EditedMessage)
        view = await self._own(person, RecordId(body.record_id))
        if not body.text.strip() and not view.files:
            raise ConsoleError("empty_message")
        now = datetime.now(UTC)
        event_id = derived("edit", view.record_id, now.isoformat(), body.text)
        edited = MessageEdited(event_id=event_id, occurred_at=now, record_id=view.record_id, text=body.text.strip())
        asked = self._asking.answers(view.record_id) and edited.text != view.text
        await self._host.accept([edited])
        if asked:
            await self._asking.cancel_question(view.record_id, "cancelled")
            channel = await self._channels.writable(person.person_id, view.channel_id)
            posted = MessagePosted(
                event_id=event_id,
                occurred_at=now,
                record_id=view.record_id,
                channel=channel,
                author=person,
                text=edited.text,
                thread_id=view.thread_id,
            )
            await self._ask(posted, ask_id=event_id, language=body.language)
        return web.json_response({})

    async def delete(self, request: web.Request) -> web.Response:
        """``DELETE /api/messages``: delete one's own message; an answer under way to it is stopped."""
        person = await self._people.of(request)
        view = await self._own(person, RecordId(request.query.get("id", "")))
        deleted = MessageDeleted(
            event_id=f"{view.record_id}:deleted", occurred_at=datetime.now(UTC), record_id=view.record_id
        )
        await self._host.accept([deleted])
        await self._asking.cancel_question(view.record_id)
        return web.json_response({})

    async def react(self, request: web.Request) -> web.Response:
        """``PUT /api/reactions``: give or take back an emoji."""
        person = await self._people.of(request)
        body = await body_of(request, Reaction)
        view = await self._host.message(person.person_id, RecordId(body.record_id))
        await self._channels.writable(person.person_id, view.channel_id)
        now = datetime.now(UTC)
        changed = ReactionChanged(
            event_id=derived("reaction", view.record_id, person.person_id, body.emoji, now.isoformat()),
            occurred_at=now,
            record_id=view.record_id,
            person=person,
            emoji=body.emoji,
            present=body.present,
        )
        await self._host.accept([changed])
        return web.json_response({})

    async def _own(self, person: PersonRef, record: RecordId) -> MessageView:
        view = await self._host.message(person.person_id, record)
        if view.author.person_id != person.person_id or view.deleted:
            raise PermissionError(record)
        await self._channels.writable(person.person_id, view.channel_id)
        return view

    async def _spoken(self, person: PersonId, head: RecordId) -> list[MessageView]:
        """What the bot said in a thread: shown under its head too, where newcomers look."""
        thread = await self._host.thread(person, head)
        bot = self._host.bot.person_id
        return [view for view in thread if view.author.person_id == bot and view.record_id != head]

    async def _post(self, person: PersonRef, channel: ChannelRef, body: NewMessage, record: RecordId) -> dict[str, Any]:
        now = datetime.now(UTC)
        command = command_in(body.text, [*self._host.commands("zh"), *self._host.commands("en")])
        if command is not None:
            return await self._command(person, channel, body, command, now)
        if not body.text.strip() and not body.upload_ids:
            raise ConsoleError("empty_message")
        if await self._stored(person.person_id, record):
            return {"record_id": record, "ask_id": None}
        thread = await self._head(person.person_id, channel, body.thread_id)
        text = body.text.strip()
        posted = MessagePosted(
            event_id=record,
            occurred_at=now,
            record_id=record,
            channel=channel,
            author=person,
            text=text,
            thread_id=thread,
            files=self._uploads.taken(person.person_id, body.upload_ids),
            permalink=f"{self._public_url}/?{urlencode({'channel': channel.channel_id, 'message': record})}",
        )
        await self._host.accept([*self._joining(person, channel, now), posted])
        ask_id = await self._ask(posted, ask_id=record, language=body.language)
        return {"record_id": record, "ask_id": ask_id}

    async def _ask(self, posted: MessagePosted, *, ask_id: str, language: Language) -> str | None:
        """Ask the bot when it is spoken to; what is only overheard has no id that a page could wait for."""
        person, channel, thread, record = posted.author, posted.channel, posted.thread_id, posted.record_id
        spoken = await self._spoken_to(person, channel, posted.text, thread)
        if spoken is None:
            return None
        kind, words = spoken
        inline = channel.visibility == "direct"
        question = Question(
            ask_id=ask_id,
            channel=channel,
            person=person,
            text=words,
            record_id=record,
            reply_thread_id=thread if inline else thread or record,
            asked_at=posted.occurred_at,
        )
        utterance = Utterance(
            kind=kind,
            text=words,
            channel=channel,
            person=person,
            record_id=record,
            thread_id=thread,
            said_at=posted.occurred_at,
        )
        await self._asking.ask(question, utterance, language=language)
        return None if kind == "overheard" else ask_id

    async def _command(
        self, person: PersonRef, channel: ChannelRef, body: NewMessage, command: str, now: datetime
    ) -> dict[str, Any]:
        thread = await self._head(person.person_id, channel, body.thread_id)
        question = Question(
            ask_id=derived("command", person.person_id, body.client_id),
            channel=channel,
            person=person,
            text=command,
            record_id=None,
            reply_thread_id=thread,
            asked_at=now,
        )
        utterance = Utterance(
            kind="command",
            text=command,
            channel=channel,
            person=person,
            record_id=None,
            thread_id=thread,
            said_at=now,
            language=body.language,
        )
        await self._asking.ask(question, utterance, language=body.language)
        return {"record_id": None, "ask_id": question.ask_id}

    async def _spoken_to(
        self, person: PersonRef, channel: ChannelRef, text: str, thread: RecordId | None
    ) -> tuple[UtteranceKind, str] | None:
        words = without_mention(text, self._host.bot)
        if channel.visibility == "direct":
            return ("direct", text if words is None else words) if text else None
        if words is not None:
            return "mention", words
        if not text or text.startswith(("@", "＠")):
            # Whoever calls somebody else by name does not ask the bot, not even in its thread.
            return None
        if thread is not None and (self._asking.answers_in(thread) or await self._spoken(person.person_id, thread)):
            return "thread", text
        return ("overheard", text) if await self._host.listens(channel.channel_id) else None

    async def _stored(self, person: PersonId, record: RecordId) -> bool:
        """Whether it was posted before a restart: then the retry posts and asks nothing."""
        try:
            await self._host.message(person, record)
        except LookupError:
            return False
        return True

    async def _head(self, person: PersonId, channel: ChannelRef, thread: str | None) -> RecordId | None:
        if thread is None:
            return None
        view = await self._host.message(person, RecordId(thread))
        if view.channel_id != channel.channel_id:
            raise ConsoleError("bad_input", "thread_id: a thread of another channel")
        return view.thread_id or view.record_id

    def _joining(self, person: PersonRef, channel: ChannelRef, now: datetime) -> list[Event]:
        """The first post in a public channel makes its author a member."""
        if channel.visibility != "public" or (person.person_id, channel.channel_id) in self._joined:
            return []
        self._joined.add((person.person_id, channel.channel_id))
        event_id = f"{channel.channel_id}:{person.person_id}:joined"
        return [MembershipChanged(event_id=event_id, occurred_at=now, channel=channel, person=person, present=True)]
