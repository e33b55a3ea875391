"""Callbacks of one robot: durable before anything else, handled until it is done, handled again after a crash."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from connectors.live_host import Letter
from connectors.wecom.site import Json, Site

KEEPING_SECONDS = 2.5
LOOK_SECONDS = 2.0
"""Letters that failed come again by themselves, after a pause of the mailbox's."""
_MOST_AT_ONCE = 2_000
_MOST_NEW = 100

_log = logging.getLogger(__name__)


class RobotLetters:
    """``handle`` returns what is to be replied at once, if anything; what it raises brings the letter again."""

    def __init__(self, site: Site, *, name: str, handle: Callable[[Letter], Awaitable[Json | None]]) -> None:
        self._mailbox = site.host.mailbox
        self._source = f"{site.source}:robot:{name}"
        self._name = name
        self._handle = handle
        self._in_flight: dict[str, asyncio.Task[Json | None]] = {}
        self._looking: asyncio.Task[None] | None = None
        self._ended: set[str] = set()
        """Keys whose handling ended since the mailbox was last asked: its answer may still hold them."""
        self._is_closed = False

    async def start(self) -> None:
        """Begin with what was left by the last run, and look for failed ones from now on."""
        await self._look()
        self._looking = asyncio.create_task(self._keep_looking(), name=f"wecom robot {self._name} letters")

    async def close(self) -> None:
        """Stop; what is not done is handled at the next start."""
        self._is_closed = True
        tasks: list[asyncio.Task[Json | None] | asyncio.Task[None]] = [*self._in_flight.values()]
        if self._looking is not None:
            tasks.append(self._looking)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def keep(self, key: str, body: Json) -> Letter | None:
        """Store it durably; None when it is known already. Raises ``TimeoutError`` and what the mailbox raises."""
        async with asyncio.timeout(KEEPING_SECONDS):
            is_new = await self._mailbox.keep(self._source, key, body)
        return Letter(key=key, body=body, received_at=datetime.now(UTC), attempts=0) if is_new else None

    async def left(self, key: str) -> Letter | None:
        """The letter of this key when it is not done: kept by a try that was given up, perhaps."""
        limit = len(self._in_flight) + _MOST_NEW
        letters = await self._mailbox.waiting(self._source, limit=limit)
        return next((letter for letter in letters if letter.key == key), None)

    def begin(self, letter: Letter) -> "asyncio.Task[Json | None]":
        """Handle it in a task of its own, once at a time. The task never raises."""
        task = self._in_flight.get(letter.key)
        if task is None:
            task = asyncio.create_task(self._finish(letter), name=f"wecom robot {self._name} {letter.key}")
            self._in_flight[letter.key] = task
            task.add_done_callback(lambda _: self._over(letter.key))
        return task

    async def _finish(self, letter: Letter) -> Json | None:
        if self._is_closed:
            # It was being kept while everything stopped, and nobody would end this any more: the next start finds it.
            return None
        try:
            reply = await self._handle(letter)
            await self._mailbox.done(self._source, [letter.key])
        except Exception as error:  # noqa: BLE001 - it comes again, the letters behind it do not wait
            _log.exception("robot %s: a callback failed (%s)", self._name, letter.key)
            with contextlib.suppress(Exception):
                await self._mailbox.failed(self._source, letter.key, type(error).__name__)
            return None
        return reply

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self._look()
            except Exception:  # noqa: BLE001 - the letters are still there
                _log.exception("robot %s: waiting callbacks cannot be read", self._name)

    def _over(self, key: str) -> None:
        self._in_flight.pop(key, None)
        self._ended.add(key)

    async def _look(self) -> None:
        self._ended.clear()
        limit = len(self._in_flight) + _MOST_NEW
        for letter in await self._mailbox.waiting(self._source, limit=limit):
            if self._is_closed or len(self._in_flight) >= _MOST_AT_ONCE:
                return
            if letter.key not in self._ended:
                self.begin(letter)
