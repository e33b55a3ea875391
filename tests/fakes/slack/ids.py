"""Ids and timestamps in Slack's forms."""

import itertools
import uuid
from collections import defaultdict
from collections.abc import Iterator

from tests.fakes.slack.clock import Clock

_MICROSECONDS = 1_000_000


def ts_of(moment: float) -> str:
    """A message timestamp: seconds and six digits."""
    whole = round(moment * _MICROSECONDS)
    return f"{whole // _MICROSECONDS}.{whole % _MICROSECONDS:06d}"


class Ids:
    """Gives out ids that look like Slack's and never repeat; timestamps are unique and rise."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._counters: defaultdict[str, Iterator[int]] = defaultdict(lambda: itertools.count(1))
        self._last_ts = 0

    def new(self, prefix: str) -> str:
        """For instance ``C0F00000003``."""
        return f"{prefix}0F{next(self._counters[prefix]):08X}"

    def number(self, name: str) -> int:
        """The next number of a series."""
        return next(self._counters[name])

    def ts(self) -> str:
        """A timestamp no message has had, now or the least bit later."""
        self._last_ts = max(round(self._clock.now() * _MICROSECONDS), self._last_ts + 100)
        return f"{self._last_ts // _MICROSECONDS}.{self._last_ts % _MICROSECONDS:06d}"

    def envelope(self) -> str:
        """A new one for each delivery, retries too."""
        return str(uuid.uuid4())
