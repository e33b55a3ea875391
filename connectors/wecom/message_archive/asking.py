"""Questions to WeCom over HTTP: limited in time, and while WeCom is away nobody waits for it once for each question."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from connectors.wecom.errors import WeComAway
from connectors.wecom.message_archive.fields import Json
from connectors.wecom.message_archive.timing import Timing

Call = Callable[..., Awaitable[Json]]
"""``await call(name, **arguments)``: one call of WeCom's API with the token of the archive's own Secret.

Raises ``WeComError`` and ``WeComAway``.
"""
NameOf = Callable[[str], Awaitable[str | None]]
"""The name of a member by ``userid``; None when it is not known. Raises as ``Call``."""

_AT_ONCE = 8

T = TypeVar("T")


class Asking:
    """What people and groups ask through."""

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._away_until = float("-inf")

    @property
    def away_seconds(self) -> float:
        """How long to wait before asking once more what was not answered."""
        return self._timing.away

    async def ask(self, question: Callable[[], Awaitable[T]]) -> T:
        """Ask. Raises ``WeComAway``, at once while WeCom is away, and what the question raises."""
        async with self._turns:
            now = asyncio.get_running_loop().time()
            if now < self._away_until:
                raise WeComAway("msgaudit", "away a moment ago")
            try:
                async with asyncio.timeout(self._timing.call):
                    return await question()
            except (WeComAway, TimeoutError) as error:
                self._away_until = asyncio.get_running_loop().time() + self._timing.away
                raise WeComAway("msgaudit", "no answer") from error
