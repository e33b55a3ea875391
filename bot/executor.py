"""The one way off the event loop: blocking work runs in threads that the application owns."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Executor:
    """A named, bounded pool of threads.

    One pool a kind of work, so that a long parse never delays an embedding::

        disk = Executor("disk", threads=4)
        data = await disk.run(path.read_bytes)
    """

    def __init__(self, name: str, *, threads: int) -> None:
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix=name)

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run blocking ``work`` in the pool; cancelling the caller does not interrupt a call that has begun."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, partial(work, *args, **kwargs))

    def close(self) -> None:
        """Refuse new work and forget what has not begun."""
        self._pool.shutdown(wait=False, cancel_futures=True)
