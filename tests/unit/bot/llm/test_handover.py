"""From a thread to a coroutine."""

import asyncio

import pytest

from bot.llm.handover import Handover


async def test_pieces_that_wait_become_one() -> None:
    handover = Handover(asyncio.get_running_loop())
    for piece in ("a", "", "b", "c"):
        await asyncio.to_thread(handover.put, piece)
    handover.end()
    assert [piece async for piece in handover] == ["abc"]


async def test_a_piece_comes_before_the_next_is_made() -> None:
    handover = Handover(asyncio.get_running_loop())
    pieces = aiter(handover)
    for number in range(3):
        await asyncio.to_thread(handover.put, str(number))
        assert await anext(pieces) == str(number)
    handover.end()
    with pytest.raises(StopAsyncIteration):
        await anext(pieces)


async def test_what_was_made_comes_before_the_failure() -> None:
    handover = Handover(asyncio.get_running_loop())
    handover.put("a")
    handover.end(KeyError("x"))
    seen: list[str] = []
    with pytest.raises(KeyError):
        async for piece in handover:
            seen.append(piece)
    assert seen == ["a"]


async def test_the_thread_can_see_that_the_reader_left() -> None:
    handover = Handover(asyncio.get_running_loop())
    assert not handover.is_abandoned
    handover.abandon()
    assert handover.is_abandoned
