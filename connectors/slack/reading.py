"""What is read of a workspace rather than heard: the past of its channels, and what a gap kept from being heard."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from functools import partial

from connectors.events import ChannelId, ChannelRef
from connectors.slack.attention import Attention, Gap
from connectors.slack.catching_up import CatchingUp
from connectors.slack.channel_changes import DELETIONS, REMOVALS, channel_of, is_of_bot
from connectors.slack.channel_refs import described_channel
from connectors.slack.cursors import by_cursor
from connectors.slack.errors import SlackError
from connectors.slack.fields import Payload, object_of, objects_of, text_of
from connectors.slack.history import History
from connectors.slack.ids import moment
from connectors.slack.joining import Joining
from connectors.slack.pages import GONE, Pages, Wanted, nobody_wants
from connectors.slack.progress import Progress
from connectors.slack.rounds import Rounds, growing_pause
from connectors.slack.site import Site

_CHANNELS_PER_PAGE = 200
_LOOK_AGAIN_SECONDS = 86_400.0
_TYPES = {
    "public_channel": "channels",
    "private_channel": "groups",
    "mpim": "mpim",
    "im": "im",
}
_HISTORY_CHANGED = frozenset({"channel_history_changed", "group_history_changed", "im_history_changed"})
_SHARING = frozenset({"channel_shared", "channel_unshared", "group_shared", "group_unshared"})


class Reading:
    """A ``Listener``; ``missed`` is called at the start, and whenever events may have been missed."""

    def __init__(
        self,
        site: Site,
        *,
        wanted: Wanted = nobody_wants,
        now: Callable[[], float] = time.time,
        pause: Callable[[int], float] = growing_pause,
    ) -> None:
        self._site = site
        self._now = now
        self._rounds = Rounds(site.tasks, pause=pause)
        self._attention = Attention(site, now=now)
        self._pages = Pages(site, wanted=wanted)
        self.history = History(site, self._pages, self._rounds, now=now)
        self.progress = Progress(site, self._pages, self.history, now=now)
        self._catching_up = CatchingUp(site, self._pages, self._rounds, now=now)
        self._joining = Joining(site)
        self._loading = asyncio.Lock()
        self._is_loaded = False
        self._looked_at = now()

    def missed(self) -> None:
        """Something may have been missed: look at every channel. Comes back at once."""
        self._looked_at = self._now()
        self._site.tasks.spawn(self._look(), name="look for what was missed")

    async def heard(self, event: Payload, body: Payload) -> None:
        """Act on the coming and going of the bot, and on what changed the past."""
        await self._load()
        await self._attention.heard()
        if self._now() - self._looked_at > _LOOK_AGAIN_SECONDS:
            self.missed()
        kind, named = text_of(event, "type"), channel_of(event)
        if not named:
            return
        channel, event_ts = self._site.directory.our_channel(named), text_of(event, "event_ts")
        if kind == "member_joined_channel" and is_of_bot(event, self._site.me):
            if await self._joining.came(channel, event_ts=event_ts, inviter=text_of(event, "inviter")):
                self._arrive(channel)
        elif kind in REMOVALS or (kind == "member_left_channel" and is_of_bot(event, self._site.me)):
            if await self._joining.left(channel, event_ts=event_ts):
                await self._leave(channel)
        elif kind in DELETIONS:
            await self._joining.left(channel)
            await self._leave(channel)
        elif kind in _HISTORY_CHANGED and moment(latest := text_of(event, "latest")):
            await self._catching_up.changed(channel, latest)
        elif kind in _SHARING and self._joining.is_in(channel):
            self._arrive(channel)

    async def _load(self) -> None:
        async with self._loading:
            if not self._is_loaded:
                for part in (self._attention, self._pages, self.history, self._catching_up, self._joining):
                    await part.load()
                await self.progress.load()
                self._is_loaded = True

    async def _look(self) -> None:
        await self._load()
        gap = await self._attention.gap()
        self._rounds.add("arrival", None, partial(self._look_everywhere, gap), rank=-0.5)

    async def _look_everywhere(self, gap: Gap) -> AsyncGenerator[None]:
        """Go through all channels that the bot is in, a page at a time."""
        unlisted = set(self._catching_up.channels)
        scopes = self._site.me.scopes
        types = ",".join(kind for kind, family in _TYPES.items() if f"{family}:read" in scopes)
        pages = by_cursor(self._site.api, "users.conversations", background=True, types=types, limit=_CHANNELS_PER_PAGE)
        async with aclosing(pages):
            async for page in pages:
                for conversation in objects_of(page, "channels"):
                    channel = self._site.directory.our_channel(text_of(conversation, "id"))
                    unlisted.discard(channel)
                    await self._found(channel, conversation, gap)
                yield
        for channel in unlisted:
            if not await self._is_in(channel):
                await self._joining.left(channel)
                await self._leave(channel, gap)
            yield

    async def _found(self, channel: ChannelId, conversation: Payload, gap: Gap) -> None:
        ref = self._ref(channel, conversation)
        may_read = self._site.directory.is_archived_here(ref)
        if ref.visibility != "direct" and not ref.archived:
            await self._joining.came(channel)
            if self._joining.must_speak(channel, may_read=may_read):
                self._arrive(channel, gap)
                return
        if may_read:
            await self._read(channel, gap)

    def _ref(self, channel: ChannelId, conversation: Payload) -> ChannelRef:
        return described_channel(channel, conversation, workspace_id=self._site.me.workspace_id)

    async def _is_in(self, channel: ChannelId) -> bool:
        """Lists that come in pages may skip one when another goes, so each that is missing is asked for."""
        try:
            return (await self._info(channel)).get("is_member") is not False
        except SlackError as error:
            return error.code not in GONE

    async def _info(self, channel: ChannelId) -> Payload:
        slack_channel = self._site.directory.slack_channel(channel)
        return object_of(
            await self._site.api.call("conversations.info", background=True, channel=slack_channel), "channel"
        )

    def _arrive(self, channel: ChannelId, gap: Gap | None = None) -> None:
        rank = 0.0 if gap else -1.0
        self._rounds.add("arrival", channel, partial(self._come_in, channel, gap), rank=rank)

    async def _come_in(self, channel: ChannelId, gap: Gap | None) -> AsyncGenerator[None]:
        """Say hello, then read; or say that nothing is read here.

        Slack is asked what the channel is: the directory takes one that it cannot look up for one of others.
        """
        ref = self._ref(channel, await self._info(channel))
        may_read = self._site.directory.is_archived_here(ref)
        await self._joining.speak(channel, may_read=may_read)
        yield
        if not may_read:
            await self._leave(channel)
        else:
            inviter = self._joining.inviter(channel)
            if inviter and self.history.is_to_be_read(channel):
                await self.progress.follow(channel, inviter)
            await self._read(channel, gap)

    async def _read(self, channel: ChannelId, gap: Gap | None) -> None:
        if await self._catching_up.begin(channel):
            await self._catching_up.close_gap(channel, gap)
        self.history.begin(channel, is_awaited=gap is None)

    async def _leave(self, channel: ChannelId, gap: Gap | None = None) -> None:
        await self._catching_up.leave(channel, gap)
        self._rounds.drop(channel)
        await self.progress.leave(channel)
