"""👍 and 👎: the only thing that joins a verdict to an answer is the ``feedback.id`` that the reply carried."""

import asyncio
import logging
import time
from collections.abc import Sequence
from typing import Final
from weakref import WeakValueDictionary

from connectors.connector import DownReason
from connectors.events import ChannelId, PersonRef
from connectors.wecom.presence import Presence
from connectors.wecom.site import Site

_log = logging.getLogger(__name__)

_PREFIX: Final = "feedback:"
_KEPT_SECONDS: Final = 30 * 86_400.0
_LONGEST_ID: Final = 256
_LONGEST_COMMENT: Final = 4_000
_REASONS: Final[dict[int, DownReason]] = {1: "irrelevant", 2: "incomplete", 3: "wrong", 4: "wrong"}


class Feedback:
    """Joins ids to answers, durably, and hands verdicts on."""

    def __init__(self, site: Site, presence: Presence) -> None:
        self._site = site
        self._presence = presence
        self._turns: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def join(self, feedback_id: str, answer_id: str, channel_id: ChannelId) -> None:
        """Verdicts with this id are about this answer; written before anybody can press."""
        note = {"answer": answer_id, "channel": channel_id, "at": time.time()}
        await self._site.host.notebook.write(self._site.source, f"{_PREFIX}{feedback_id}", note)

    async def judged(
        self, *, feedback_id: str, person: PersonRef, kind: int, reasons: Sequence[int], comment: str
    ) -> None:
        """Keep the verdict of one person on one answer. What names no answer of ours is logged and dropped."""
        joined = await self._joined(feedback_id)
        if joined is None or kind not in (1, 2, 3):
            _log.info("a verdict on nothing that is known, or of an unknown kind: %s", kind)
            return
        answer_id, channel_id = joined
        given = tuple(dict.fromkeys(_REASONS.get(reason, "other") for reason in reasons)) if kind == 2 else ()
        words = comment.strip()[:_LONGEST_COMMENT] if kind == 2 else ""
        if words and not given:
            given = ("other",)
        # Presses of one person on one answer count in the order in which they came.
        async with self._turns.setdefault((answer_id, person.person_id), asyncio.Lock()):
            try:
                await self._presence.pressed(channel_id, person)
                await self._site.host.judge(
                    answer_id=answer_id,
                    person=person,
                    verdict="up" if kind == 1 else "down" if kind == 2 else "withdrawn",
                    reasons=given,
                    comment=words,
                )
            except LookupError:
                _log.info("a verdict on an answer that is gone")
            except PermissionError:
                _log.info("a verdict of somebody who may not see the answer")

    async def forget_old(self) -> None:
        """After 30 days nothing is joined any more."""
        notes = await self._site.host.notebook.all(self._site.source, _PREFIX)
        for key, note in notes.items():
            at = note.get("at")
            if not isinstance(at, int | float) or at < time.time() - _KEPT_SECONDS:
                await self._site.host.notebook.write(self._site.source, key, None)

    async def _joined(self, feedback_id: str) -> tuple[str, ChannelId] | None:
        if not 0 < len(feedback_id) <= _LONGEST_ID:
            return None
        note = await self._site.host.notebook.read(self._site.source, f"{_PREFIX}{feedback_id}")
        if not note or not note.get("answer"):
            return None
        return str(note["answer"]), ChannelId(str(note.get("channel", "")))
