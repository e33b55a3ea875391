"""The past of a channel, read once from the newest message back, a page at a time."""

import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from pydantic import TypeAdapter

from connectors.events import ChannelId
from connectors.slack.errors import SlackError
from connectors.slack.fields import Payload, number_of, text_of
from connectors.slack.ids import moment
from connectors.slack.pages import GONE, Pages
from connectors.slack.rounds import Lane, Rounds
from connectors.slack.site import Site

_NOTES = "history:"
_DAY = 86_400.0
_AWAITED_STEPS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRead:
    """How far the past of a channel was read; times are Slack's ``ts``."""

    newest: str = ""
    oldest: str = ""
    """All messages from here to ``newest`` were read."""
    floor: str = ""
    """Nothing older is asked for; empty when everything is."""
    is_at_end: bool = False
    """There is nothing older, or nothing that Slack shows, or that is asked for."""
    threads_oldest: str = ""
    """All threads that began from here to ``newest`` were read."""
    thread: str = ""
    """The thread that was being read, and the last of its replies that was."""
    thread_after: str = ""
    messages: int = 0
    replies: int = 0
    """What people said in each; joins and the like, and the bot's own words, are not counted."""
    limited: bool = False
    """The plan of the workspace hides what is older."""

    @property
    def complete(self) -> bool:
        """Messages and threads."""
        return self.is_at_end and not self.is_behind_with_threads

    @property
    def is_behind_with_threads(self) -> bool:
        """Whether threads of messages that were read were not."""
        return self.threads_oldest != self.oldest

    @property
    def reached(self) -> datetime | None:
        """When the oldest message that was read was sent."""
        return moment(self.oldest)

    @property
    def count(self) -> int:
        """Messages and replies."""
        return self.messages + self.replies


_NOTE = TypeAdapter(PastRead)


class History:
    """Reads several channels in turn, those first that were read least, so that a small one is done soon.

    Slack counts pages and threads apart, and a busy channel has many more threads than pages: so its messages are read
    on their own, and its threads follow, as quickly as they can. What was read is written down after each page and each
    thread: wherever it is broken off, at most a page is read again.
    """

    def __init__(self, site: Site, pages: Pages, rounds: Rounds, *, now: Callable[[], float] = time.time) -> None:
        self._site = site
        self._pages = pages
        self._rounds = rounds
        self._now = now
        self._moved: list[Callable[[ChannelId], None]] = []
        self._read: dict[ChannelId, PastRead] = {}
        self._awaited: set[ChannelId] = set()

    def listen(self, moved: Callable[[ChannelId], None]) -> None:
        """Call ``moved`` after each step forward in a channel."""
        self._moved.append(moved)

    async def load(self) -> None:
        """Remember what was read before a restart."""
        notes = await self._site.host.notebook.all(self._site.source, _NOTES)
        for key, note in notes.items():
            self._read[ChannelId(key.removeprefix(_NOTES))] = _NOTE.validate_python(note)

    def read_of(self, channel: ChannelId) -> PastRead | None:
        """How far a channel was read; None when that has not begun."""
        return self._read.get(channel)

    def is_to_be_read(self, channel: ChannelId) -> bool:
        """Whether something of the past of a channel was not read yet."""
        read = self._read.get(channel)
        return read is None or not read.complete or self._reaches_further_than(read)

    def begin(self, channel: ChannelId, *, is_awaited: bool = False) -> None:
        """Read the past of a channel, or go on with it; nothing when it was read to the end.

        The first pages of one that ``is_awaited`` come before those of all others.
        """
        if is_awaited:
            self._awaited.add(channel)
        read = self._read.get(channel, PastRead())
        if not read.is_at_end or self._reaches_further_than(read):
            self._add("history", channel, self._steps)
        if read.is_behind_with_threads:
            self._add("threads", channel, self._thread_steps)

    def _add(self, lane: Lane, channel: ChannelId, steps: Callable[[ChannelId], AsyncGenerator[None]]) -> None:
        rank = -_AWAITED_STEPS if channel in self._awaited else 0.0
        self._rounds.add(lane, channel, partial(steps, channel), rank=rank, cost=1.0)

    async def _steps(self, channel: ChannelId) -> AsyncGenerator[None]:
        floor, has_more = self._floor(), True
        try:
            while has_more:
                latest = self._read.get(channel, PastRead()).oldest
                page = await self._pages.before(channel, latest=latest or None, oldest=floor or None)
                said = await self._pages.hand_over(channel, page.messages)
                has_more = page.has_more
                read = self._read.get(channel, PastRead())
                oldest = _ts(page.messages[-1]) if page.messages else latest
                is_first = read.threads_oldest == latest and not any(_has_replies(m) for m in page.messages)
                read = await self._keep(
                    channel,
                    newest=read.newest or (_ts(page.messages[0]) if page.messages else ""),
                    oldest=oldest,
                    floor=floor,
                    is_at_end=not has_more,
                    threads_oldest=oldest if is_first else read.threads_oldest,
                    messages=read.messages + len(said),
                    limited=page.is_limited,
                )
                if read.is_behind_with_threads:
                    self._add("threads", channel, self._thread_steps)
                await self._tell_host(channel)
                yield
        except SlackError as error:
            if error.code not in GONE:
                raise

    async def _thread_steps(self, channel: ChannelId) -> AsyncGenerator[None]:
        """Follows the messages that were read; finds their threads in the same pages."""
        try:
            while (read := self._read[channel]).is_behind_with_threads:
                latest = read.threads_oldest
                page = await self._pages.before(channel, latest=latest or None, oldest=read.floor or None)
                yield
                messages = [message for message in page.messages if _ts(message) >= read.oldest]
                for thread in [_ts(message) for message in messages if _has_replies(message)]:
                    after, has_more = read.thread_after if read.thread == thread else "", True
                    while has_more:
                        replies = await self._pages.replies(channel, thread=thread, after=after or None)
                        said = await self._pages.hand_over(channel, replies.messages)
                        count = sum(_ts(reply) in said for reply in replies.messages if not _is_in_channel(reply))
                        has_more = replies.has_more
                        after = _ts(replies.messages[-1]) if has_more else ""
                        await self._keep(
                            channel,
                            threads_oldest=latest if has_more else thread,
                            thread=thread if has_more else "",
                            thread_after=after,
                            replies=self._read[channel].replies + count,
                        )
                        yield
                    latest = thread
                # A page that ends before what was read has nothing more, whatever was there when it was read.
                last = _ts(messages[-1]) if messages and page.has_more else read.oldest
                await self._keep(channel, threads_oldest=last)
            await self._tell_host(channel)
        except SlackError as error:
            if error.code not in GONE:
                raise

    async def _tell_host(self, channel: ChannelId) -> None:
        read = self._read[channel]
        at = datetime.now(UTC)
        await self._site.host.history_reached(channel, reached=read.reached, complete=read.complete, at=at)

    async def _keep(self, channel: ChannelId, **changes: Any) -> PastRead:
        """Messages and threads are read at the same time: what the other has written stays."""
        read = self._read[channel] = replace(self._read.get(channel, PastRead()), **changes)
        await self._site.host.notebook.write(self._site.source, _NOTES + channel, asdict(read))
        for moved in self._moved:
            moved(channel)
        return read

    def _floor(self) -> str:
        days = self._site.configuration.history_days
        return "" if days is None else f"{max(self._now() - days * _DAY, 0):.6f}"

    def _reaches_further_than(self, read: PastRead) -> bool:
        """The settings ask for more than they did when it was read; a day passes without that."""
        floor = self._floor()
        return bool(read.floor) and (not floor or float(floor) < float(read.floor) - _DAY)


def _ts(message: Payload) -> str:
    return text_of(message, "ts")


def _has_replies(message: Payload) -> bool:
    return bool(number_of(message, "reply_count"))


def _is_in_channel(reply: Payload) -> bool:
    """A reply that was also sent to the channel is counted there."""
    return text_of(reply, "subtype") == "thread_broadcast"
