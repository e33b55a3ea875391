"""How often a method may be called: Slack counts by method, workspace and app, and so does this."""

import asyncio
from collections import deque
from dataclasses import dataclass, field

PER_MINUTE = {
    "apps.connections.open": 1,
    "bots.info": 50,
    "chat.appendStream": 100,
    "chat.delete": 50,
    "chat.getPermalink": 600,
    "chat.postEphemeral": 100,
    "chat.postMessage": 300,
    "chat.startStream": 20,
    "chat.stopStream": 20,
    "chat.update": 50,
    "conversations.list": 20,
    "conversations.members": 100,
    "files.info": 100,
    "users.info": 100,
    "users.list": 20,
    "views.open": 100,
    "views.publish": 100,
    "views.update": 100,
}
"""What Slack promises at least, calls a minute; tier 3 for methods that are not listed."""

_TIER_3 = 50
_BY_CHANNEL = frozenset({"chat.postMessage", "assistant.threads.setStatus"})
_LOWERED_SECONDS = 600.0


@dataclass(slots=True)
class _Lane:
    allowed: int
    since: float
    taken: deque[float] = field(default_factory=deque)
    paused_until: float = 0.0
    lowered_until: float = 0.0


class Pacing:
    """One for a workspace, shared by everybody who calls.

    Background calls wait until there is room, and leave a quarter of it to what people wait for; these are never held
    back by the count, only by a pause that Slack itself asked for.
    """

    def __init__(self, *, window_seconds: float = 60.0, background_share: float = 0.75) -> None:
        self._window = window_seconds
        self._share = background_share
        self._lanes: dict[tuple[str, str], _Lane] = {}

    async def turn(self, method: str, channel: str, *, background: bool, patience: float) -> None:
        """Wait for a turn and take it. Raises ``TimeoutError`` at once if it would take more than ``patience`` seconds.

        ``channel`` matters for methods that Slack counts by channel.
        """
        lane, now = self._lane(method, channel), _now()
        while (pause := self._pause(lane, now, background=background)) > 0:
            if pause > patience:
                raise TimeoutError(f"{pause:.0f} s to wait")
            await asyncio.sleep(pause)
            patience -= _now() - now
            now = _now()
        lane.taken.append(now)

    def refused(self, method: str, channel: str, *, retry_after: float) -> None:
        """Slack said no: nobody calls before ``retry_after`` seconds, and less is tried for ten minutes."""
        lane, now = self._lane(method, channel), _now()
        lane.paused_until = max(lane.paused_until, now + retry_after)
        self._forget_old(lane, now)
        if now - lane.since < self._window:
            return  # Who called before this process began is not known.
        accepted = max(1, len(lane.taken) - 1)
        lane.allowed = min(lane.allowed, accepted) if now < lane.lowered_until else accepted
        lane.lowered_until = now + _LOWERED_SECONDS

    def _pause(self, lane: _Lane, now: float, *, background: bool) -> float:
        self._forget_old(lane, now)
        pause = lane.paused_until - now
        if not background:
            return pause
        room = max(1, int(lane.allowed * self._share))
        if len(lane.taken) >= room:
            pause = max(pause, lane.taken[-room] + self._window - now)
        return pause

    def _forget_old(self, lane: _Lane, now: float) -> None:
        while lane.taken and lane.taken[0] <= now - self._window:
            lane.taken.popleft()

    def _lane(self, method: str, channel: str) -> _Lane:
        key = (method, channel if method in _BY_CHANNEL else "")
        usual = PER_MINUTE.get(method, _TIER_3)
        lane = self._lanes.setdefault(key, _Lane(allowed=usual, since=_now()))
        if _now() >= lane.lowered_until:
            lane.allowed = usual
        return lane


def _now() -> float:
    return asyncio.get_running_loop().time()
