"""What events may have failed to tell, read in the background: once a day everything, and soon what has just changed.

Of public channels only how they are is read; who is in them is asked when it matters. A workspace may have tens of
thousands of channels, so nothing waits for this.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence

from connectors.events import ChannelId, Event
from connectors.slack.channels import KnownChannel
from connectors.slack.directory import SlackDirectory
from connectors.slack.errors import SlackAway, SlackError
from connectors.slack.ids import person_id
from connectors.slack.membership_events import described, membership
from connectors.slack.site import Site

_log = logging.getLogger(__name__)

_DAY_SECONDS = 24 * 3600.0
_AGAIN_SECONDS = 600.0
"""After Slack could not be reached."""
_MOST_SOON = 10_000
_TYPES = "public_channel,private_channel,mpim"


class Reconciling:
    """``read`` tells the archive who is in a channel."""

    def __init__(
        self, site: Site, directory: SlackDirectory, *, read: Callable[[KnownChannel], Awaitable[None]]
    ) -> None:
        self._site = site
        self._directory = directory
        self._read = read
        self._soon: dict[str, None] = {}
        self._woken = asyncio.Event()

    def soon(self, slack_channel_id: str) -> None:
        """Read this channel next. When there are too many, the daily round finds it."""
        if len(self._soon) < _MOST_SOON:
            self._soon[slack_channel_id] = None
            self._woken.set()

    async def run(self) -> None:
        """A round, then what is wanted soon until the next round; for ever."""
        while True:
            pause = _DAY_SECONDS
            try:
                await self.round()
            except Exception as error:  # noqa: BLE001 - Slack or the archive is away: the next round finds the same
                _log.warning("channels of %s could not be compared with Slack: %s", self._site.source, error)
                pause = _AGAIN_SECONDS
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    while True:
                        await self._woken.wait()
                        await self.catch_up()

    async def catch_up(self) -> None:
        """Read what is wanted soon."""
        self._woken.clear()
        while self._soon:
            slack_id = next(iter(self._soon))
            del self._soon[slack_id]
            try:
                place = await self._directory.channels.get(slack_id, within=0)
                if place.is_member:
                    await self._read(place)
            except Exception as error:  # noqa: BLE001 - it is read when it matters, or in the next round
                _log.info("members of %s could not be read: %s", slack_id, error)

    async def round(self) -> None:
        """Compare every channel of the bot with what is believed, then the members of private ones.

        Raises ``SlackAway`` and ``SlackError`` when the list of channels cannot be had.
        """
        asked_at = self._directory.now()
        me = await self._directory.person(self._site.me.bot_user_id)
        known = await self._site.host.known_person(person_id(self._site.me.bot_user_id))
        believed = known.channels if known is not None else frozenset[ChannelId]()
        listed: set[ChannelId] = set()
        closed: list[KnownChannel] = []
        async for places in self._directory.channels.of_bot(types=_TYPES):
            refs = {place.ref.channel_id: place.ref for place in places}
            before = await self._site.host.known_channels(refs)
            events: list[Event] = []
            for channel_id, ref in refs.items():
                if before.get(channel_id) != ref:
                    events.append(described(ref, at=asked_at))
                if channel_id not in believed:
                    events += membership(ref, [me], present=True, at=asked_at)
            await self._accept(events)
            listed |= refs.keys()
            closed += [place for place in places if place.ref.visibility != "public"]
            await self.catch_up()
        for ref in (await self._site.host.known_channels(believed - listed)).values():
            if ref.workspace_id == self._site.me.workspace_id and ref.visibility != "direct":
                await self._accept(
                    await self._directory.left(self._directory.slack_channel(ref.channel_id), at=asked_at)
                )
        for place in closed:
            await self.catch_up()
            try:
                await self._read(place)
            except (SlackAway, SlackError) as error:
                _log.info("members of %s could not be read: %s", place.slack_id, error)

    async def _accept(self, events: Sequence[Event]) -> None:
        if events:
            await self._site.host.accept(events)
