"""What was looked up lately: for a time, not too much of it, and asked once however many want it at the same moment."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class _Kept(Generic[V]):
    value: V
    since: float


class Cache(Generic[V]):
    """``seconds`` tells for how long a value counts; the one that was used longest ago goes when there are too many."""

    def __init__(
        self,
        look_up: Callable[[str], Awaitable[V]],
        *,
        seconds: Callable[[V], float],
        most: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._look_up = look_up
        self._seconds = seconds
        self._most = most
        self._clock = clock
        self._kept: OrderedDict[str, _Kept[V]] = OrderedDict()
        self._on_the_way: dict[str, asyncio.Future[V]] = {}

    async def get(self, key: str, *, within: float | None = None) -> V:
        """The value, at most ``within`` seconds old; raises what looking it up raises, for all who wait for it."""
        while True:
            kept = self.fresh(key, within=within)
            if kept is not None:
                return kept
            flight = self._on_the_way.get(key)
            if flight is None:
                return await self._fly(key)
            try:
                return await asyncio.shield(flight)
            except asyncio.CancelledError:
                # Whoever asked first was cancelled, and somebody else must ask; or this one was.
                if not flight.cancelled():
                    raise

    def fresh(self, key: str, *, within: float | None = None) -> V | None:
        """The value if it still counts."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        longest = self._seconds(kept.value) if within is None else min(within, self._seconds(kept.value))
        if self._clock() - kept.since >= longest:
            return None
        self._kept.move_to_end(key)
        return kept.value

    def last(self, key: str) -> V | None:
        """The value, however old."""
        kept = self._kept.get(key)
        return kept.value if kept is not None else None

    def put(self, key: str, value: V) -> None:
        """Take in a value that was told; one that is being looked up was asked before and does not replace it."""
        self._on_the_way.pop(key, None)
        self._keep(key, value)

    def outdate(self, key: str) -> None:
        """The value counts no more, nor does one that is being looked up now; ``last`` still knows it."""
        self._on_the_way.pop(key, None)
        kept = self._kept.get(key)
        if kept is not None:
            self._kept[key] = _Kept(kept.value, float("-inf"))

    async def _fly(self, key: str) -> V:
        flight: asyncio.Future[V] = asyncio.get_running_loop().create_future()
        self._on_the_way[key] = flight
        try:
            value = await self._look_up(key)
        except asyncio.CancelledError:
            flight.cancel()
            raise
        except Exception as error:
            flight.set_exception(error)
            flight.exception()  # nobody may be waiting
            raise
        else:
            flight.set_result(value)
            if self._on_the_way.get(key) is flight:
                self._keep(key, value)
            return value
        finally:
            if self._on_the_way.get(key) is flight:
                del self._on_the_way[key]

    def _keep(self, key: str, value: V) -> None:
        self._kept[key] = _Kept(value, self._clock())
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
