"""The fake's time: it stands still until a test moves it, or runs with the real one; either can be pushed ahead."""

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(order=True)
class Timer:
    """Something that will happen; ``cancel`` prevents it."""

    due: float
    number: int
    action: Callable[[], None] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        """Forget it; harmless when it has happened."""
        self.cancelled = True


class Clock:
    """Seconds since the epoch. ``runs=False`` stands still, so that nothing expires or is sent again by surprise.

    Retries, expiries and rate limits all ask this clock; ``advance`` does what is due on the way, in order. With
    ``patience`` Slack waits so many times as long for the app's acknowledgement and for the form of a trigger.
    """

    def __init__(self, *, start: float | None = None, runs: bool = False, patience: float = 1.0) -> None:
        self.runs = runs
        self.patience = patience
        self._standing_at = time.time() if start is None else start
        self._ahead_by = 0.0 if start is None else start - time.time()
        self._timers: list[Timer] = []
        self._numbers = itertools.count()
        self._wake_up: asyncio.TimerHandle | None = None

    def now(self) -> float:
        """Seconds since the epoch, as Slack sees it."""
        return time.time() + self._ahead_by if self.runs else self._standing_at

    def call_later(self, seconds: float, action: Callable[[], None]) -> Timer:
        """Do ``action`` when that much of this clock's time has passed."""
        timer = Timer(due=self.now() + seconds, number=next(self._numbers), action=action)
        heapq.heappush(self._timers, timer)
        if self.runs and self._timers[0] is timer:
            self._set_wake_up()
        return timer

    def advance(self, seconds: float) -> None:
        """Let time pass at once."""
        if self.runs:
            self._ahead_by += seconds
            self._do_what_is_due()
            return
        until = self._standing_at + seconds
        while self._timers and self._timers[0].due <= until:
            timer = heapq.heappop(self._timers)
            self._standing_at = max(self._standing_at, timer.due)
            if not timer.cancelled:
                timer.action()
        self._standing_at = until

    def close(self) -> None:
        """Nothing that is still due happens any more."""
        self._timers.clear()
        self._set_wake_up()

    def _do_what_is_due(self) -> None:
        while self._timers and self._timers[0].due <= self.now():
            timer = heapq.heappop(self._timers)
            if not timer.cancelled:
                timer.action()
        self._set_wake_up()

    def _set_wake_up(self) -> None:
        if self._wake_up is not None:
            self._wake_up.cancel()
            self._wake_up = None
        if self._timers:
            seconds = max(self._timers[0].due - self.now(), 0) + 0.001
            self._wake_up = asyncio.get_running_loop().call_later(seconds, self._do_what_is_due)
