"""Who is answered next: a bounded queue that goes round the askers, so that nobody starves."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.errors import ModelBusy, ModelUnavailable


class FairQueue:
    """At most ``slots`` requests run at once; the others wait, one asker after the other.

    An asker with many requests waits behind the first request of everybody else, and may take only half of the
    places, so that one person cannot fill the queue alone::

        queue = FairQueue(size=16)
        async with queue.turn("alice"):
            ...                          # the model is ours until the block ends
    """

    def __init__(self, *, size: int, slots: int = 1) -> None:
        self._size = size
        self._places_of_one_asker = max(1, size // 2)
        self._free = slots
        self._running = 0
        self._closed = False
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    @property
    def length(self) -> int:
        """How many requests run or wait."""
        return self._running + self._waiting_count

    @property
    def _waiting_count(self) -> int:
        return sum(len(turns) for turns in self._waiting.values())

    def position(self, asker: str) -> int:
        """How many requests are begun before the next one of ``asker``; 0 when it waits for nothing."""
        if asker not in self._waiting:
            return 0
        ahead = next(place for place, name in enumerate(self._waiting) if name == asker)
        return self._running + ahead

    @asynccontextmanager
    async def turn(self, asker: str = "") -> AsyncIterator[None]:
        """Wait for a slot and hold it. Raises ``ModelBusy`` at once when there is no place to wait."""
        await self._enter(asker)
        try:
            yield
        finally:
            self._leave()

    def close(self) -> None:
        """Send everybody who waits away with ``ModelUnavailable``; those who run are not touched."""
        self._closed = True
        for turns in self._waiting.values():
            for turn in turns:
                if not turn.done():
                    turn.set_exception(ModelUnavailable())
        self._waiting.clear()

    async def _enter(self, asker: str) -> None:
        if self._closed:
            raise ModelUnavailable
        if self._free:
            self._free -= 1
            self._running += 1
            return
        turns = self._waiting.get(asker)
        if self._waiting_count >= self._size or (turns and len(turns) >= self._places_of_one_asker):
            raise ModelBusy(str(self.length))
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(asker, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._leave()  # the slot was handed over in the same moment: pass it on
            else:
                self._forget(asker, turn)
            raise

    def _forget(self, asker: str, turn: asyncio.Future[None]) -> None:
        turns = self._waiting.get(asker)
        if turns is not None and turn in turns:
            turns.remove(turn)
            if not turns:
                del self._waiting[asker]

    def _leave(self) -> None:
        while self._waiting:
            asker, turns = self._waiting.popitem(last=False)
            turn = turns.popleft()
            if turns:
                self._waiting[asker] = turns
            if not turn.done():
                turn.set_result(None)  # the slot goes from hand to hand, so no newcomer can snatch it
                return
        self._running -= 1
        self._free += 1
