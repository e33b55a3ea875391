"""How much a robot may say in one chat: replies and pushes together, every frame of a stream counted."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from connectors.wecom.errors import WeComAway

PER_MINUTE = 30
PER_HOUR = 1000
BLOCKED_SECONDS = 60.0
"""After 45009 WeCom refuses everything for a minute."""
PAUSES = (2.0, 4.0)
"""Seconds between two frames in between, while there is much room and when there is less."""

_MINUTE = 60.0
_HOUR = 3600.0
_KEPT_FREE = 10
"""Of a minute: for what ends an answer, and for pushes."""
_FAST = 10
"""So many messages of a minute may follow each other quickly."""
_MOST_CHATS = 10_000


@dataclass(slots=True)
class _Chat:
    said: deque[float] = field(default_factory=deque)
    blocked_until: float = 0.0


class ChatBudget:
    """One for each robot, by chat id. Frames in between give way; what must be said waits for its turn."""

    def __init__(
        self,
        *,
        per_minute: int = PER_MINUTE,
        per_hour: int = PER_HOUR,
        blocked_seconds: float = BLOCKED_SECONDS,
        pauses: tuple[float, float] = PAUSES,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._per_minute = per_minute
        self._per_hour = per_hour
        self._blocked_seconds = blocked_seconds
        self._pauses = pauses
        self._now = now
        self._chats: dict[str, _Chat] = {}

    def pause_before_next(self, chat: str) -> float:
        """How many seconds after the last frame the next one in between should come."""
        return self._pauses[self._said(self._chat(chat), _MINUTE) >= _FAST]

    def take_if_room(self, chat: str, *, keep_free: int = _KEPT_FREE) -> bool:
        """Take one for a frame that may be dropped; False when what is left is for something else."""
        found = self._chat(chat)
        room = self._said(found, _MINUTE) < self._per_minute - keep_free
        if not room or self._pause(found) > 0:
            return False
        found.said.append(self._now())
        return True

    async def take(self, chat: str, *, patience: float) -> None:
        """Take one for something that must be said, waiting for it.

        Raises ``WeComAway`` at once when that would take longer than ``patience`` seconds.
        """
        found, until = self._chat(chat), self._now() + patience
        while (pause := self._pause(found)) > 0:
            if self._now() + pause > until:
                raise WeComAway("frequency", f"{pause:.0f} s to wait")
            await asyncio.sleep(pause)
        found.said.append(self._now())

    def refused(self, chat: str) -> None:
        """WeCom said 45009: nothing more for a minute."""
        self._chat(chat).blocked_until = self._now() + self._blocked_seconds

    def _pause(self, chat: _Chat) -> float:
        """How long until there is room."""
        now = self._now()
        pause = chat.blocked_until - now
        self._said(chat, _MINUTE)
        if len(chat.said) >= self._per_minute:
            pause = max(pause, chat.said[-self._per_minute] + _MINUTE - now)
        if len(chat.said) >= self._per_hour:
            pause = max(pause, chat.said[-self._per_hour] + _HOUR - now)
        return pause

    def _said(self, chat: _Chat, seconds: float) -> int:
        now = self._now()
        while chat.said and chat.said[0] <= now - _HOUR:
            chat.said.popleft()
        count = 0
        for at in reversed(chat.said):
            if at <= now - seconds:
                break
            count += 1
        return count

    def _chat(self, chat: str) -> _Chat:
        if chat not in self._chats and len(self._chats) >= _MOST_CHATS:
            self._chats.pop(next(iter(self._chats)))
        return self._chats.setdefault(chat, _Chat())
