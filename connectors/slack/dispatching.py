"""The worker of a workspace: letters become events, and the parts hear of them, in order of arrival."""

import asyncio
import contextlib
import logging
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from connectors.events import Event
from connectors.live_host import Letter
from connectors.slack.errors import SlackAway
from connectors.slack.fields import Payload, object_of
from connectors.slack.observing import Observer
from connectors.slack.site import Listener, Site

_MOST_LETTERS = 100
_AT_ONCE = 16
_HEARING_SECONDS = 30.0
_TRANSLATING_SECONDS = 60.0
_LOOK_AGAIN_SECONDS = 2.0
"""Letters that failed come again by themselves."""
_MOST_ATTEMPTS = 5
_SHORTEST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 30.0

_log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Translated:
    letter: Letter
    event: Payload
    events: Sequence[Event]


class Dispatching:
    """``run`` until cancelled. A crash anywhere means that the letters of the batch are handled again."""

    def __init__(self, site: Site, listeners: Sequence[Listener], *, observer: Observer) -> None:
        self._site = site
        self._listeners = listeners
        self._observer = observer
        self._arrived = asyncio.Event()
        self._away: SlackAway | None = None
        self._translating = asyncio.Semaphore(_AT_ONCE)

    def wake(self) -> None:
        """A letter has arrived."""
        self._arrived.set()

    async def run(self) -> None:
        """Handle letters as they come."""
        pause = 0.0
        while True:
            self._arrived.clear()
            try:
                handled = await self.handle_waiting()
            except Exception as error:  # noqa: BLE001 - the letters are still there; whatever is wrong may pass
                pause = min(max(pause * 2, _SHORTEST_PAUSE_SECONDS), _LONGEST_PAUSE_SECONDS)
                level = logging.WARNING if isinstance(error, SlackAway) else logging.ERROR
                _log.log(level, "letters of %s wait", self._site.source, exc_info=error)
                await asyncio.sleep(_SHORTEST_PAUSE_SECONDS)
                await self._rest(pause)
            else:
                pause = 0.0
                if not handled:
                    await self._rest(_LOOK_AGAIN_SECONDS)

    async def _rest(self, seconds: float) -> None:
        """Until a letter arrives, at most so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._arrived.wait()

    async def handle_waiting(self) -> int:
        """Handle one batch; returns how many letters it had.

        Raises ``SlackAway`` when some must wait until Slack answers again (the others are done), and what the host
        raises.
        """
        mailbox, source = self._site.host.mailbox, self._site.source
        self._away = None
        letters = await mailbox.waiting(source, limit=_MOST_LETTERS)
        noted = [letter for letter in letters if await self._try(letter, self._note(letter))]
        translated = await asyncio.gather(*(self._try(letter, self._translated(letter)) for letter in noted))
        accepted = await self._accepted([item for item in translated if item is not None])
        done = [item.letter.key for item in accepted if await self._try(item.letter, self._told(item))]
        if done:
            await mailbox.done(source, done)
        if self._away is not None:
            raise self._away
        return len(letters)

    async def _try(self, letter: Letter, work: Coroutine[Any, Any, T]) -> T | None:
        """What came of it; None when the letter must wait, because it failed or because Slack is away."""
        try:
            return await work
        except SlackAway as error:
            self._away = error
        except Exception as error:  # noqa: BLE001 - it comes again, and the letters behind it do not wait
            await self._failed(letter, error)
        return None

    async def _note(self, letter: Letter) -> Literal[True]:
        """In order of arrival, before any of them is translated."""
        if event := object_of(letter.body, "event"):
            await self._site.directory.note(event)
            self._site.memberships.note(event)
        return True

    async def _translated(self, letter: Letter) -> _Translated:
        """At the same time as others: what order they have is decided by the times in them."""
        event = object_of(letter.body, "event")
        if not event:
            return _Translated(letter, event, ())
        at = letter.body.get("event_time")
        event_time = float(at) if isinstance(at, int | float) else letter.received_at.timestamp()
        async with self._translating, asyncio.timeout(_TRANSLATING_SECONDS):
            return _Translated(letter, event, await self._site.translator.events(event, event_time=event_time))

    async def _accepted(self, translated: Sequence[_Translated]) -> Sequence[_Translated]:
        """All of them, in one commit; if that fails, those that can be accepted alone.

        Raises what the host raised when none of several can: then it is not for the letters.
        """
        try:
            await self._accept(translated)
        except Exception as error:
            if len(translated) == 1:
                await self._failed(translated[0].letter, error)
                return ()
            outcomes = await asyncio.gather(*(self._accept([item]) for item in translated), return_exceptions=True)
            if all(outcomes):
                raise
            for item, outcome in zip(translated, outcomes, strict=True):
                if isinstance(outcome, Exception):
                    await self._failed(item.letter, outcome)
            return [item for item, outcome in zip(translated, outcomes, strict=True) if outcome is None]
        return translated

    async def _accept(self, translated: Sequence[_Translated]) -> None:
        events = [event for item in translated for event in item.events]
        if events:
            await self._site.host.accept(events)

    async def _told(self, item: _Translated) -> Literal[True]:
        for listener in self._listeners:
            async with asyncio.timeout(_HEARING_SECONDS):
                await listener.heard(item.event, item.letter.body)
        return True

    async def _failed(self, letter: Letter, error: Exception) -> None:
        is_last = letter.attempts + 1 >= _MOST_ATTEMPTS
        self._observer.delivery("set_aside" if is_last else "failed")
        _log.error("a letter of %s failed (%s)", self._site.source, letter.key, exc_info=error)
        await self._site.host.mailbox.failed(self._site.source, letter.key, type(error).__name__)
