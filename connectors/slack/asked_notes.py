"""Questions that must not be lost or answered twice, whenever the program stops: ids and times, never their words."""

import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from connectors.slack.said import Said
from connectors.slack.site import Site

_PREFIX: Final = "asking:"
_KEPT_SECONDS: Final = 3600.0
"""So long it is known that a question was answered: its second event comes within seconds, after a restart later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedNote:
    """A question. Ids and times are Slack's."""

    channel: str
    ts: str
    thread_ts: str
    version: str
    at: float
    shown: str = ""
    """The ``ts`` of the message that shows the answer while it is made."""
    has_ended: bool = False

    @property
    def key(self) -> str:
        """As of ``Said``."""
        return f"{self.channel}:{self.ts}"


class AskedNotes:
    """Those of the last hour."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._notes: dict[str, AskedNote] = {}
        self._ended: deque[tuple[float, str]] = deque()

    async def load(self) -> list[AskedNote]:
        """Remember, and return the questions without an answer."""
        for note in (await self._site.host.notebook.all(self._site.source, _PREFIX)).values():
            known = _note(note)
            self._notes[known.key] = known
            if known.has_ended:
                self._ended.append((known.at, known.key))
        await self._forget_old()
        return [note for note in self._notes.values() if not note.has_ended]

    def version(self, key: str) -> str | None:
        """Which version of a message was asked; None when it was not."""
        note = self._notes.get(key)
        return note.version if note else None

    async def begin(self, said: Said) -> None:
        """It is going to be answered."""
        known = self._notes.get(said.key)
        note = AskedNote(
            channel=said.channel,
            ts=said.ts,
            thread_ts=said.thread_ts,
            version=said.version,
            at=time.time(),
            shown=known.shown if known and not known.has_ended else "",
        )
        await self._write(note)

    async def shown(self, key: str, ts: str) -> None:
        """People see something of the answer."""
        if key in self._notes:
            await self._write(replace(self._notes[key], shown=ts))

    async def end(self, key: str) -> None:
        """It has its answer, or needs none any more."""
        if key in self._notes:
            now = time.time()
            await self._write(replace(self._notes[key], has_ended=True, shown="", at=now))
            self._ended.append((now, key))
        await self._forget_old()

    async def _write(self, note: AskedNote) -> None:
        self._notes[note.key] = note
        await self._site.host.notebook.write(
            self._site.source,
            f"{_PREFIX}{note.key}",
            {
                "channel": note.channel,
                "ts": note.ts,
                "thread_ts": note.thread_ts,
                "version": note.version,
                "at": note.at,
                "shown": note.shown,
                "has_ended": note.has_ended,
            },
        )

    async def _forget_old(self) -> None:
        while self._ended and self._ended[0][0] < time.time() - _KEPT_SECONDS:
            at, key = self._ended.popleft()
            note = self._notes.get(key)
            if note is not None and note.has_ended and note.at <= at:
                del self._notes[key]
                await self._site.host.notebook.write(self._site.source, f"{_PREFIX}{key}", None)


def _note(note: Mapping[str, object]) -> AskedNote:
    at = note.get("at")
    return AskedNote(
        channel=str(note.get("channel", "")),
        ts=str(note.get("ts", "")),
        thread_ts=str(note.get("thread_ts", "")),
        version=str(note.get("version", "")),
        at=float(at) if isinstance(at, int | float) else 0.0,
        shown=str(note.get("shown", "")),
        has_ended=bool(note.get("has_ended")),
    )
