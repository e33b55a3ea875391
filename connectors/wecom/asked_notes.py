"""Questions that must not be lost or answered twice, whenever the program stops: ids and times, never their words."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Final

from connectors.wecom.site import Site

_PREFIX: Final = "asked:"
_KEPT_SECONDS: Final = 4 * 86_400.0
"""Longer than the mailbox knows what it has delivered."""


@dataclass(slots=True)
class _Asked:
    at: float
    is_answered: bool = False
    has_ended: bool = False
    over: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when whoever handles it now has let go of it."""


class AskedNotes:
    """Every message that is or was handled, by its ``msgid``."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._known: dict[str, _Asked] = {}
        self._under_way: set[str] = set()

    async def load(self) -> None:
        """Remember what was handled before a restart."""
        for key, note in (await self._site.host.notebook.all(self._site.source, _PREFIX)).items():
            at = note.get("at")
            self._known.setdefault(
                key.removeprefix(_PREFIX),
                _Asked(
                    float(at) if isinstance(at, int | float) else 0.0,
                    is_answered=bool(note.get("answered")),
                    has_ended=bool(note.get("ended")),
                ),
            )

    async def take(self, msgid: str) -> bool:
        """Whether it is the caller's to handle, who then calls ``let_go``. Waits for another who handles it now."""
        while msgid in self._under_way:
            await self._known[msgid].over.wait()
        known = self._known.get(msgid)
        if known is not None and known.has_ended:
            return False
        self._under_way.add(msgid)
        self._known[msgid] = _Asked(time.time(), is_answered=known is not None and known.is_answered)
        return True

    def is_answered(self, msgid: str) -> bool:
        """Whether it has its answer, though not all of its files."""
        return self._known[msgid].is_answered

    async def answered(self, msgid: str) -> None:
        """It has its answer; its files may still be fetched after a restart."""
        self._known[msgid].is_answered = True
        await self._write(msgid)

    async def end(self, msgid: str) -> None:
        """It has its answer, or needs none: never again, also after a restart."""
        self._known[msgid].has_ended = True
        await self._write(msgid)

    def let_go(self, msgid: str) -> None:
        """Handled, or not: the next delivery decides."""
        self._under_way.discard(msgid)
        self._known[msgid].over.set()

    async def forget_old(self) -> None:
        """What no delivery can repeat any more."""
        before = time.time() - _KEPT_SECONDS
        for msgid, asked in list(self._known.items()):
            if asked.at < before and msgid not in self._under_way:
                del self._known[msgid]
                await self._site.host.notebook.write(self._site.source, f"{_PREFIX}{msgid}", None)

    async def _write(self, msgid: str) -> None:
        asked = self._known[msgid]
        note = {"at": asked.at, "answered": asked.is_answered, "ended": asked.has_ended}
        await self._site.host.notebook.write(self._site.source, f"{_PREFIX}{msgid}", note)
