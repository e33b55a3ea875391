"""Channels of a workspace, looked up when they are met and remembered until an event tells otherwise."""

from collections import OrderedDict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from connectors.events import ChannelId, ChannelRef
from connectors.live_host import LiveHost
from connectors.slack import ids
from connectors.slack.cache import Cache
from connectors.slack.channel_refs import channel_ref, described_channel, other_side
from connectors.slack.cursors import by_cursor
from connectors.slack.errors import SlackError
from connectors.slack.fields import Payload, is_set, object_of, objects_of, text_of
from connectors.slack.identity import Identity
from connectors.slack.people import People
from connectors.slack.site import Api

_KEPT_SECONDS = 3600.0
_ELSEWHERE_SECONDS = 120.0
"""Of channels without the bot events do not tell."""
_MOST_KEPT = 20_000
_LIST_PAGE = 200
_ALIAS = "alias:"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownChannel:
    """A channel. ``found`` is false when Slack does not tell about it; ``is_member``: whether the bot is in it."""

    slack_id: str
    ref: ChannelRef
    is_member: bool
    found: bool = True
    other: str = ""
    """The user at the other end of a direct chat."""


class Channels:
    """Looks up conversations. ``load`` is called once, before anything else."""

    def __init__(self, *, me: Identity, api: Api, host: LiveHost, people: People) -> None:
        self._me = me
        self._api = api
        self._host = host
        self._people = people
        self._source = f"slack:{me.workspace_id}"
        self._first: dict[str, str] = {}
        """The first id of channels that got another one, by each later id."""
        self._present: dict[str, str] = {}
        self._directs: OrderedDict[str, str] = OrderedDict()
        """The direct chat with each user, as far as it was met."""
        self._changes = 0
        """Counts what was told of changed channels: a list that was on its way meanwhile may be older."""
        self._cache: Cache[KnownChannel] = Cache(
            self._look_up, seconds=lambda it: _KEPT_SECONDS if it.is_member else _ELSEWHERE_SECONDS, most=_MOST_KEPT
        )

    async def load(self) -> None:
        """Read which channels got other ids."""
        notes = await self._host.notebook.all(self._source, _ALIAS)
        for key, note in sorted(notes.items(), key=lambda item: text_of(item[1], "since")):
            self._learn_alias(key.removeprefix(_ALIAS), text_of(note, "first"))

    # ids

    def ours(self, slack_id: str) -> ChannelId:
        """Our id: of the id that the channel had first."""
        return ids.channel_id(self._first.get(slack_id, slack_id))

    def theirs(self, channel_id: ChannelId) -> str:
        """Slack's id today."""
        first = channel_id.removeprefix("slack:")
        return self._present.get(first, first)

    async def change_id(self, old: str, new: str, *, at: datetime) -> None:
        """From now on the channel is called ``new`` at Slack; remembered for good."""
        first = self._first.get(old, old)
        if not old or not new or first == new or self._first.get(new) == first:
            return
        await self._host.notebook.write(self._source, _ALIAS + new, {"first": first, "since": at.isoformat()})
        self._learn_alias(new, first)
        self._cache.outdate(old)

    def _learn_alias(self, new: str, first: str) -> None:
        if first:
            self._first[new] = first
            self._present[first] = new

    # looking up

    async def get(self, slack_id: str, *, within: float | None = None) -> KnownChannel:
        """A channel, looked up at most ``within`` seconds ago. Raises ``SlackAway`` when Slack cannot be asked."""
        return await self._cache.get(self._today(slack_id), within=within)

    def last(self, slack_id: str) -> KnownChannel | None:
        """What was known last."""
        return self._cache.last(self._today(slack_id))

    def outdate(self, slack_id: str) -> None:
        """Something about it has changed."""
        self._changes += 1
        self._cache.outdate(self._today(slack_id))

    async def of_bot(self, *, types: str, background: bool = True) -> AsyncIterator[list[KnownChannel]]:
        """Where the bot is, a page at a time. Not all channels: a workspace may have tens of thousands."""
        changes = self._changes
        async for page in by_cursor(
            self._api, "users.conversations", background=background, types=types, limit=_LIST_PAGE
        ):
            is_current = changes == self._changes
            places = []
            for payload in objects_of(page, "channels"):
                place = await self._described(text_of(payload, "id"), payload, is_member=True)
                if is_current:
                    self._cache.put(place.slack_id, place)
                places.append(place)
            yield places
            changes = self._changes

    async def of_person(self, user_id: str, *, background: bool = False) -> list[KnownChannel]:
        """Where a user is, as far as Slack tells the bot: all public channels, of the others those it shares."""
        places = []
        async for page in by_cursor(
            self._api, "users.conversations", background=background, user=user_id, limit=_LIST_PAGE,
            types="public_channel,private_channel,mpim",
        ):  # fmt: skip
            for payload in objects_of(page, "channels"):
                # Of the public ones it does not say whether the bot is there.
                is_member = is_set(payload, "is_private")
                places.append(await self._described(text_of(payload, "id"), payload, is_member=is_member))
        return places

    def direct_with(self, user_id: str) -> KnownChannel | None:
        """The direct chat of the bot with a user, if it was looked up before."""
        slack_id = self._directs.get(user_id)
        return self._cache.last(slack_id) if slack_id is not None else None

    def _today(self, slack_id: str) -> str:
        return self.theirs(self.ours(slack_id))

    async def _look_up(self, slack_id: str) -> KnownChannel:
        try:
            answer = await self._api.call("conversations.info", channel=slack_id)
        except SlackError:
            return self._unknown(slack_id)
        conversation = object_of(answer, "channel")
        return await self._described(slack_id, conversation, is_member=conversation.get("is_member") is not False)

    async def _described(self, slack_id: str, conversation: Payload, *, is_member: bool) -> KnownChannel:
        other = other_side(conversation) if is_set(conversation, "is_im") else ""
        ref = described_channel(
            self.ours(slack_id),
            conversation,
            workspace_id=self._me.workspace_id,
            name=(await self._people.person(other)).name if other else "",
        )
        if not is_member and ref.visibility == "public" and not ref.archived:
            # Whether it stays public cannot be followed from outside; of what was archived nobody is a member for long.
            ref = ref.model_copy(update={"visibility": "private"})
        if other:
            self._directs[other] = slack_id
            if len(self._directs) > _MOST_KEPT:
                self._directs.popitem(last=False)
        return KnownChannel(slack_id=slack_id, ref=ref, is_member=is_member, other=other)

    def _unknown(self, slack_id: str) -> KnownChannel:
        last = self._cache.last(slack_id)
        ref = channel_ref(
            self.ours(slack_id),
            last.ref.name if last is not None else "",
            "direct" if last is not None and last.ref.visibility == "direct" else "private",
            workspace_id=self._me.workspace_id,
            archived=last is not None and last.ref.archived,
            external=True,
        )
        return KnownChannel(slack_id=slack_id, ref=ref, is_member=False, found=False, other=last.other if last else "")
