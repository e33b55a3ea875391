"""Twice is once: the second call with the same key gets the result of the first."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Once(Generic[T]):
    """Remembers the results of the last ``size`` keys; what failed is forgotten, so that it can be tried again."""

    def __init__(self, *, size: int = 2000) -> None:
        self._size = size
        self._results: OrderedDict[str, asyncio.Future[T]] = OrderedDict()

    async def run(self, key: str, work: Callable[[], Awaitable[T]]) -> T:
        """Do the work, or wait for whoever does it already; raises what the work raises."""
        known = self._results.get(key)
        if known is not None:
            return await asyncio.shield(known)
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._results[key] = future
        try:
            result = await work()
        except BaseException as error:
            self._results.pop(key, None)
            if isinstance(error, Exception):
                future.set_exception(error)
                future.exception()  # marks it as seen: most often nobody else waits
            else:
                future.cancel()
            raise
        future.set_result(result)
        while len(self._results) > self._size:
            self._results.popitem(last=False)
        return result
