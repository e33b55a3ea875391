"""A bot that reads the past of a workspace, over the fake Slack; it can be killed and begin again."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from connectors.events import ChannelId, MessageDeleted, MessagePosted
from connectors.owned_tasks import OwnedTasks
from connectors.slack.directory import SlackDirectory
from connectors.slack.fields import Payload
from connectors.slack.history import PastRead
from connectors.slack.ids import channel_id
from connectors.slack.reading import Reading
from connectors.slack.site import Site
from connectors.slack.translating import SlackTranslator
from tests.fakes.slack import Channel, FakeSlack
from tests.fakes.slack_site import SiteInTest, slack_site

HOUR, DAY = 3_600.0, 86_400.0


@dataclass
class Past:
    """``now`` is the time of the bot, in seconds since the epoch: that of the fake, until a test lets some pass."""

    it: SiteInTest
    now: float
    tasks: OwnedTasks
    reading: Reading = field(init=False)

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """A new process over the same notes."""
        self.tasks = OwnedTasks()
        site: Site = replace(self.it.site, tasks=self.tasks)
        self.reading = Reading(site, now=lambda: self.now, pause=lambda failures: 0.0)

    async def kill(self) -> None:
        """The process ends, whatever it is doing."""
        await self.tasks.close()

    def let_pass(self, seconds: float) -> None:
        """For Slack and the bot alike."""
        self.now += seconds
        self.it.slack.clock.advance(seconds)

    async def start(self) -> None:
        """As after connecting, until there is nothing left to read."""
        self.reading.missed()
        await self.tasks.idle()

    async def hear(self, kind: str, channel: Channel, **more: object) -> None:
        """An event that Slack tells."""
        event: Payload = {"type": kind, "channel": channel.id, "event_ts": f"{self.now:.6f}", **more}
        await self.reading.heard(event, {"event": event})

    async def come(self, channel: Channel, *, inviter: str = "", is_quick: bool = True) -> None:
        """The bot is invited, and hears of it; waits until everything is read unless not ``is_quick``."""
        if self.it.bot.id not in channel.members:
            channel.members.append(self.it.bot.id)
        more = {"inviter": inviter} if inviter else {}
        await self.hear("member_joined_channel", channel, user=self.it.bot.id, **more)
        if is_quick:
            await self.tasks.idle()

    async def until_read(self, channel: Channel, condition: Callable[[PastRead], bool]) -> None:
        """Wait until the past of a channel was read so far."""
        stepped = asyncio.Event()
        self.reading.history.listen(lambda channel: stepped.set())
        async with asyncio.timeout(30):
            while (read := self.reading.history.read_of(ours(channel))) is None or not condition(read):
                stepped.clear()
                await stepped.wait()

    @property
    def texts(self) -> list[str]:
        """What the archive was told of, without what the bot and Slack said; in alphabetical order."""
        return sorted(
            event.text
            for event in {
                event.record_id: event for event in self.it.host.past if isinstance(event, MessagePosted)
            }.values()
            if not event.system
        )

    @property
    def deleted(self) -> set[str]:
        """Timestamps of messages that were told to be gone."""
        return {event.record_id.rpartition(":")[2] for event in self.it.host.live if isinstance(event, MessageDeleted)}

    def asked(self, method: str, channel: Channel | None = None) -> list[dict[str, Any]]:
        """The arguments of the calls of a method, of one channel if given."""
        return [
            request.arguments
            for request in self.it.slack.journal.calls(method)
            if channel is None or request.arguments.get("channel") == channel.id
        ]


def ours(channel: Channel) -> ChannelId:
    """Our id of a channel of the fake."""
    return channel_id(channel.id)


@asynccontextmanager
async def past(*, slack: FakeSlack | None = None, limits: bool = False, **configuration: Any) -> AsyncIterator[Past]:
    """Slack's limits are lifted unless told otherwise: its clock stands still."""
    slack = slack or FakeSlack()
    slack.limits.is_on = limits
    async with slack_site(
        slack=slack,
        directory=SlackDirectory,
        translator=lambda site: SlackTranslator(site.me, site.configuration, site.directory),
        **configuration,
    ) as it:
        stage = Past(it=it, now=it.slack.clock.now(), tasks=it.tasks)
        try:
            yield stage
        finally:
            await stage.kill()
