"""How often a method may be called: counted for each method, workspace and app, by the fake's clock."""

import math
from collections import defaultdict, deque

from tests.fakes.slack.clock import Clock
from tests.fakes.slack.errors import Refused
from tests.fakes.slack.methods import Method

PER_MINUTE = {"tier1": 1, "tier2": 20, "tier3": 50, "tier4": 100, "permalink": 600, "status": 60}
POSTING_BURST = 10
"""Messages a channel takes at once; after that one a second."""
POSTING_PER_MINUTE = 300
"""Messages a workspace takes from one app."""
HISTORY_OF_UNLISTED_APPS = 1
_WINDOW_S = 60.0


class RateLimits:
    """Slack's tiers are lower bounds ("50+ a minute"); here they are exact, which is stricter."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.is_on = True
        self._changed: dict[str, int | None] = {}
        self._planned: defaultdict[str, deque[int]] = defaultdict(deque)
        self._calls: defaultdict[tuple[str, ...], deque[float]] = defaultdict(deque)
        self._tokens: dict[tuple[str, ...], tuple[float, float]] = {}

    def change(self, method: str, per_minute: int | None) -> None:
        """Another limit for this method; None for no limit."""
        self._changed[method] = per_minute

    def refuse_next(self, method: str, *, times: int = 1, retry_after: int = 1) -> None:
        """Answer 429 so many times, whatever the count says; ``retry_after`` in whole seconds, 0 allowed."""
        self._planned[method].extend([retry_after] * times)

    def check(self, method: Method, *, app: str, team: str, channel: str, history_is_scarce: bool = False) -> None:
        """Counts the call, or refuses it with status 429."""
        if self._planned[method.name]:
            raise _limited(self._planned[method.name].popleft())
        if not self.is_on or method.tier == "none":
            return
        per_minute = PER_MINUTE.get(method.tier)
        if history_is_scarce:
            per_minute = HISTORY_OF_UNLISTED_APPS
        if method.name in self._changed:
            per_minute = self._changed[method.name]
        elif method.tier == "posting":
            self._take_token((app, team, channel))
            per_minute = POSTING_PER_MINUTE
        if per_minute is not None:
            key = (method.name, app, team, channel) if method.tier == "status" else (method.name, app, team)
            self._count(key, per_minute)

    def _count(self, key: tuple[str, ...], per_minute: int) -> None:
        calls, now = self._calls[key], self._clock.now()
        while calls and calls[0] <= now - _WINDOW_S:
            calls.popleft()
        if len(calls) >= per_minute:
            raise _limited(calls[0] + _WINDOW_S - now)
        calls.append(now)

    def _take_token(self, key: tuple[str, ...]) -> None:
        now = self._clock.now()
        left, since = self._tokens.get(key, (float(POSTING_BURST), now))
        left = min(POSTING_BURST, left + now - since)
        if left < 1:
            self._tokens[key] = (left, now)
            raise _limited(1 - left)
        self._tokens[key] = (left - 1, now)


def _limited(seconds: float) -> Refused:
    retry_after = seconds if seconds == 0 else max(1, math.ceil(seconds))
    return Refused("ratelimited", status=429, headers={"Retry-After": str(int(retry_after))})
