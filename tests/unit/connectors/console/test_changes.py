import asyncio
from collections.abc import AsyncIterator

import pytest

from connectors.console import changes as module
from connectors.console.host import Change
from tests.unit.connectors.console.conftest import Start


async def test_a_host_that_fails_is_read_again(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    calls = 0
    console = await start()
    await console.enter("Ada")
    page = await console.socket()
    await console.connector._changes.close()
    original = console.host.changes

    async def failing() -> AsyncIterator[Change]:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise ConnectionError("gone")
        async for change in original():
            yield change

    async def no_pause(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(console.host, "changes", failing)
    monkeypatch.setattr(module, "_pause", no_pause)
    await console.connector._changes.start()
    await page.next("resync")
    await asyncio.sleep(0)
    channel = await console.create("plans")
    await console.say(channel, "still here")
    assert (await page.next("message"))["message"]["text"] == "still here"
    assert len(pauses) == 1
