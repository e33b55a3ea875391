"""People and channels of one workspace: known from lookups, kept true by events."""

import asyncio
import re
from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from connectors.events import ChannelId, ChannelRef, Event, PersonRef
from connectors.slack.channel_changes import MEMBERSHIPS, REMOVALS, changed_channel, channel_of, is_of_bot
from connectors.slack.channels import Channels
from connectors.slack.directory_events import DirectoryEvents
from connectors.slack.errors import SlackAway
from connectors.slack.fields import Payload, object_of, text_of
from connectors.slack.ids import moment
from connectors.slack.people import People
from connectors.slack.site import Site

_MENTION = re.compile(r"<([@#])([A-Z0-9]{2,30})[|>]")
_MOST_NAMES = 50
"""Looked up for one text; more is a list that nobody reads."""


class SlackDirectory:
    """``connectors.slack.site.Directory``. ``load`` is called once, before anything else.

    Of the site it uses ``me``, ``configuration``, ``host`` and ``api`` only.
    """

    def __init__(self, site: Site) -> None:
        self._me = site.me
        self._configuration = site.configuration
        self._host = site.host
        self.people = People(me=site.me, api=site.api)
        self.channels = Channels(me=site.me, api=site.api, host=site.host, people=self.people)
        self._clock = site.api.clock
        self._events = DirectoryEvents(
            me=site.me, host=site.host, clock=self._clock, people=self.people, channels=self.channels
        )

    async def load(self) -> None:
        """Read what must be known from before."""
        await self.channels.load()

    def now(self) -> datetime:
        """The present by Slack's clock: what is asked now is newer than every event so far, and older than the next."""
        return self._clock.now()

    # events

    async def note(self, event: Payload) -> None:
        """Take in what an inner event says of people and channels, before it is translated."""
        at = moment(text_of(event, "event_ts"))
        if at is not None:
            self._clock.happened(at)
        kind = text_of(event, "type")
        if kind in ("team_join", "user_change"):
            self.people.take_in(object_of(event, "user"), at=at or self.now())
        elif kind == "channel_id_changed":
            await self.channels.change_id(
                text_of(event, "old_channel_id"), text_of(event, "new_channel_id"), at=at or self.now()
            )
        elif kind in REMOVALS or (kind in MEMBERSHIPS and is_of_bot(event, self._me)):
            self.channels.outdate(channel_of(event))
        else:
            changed = changed_channel(event)
            if changed:
                self.channels.outdate(changed)

    async def events(self, event: Payload) -> Sequence[Event]:
        """What an inner event means to the archive as far as it is about people and channels."""
        return await self._events.of(event)

    async def left(self, slack_channel_id: str, *, at: datetime) -> Sequence[Event]:
        """What is to be told of a channel that the bot was found not to be in; nothing when that is known already."""
        ours = self.our_channel(slack_channel_id)
        known = (await self._host.known_channels([ours])).get(ours)
        if known is None or (known.visibility != "public" and not await self._host.known_members(ours)):
            return []
        return await self._events.left(slack_channel_id, at=at, key=uuid4().hex)

    # looking up

    async def person(self, user_id: str) -> PersonRef:
        """A user or integration; never raises."""
        return await self.people.person(user_id)

    async def channel(self, slack_channel_id: str) -> ChannelRef:
        """A channel; as it was known last when Slack cannot be asked, and ``SlackAway`` when nothing is known."""
        try:
            return (await self.channels.get(slack_channel_id)).ref
        except SlackAway:
            last = self.channels.last(slack_channel_id)
            if last is not None:
                return last.ref
            ours = self.our_channel(slack_channel_id)
            known = await self._host.known_channels([ours])
            if ours not in known:
                raise
            return known[ours]

    async def learn_names(self, text: str) -> None:
        """Look up everybody and every channel that a text mentions; who cannot be looked up stays nameless."""
        mentioned = list(dict.fromkeys(_MENTION.findall(text)))[:_MOST_NAMES]
        if mentioned:
            lookups = (self.people.get(name) if sign == "@" else self.channels.get(name) for sign, name in mentioned)
            outcomes = await asyncio.gather(*lookups, return_exceptions=True)
            for outcome in outcomes:
                if isinstance(outcome, BaseException) and not isinstance(outcome, SlackAway):
                    raise outcome

    def person_name(self, user_id: str) -> str | None:
        """The name that people see."""
        return self.people.name(user_id)

    def channel_name(self, channel_id: str) -> str | None:
        """The name of a public channel: those of others are for their members alone, whatever text mentions them."""
        last = self.channels.last(channel_id)
        return last.ref.name if last is not None and last.found and last.ref.visibility == "public" else None

    def is_archived_here(self, channel: ChannelRef) -> bool:
        """Whether what is said there is kept."""
        return self._configuration.archive_external or not channel.external

    def slack_channel(self, channel_id: ChannelId) -> str:
        """Slack's present id."""
        return self.channels.theirs(channel_id)

    def our_channel(self, slack_channel_id: str) -> ChannelId:
        """Our id, the one of its first id at Slack."""
        return self.channels.ours(slack_channel_id)
