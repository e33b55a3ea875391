"""What time it is at Slack.

The archive puts what happened and what was looked up in order by Slack's times. This machine's own clock may be wrong
by more than it takes somebody to leave a channel, so it does not date what was looked up.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_KEPT_SECONDS = 600.0
"""Quartz runs fast or slow by seconds a day, so what was told counts for twenty minutes at most."""
_BELIEVED_AHEAD = timedelta(minutes=1)


class SlackClock:
    """Tells a moment that Slack's clock has reached, as late as is known; this machine's until Slack told any."""

    def __init__(
        self,
        *,
        elapsed: Callable[[], float] = time.monotonic,
        own: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._elapsed = elapsed
        self._own = own
        self._since = float("-inf")
        self._now: float | None = None
        """The highest of Slack's times less the seconds that had elapsed here when it was told, lately…"""
        self._before: float | None = None
        """… and in the time before."""

    def now(self) -> datetime:
        """Not after Slack's present."""
        known = [at for at in (self._now, self._before) if at is not None]
        return datetime.fromtimestamp(max(known) + self._elapsed(), UTC) if known else self._own()

    def heard(self, header: str) -> None:
        """The ``Date`` of an answer; anything else is passed over."""
        try:
            at = parsedate_to_datetime(header)
        except ValueError:
            return
        if at.tzinfo is not None:
            self._told(at)

    def happened(self, at: datetime) -> None:
        """When an event happened. One that is far ahead of all that Slack told of the time is not believed."""
        if self._now is None or at <= self.now() + _BELIEVED_AHEAD:
            self._told(at)

    def _told(self, at: datetime) -> None:
        elapsed = self._elapsed()
        if elapsed - self._since > _KEPT_SECONDS:
            self._since, self._before, self._now = elapsed, self._now, None
        told = at.timestamp() - elapsed
        self._now = told if self._now is None else max(self._now, told)
