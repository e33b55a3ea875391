"""Groups: what they are called and who is in them, from the list of WeCom or from who got the newest message."""

import asyncio
import hashlib
import logging
from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from connectors.connector import Language
from connectors.events import ChannelChanged, ChannelRef, Event, PersonRef
from connectors.live_host import LiveHost
from connectors.wecom.errors import WeComAway, WeComError
from connectors.wecom.ids import group_id, several_id
from connectors.wecom.message_archive.asking import Asking, Call
from connectors.wecom.message_archive.fields import Json, objects_of, on_one_line, text_of
from connectors.wecom.message_archive.people import People
from connectors.wecom.message_archive.texts import WORDING
from connectors.wecom.message_archive.timing import Timing

_MOST_KNOWN = 20_000

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Room:
    """What was told of a group. ``looked_at`` is in the time of the event loop."""

    name: str = ""
    members: frozenset[str] = frozenset()
    is_listed: bool = False
    """Whether the members are WeCom's own list, which it gives for groups without people from outside."""
    looked_at: float = float("-inf")
    told: str = ""
    told_at: datetime | None = None
    channel: ChannelRef | None = None


class Rooms:
    """What was told is forgotten with the process: told twice is the same."""

    def __init__(
        self,
        *,
        host: LiveHost,
        workspace_id: str,
        people: People,
        asking: Asking,
        call: Call | None,
        language: Language,
        timing: Timing,
    ) -> None:
        self._host = host
        self._workspace_id = workspace_id
        self._people = people
        self._asking = asking
        self._call = call
        self._word = WORDING[language]["group"]
        self._timing = timing
        self._rooms: OrderedDict[str, _Room] = OrderedDict()

    async def room(self, room_id: str, *, seen: Collection[str], at: datetime) -> tuple[ChannelRef, Sequence[Event]]:
        """A group in which ``seen`` sent and got a message at that time, and what changed in it."""
        room = await self._known(room_id)
        since = asyncio.get_running_loop().time() - room.looked_at
        is_other = room.is_listed and not room.members.issuperset(seen)
        is_due = since >= self._timing.rooms or (is_other and since >= self._timing.room)
        if is_due:
            await self._look(room_id, room)
        if not room.is_listed and room.members != seen and (room.told_at is None or at >= room.told_at):
            room.members, is_due = frozenset(seen), True
        changed: Sequence[Event] = ()
        if is_due or room.channel is None:
            changed = await self._told(room_id, room, datetime.now(UTC) if room.is_listed else at)
        if room.channel is None:
            raise LookupError(room_id)
        return room.channel, changed

    async def outside_rooms(self, user_ids: Collection[str], *, at: datetime) -> tuple[ChannelRef, Sequence[Event]]:
        """The place of people who talk outside groups."""
        channel_id = several_id(user_ids)
        room = self._rooms.setdefault(channel_id, _Room())
        self._bound(channel_id)
        now = asyncio.get_running_loop().time()
        if room.channel is not None and now - room.looked_at < self._timing.rooms:
            return room.channel, ()
        room.looked_at = now
        people = await self._people.persons(user_ids)
        names = [person.name for person in people]
        channel = ChannelRef(
            channel_id=channel_id,
            platform="wecom",
            name=on_one_line(" · ".join(names[:5]) + ("…" if len(names) > 5 else ""), 200),
            visibility="private",
            workspace_id=self._workspace_id,
            external=any(person.is_guest for person in people),
        )
        return channel, self._change(room, channel, people, at)

    def tell_again(self) -> None:
        """What was told was not taken."""
        for room in self._rooms.values():
            room.told, room.told_at, room.channel, room.looked_at = "", None, None, float("-inf")

    async def look_again(self, room_ids: Collection[str]) -> Sequence[Event]:
        """Look at groups, for people who left a group in which nothing was said since."""
        events: list[Event] = []
        if self._call is None:
            return events
        for room_id in room_ids:
            room = await self._known(room_id)
            if asyncio.get_running_loop().time() - room.looked_at >= self._timing.room:
                await self._look(room_id, room)
                if room.is_listed:
                    events.extend(await self._told(room_id, room, datetime.now(UTC)))
        return events

    async def _known(self, room_id: str) -> _Room:
        if room_id in self._rooms:
            self._bound(room_id)
            return self._rooms[room_id]
        channel_id = group_id(room_id)
        known = (await self._host.known_channels([channel_id])).get(channel_id)
        self._rooms[room_id] = room = _Room(name=known.name if known else "")
        self._bound(room_id)
        return room

    def _bound(self, name: str) -> None:
        self._rooms.move_to_end(name)
        if len(self._rooms) > _MOST_KNOWN:
            self._rooms.popitem(last=False)

    async def _look(self, room_id: str, room: _Room) -> None:
        room.looked_at = asyncio.get_running_loop().time()
        call = self._call
        if call is None:
            return
        try:
            answer: Json = await self._asking.ask(lambda: call("msgaudit/groupchat/get", roomid=room_id))
        except WeComError as error:
            # A group with people from outside, or one that is gone: WeCom lists it no (more).
            room.is_listed = False
            _log.info("no list of a group: %s", error)
            return
        except WeComAway as error:
            _log.info("a group could not be looked up: %s", error)
            room.looked_at += self._asking.away_seconds - self._timing.rooms
            return
        members = frozenset(text_of(member, "memberid", "userid") for member in objects_of(answer, "members")) - {""}
        room.name = on_one_line(text_of(answer, "roomname"), 200) or room.name
        if members:
            room.members, room.is_listed = members, True

    async def _told(self, room_id: str, room: _Room, at: datetime) -> Sequence[Event]:
        people = await self._people.persons(room.members)
        channel = ChannelRef(
            channel_id=group_id(room_id),
            platform="wecom",
            name=room.name or f"{self._word} {room_id[-6:]}",
            visibility="private",
            workspace_id=self._workspace_id,
            external=any(person.is_guest for person in people),
        )
        return self._change(room, channel, people, at)

    @staticmethod
    def _change(room: _Room, channel: ChannelRef, people: Sequence[PersonRef], at: datetime) -> Sequence[Event]:
        """The event about a group, when it is another one than that told before."""
        if room.told_at is not None and at < room.told_at:
            at = room.told_at
        described = "\n".join(part.model_dump_json() for part in (channel, *people))
        told = hashlib.sha256(described.encode()).hexdigest()[:24]
        room.channel = channel
        if told == room.told:
            return ()
        room.told, room.told_at = told, at
        return [
            ChannelChanged(
                event_id=f"{channel.channel_id}:{told}:{int(at.timestamp() * 1000)}",
                occurred_at=at,
                channel=channel,
                members=tuple(people),
            )
        ]
