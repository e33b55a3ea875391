"""The worker of an app: each letter until it is done, several at once, again when it failed."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from connectors.live_host import Letter
from connectors.wecom.app_letters import AppLetters
from tests.fakes.wecom_app import WatchedMailbox


@pytest.fixture
def mailbox() -> WatchedMailbox:
    return WatchedMailbox()


@asynccontextmanager
async def running(letters: AppLetters) -> AsyncIterator[None]:
    task = asyncio.create_task(letters.run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_one_that_takes_long_holds_up_nobody(mailbox: WatchedMailbox) -> None:
    handled = asyncio.Queue[str]()

    async def handle(letter: Letter, is_former: bool) -> None:
        if letter.key == "slow":
            await asyncio.Event().wait()
        handled.put_nowait(letter.key)

    letters = AppLetters(mailbox, "s", handle)
    async with running(letters):
        for key in ("slow", "a", "b"):
            await mailbox.keep("s", key, {})
            letters.wake()
        assert {await handled.get(), await handled.get()} == {"a", "b"}
    assert [letter.key for letter in await mailbox.waiting("s", limit=9)] == ["slow"]


async def test_what_lay_there_before_is_said_to_be_former(mailbox: WatchedMailbox) -> None:
    seen: dict[str, bool] = {}

    async def handle(letter: Letter, is_former: bool) -> None:
        seen[letter.key] = is_former

    await mailbox.keep("s", "old", {})
    letters = AppLetters(mailbox, "s", handle)
    async with running(letters):
        await mailbox.keep("s", "new", {})
        letters.wake()
        await mailbox.settled()
    assert seen == {"old": True, "new": False}


async def test_a_failure_is_counted_and_comes_again(mailbox: WatchedMailbox) -> None:
    tries = asyncio.Queue[tuple[int, bool]]()

    async def handle(letter: Letter, is_former: bool) -> None:
        tries.put_nowait((letter.attempts, is_former))
        if letter.attempts < 2:
            raise RuntimeError("not yet")

    letters = AppLetters(mailbox, "s", handle)
    async with running(letters):
        await mailbox.keep("s", "a", {})
        letters.wake()
        assert [await tries.get() for _ in range(3)] == [(0, False), (1, True), (2, True)]
    assert mailbox.errors == {("s", "a"): "RuntimeError"}


async def test_what_ended_while_the_mailbox_was_asked_is_not_begun_again(
    mailbox: WatchedMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    handled: list[str] = []
    begun, may_end, is_read_again = asyncio.Event(), asyncio.Event(), asyncio.Event()
    waiting = mailbox.waiting

    async def handle(letter: Letter, is_former: bool) -> None:
        handled.append(letter.key)
        begun.set()
        await may_end.wait()

    async def slowly(source: str, *, limit: int) -> Sequence[Letter]:
        found = await waiting(source, limit=limit)
        if may_end.is_set():
            is_read_again.set()
        elif handled:
            may_end.set()
            await mailbox.settled()
        return found

    monkeypatch.setattr(mailbox, "waiting", slowly)
    await mailbox.keep("s", "a", {})
    letters = AppLetters(mailbox, "s", handle)
    async with running(letters), asyncio.timeout(20):
        await begun.wait()
        letters.wake()
        await is_read_again.wait()
    assert handled == ["a"]


async def test_a_mailbox_that_cannot_be_read_for_a_while(
    mailbox: WatchedMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    handled = asyncio.Event()
    waiting, failures = mailbox.waiting, [OSError("disk"), OSError("disk")]

    async def unreadable(source: str, *, limit: int) -> object:
        if failures:
            raise failures.pop()
        return await waiting(source, limit=limit)

    async def handle(letter: Letter, is_former: bool) -> None:
        handled.set()

    monkeypatch.setattr(mailbox, "waiting", unreadable)
    monkeypatch.setattr("connectors.wecom.app_letters._SHORTEST_PAUSE_SECONDS", 0.001)
    await mailbox.keep("s", "a", {})
    async with running(AppLetters(mailbox, "s", handle)):
        await asyncio.wait_for(handled.wait(), 20)
