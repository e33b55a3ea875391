"""Work that goes on by itself, and has one owner."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

_log = logging.getLogger(__name__)


class OwnedTasks:
    """``Tasks`` of a platform's site: at most ``at_once`` run, the others wait; beyond ``most`` work is refused."""

    def __init__(self, *, at_once: int = 256, most: int = 5_000) -> None:
        self._room = asyncio.Semaphore(at_once)
        self._most = most
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_closed = False

    def spawn(self, work: Coroutine[Any, Any, None], *, name: str) -> None:
        """Run it. What it raises is logged, and so is work that there is no room for."""
        if self._is_closed or len(self._tasks) >= self._most:
            _log.error("no room for work", extra={"work": name, "tasks": len(self._tasks)})
            work.close()
            return
        task = asyncio.create_task(self._run(work, name), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: work.close())

    async def close(self) -> None:
        """Cancel everything and wait until it is over."""
        self._is_closed = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def idle(self) -> None:
        """Wait until nothing is left to do, what is spawned meanwhile included."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _run(self, work: Coroutine[Any, Any, None], name: str) -> None:
        try:
            async with self._room:
                await work
        except Exception:  # noqa: BLE001 - whatever a part raises ends its own work and nothing else
            _log.exception("work failed: %s", name)
