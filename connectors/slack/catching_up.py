"""After a gap: what was said meanwhile, and what became of the days before."""

import math
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial

from pydantic import TypeAdapter

from connectors.events import ChannelId
from connectors.slack.attention import OVERLAP_SECONDS, Gap
from connectors.slack.errors import SlackError
from connectors.slack.pages import GONE, Pages
from connectors.slack.rereading import Reached, Rereading
from connectors.slack.rounds import Rounds
from connectors.slack.site import Site

_NOTES = "caught-up:"
_DAY = 86_400.0
_ASLEEP_SECONDS = 30 * _DAY
_REREAD_AGAIN_SECONDS = 3_600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CaughtUp:
    """Up to when a channel is known without a gap, since when the bot hears it all, in seconds since the epoch."""

    until: float = 0.0
    reread: float = 0.0
    """When the days before were last read again."""
    changed: str = ""
    """Slack changed something before this ``ts`` and did not say what; empty when that was looked at."""
    is_away: bool = False
    """The bot is not there."""


_NOTE = TypeAdapter(CaughtUp)


async def _ignored(_: str) -> None:
    """Nobody asks how far it went."""


class CatchingUp:
    """First what was said in the gap, in all channels; then ``reread_days`` again, for edits, deletions and replies.

    Channels where something was said last come first. Several gaps at once are one.
    """

    def __init__(self, site: Site, pages: Pages, rounds: Rounds, *, now: Callable[[], float] = time.time) -> None:
        self._site = site
        self._rounds = rounds
        self._rereading = Rereading(site, pages, now=now)
        self._now = now
        self._started = now()
        self._known: dict[ChannelId, CaughtUp] = {}
        self._gaps: dict[ChannelId, float] = {}

    async def load(self) -> None:
        """Remember what was caught up before a restart."""
        notes = await self._site.host.notebook.all(self._site.source, _NOTES)
        for key, note in notes.items():
            self._known[ChannelId(key.removeprefix(_NOTES))] = _NOTE.validate_python(note)

    @property
    def _reread_seconds(self) -> float:
        return self._site.configuration.reread_days * _DAY

    @property
    def channels(self) -> frozenset[ChannelId]:
        """Where the bot was when it last looked."""
        return frozenset(channel for channel, known in self._known.items() if not known.is_away)

    async def begin(self, channel: ChannelId) -> bool:
        """From now on a channel is heard. Returns whether it was known before, and may have missed something."""
        known = self._known.get(channel)
        if known is None:
            may_lack = await self._was_heard_before_the_start(channel)
            await self._keep(channel, CaughtUp(until=self._now(), reread=0.0 if may_lack else self._now()))
            return may_lack
        if known.is_away:
            await self._keep(channel, replace(known, is_away=False))
        return True

    async def _was_heard_before_the_start(self, channel: ChannelId) -> bool:
        """A former process may have ended after it heard the first messages, and before it got here; or people have
        brought an export. What happened to these messages meanwhile is found by reading the days before again.
        """
        since, until = (datetime.fromtimestamp(at, UTC) for at in (self._started - self._reread_seconds, self._started))
        return bool(await self._site.host.known_messages(channel, since=since, until=until))

    async def leave(self, channel: ChannelId, gap: Gap | None = None) -> None:
        """The bot is not there any more; ``gap`` when that was not heard but found out."""
        known = self._known.get(channel)
        if known is None or known.is_away:
            return
        is_behind = self._rounds.is_under_way("gap", channel)
        until = gap.of_channel(known.until) if gap else known.until if is_behind else self._now()
        self._gaps.pop(channel, None)
        await self._keep(channel, replace(known, until=until, reread=0.0, is_away=True))

    async def close_gap(self, channel: ChannelId, gap: Gap | None = None) -> None:
        """Read what was missed; without ``gap`` since the bot left.

        Where nothing was said for long, a short gap is left for a day: Slack sends again what nobody took for a moment,
        and a workspace may have thousands of such channels.
        """
        known, now = self._known.get(channel, CaughtUp()), self._now()
        said_last = await self._site.host.latest_message(channel)
        quiet = now - said_last.timestamp() if said_last else math.inf
        if gap and not gap.is_long and quiet > _ASLEEP_SECONDS and now - known.until < _DAY:
            return
        since = gap.of_channel(known.until) if gap else max(known.until - OVERLAP_SECONDS, 0.0)
        self._gaps[channel] = min(since, self._gaps.get(channel, since))
        self._rounds.add("gap", channel, partial(self._close, channel), rank=quiet)
        is_due = now - known.reread > _REREAD_AGAIN_SECONDS
        if quiet < self._reread_seconds and (is_due or gap is None or gap.is_long):
            self._rounds.add("reread", channel, partial(self._reread, channel), rank=quiet)
        if known.changed:
            self._rounds.add("changed", channel, partial(self._look_at_change, channel))

    async def changed(self, channel: ChannelId, latest: str) -> None:
        """Slack changed something that was said up to ``latest``, many messages at once, and did not say what."""
        known = self._known.get(channel)
        if known is None or known.is_away:
            return
        just_after = f"{float(latest) + 0.000_001:.6f}"
        await self._keep(channel, replace(known, changed=max(known.changed, just_after)))
        self._rounds.add("changed", channel, partial(self._look_at_change, channel))

    async def _close(self, channel: ChannelId) -> AsyncGenerator[None]:
        began = self._now()
        since = self._gaps.pop(channel, began)

        async def done() -> None:
            await self._keep(channel, replace(self._known[channel], until=began))

        try:
            async with aclosing(self._stretch(channel, since=since, done=done)) as steps:
                async for step in steps:
                    yield step
        except Exception:
            self._gaps[channel] = min(since, self._gaps.get(channel, since))
            raise

    def _reread(self, channel: ChannelId) -> AsyncGenerator[None]:
        began = self._now()

        async def done() -> None:
            await self._keep(channel, replace(self._known[channel], reread=began))

        since = max(began - self._reread_seconds, 0.0)
        return self._stretch(channel, since=since, done=done)

    def _look_at_change(self, channel: ChannelId) -> AsyncGenerator[None]:
        until = self._known[channel].changed

        async def reached(ts: str) -> None:
            if self._known[channel].changed == began_at[-1]:
                began_at.append(ts)
                await self._keep(channel, replace(self._known[channel], changed=ts))

        async def done() -> None:
            if self._known[channel].changed == began_at[-1]:
                await self._keep(channel, replace(self._known[channel], changed=""))

        began_at = [until]
        return self._stretch(channel, since=0.0, until=until, reached=reached, done=done)

    async def _stretch(
        self,
        channel: ChannelId,
        *,
        since: float,
        until: str | None = None,
        reached: Reached = _ignored,
        done: Callable[[], Awaitable[None]],
    ) -> AsyncGenerator[None]:
        try:
            steps = self._rereading.steps(channel, since=f"{since:.6f}", until=until, reached=reached)
            async with aclosing(steps):
                async for step in steps:
                    yield step
            await done()
        except SlackError as error:
            if error.code not in GONE:
                raise
            await self._keep(channel, replace(self._known[channel], reread=0.0, is_away=True))

    async def _keep(self, channel: ChannelId, known: CaughtUp) -> None:
        self._known[channel] = known
        await self._site.host.notebook.write(self._site.source, _NOTES + channel, asdict(known))
