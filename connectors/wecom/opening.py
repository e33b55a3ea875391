"""Opening one way: tried again with growing pauses, whatever the others do."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Sequence

from connectors.wecom.errors import WeComAway, WeComError

_FIRST_PAUSE_SECONDS = 5.0
_LONGEST_PAUSE_SECONDS = 900.0

_log = logging.getLogger(__name__)


class Opener:
    """Owns the start of one way. ``state`` is ``ok`` or a code that says why it is not open."""

    def __init__(
        self,
        name: str,
        start: Callable[[], Awaitable[None]],
        *,
        state: Callable[[], str],
        first_pause: float = _FIRST_PAUSE_SECONDS,
    ) -> None:
        """``name`` as people know it, such as ``robot main``; ``state`` tells once it has started."""
        self.name = name
        self._start = start
        self._state = state
        self._first_pause = first_pause
        self._problem = "starting"
        self._tried = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def state(self) -> str:
        """How it is now."""
        return self._problem or self._state()

    async def start(self) -> None:
        """Returns when it is open, or when the first try has failed."""
        self._task = asyncio.create_task(self._open(), name=f"wecom {self.name} starts")
        await self._tried.wait()

    async def close(self) -> None:
        """Try no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _open(self) -> None:
        pause = self._first_pause
        while True:
            try:
                await self._start()
            except WeComError as error:
                self._problem = str(error.code)
                _log.error("WeCom %s cannot start: %s", self.name, error)
            except WeComAway as away:
                self._problem = "away"
                _log.warning("WeCom %s cannot start: %s", self.name, away)
            except Exception:  # noqa: BLE001 - the other ways go on, and this one is tried again
                self._problem = "unexpected"
                _log.exception("WeCom %s cannot start", self.name)
            else:
                self._problem = ""
                self._tried.set()
                return
            self._tried.set()
            await asyncio.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311 - spreads tries, keeps no secret
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)


async def started(openers: Sequence[Opener], *, seconds: float) -> None:
    """Start them all at once; those that take longer go on by themselves."""
    try:
        async with asyncio.timeout(seconds):
            await asyncio.gather(*(opener.start() for opener in openers))
    except TimeoutError:
        _log.warning("WeCom: not every way is open yet, the others start without it")
