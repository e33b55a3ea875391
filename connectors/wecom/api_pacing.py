"""How much may be asked of WeCom's API at once, and which calls must wait because WeCom said so."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from connectors.wecom.errors import WeComPaused

MOST_AT_ONCE = 20
MINUTE_SECONDS = 60.0
HOUR_SECONDS = 3600.0
_SUSPICIOUS_SECONDS = 30.0
"""Refused again so soon after a minute's pause: then it is the limit of the hour."""
_RAISE_AFTER = 50


@dataclass(slots=True)
class _Pause:
    until: float
    seconds: float


@dataclass(slots=True, kw_only=True)
class ApiPacing:
    """For one Secret. 45009 pauses a call, 45033 lowers how many run at once until that goes well for a while."""

    most: int = MOST_AT_ONCE
    now: Callable[[], float] = time.monotonic
    _allowed: int = field(init=False)
    _running: int = 0
    _went_well: int = 0
    _pauses: dict[str, _Pause] = field(default_factory=dict)
    _freed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def __post_init__(self) -> None:
        self._allowed = self.most

    @property
    def allowed(self) -> int:
        """How many calls may run at once now."""
        return self._allowed

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """Wait for a place among the running calls. Raises ``WeComPaused`` at once while the call is paused."""
        self.check(name)
        async with self._freed:
            await self._freed.wait_for(lambda: self._running < self._allowed)
            self._running += 1
        try:
            self.check(name)
            yield
        finally:
            self._running -= 1
            async with self._freed:
                self._freed.notify_all()

    def too_often(self, name: str) -> WeComPaused:
        """45009: pause for a minute, or for an hour when a minute did not help."""
        now, before = self.now(), self._pauses.get(name)
        seconds = MINUTE_SECONDS
        if before is not None and before.until <= now <= before.until + _SUSPICIOUS_SECONDS:
            seconds = HOUR_SECONDS
        if before is None or now >= before.until:
            self._pauses[name] = _Pause(now + seconds, seconds)
        return WeComPaused(name, self._pauses[name].until - now)

    def too_many(self) -> None:
        """45033: half as many at once from now on."""
        self._allowed, self._went_well = max(1, self._allowed // 2), 0

    def went_well(self) -> None:
        """One more call without complaint; after some of them one more may run at once again."""
        self._went_well += 1
        if self._allowed < self.most and self._went_well >= _RAISE_AFTER:
            self._allowed, self._went_well = self._allowed + 1, 0

    def check(self, name: str) -> None:
        """Raise ``WeComPaused`` while a call is paused."""
        pause = self._pauses.get(name)
        if pause is not None and (left := pause.until - self.now()) > 0:
            raise WeComPaused(name, left)
