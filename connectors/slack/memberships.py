"""Who is where, by Slack's own lists: read again when they are old or an event has changed them. Unknown means no."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.events import ChannelId, Event
from connectors.slack.cache import Cache
from connectors.slack.channel_changes import MEMBERSHIPS, REMOVALS, changed_channel, channel_of, is_of_bot
from connectors.slack.channels import KnownChannel
from connectors.slack.cursors import by_cursor
from connectors.slack.directory import SlackDirectory
from connectors.slack.errors import MembershipUnknown, SlackAway, SlackError
from connectors.slack.fields import Payload, object_of, text_of, texts_of
from connectors.slack.ids import person_id
from connectors.slack.membership_events import differences, is_same, membership, person_seen
from connectors.slack.reconciling import Reconciling
from connectors.slack.site import Site

_PUBLIC_SECONDS = 900.0
"""In a public channel the list only tells whether guests are there."""
_FLAGS_SECONDS = 3600.0
"""For how long it counts who is a guest, without an event that says otherwise."""
_PATIENCE_SECONDS = 15.0
_MOST_KEPT = 20_000
_PAGE = 1000
_AT_ONCE = 100
"""Events handed over at a time, so that other work gets its turn."""
_SUBTYPES = frozenset(f"{place}_{what}" for place in ("channel", "group") for what in ("join", "leave"))


@dataclass(frozen=True, slots=True)
class _Read:
    seconds: float
    direct: ChannelId | None = None
    """The direct chat that a person was told to be in."""


class SlackMemberships:
    """``connectors.slack.site.Memberships``; ``reconcile`` is run for as long as the connector runs."""

    def __init__(self, site: Site, directory: SlackDirectory) -> None:
        self._site = site
        self._directory = directory
        self._channels: Cache[_Read] = Cache(self._read_channel, seconds=lambda it: it.seconds, most=_MOST_KEPT)
        self._people: Cache[_Read] = Cache(self._read_person, seconds=lambda it: it.seconds, most=_MOST_KEPT)
        self._reconciling = Reconciling(site, directory, read=self._read_in_background)

    def note(self, event: Payload) -> None:
        """Take in what an inner event says of who is where."""
        kind, user = text_of(event, "type"), text_of(event, "user")
        if kind in ("team_join", "user_change"):
            self._people.outdate(text_of(object_of(event, "user"), "id"))
        elif kind in MEMBERSHIPS or text_of(event, "subtype") in _SUBTYPES:
            self._channels.outdate(self._key(channel_of(event)))
            self._people.outdate(user)
            if kind == "member_joined_channel" and is_of_bot(event, self._site.me):
                self._reconciling.soon(channel_of(event))
        elif kind in REMOVALS:
            self._channels.outdate(self._key(channel_of(event)))
        elif changed := changed_channel(event):
            self._channels.outdate(self._key(changed))
            self._reconciling.soon(changed)

    async def refresh_channel(self, slack_channel_id: str) -> None:
        """See to it that the truth has the members of a channel; of a direct chat also where its person is."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                place = await self._directory.channels.get(slack_channel_id)
                if not place.other:
                    await self._channels.get(self._key(slack_channel_id))
        except (SlackAway, SlackError, TimeoutError) as error:
            # What takes longer than people wait for is read in the background, and known when they ask again.
            self._reconciling.soon(slack_channel_id)
            raise MembershipUnknown(f"members of {slack_channel_id}: {error}") from error
        if place.other:
            await self.refresh_person(place.other)

    async def refresh_person(self, user_id: str) -> None:
        """See to it that the truth has where a person is, the direct chat with the bot too, and whether as a guest."""
        last, direct = self._people.last(user_id), self._directory.channels.direct_with(user_id)
        if last is not None and direct is not None and last.direct != direct.ref.channel_id:
            self._people.outdate(user_id)
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._people.get(user_id)
        except (SlackAway, SlackError, TimeoutError) as error:
            raise MembershipUnknown(f"channels of {user_id}: {error}") from error

    async def reconcile(self) -> None:
        """Never ends: reads once a day what events may have failed to tell, and soon what has just changed."""
        await self._reconciling.run()

    async def round(self) -> None:
        """Read once what events may have failed to tell. Raises ``SlackAway`` and ``SlackError``."""
        await self._reconciling.round()

    async def catch_up(self) -> None:
        """Read now what has just changed."""
        await self._reconciling.catch_up()

    def _key(self, slack_channel_id: str) -> str:
        return self._directory.slack_channel(self._directory.our_channel(slack_channel_id))

    # channels

    async def _read_channel(self, slack_id: str) -> _Read:
        asked_at = self._directory.now()
        seconds = self._site.configuration.membership_seconds
        place = await self._directory.channels.get(slack_id, within=0)
        if not place.is_member:
            await self._apply(await self._directory.left(slack_id, at=asked_at))
            raise MembershipUnknown(f"the bot is not in {slack_id}")
        await self._apply(await self._differences(place, asked_at, background=False))
        return _Read(max(seconds, _PUBLIC_SECONDS) if place.ref.visibility == "public" else seconds)

    async def _read_in_background(self, place: KnownChannel) -> None:
        """Not by way of the cache: nobody in a hurry must wait for what waits its turn."""
        events = await self._differences(place, self._directory.now(), background=True)
        for start in range(0, len(events), _AT_ONCE):
            await self._site.host.accept(events[start : start + _AT_ONCE])

    async def _differences(self, place: KnownChannel, asked_at: datetime, *, background: bool) -> Sequence[Event]:
        host, channel_id = self._site.host, place.ref.channel_id
        if place.other:
            members = [place.other, self._site.me.bot_user_id]
        else:
            members = await self._members(place.slack_id, background=background)
        people = await self._directory.people.several(members, within=_FLAGS_SECONDS, background=background)
        believed = (await host.known_channels([channel_id])).get(channel_id)
        # In the background the channel may have been looked up long before its members.
        ref = believed if background and believed is not None else place.ref
        return await asyncio.to_thread(  # thousands of members take longer than the loop may be held up
            differences,
            ref,
            [somebody.person for somebody in people if somebody.active],
            believed=believed,
            known=await host.known_members(channel_id),
            at=asked_at,
        )

    async def _members(self, slack_id: str, *, background: bool) -> list[str]:
        members: list[str] = []
        api = self._site.api
        async for page in by_cursor(api, "conversations.members", background=background, channel=slack_id, limit=_PAGE):
            members += texts_of(page, "members")
        return members

    # people

    async def _read_person(self, user_id: str) -> _Read:
        asked_at, host = self._directory.now(), self._site.host
        seconds = self._site.configuration.membership_seconds
        somebody = await self._directory.people.get(user_id, within=seconds)
        known = await host.known_person(person_id(user_id))
        is_news = known is None or not is_same(known.person, somebody.person) or known.active != somebody.active
        events: list[Event] = []
        if is_news and somebody.found:
            events.append(person_seen(somebody.person, active=somebody.active, at=asked_at))
        if not somebody.found or not somebody.active or somebody.person.is_bot:
            await self._apply(events)
            raise MembershipUnknown(f"{user_id} is nobody who may read")
        places = {place.ref.channel_id: place for place in await self._directory.channels.of_person(user_id)}
        believed = known.channels if known is not None and known.active else frozenset()
        bot = await host.known_person(person_id(self._site.me.bot_user_id))
        shared = bot.channels if bot is not None else frozenset()
        for channel_id, place in places.items():
            if channel_id not in believed and (place.is_member or channel_id in shared):
                events += membership(place.ref, [somebody.person], present=True, at=asked_at)
        for ref in (await host.known_channels(believed - places.keys())).values():
            if ref.visibility != "direct" and ref.workspace_id == self._site.me.workspace_id:
                events += membership(ref, [somebody.person], present=False, at=asked_at)
        direct = self._directory.channels.direct_with(user_id)
        if direct is not None:
            events += await self._differences(direct, asked_at, background=False)
        await self._apply(events)
        return _Read(seconds, direct.ref.channel_id if direct is not None else None)

    async def _apply(self, events: Sequence[Event]) -> None:
        for start in range(0, len(events), _AT_ONCE):
            await self._site.host.accept_and_apply(events[start : start + _AT_ONCE])
