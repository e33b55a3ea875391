"""Channels: listing, creating, members of private ones, and which of them can be written to."""

from datetime import UTC, datetime

from aiohttp import web

from connectors.console.bodies import Membership, NewChannel, body_of
from connectors.console.changes import Changes
from connectors.console.errors import ConsoleError
from connectors.console.host import ChannelView, ConsoleHost
from connectors.console.hub import Hub
from connectors.console.ids import derived
from connectors.console.people import People
from connectors.console.wire import all_as_json, as_json
from connectors.events import ChannelChanged, ChannelId, ChannelRef, MembershipChanged, PersonId


class Channels:
    """The list at the side of the page."""

    def __init__(self, host: ConsoleHost, hub: Hub, changes: Changes, people: People) -> None:
        self._host = host
        self._hub = hub
        self._changes = changes
        self._people = people

    async def readable(self, person: PersonId, channel: str) -> ChannelView:
        """The channel in this person's list; raises ``PermissionError``, also when there is none of this id."""
        view = await self._hub.channel(person, ChannelId(channel))
        if view is None:
            raise PermissionError(channel)
        return view

    async def writable(self, person: PersonId, channel: str) -> ChannelRef:
        """The channel to post into; ``ConsoleError``: imported; ``PermissionError``: hidden."""
        view = await self.readable(person, channel)
        if view.platform != "console":
            raise ConsoleError("read_only")
        return _reference(view)

    async def listing(self, request: web.Request) -> web.Response:
        """``GET /api/channels``."""
        person = await self._people.of(request)
        return web.json_response({"channels": all_as_json(await self._host.channels(person.person_id))})

    async def create(self, request: web.Request) -> web.Response:
        """``POST /api/channels``: the creator is always a member."""
        person = await self._people.of(request)
        body = await body_of(request, NewChannel)
        identifier = ChannelId(derived("channel", person.person_id, body.client_id))
        for view in await self._host.channels(person.person_id):
            if view.channel_id == identifier:
                return web.json_response({"channel": as_json(view)})
            if view.platform == "console" and view.name.casefold() == body.name.casefold():
                raise ConsoleError("channel_name_taken", body.name)
        others = [await self._people.known(member) for member in body.member_ids if member != person.person_id]
        channel = ChannelRef(channel_id=identifier, platform="console", name=body.name, visibility=body.visibility)
        created = ChannelChanged(
            event_id=f"{identifier}:created",
            occurred_at=datetime.now(UTC),
            channel=channel,
            members=(person, *others, self._host.bot),
        )
        await self._host.accept([created])
        await self._settled(person.person_id, identifier, listed=True)
        return web.json_response({"channel": {**as_json(channel), "message_count": 0, "members": []}}, status=201)

    async def change_member(self, request: web.Request) -> web.Response:
        """``POST /api/members``: members of a private channel add others; everybody may leave."""
        person = await self._people.of(request)
        body = await body_of(request, Membership)
        view = await self.readable(person.person_id, body.channel_id)
        if view.platform != "console" or view.visibility != "private":
            raise ConsoleError("bad_input", "channel_id: not a private channel of the console")
        if not body.present and body.person_id != person.person_id:
            raise PermissionError(body.channel_id)
        other = await self._people.known(body.person_id)
        now = datetime.now(UTC)
        changed = MembershipChanged(
            event_id=f"{view.channel_id}:{other.person_id}:{body.present}:{now.isoformat()}",
            occurred_at=now,
            channel=_reference(view),
            person=other,
            present=body.present,
        )
        await self._host.accept([changed])
        await self._settled(other.person_id, view.channel_id, listed=body.present)
        return web.json_response({})

    async def _settled(self, person: PersonId, channel: ChannelId, *, listed: bool) -> None:
        async def ready() -> bool:
            readable = {view.channel_id for view in await self._host.channels(person)}
            return (channel in readable) is listed

        await self._changes.until(ready)
        self._hub.forget()
        self._hub.send_all({"type": "channels"})


def _reference(view: ChannelView) -> ChannelRef:
    return ChannelRef(channel_id=view.channel_id, platform=view.platform, name=view.name, visibility=view.visibility)
