"""Writers take turns: in order, the urgent ones first, whoever is cancelled meanwhile."""

import asyncio

from bot.truth.write_turn import WriteTurn


async def _queue(turn: WriteTurn, order: list[str], name: str, *, urgent: bool = False) -> "asyncio.Task[None]":
    async def write() -> None:
        async with turn.taken(urgent=urgent):
            order.append(name)
            await asyncio.sleep(0)

    task = asyncio.create_task(write())
    await asyncio.sleep(0)
    return task


async def test_in_order_and_the_urgent_ones_first() -> None:
    turn, order = WriteTurn(), list[str]()
    async with turn.taken():
        tasks = [await _queue(turn, order, name) for name in "abc"]
        tasks += [await _queue(turn, order, name, urgent=True) for name in "XY"]
        assert order == []
    await asyncio.gather(*tasks)
    assert "".join(order) == "XYabc"
    async with turn.taken():
        pass


async def test_who_is_cancelled_gives_the_turn_to_the_next() -> None:
    turn, order = WriteTurn(), list[str]()
    async with turn.taken():
        waiting, given, last = [await _queue(turn, order, name) for name in "abc"]
        waiting.cancel()
    # Now it was given to b, who has not run yet.
    given.cancel()
    await asyncio.gather(waiting, given, last, return_exceptions=True)
    assert order == ["c"]
    async with asyncio.timeout(20), turn.taken():
        pass


async def test_a_writer_that_fails_passes_it_on() -> None:
    turn = WriteTurn()
    try:
        async with turn.taken():
            raise ValueError
    except ValueError:
        pass
    async with asyncio.timeout(20), turn.taken():
        pass
