"""Waiting for what happens elsewhere: in another loop, thread or process, where there is no event to await."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Literal, TypeVar

T = TypeVar("T")


class AwaitedEvent(asyncio.Event):
    """Tells when somebody waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self.is_awaited = asyncio.Event()

    async def wait(self) -> Literal[True]:
        """As the event itself."""
        self.is_awaited.set()
        return await super().wait()


async def eventually(look: Callable[[], Awaitable[T]], *, seconds: float = 20.0, every: float = 0.02) -> T:
    """Look again and again until there is something true to see; fails the test after ``seconds``."""
    async with asyncio.timeout(seconds):
        while not (seen := await look()):  # noqa: ASYNC110 - there is no event to await, see above
            await asyncio.sleep(every)
    return seen
