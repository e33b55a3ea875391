"""How often something may be said to one place; WeCom refuses the excess, or drops it without a word."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable

from connectors.wecom.errors import WeComPaused

MINUTE_SECONDS = 60.0
HOUR_SECONDS = 3600.0
_MOST_PLACES = 5_000
_SLACK_SECONDS = 0.5
"""WeCom's clock and the way there are not ours."""


class SendPacing:
    """So many messages a minute (and an hour) to each place; the others wait. Times are those of ``now``."""

    def __init__(
        self,
        *,
        per_minute: int,
        per_hour: int | None = None,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._per_minute = per_minute
        self._per_hour = per_hour
        self._now = now
        self._sleep = sleep
        self._sent: dict[str, deque[float]] = {}

    async def turn(self, place: str, *, call: str, patience: float = 120.0) -> None:
        """Wait until one more may be sent, and count it. Raises ``WeComPaused`` when that takes too long."""
        while (seconds := self.pause(place)) > 0:
            if seconds > patience:
                raise WeComPaused(call, seconds)
            patience -= seconds
            await self._sleep(seconds)
        self._sent.setdefault(place, deque()).append(self._now())
        self._bound()

    def pause(self, place: str) -> float:
        """For how many seconds nothing may be sent there."""
        now, sent = self._now(), self._sent.get(place, deque())
        while sent and sent[0] <= now - HOUR_SECONDS:
            sent.popleft()
        pause = _until(sent, self._per_minute, MINUTE_SECONDS)
        if self._per_hour is not None:
            pause = max(pause, _until(sent, self._per_hour, HOUR_SECONDS))
        return max(0.0, pause - now)

    def times(self, place: str) -> list[float]:
        """When something was sent there in the last minute."""
        return [at for at in self._sent.get(place, ()) if at > self._now() - MINUTE_SECONDS - _SLACK_SECONDS]

    def remember(self, place: str, times: Iterable[float]) -> None:
        """What was sent before a restart."""
        now = self._now()
        self._sent[place] = deque(sorted(at for at in times if now - HOUR_SECONDS < at <= now))

    def _bound(self) -> None:
        if len(self._sent) > _MOST_PLACES:
            now = self._now()
            self._sent = {place: sent for place, sent in self._sent.items() if sent and sent[-1] > now - HOUR_SECONDS}


def _until(sent: "deque[float]", most: int, window: float) -> float:
    """When the next may be sent."""
    return sent[-most] + window + _SLACK_SECONDS if len(sent) >= most else 0.0
