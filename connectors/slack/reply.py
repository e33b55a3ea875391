"""One answer while it is made, as people in Slack see it."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_random_exponential

from connectors.connector import Answer, Card, Citation, Language, Notice
from connectors.slack.answer_blocks import (
    ANSWER_BLOCK,
    POST_BLOCK,
    Shown,
    answer_messages,
    card_message,
    is_saying,
    notice_message,
)
from connectors.slack.errors import SlackAway, SlackError
from connectors.slack.kit import Block
from connectors.slack.revising import note_parts
from connectors.slack.sending import keep
from connectors.slack.streaming import ROTATE_SECONDS, GrowingMessage, Progress
from connectors.slack.surface import ReplyPlace, Surface

_log = logging.getLogger(__name__)

_PACE_SECONDS: Final = 1.0
"""Between two changes of what is shown."""
_SHARE_SECONDS: Final = 0.75
"""As much more for each reply that grows at the same time: Slack takes about 100 appends a minute from all together."""
_KEEP_ALIVE_SECONDS: Final = 25.0
_DELIVERY_SECONDS: Final = 90.0

MoreBlocks = Callable[[Answer], Sequence[Block]]
OnShown = Callable[[str], Awaitable[None]]


@dataclass(slots=True)
class SlackReply:
    """The ``Reply`` in a thread: a status at once, the sources found, the words as they come, then exactly the answer.

    Nothing here waits for Slack but the end: a pump shows what there is at Slack's pace, and what it cannot show in
    time is shown with the next. The pump is the reply's own, and over when the reply has ended or was ``closed``.
    """

    surface: Surface
    place: ReplyPlace
    language: Language
    """Of the small print; answers bring their own."""
    title: str = ""
    """The question, for the list of threads."""
    more: MoreBlocks = lambda _: ()
    """What else is under an answer."""
    on_shown: OnShown | None = None
    """Told the ``ts`` of the message once it is there, so that it can be taken up after a restart."""
    shown: str | None = None
    """A message that shows progress already, of the time before a restart."""
    rotate_seconds: float = ROTATE_SECONDS
    pace_seconds: float = _PACE_SECONDS
    has_ended: bool = False
    answer: Answer | None = None
    """The one that ended it."""
    ts: str | None = None
    """Of the last message, which carries the id of the answer."""
    _growing: GrowingMessage = field(init=False)
    _status: str = ""
    _text: list[str] = field(default_factory=list)
    _found: Sequence[Citation] = ()
    _stirred: asyncio.Event = field(default_factory=asyncio.Event)
    _ending: asyncio.Event = field(default_factory=asyncio.Event)
    _pump: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self._growing = GrowingMessage(
            surface=self.surface,
            place=self.place,
            language=self.language,
            title=self.title,
            rotate_seconds=self.rotate_seconds,
            ts=self.shown,
            is_streaming=self.shown is not None,  # Perhaps it still is; nothing is lost by ending what has ended.
        )

    async def status(self, text: str) -> None:
        """What happens now."""
        self._status = text
        self._stir()

    async def sources(self, citations: Sequence[Citation]) -> None:
        """What was found, shown before the first word."""
        self._found = tuple(citations)
        self._stir()

    async def delta(self, text: str) -> None:
        """The next sentences."""
        self._text.append(text)
        self._stir()

    async def finish(self, answer: Answer) -> None:
        """Exactly the answer, with its sources and buttons, and into the archive at once."""
        messages = answer_messages(answer, more=tuple(self.more(answer)))
        marker = f"{POST_BLOCK if is_saying(answer) else ANSWER_BLOCK}{answer.answer_id}"
        parts = await self._end(messages, marker=marker)
        self.answer, self.ts = answer, parts[-1]
        site, place, last = self.surface.site, self.place, parts[-1]
        await note_parts(site, answer.answer_id, parts)
        await keep(site, place.channel, last, thread_ts=place.thread_ts, said=answer)

    async def fail(self, notice: Notice) -> None:
        """One clear message."""
        await self._end([notice_message(notice, self.language)])

    async def confirm(self, card: Card) -> None:
        """The card; in a channel only who asked sees it."""
        shown = card_message(card)
        if self.place.is_direct:
            await self._end([shown])
            return
        await self._take_back()
        await self.surface.site.api.call(
            "chat.postEphemeral",
            channel=self.place.channel,
            user=self.place.user_id,
            thread_ts=self.place.thread_ts if self.place.thread_has_begun else None,
            text=shown.text,
            blocks=list(shown.blocks),
        )
        self.has_ended = True

    async def drop(self) -> None:
        """Take back what is shown."""
        self.has_ended = True
        await self._take_back()

    async def _take_back(self) -> None:
        await self.closed()
        try:
            await self._growing.take_back()
        except (SlackError, SlackAway) as error:
            _log.warning("what was shown of a dropped answer could not be taken back: %s", error)

    async def closed(self) -> None:
        """Show nothing more by itself; what is shown stays. For an owner that stops without an end."""
        self._ending.set()
        self._stir()
        pump, self._pump = self._pump, None
        if pump is not None:
            # Whether a message is there must be known: its call is let through.
            if self._growing.is_decorating:
                pump.cancel()
            await asyncio.wait({pump})

    @property
    def is_shown(self) -> bool:
        """Whether anybody can see something of it."""
        return self._growing.ts is not None

    async def _end(self, messages: Sequence[Shown], *, marker: str = "") -> list[str]:
        await self.closed()
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type(SlackAway),
            wait=wait_random_exponential(multiplier=0.5, max=15),
            stop=stop_after_delay(_DELIVERY_SECONDS),
            reraise=True,
        ):
            with attempt:
                shown = await self._growing.end(messages, marker=marker)
        self.has_ended = True
        return shown

    def _stir(self) -> None:
        self._stirred.set()
        if self._pump is None and not self._ending.is_set():
            self._pump = asyncio.create_task(self._show_on(), name=f"slack reply {self.place.channel}")

    async def _show_on(self) -> None:
        is_live = False
        try:
            while not self._ending.is_set():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_KEEP_ALIVE_SECONDS):
                        await self._stirred.wait()
                self._stirred.clear()
                if not self._ending.is_set():
                    await self._show()
                if self.is_shown and not is_live:
                    is_live, self.surface.live = True, self.surface.live + 1
                with contextlib.suppress(TimeoutError):
                    share = _SHARE_SECONDS * self.surface.live if is_live else 0.0
                    async with asyncio.timeout(self.pace_seconds * max(1.0, share)):
                        await self._ending.wait()
        finally:
            self.surface.live -= is_live

    async def _show(self) -> None:
        was = self._growing.ts
        try:
            await self._growing.show(Progress(status=self._status, text="".join(self._text), found=self._found))
        except (SlackError, SlackAway) as error:
            _log.info("an answer could not be shown while it is made: %s", error)
        except Exception:  # noqa: BLE001 - an owned task: the answer itself does not depend on it
            _log.exception("an answer could not be shown while it is made")
        if self.on_shown is not None and self._growing.ts not in (None, was):
            await self.on_shown(str(self._growing.ts))
