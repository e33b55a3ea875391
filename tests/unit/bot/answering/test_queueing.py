"""People who wait are told how many are before them, whenever that changes."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from bot.answering.queueing import telling_position
from bot.llm.scripted import ScriptedModel, ScriptedReply
from tests.waiting import eventually


async def test_the_position_is_told_as_the_queue_shrinks_until_the_first_word() -> None:
    ends = [asyncio.Event() for _ in range(2)]
    script = [ScriptedReply(("x",), before_first=end) for end in ends]
    model = ScriptedModel([*script, "mine"], slots=1)

    async def ask(asker: str) -> str:
        return "".join([piece async for piece in model.stream((), asker=asker)])

    others = [asyncio.create_task(ask("Bo")), asyncio.create_task(ask("Cy"))]
    await model.asked(1)
    await eventually(_holds(lambda: model.waiting == 2))
    told: list[int] = []

    async def tell(ahead: int) -> None:
        told.append(ahead)

    async with telling_position(model, "Ann", tell) as begun:
        mine = asyncio.create_task(ask("Ann"))
        await eventually(_holds(lambda: model.waiting == 3))
        ends[0].set()
        await eventually(_holds(lambda: told == [2, 1]))
        ends[1].set()
        assert await mine == "mine"
        begun()
    assert told[:2] == [2, 1]
    for other in others:
        with suppress(asyncio.CancelledError):
            await other


async def test_nobody_before_is_told_once() -> None:
    told: list[int] = []

    async def tell(ahead: int) -> None:
        told.append(ahead)

    async with telling_position(ScriptedModel([]), "Ann", tell):
        await asyncio.sleep(0)
    assert told == [0]


def _holds(condition: Callable[[], bool]) -> Callable[[], Awaitable[bool]]:
    async def holds() -> bool:
        return condition()

    return holds
