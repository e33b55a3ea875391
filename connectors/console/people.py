"""Who somebody says they are. Anybody who reaches the page may be anybody: the console is a trusted, local place."""

from datetime import UTC, datetime

from aiohttp import web

from connectors.console.bodies import Enter, body_of
from connectors.console.changes import Changes
from connectors.console.errors import ConsoleError
from connectors.console.host import ConsoleHost
from connectors.console.hub import Hub
from connectors.console.ids import GENERAL_CHANNEL_ID, person_id
from connectors.console.posting import direct_channel, opened
from connectors.console.wire import all_as_json, as_json
from connectors.events import ChannelChanged, ChannelRef, Event, PersonId, PersonRef


class People:
    """The people of the console; requests name theirs with ``?as=``, so that two tabs can be two people."""

    def __init__(self, host: ConsoleHost, hub: Hub, changes: Changes) -> None:
        self._host = host
        self._hub = hub
        self._changes = changes
        self._known: dict[PersonId, PersonRef] = {}

    async def known(self, identifier: str) -> PersonRef:
        """The person of this id; raises ``ConsoleError`` for a stranger."""
        person = self._known.get(PersonId(identifier))
        if person is None:
            await self.all()
            person = self._known.get(PersonId(identifier))
        if person is None:
            raise ConsoleError("unknown_person")
        return person

    async def of(self, request: web.Request) -> PersonRef:
        """The person a request speaks for."""
        return await self.known(request.query.get("as", ""))

    async def all(self) -> list[PersonRef]:
        """Everybody who can be chosen."""
        people = [person for person in await self._host.people() if not person.is_bot]
        self._known |= {person.person_id: person for person in people}
        return people

    async def listing(self, _: web.Request) -> web.Response:
        """``GET /api/people``."""
        return web.json_response({"people": all_as_json(await self.all())})

    async def enter(self, request: web.Request) -> web.Response:
        """``POST /api/people``: become a person; makes their direct chat, and the first channel of a new console."""
        body = await body_of(request, Enter)
        person = await self._chosen(body)
        bot = self._host.bot
        now = datetime.now(UTC)
        direct = direct_channel(person)
        channels = await self._host.channels(person.person_id)
        events: list[Event] = []
        if direct.channel_id not in {view.channel_id for view in channels}:
            events.append(opened(direct, person, bot, now))
        if not any(view.platform == "console" and view.visibility == "public" for view in channels):
            general = ChannelRef(channel_id=GENERAL_CHANNEL_ID, platform="console", name="general", visibility="public")
            created = f"{GENERAL_CHANNEL_ID}:created"
            events.append(ChannelChanged(event_id=created, occurred_at=now, channel=general, members=(person, bot)))
        if events:
            await self._host.accept(events)
            self._hub.forget()
            self._hub.send_all({"type": "people"})

            async def ready() -> bool:
                readable = {view.channel_id for view in await self._host.channels(person.person_id)}
                return direct.channel_id in readable

            await self._changes.until(ready)
        self._known[person.person_id] = person
        return web.json_response({"person": as_json(person), "direct_channel_id": direct.channel_id})

    async def _chosen(self, body: Enter) -> PersonRef:
        if body.person_id is not None:
            return await self.known(body.person_id)
        if body.name is None:
            raise ConsoleError("bad_input", "name")
        for person in await self.all():
            if person.name.casefold() == body.name.casefold():
                return person
        if body.name.casefold() == self._host.bot.name.casefold():
            raise ConsoleError("bad_input", "name: this is the bot")
        return PersonRef(person_id=person_id(body.name), platform="console", name=body.name)
