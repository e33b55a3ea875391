import asyncio
import json
from typing import Any

import pytest

from connectors.console.hub import Hub, _Page
from connectors.events import PersonId
from tests.unit.connectors.console.conftest import PATIENCE_SECONDS, Console


class _Silent:
    """A socket that never takes anything."""

    async def send_str(self, _: str) -> None:
        await asyncio.Event().wait()


async def test_a_slow_page_is_dropped_instead_of_growing() -> None:
    socket: Any = _Silent()
    page = _Page(PersonId("ada"), socket, queue_size=3)
    for number in range(10):
        page.put(str(number))
    assert page.dropped
    assert page.queue.qsize() == 1
    assert page.queue.get_nowait() is None


async def test_a_dropped_page_is_told_to_come_back(console: Console) -> None:
    await console.enter("Ada")
    page = await console.socket()
    [served] = console.connector._hub._pages
    for _ in range(5000):
        served.put(json.dumps({"type": "noise"}))
    while not page.ws.closed:
        await page.ws.receive(timeout=PATIENCE_SECONDS)
    assert page.ws.close_code == 1013


async def test_closing_ends_every_socket_and_answer(console: Console) -> None:
    direct = await console.enter("Ada")
    console.host.hold()
    page = await console.socket()
    await console.say(direct, "a question")
    await page.next("ask", phase="delta")
    closing = asyncio.create_task(console.connector.close())
    while not page.ws.closed:
        await page.ws.receive(timeout=PATIENCE_SECONDS)
    await closing
    assert page.ws.close_code == 1001
    assert console.host.cancelled == 1


async def test_too_many_pages_are_refused(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    await console.enter("Ada")
    hub: Hub = console.connector._hub
    monkeypatch.setattr(hub, "_max_pages", 0)
    status, data = await console.get("/ws")
    assert status == 400  # not an upgrade
    async with console.session.get(
        console.url("/ws"),
        headers={
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        },
    ) as response:
        assert response.status == 503
    assert data["error"]["code"] == "bad_input"
