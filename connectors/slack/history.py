"""The past of a channel, read once from the newest message back, a page at a time."""

import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial

from pydantic import TypeAdapter

from connectors.events import ChannelId
from connectors.slack.errors import SlackError
from connectors.slack.fields import Payload, number_of, text_of
from connectors.slack.ids import moment
from connectors.slack.pages import GONE, Pages
from connectors.slack.rounds import Rounds
from connectors.slack.site import Site

_NOTES = "history:"
_DAY = 86_400.0
_AWAITED_STEPS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRead:
    """How far the past of a channel was read; times are Slack's ``ts``."""

    newest: str = ""
    oldest: str = ""
    """All messages from here to ``newest`` were read, with their replies."""
    floor: str = ""
    """Nothing older is asked for; empty when everything is."""
    thread: str = ""
    """The thread that was being read, and the last of its replies that was."""
    thread_after: str = ""
    messages: int = 0
    replies: int = 0
    """What people said in each; joins and the like, and the bot's own words, are not counted."""
    complete: bool = False
    limited: bool = False
    """The plan of the workspace hides what is older."""

    @property
    def reached(self) -> datetime | None:
        """When the oldest message that was read was sent."""
        return moment(self.oldest) if self.oldest else None

    @property
    def count(self) -> int:
        """Messages and replies."""
        return self.messages + self.replies


_NOTE = TypeAdapter(PastRead)


class History:
    """Reads several channels in turn, those first that were read least, so that a small one is done soon.

    What was read is written down after each page and each thread: wherever it is broken off, at most a page is read
    again.
    """

    def __init__(
        self,
        site: Site,
        pages: Pages,
        rounds: Rounds,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._site = site
        self._pages = pages
        self._rounds = rounds
        self._now = now
        self._moved: list[Callable[[ChannelId], None]] = []
        self._read: dict[ChannelId, PastRead] = {}

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
        if self.is_to_be_read(channel):
            rank = -_AWAITED_STEPS if is_awaited else 0.0
            self._rounds.add("history", channel, partial(self._steps, channel), rank=rank, cost=1.0)

    async def _steps(self, channel: ChannelId) -> AsyncGenerator[None]:
        read = self._read.get(channel, PastRead())
        read = replace(read, floor=self._floor(), complete=False)
        try:
            while not read.complete:
                page = await self._pages.before(channel, latest=read.oldest or None, oldest=read.floor or None)
                said = await self._pages.hand_over(channel, page.messages)
                passed = 0
                for message in page.messages:
                    ts = text_of(message, "ts")
                    read = replace(read, newest=read.newest or ts)
                    passed += ts in said
                    if not number_of(message, "reply_count"):
                        continue
                    after = read.thread_after if read.thread == ts else ""
                    while True:
                        yield
                        replies = await self._pages.replies(channel, thread=ts, after=after or None)
                        said_there = await self._pages.hand_over(channel, replies.messages)
                        count = sum(text_of(r, "ts") in said_there for r in replies.messages if not _is_in_channel(r))
                        read = replace(read, replies=read.replies + count)
                        if not replies.has_more:
                            break
                        after = text_of(replies.messages[-1], "ts")
                        read = await self._keep(channel, replace(read, thread=ts, thread_after=after))
                    read = replace(read, oldest=ts, thread="", thread_after="", messages=read.messages + passed)
                    read = await self._keep(channel, read)
                    passed = 0
                oldest = text_of(page.messages[-1], "ts") if page.messages else read.oldest
                read = replace(read, oldest=oldest, messages=read.messages + passed, limited=page.is_limited)
                read = await self._keep(channel, replace(read, complete=not page.has_more))
                await self._site.host.history_reached(
                    channel, reached=read.reached, complete=read.complete, at=datetime.now(UTC)
                )
                yield
        except SlackError as error:
            if error.code not in GONE:
                raise

    async def _keep(self, channel: ChannelId, read: PastRead) -> PastRead:
        self._read[channel] = read
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


def _is_in_channel(reply: Payload) -> bool:
    """A reply that was also sent to the channel is counted there."""
    return text_of(reply, "subtype") == "thread_broadcast"
