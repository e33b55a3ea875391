"""The platform's clock: it moves only when a test moves it, or runs with the wall when started by hand."""

import asyncio
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

MINUTE = 60.0
HOUR = 3600.0
DAY = 86400.0

T = TypeVar("T")


class Clock(Protocol):
    """What every time limit of the fake is measured with."""

    def time(self) -> float:
        """Seconds since 1970."""
        ...

    async def sleep(self, seconds: float, *, is_limit: bool = False) -> None:
        """Return when so many seconds have passed; ``is_limit`` when something else is meant to end before."""
        ...


class WallClock:
    """Real time, for starting the fake by hand and for tests of a real process.

    With ``patience`` the platform waits so many times as long for the bot: a busy machine is not what is tested.
    """

    def __init__(self, *, patience: float = 1.0) -> None:
        self._patience = patience

    def time(self) -> float:
        """Seconds since 1970."""
        return time.time()

    async def sleep(self, seconds: float, *, is_limit: bool = False) -> None:
        """Wait in earnest."""
        await asyncio.sleep(seconds * self._patience if is_limit else seconds)


@dataclass(frozen=True, eq=False)
class _Sleeper:
    due: float
    is_limit: bool
    woken: "asyncio.Future[None]"


class ManualClock:
    """Stands still until ``advance``: nothing times out, expires or is sent again unless the test says so."""

    def __init__(self, start: float | None = None) -> None:
        self._now = time.time() if start is None else start
        self._sleepers: list[_Sleeper] = []
        self._changed = asyncio.Event()

    def time(self) -> float:
        """Seconds since 1970."""
        return self._now

    async def sleep(self, seconds: float, *, is_limit: bool = False) -> None:
        """Wait until the test has advanced the clock far enough."""
        if seconds <= 0:
            return
        sleeper = _Sleeper(self._now + seconds, is_limit, asyncio.get_running_loop().create_future())
        self._sleepers.append(sleeper)
        self._changed.set()
        try:
            await sleeper.woken
        finally:
            self._sleepers.remove(sleeper)

    def advance(self, seconds: float) -> None:
        """Let time pass; whoever slept long enough goes on."""
        self._now += seconds
        for sleeper in self._sleepers:
            if sleeper.due <= self._now and not sleeper.woken.done():
                sleeper.woken.set_result(None)

    async def until_idle(self) -> None:
        """Return when the platform does nothing but wait for time to pass, as between two polls or tries."""
        while not any(not sleeper.is_limit and not sleeper.woken.done() for sleeper in self._sleepers):
            self._changed.clear()
            await self._changed.wait()

    async def run(self, work: Coroutine[Any, Any, T], *, step: float = 1.0) -> T:
        """Do something that waits for the platform's time, which passes in steps whenever nothing else happens."""
        task = asyncio.create_task(work)
        while not task.done():
            idle = asyncio.create_task(self.until_idle())
            await asyncio.wait({task, idle}, return_when=asyncio.FIRST_COMPLETED)
            if not idle.cancel() and not task.done():
                self.advance(step)
        return await task
