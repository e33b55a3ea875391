"""What Slack tells of people and channels becomes events of the archive.

What is told is always how things are when Slack is asked, under the time of the event: asked later, it is newer than
the event, and an event that comes late says nothing that is older than what is known.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from connectors.events import ChannelChanged, ChannelDeleted, ChannelRef, Event, MembershipChanged, PersonChanged
from connectors.live_host import LiveHost
from connectors.slack.channel_changes import DELETIONS, MEMBERSHIPS, REMOVALS, changed_channel, channel_of, is_of_bot
from connectors.slack.channels import Channels
from connectors.slack.clock import SlackClock
from connectors.slack.errors import SlackAway
from connectors.slack.fields import Payload, object_of, text_of
from connectors.slack.identity import Identity
from connectors.slack.ids import moment
from connectors.slack.people import People, Somebody

_MOST_TOLD = 20_000


@dataclass(frozen=True, slots=True)
class _Told:
    somebody: Somebody
    at: datetime


class DirectoryEvents:
    """The same event gives the same archive events each time."""

    def __init__(self, *, me: Identity, host: LiveHost, clock: SlackClock, people: People, channels: Channels) -> None:
        self._me = me
        self._host = host
        self._clock = clock
        self._people = people
        self._channels = channels
        self._told: OrderedDict[str, _Told] = OrderedDict()

    async def of(self, event: Payload) -> Sequence[Event]:
        """Nothing for what is not about people or channels. Raises ``SlackAway``."""
        kind = text_of(event, "type")
        match kind:
            case "team_join" | "user_change":
                return self._of_person(event)
            case _ if kind in MEMBERSHIPS:
                return await self._of_membership(event, present=kind == "member_joined_channel")
            case _ if kind in DELETIONS:
                return [self._deleted(event)]
            case _ if kind in REMOVALS:
                return await self.left(channel_of(event), at=_at(event), key=text_of(event, "event_ts"))
            case _:
                changed = changed_channel(event)
                return await self._of_channel(changed, event) if changed else []

    async def left(self, slack_id: str, *, at: datetime, key: str) -> Sequence[Event]:
        """The bot is not there any more: as nobody can say who is, nobody may read it, unless it is archived as public.

        Nothing when it is not known.
        """
        ref = await self._believed(slack_id)
        if ref is None:
            return []
        now = await self._now(slack_id)
        return [
            ChannelChanged(
                event_id=f"{ref.channel_id}:left:{key}", occurred_at=at, channel=now or unreadable(ref), members=()
            )
        ]

    async def _now(self, slack_id: str) -> ChannelRef | None:
        """How it is, as far as Slack tells somebody who is not there."""
        try:
            place = await self._channels.get(slack_id, within=0)
        except SlackAway:
            return None
        return place.ref if place.found else None

    def _of_person(self, event: Payload) -> Sequence[Event]:
        """People change their status many times a day, which is nobody's business here: only what differs is told."""
        user, at = object_of(event, "user"), _at(event)
        slack_id, somebody = text_of(user, "id"), self._people.described(user, at=at)
        if not slack_id:
            return []
        told = self._told.get(slack_id)
        if told is None or told.at <= at:
            is_news = told is None or (told.somebody.person, told.somebody.active) != (somebody.person, somebody.active)
            if told is not None and told.at < at and not is_news:
                return []
            self._told[slack_id] = _Told(somebody, at)
            self._told.move_to_end(slack_id)
            if len(self._told) > _MOST_TOLD:
                self._told.popitem(last=False)
        return [
            PersonChanged(
                event_id=f"{somebody.person.person_id}:person:{text_of(event, 'event_ts')}",
                # What was said of them while this was on its way came from what was known before, and is outdated.
                occurred_at=max(at, self._clock.now()) if self._people.supersedes(somebody) else at,
                person=somebody.person,
                active=somebody.active,
            )
        ]

    async def _of_membership(self, event: Payload, *, present: bool) -> Sequence[Event]:
        slack_id, user_id, event_ts = channel_of(event), text_of(event, "user"), text_of(event, "event_ts")
        if not slack_id or not user_id:
            return []
        if is_of_bot(event, self._me) and not present:
            return await self.left(slack_id, at=_at(event), key=event_ts)
        place = await self._channels.get(slack_id)
        if not place.found:
            return []
        person = (await self._people.get(user_id)).person
        sign = "+" if present else "-"
        changed = MembershipChanged(
            event_id=f"slack:member:{slack_id}:{user_id}:{sign}:{event_ts}",
            occurred_at=_at(event),
            channel=place.ref,
            person=person,
            present=present,
        )
        if not is_of_bot(event, self._me):
            return [changed]
        return [self._changed(place.ref, event), changed]

    async def _of_channel(self, slack_id: str, event: Payload) -> Sequence[Event]:
        place = await self._channels.get(slack_id)
        if place.is_member:
            return [self._changed(place.ref, event)]
        # Slack tells of every public channel; those that the bot never was in are nothing to the archive.
        believed = await self._believed(slack_id)
        return [self._changed(place.ref if place.found else unreadable(believed), event)] if believed else []

    async def _believed(self, slack_id: str) -> ChannelRef | None:
        ours = self._channels.ours(slack_id)
        return (await self._host.known_channels([ours])).get(ours)

    def _deleted(self, event: Payload) -> Event:
        ours = self._channels.ours(channel_of(event))
        return ChannelDeleted(
            event_id=f"{ours}:gone:{text_of(event, 'event_ts')}", occurred_at=_at(event), channel_id=ours
        )

    def _changed(self, ref: ChannelRef, event: Payload) -> ChannelChanged:
        key = text_of(event, "event_ts") or text_of(event, "ts")
        return ChannelChanged(event_id=f"{ref.channel_id}:channel:{key}", occurred_at=_at(event), channel=ref)


def unreadable(ref: ChannelRef) -> ChannelRef:
    """The channel, no longer public."""
    return ref.model_copy(update={"visibility": "direct" if ref.visibility == "direct" else "private"})


def _at(event: Payload) -> datetime:
    told = moment(text_of(event, "event_ts")) or moment(text_of(event, "ts"))
    return told or datetime.now(UTC)
