"""The worker of an app: letters are handled as they come, several at once, each until it is done."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from connectors.live_host import Letter, Mailbox

_AT_ONCE = 1_000
"""Far more than are answered at once: a click must not wait behind questions."""
_MOST_NEW = 100
_LOOK_AGAIN_SECONDS = 2.0
"""Letters that failed come again by themselves."""
_SHORTEST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 30.0

_log = logging.getLogger(__name__)

Handle = Callable[[Letter, bool], Awaitable[None]]
"""Handle a letter; True when it lay there before this start, perhaps handled in part."""


class AppLetters:
    """``run`` until cancelled: what is under way is cancelled with it, and comes again after the next start."""

    def __init__(self, mailbox: Mailbox, source: str, handle: Handle) -> None:
        self._mailbox = mailbox
        self._source = source
        self._handle = handle
        self._woken = asyncio.Event()
        self._under_way: set[str] = set()
        self._ended: set[str] = set()
        """Keys whose handling ended since the mailbox was last asked: its answer may still hold them."""
        self._began_at = datetime.now(UTC)

    def wake(self) -> None:
        """A letter has arrived."""
        self._woken.set()

    async def run(self) -> None:
        """Handle letters for good."""
        pause = 0.0
        async with asyncio.TaskGroup() as group:
            while True:
                self._woken.clear()
                self._ended.clear()
                try:
                    letters = await self._mailbox.waiting(self._source, limit=len(self._under_way) + _MOST_NEW)
                except Exception:  # noqa: BLE001 - the letters are still there; whatever is wrong may pass
                    pause = min(max(pause * 2, _SHORTEST_PAUSE_SECONDS), _LONGEST_PAUSE_SECONDS)
                    _log.exception("letters of %s cannot be read", self._source)
                    await asyncio.sleep(pause)
                    continue
                pause = 0.0
                for letter in letters:
                    if letter.key not in self._under_way | self._ended and len(self._under_way) < _AT_ONCE:
                        self._under_way.add(letter.key)
                        group.create_task(self._one(letter), name=f"wecom app letter {letter.key}")
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK_AGAIN_SECONDS):
                        await self._woken.wait()

    async def _one(self, letter: Letter) -> None:
        try:
            await self._handle(letter, letter.attempts > 0 or letter.received_at < self._began_at)
        except Exception as error:  # noqa: BLE001 - it comes again, the other letters do not wait
            _log.error("a letter of %s failed (%s): %s", self._source, letter.key, type(error).__name__, exc_info=error)
            settle = self._mailbox.failed(self._source, letter.key, type(error).__name__)
        else:
            settle = self._mailbox.done(self._source, [letter.key])
        try:
            await settle
        except Exception:  # noqa: BLE001 - it is handled again: what was done is known by its id
            _log.exception("a letter of %s could not be settled", self._source)
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        finally:
            self._under_way.discard(letter.key)
            self._ended.add(letter.key)
            self.wake()
