"""Owned work: bounded, logged when it fails, gone when closed."""

import asyncio
import logging

import pytest

from connectors.owned_tasks import OwnedTasks


async def test_only_so_many_run_at_once_and_all_run_in_the_end() -> None:
    tasks, running, most, done = OwnedTasks(at_once=2), 0, 0, 0

    async def work() -> None:
        nonlocal running, most, done
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        done += 1

    for _ in range(7):
        tasks.spawn(work(), name="work")
    await tasks.idle()
    assert (most, done) == (2, 7)


async def test_a_failure_is_logged_and_touches_nobody_else(caplog: pytest.LogCaptureFixture) -> None:
    tasks, done = OwnedTasks(), asyncio.Event()

    async def fail() -> None:
        raise LookupError("gone")

    async def work() -> None:
        done.set()

    with caplog.at_level(logging.ERROR):
        tasks.spawn(fail(), name="failing")
        tasks.spawn(work(), name="work")
        await tasks.idle()
    assert done.is_set()
    assert "failing" in caplog.text


async def test_closing_cancels_and_awaits_and_takes_nothing_more() -> None:
    tasks, cancelled, started = OwnedTasks(at_once=1), asyncio.Event(), asyncio.Event()

    async def work() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    tasks.spawn(work(), name="runs")
    tasks.spawn(work(), name="waits")
    await started.wait()
    await tasks.close()
    assert cancelled.is_set()
    tasks.spawn(work(), name="late")
    await tasks.idle()
