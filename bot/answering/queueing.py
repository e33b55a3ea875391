"""Telling somebody who waits how many are before them, as the queue moves."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

from bot.llm.interface import LanguageModel

_EVERY_SECONDS: Final = 0.25


@asynccontextmanager
async def telling_position(
    model: LanguageModel, asker: str, tell: Callable[[int], Awaitable[None]]
) -> AsyncIterator[Callable[[], object]]:
    """``tell`` how many come first, at once and whenever it changes, 0 at the end; yields what ends it earlier::

    async with telling_position(model, "alice", tell) as begun:
        ...                      # wait for the model
        begun()                  # its first word
    """
    await tell(model.waiting)
    watching = asyncio.create_task(_watch(model, asker, tell), name="position in the queue")
    try:
        yield watching.cancel
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def _watch(model: LanguageModel, asker: str, tell: Callable[[int], Awaitable[None]]) -> None:
    told = model.waiting
    while told:
        await asyncio.sleep(_EVERY_SECONDS)
        ahead = model.position(asker)
        if ahead != told:
            told = ahead
            await tell(ahead)
