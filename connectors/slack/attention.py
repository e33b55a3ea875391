"""Since when something may have been missed: while events come in, nothing is."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from connectors.slack.site import Site

_NOTE = "attention"
_QUIET_SECONDS = 60.0
OVERLAP_SECONDS = 600.0
"""So much before a gap is read again: events come late, and clocks differ."""
_WRITTEN_EVERY_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Noticed at ``noticed``; what was said after ``since`` may have been missed, unless it was caught up before.

    ``before`` is when the gap before this one was noticed. Seconds since the epoch.
    """

    since: float
    noticed: float
    before: float

    @property
    def is_long(self) -> bool:
        """Long enough that Slack may not have sent again what nobody took."""
        return self.noticed - self.since > OVERLAP_SECONDS + _QUIET_SECONDS

    def of_channel(self, caught_up_until: float) -> float:
        """Since when something of a channel may have been missed that was last caught up then."""
        caught_up = max(caught_up_until - OVERLAP_SECONDS, 0.0)
        return max(self.since, caught_up) if caught_up_until >= self.before else caught_up


class Attention:
    """An event that is heard says that nothing was missed until now. A silence that ended just before a gap was noticed
    belongs to it: events of a new connection may be heard before it is known to be new.
    """

    def __init__(self, site: Site, *, now: Callable[[], float] = time.time) -> None:
        self._site = site
        self._now = now
        self._heard_at = 0.0
        self._silence = (0.0, 0.0)
        self._noticed = 0.0
        self._written_at = 0.0

    async def load(self) -> None:
        """Remember when the last event was heard before a restart. Before this nothing is heard."""
        note = await self._site.host.notebook.read(self._site.source, _NOTE) or {}
        self._heard_at = _number(note.get("heard_at"))
        self._noticed = _number(note.get("noticed"))

    async def heard(self) -> None:
        """An event was handled."""
        now = self._now()
        if now - self._heard_at > _QUIET_SECONDS:
            self._silence = (self._heard_at, now)
        self._heard_at = now
        if now - self._written_at > _WRITTEN_EVERY_SECONDS:
            await self._write()

    async def gap(self) -> Gap:
        """A gap is noticed: at the start, after a connection was lost, or from time to time to be sure."""
        now = self._now()
        began, ended = self._silence
        since = began if ended > now - _QUIET_SECONDS else self._heard_at
        gap = Gap(since=max(since - OVERLAP_SECONDS, 0.0), noticed=now, before=self._noticed)
        self._noticed = now
        await self._write()
        return gap

    async def _write(self) -> None:
        self._written_at = self._now()
        note = {"heard_at": self._heard_at, "noticed": self._noticed}
        await self._site.host.notebook.write(self._site.source, _NOTE, note)


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
