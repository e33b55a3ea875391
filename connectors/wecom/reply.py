"""One answer while it is made, as people in WeCom see it."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from typing import Final

from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_random_exponential

from connectors.connector import Answer, Card, Citation, Language, Notice
from connectors.wecom.byte_text import cut
from connectors.wecom.confirmations import card_of
from connectors.wecom.errors import ReplyExpired, WeComAway, WeComError
from connectors.wecom.markdown import AIBOT, APP, Dialect, answer_markdown, citation_line, literal
from connectors.wecom.site import Json, Voice, Way
from connectors.wecom.texts import say

_log = logging.getLogger(__name__)

_PACE_SECONDS: Final = 2.0
"""Between two frames: WeCom may count each as one of 30 messages a minute in a conversation."""
_SOURCES_SHOWN: Final = 3
DELIVERY_SECONDS: Final = 60.0
_MESSAGES_OF_AN_APP: Final = 4

OnSaid = Callable[[Answer], Awaitable[None]]


def dialect_of(way: Way) -> Dialect:
    """What a whole answer may use; of an app it may be several messages long."""
    return replace(APP, limit=APP.limit * _MESSAGES_OF_AN_APP) if way == "app" else AIBOT


async def _nothing(_: Answer) -> None:
    """Nobody wants to know."""


@dataclass(slots=True)
class WeComReply:
    """The ``Reply`` over a ``Voice``: a status at once, the sources found, the words as they come, then the answer.

    Nothing here waits for WeCom but the end: a pump shows what there is at WeCom's pace, and what it cannot show in
    time is shown with the next. The pump is the reply's own, and over when the reply has ended or was ``closed``.
    """

    voice: Voice
    language: Language
    """Of the small print; answers bring their own."""
    timezone: tzinfo
    dialect: Dialect = AIBOT
    before_said: OnSaid = _nothing
    """Told the answer just before people see it: what must be known by then is written here."""
    on_said: OnSaid = _nothing
    """Told the answer once people see it."""
    pace_seconds: float = _PACE_SECONDS
    delivery_seconds: float = DELIVERY_SECONDS
    has_ended: bool = False
    _status: str = ""
    _text: list[str] = field(default_factory=list)
    _found: Sequence[Citation] = ()
    _stirred: asyncio.Event = field(default_factory=asyncio.Event)
    _ending: asyncio.Event = field(default_factory=asyncio.Event)
    _pump: asyncio.Task[None] | None = None
    _failure: Exception | None = None

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
        """Exactly the answer, with its sources."""
        await self.saying(answer)
        await self.end(self.markdown_of(answer))
        await self.said(answer)

    async def saying(self, answer: Answer) -> None:
        """People are about to see it."""
        await _tried(self.before_said, answer)

    async def said(self, answer: Answer) -> None:
        """People see it: the archive is told. What goes wrong there takes no answer back."""
        await _tried(self.on_said, answer)

    async def fail(self, notice: Notice) -> None:
        """One clear message."""
        said = literal(" ".join(part for part in (notice.sentence, notice.hint) if part))
        await self.end(f"{said}\n> {say('code', self.language, code=notice.code)}")

    async def confirm(self, card: Card) -> None:
        """The card, and its words in full: those on a card are few."""
        is_shown = await self.show_card(card_of(card, card.language))
        ending = say("choose" if is_shown else "card_elsewhere", card.language)
        await self.end(f"{literal(card.text)}\n> {ending}")

    async def drop(self) -> None:
        """Nothing is said. What was shown cannot be taken back here, so that it is replaced."""
        if self.voice.streams and (self._status or self._text):
            await self.end(say("taken_back", self.language))
        else:
            await self.closed()
            self.has_ended = True

    async def show_card(self, card: Json) -> bool:
        """A card before the end of the reply. Returns whether it could be shown."""
        await self.closed()
        try:
            await self.voice.card(card)
        except (ReplyExpired, WeComError, WeComAway) as error:
            _log.warning("a card could not be shown: %s", error)
            return False
        return True

    async def end(self, markdown: str) -> None:
        """The last words. Raises ``ReplyExpired``, ``WeComError`` or, after a minute of trying, ``WeComAway``."""
        await self.closed()
        if self.has_ended:
            return
        if self._failure is not None:
            # The application tells of every failure through the reply that just failed: nothing else would come of it.
            raise self._failure
        try:
            async for attempt in AsyncRetrying(
                retry=retry_if_exception_type(WeComAway),
                wait=wait_random_exponential(multiplier=0.5, max=10),
                stop=stop_after_delay(self.delivery_seconds),
                reraise=True,
            ):
                with attempt:
                    await self.voice.finish(markdown)
        except (ReplyExpired, WeComError, WeComAway) as error:
            self._failure = error
            raise
        self.has_ended = True

    async def closed(self) -> None:
        """Show nothing more by itself; what is shown stays. For an owner that stops without an end."""
        self._ending.set()
        self._stirred.set()
        pump, self._pump = self._pump, None
        if pump is not None:
            # A frame under way is let through: the next one would overtake it.
            await asyncio.wait({pump})

    def markdown_of(self, answer: Answer, *, limit: int | None = None) -> str:
        """An answer as it is shown, in at most ``limit`` bytes: then it is one of two, and nothing more is asked."""
        asks_back = answer.meant and limit is None
        return answer_markdown(
            answer.text,
            answer.citations,
            dialect=replace(self.dialect, limit=limit or self.dialect.limit),
            language=answer.language,
            timezone=self.timezone,
            closing=[f"> {say('meant', answer.language, question=literal(answer.meant))}"] if asks_back else (),
        )

    def _stir(self) -> None:
        self._stirred.set()
        if self._pump is None and not self._ending.is_set() and self.voice.streams:
            self._pump = asyncio.create_task(self._show_on(), name="wecom reply")

    async def _show_on(self) -> None:
        shown = ""
        while not self._ending.is_set():
            await self._stirred.wait()
            self._stirred.clear()
            markdown = self._so_far()
            if self._ending.is_set():
                return
            if markdown == shown:
                continue
            try:
                await self.voice.show(markdown)
                shown = markdown
            except (ReplyExpired, WeComError, WeComAway) as error:
                _log.info("an answer could not be shown while it is made: %s", error)
            except Exception:  # noqa: BLE001 - an owned task: the answer itself does not depend on it
                _log.exception("an answer could not be shown while it is made")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.pace_seconds):
                    await self._ending.wait()

    def _so_far(self) -> str:
        """The words so far, or what happens instead."""
        text = literal("".join(self._text)).strip()
        found = say("found", self.language, count=len(self._found)) if self._found else ""
        if text:
            small = " · ".join(part for part in (found, say("writing", self.language)) if part)
            return f"{cut(text, self.dialect.limit - 256)}\n\n> {small}"
        lines = [f"> {self._status or say('writing', self.language)}"]
        if found:
            lines.append(f"> {found}")
        lines += [
            f"> {citation_line(citation, language=self.language, timezone=self.timezone, longest_quote=0)}"
            for citation in self._found[:_SOURCES_SHOWN]
        ]
        return cut("\n".join(lines), self.dialect.limit)


async def _tried(tell: OnSaid, answer: Answer) -> None:
    try:
        await tell(answer)
    except Exception:  # noqa: BLE001 - the answer itself does not depend on it
        _log.exception("what belongs to an answer could not be written down")
