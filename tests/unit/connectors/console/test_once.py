import asyncio

import pytest

from connectors.console.once import Once


async def test_the_second_call_gets_the_first_result() -> None:
    once: Once[int] = Once()
    gate = asyncio.Event()
    calls = 0

    async def work() -> int:
        nonlocal calls
        calls += 1
        await gate.wait()
        return calls

    both = asyncio.gather(*(once.run("a", work) for _ in range(2)))
    gate.set()
    assert await both == [1, 1]
    assert await once.run("b", work) == 2


async def test_what_failed_is_tried_again() -> None:
    once: Once[str] = Once()

    async def broken() -> str:
        raise OSError("disk")

    async def works() -> str:
        return "done"

    with pytest.raises(OSError, match="disk"):
        await once.run("a", broken)
    assert await once.run("a", works) == "done"


async def test_memory_is_bounded() -> None:
    once: Once[int] = Once(size=2)

    async def work() -> int:
        return 1

    for key in "abc":
        await once.run(key, work)
    assert list(once._results) == ["b", "c"]
