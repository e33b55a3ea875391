"""How often something may be done, and how long the platform blocks whoever does it more often."""

from collections import defaultdict, deque
from dataclasses import dataclass, field

from tests.fakes.wecom.clock import HOUR, MINUTE, Clock
from tests.fakes.wecom.refusals import Refusal


@dataclass(kw_only=True)
class Frequency:
    """So many a minute and an hour for each key; more gives 45009 and blocks the key for that long."""

    clock: Clock
    per_minute: int
    per_hour: int | None = None
    _taken: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _blocked_until: dict[str, float] = field(default_factory=dict)

    def take(self, key: str) -> None:
        """Use one up, or raise 45009."""
        now = self.clock.time()
        if now < self._blocked_until.get(key, 0.0):
            raise Refusal(45009)
        taken = self._taken[key]
        while taken and taken[0] <= now - HOUR:
            taken.popleft()
        if sum(1 for at in taken if at > now - MINUTE) >= self.per_minute:
            self._blocked_until[key] = now + MINUTE
            raise Refusal(45009)
        if self.per_hour is not None and len(taken) >= self.per_hour:
            self._blocked_until[key] = now + HOUR
            raise Refusal(45009)
        taken.append(now)

    def allows(self, key: str) -> bool:
        """Take one if there is one left; for limits whose excess the platform drops without a word."""
        try:
            self.take(key)
        except Refusal:
            self._blocked_until.pop(key, None)
            return False
        return True

    def block(self, key: str, seconds: float) -> None:
        """Refuse the key for so long, as after somebody else used the quota up."""
        self._blocked_until[key] = self.clock.time() + seconds
