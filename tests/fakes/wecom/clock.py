"""The platform's clock: it moves only when a test moves it, or runs with the wall when started by hand."""

import asyncio
import time
from typing import Protocol

MINUTE = 60.0
HOUR = 3600.0
DAY = 86400.0


class Clock(Protocol):
    """What every time limit of the fake is measured with."""

    def time(self) -> float:
        """Seconds since 1970."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return when so many seconds of this clock have passed."""
        ...


class WallClock:
    """Real time, for starting the fake by hand and for tests of a real process."""

    def time(self) -> float:
        """Seconds since 1970."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Wait in earnest."""
        await asyncio.sleep(seconds)


class ManualClock:
    """Stands still until ``advance``: nothing times out, expires or is sent again unless the test says so."""

    def __init__(self, start: float | None = None) -> None:
        self._now = time.time() if start is None else start
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []
        self._changed = asyncio.Event()

    def time(self) -> float:
        """Seconds since 1970."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Wait until the test has advanced the clock far enough."""
        if seconds <= 0:
            return
        sleeper = (self._now + seconds, asyncio.get_running_loop().create_future())
        self._sleepers.append(sleeper)
        self._changed.set()
        try:
            await sleeper[1]
        finally:
            if sleeper in self._sleepers:
                self._sleepers.remove(sleeper)

    def advance(self, seconds: float) -> None:
        """Let time pass; whoever slept long enough goes on."""
        self._now += seconds
        for due, future in list(self._sleepers):
            if due <= self._now and not future.done():
                future.set_result(None)

    async def until_someone_sleeps(self) -> None:
        """Return when something waits for time to pass: only then does ``advance`` reach it."""
        while not any(not future.done() for _, future in self._sleepers):
            self._changed.clear()
            await self._changed.wait()
