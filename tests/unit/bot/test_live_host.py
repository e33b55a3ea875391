"""History waits for the archive."""

import asyncio

import pytest

from bot import live_host
from bot.live_host import ApplicationLiveHost
from tests.builders import posted
from tests.quick_application import quick_application


def _host(application: object) -> ApplicationLiveHost:
    names = ("database", "inbox", "archivist", "permissions", "schedules", "conversation", "confirmations")
    parts = {name: getattr(application, name) for name in (*names, "answers", "file_store")}
    return ApplicationLiveHost(**parts)


async def test_history_is_not_read_far_ahead_of_the_archive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_host, "_MOST_WAITING", 1)
    monkeypatch.setattr(live_host, "_LOOK_AGAIN_SECONDS", 0.01)
    async with quick_application() as application:
        host = _host(application)
        await host.accept_history([posted(1, "one")])
        reading = asyncio.create_task(host.accept_history([posted(2, "two")]))
        done, _ = await asyncio.wait([reading], timeout=0.1)
        assert not done
        await application.archivist.drain()
        await reading


async def test_history_goes_on_when_the_archive_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_host, "_MOST_WAITING", 0)
    monkeypatch.setattr(live_host, "_ROOM_SECONDS", 0.05)
    async with quick_application() as application:
        await _host(application).accept_history([posted(1, "one")])
        assert await application.inbox.untried() == 1
