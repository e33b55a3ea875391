"""Fairness, limits and cancellation of the queue before a model."""

import asyncio
from contextlib import suppress

import pytest

from bot.errors import ModelBusy, ModelUnavailable
from bot.llm.queue import FairQueue


class Recorder:
    """Requests that hold their turn until they are told to let go."""

    def __init__(self, queue: FairQueue) -> None:
        self._queue = queue
        self.begun: list[str] = []
        self.let_go: dict[str, asyncio.Event] = {}

    async def ask(self, name: str, asker: str) -> None:
        self.let_go[name] = asyncio.Event()
        async with self._queue.turn(asker):
            self.begun.append(name)
            await self.let_go[name].wait()


async def settle() -> None:
    """Let every task that can run do so."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_askers_take_turns() -> None:
    queue = FairQueue(size=10)
    recorder = Recorder(queue)
    asked = [("a1", "a"), ("a2", "a"), ("a3", "a"), ("b1", "b"), ("c1", "c"), ("b2", "b")]
    async with asyncio.TaskGroup() as tasks:
        for name, asker in asked:
            tasks.create_task(recorder.ask(name, asker))
            await settle()
        assert queue.length == 6
        assert [queue.position(asker) for asker in "abc"] == [1, 2, 3]
        assert queue.position("nobody") == 0
        for _ in asked:
            recorder.let_go[recorder.begun[-1]].set()
            await settle()
    assert recorder.begun == ["a1", "a2", "b1", "c1", "a3", "b2"]
    assert queue.length == 0


async def test_a_full_queue_refuses_at_once() -> None:
    queue = FairQueue(size=2)
    recorder = Recorder(queue)
    async with asyncio.TaskGroup() as tasks:
        for name in "abc":
            tasks.create_task(recorder.ask(name, name))
            await settle()
        with pytest.raises(ModelBusy):
            async with queue.turn("d"):
                pass
        for name in "abc":
            recorder.let_go[name].set()


async def test_one_asker_takes_only_half_of_the_places() -> None:
    queue = FairQueue(size=4)
    recorder = Recorder(queue)
    async with asyncio.TaskGroup() as tasks:
        for name in ("a1", "a2", "a3"):
            tasks.create_task(recorder.ask(name, "a"))
            await settle()
        with pytest.raises(ModelBusy):
            async with queue.turn("a"):
                pass
        tasks.create_task(recorder.ask("b1", "b"))
        await settle()
        assert queue.length == 4
        for name in ("a1", "a2", "a3", "b1"):
            recorder.let_go[name].set()


async def test_slots_run_at_once() -> None:
    queue = FairQueue(size=4, slots=2)
    recorder = Recorder(queue)
    async with asyncio.TaskGroup() as tasks:
        for name in "abc":
            tasks.create_task(recorder.ask(name, name))
        await settle()
        assert recorder.begun == ["a", "b"]
        for name in "abc":
            recorder.let_go[name].set()


async def test_who_leaves_the_queue_frees_the_place() -> None:
    queue = FairQueue(size=1)
    recorder = Recorder(queue)
    first = asyncio.create_task(recorder.ask("a", "a"))
    await settle()
    second = asyncio.create_task(recorder.ask("b", "b"))
    await settle()
    second.cancel()
    with suppress(asyncio.CancelledError):
        await second
    assert queue.length == 1
    third = asyncio.create_task(recorder.ask("c", "c"))
    await settle()
    recorder.let_go["a"].set()
    recorder.let_go["c"].set()
    await asyncio.gather(first, third)
    assert recorder.begun == ["a", "c"]


async def test_a_slot_handed_to_someone_who_just_left_is_not_lost() -> None:
    queue = FairQueue(size=2)
    recorder = Recorder(queue)
    first = asyncio.create_task(recorder.ask("a", "a"))
    await settle()
    second = asyncio.create_task(recorder.ask("b", "b"))
    await settle()
    recorder.let_go["a"].set()
    await first  # the slot is b's now, but b has not run yet
    second.cancel()
    with suppress(asyncio.CancelledError):
        await second
    async with asyncio.timeout(20), queue.turn("c"):
        assert queue.length == 1


async def test_a_failure_gives_the_slot_back() -> None:
    queue = FairQueue(size=1)
    with pytest.raises(KeyError):
        async with queue.turn("a"):
            raise KeyError
    async with asyncio.timeout(20), queue.turn("a"):
        pass


async def test_closing_sends_everybody_away() -> None:
    queue = FairQueue(size=2)
    recorder = Recorder(queue)
    first = asyncio.create_task(recorder.ask("a", "a"))
    await settle()
    second = asyncio.create_task(recorder.ask("b", "b"))
    await settle()
    queue.close()
    with pytest.raises(ModelUnavailable):
        await second
    with pytest.raises(ModelUnavailable):
        async with queue.turn("c"):
            pass
    recorder.let_go["a"].set()
    await first
