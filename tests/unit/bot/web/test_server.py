"""Listening: taken ports, health, readiness, metrics, and an end that does not wait for slow readers."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest
from aiohttp import web

from bot.errors import SettingsError
from bot.metrics import Metrics
from bot.web.server import WebServer


@pytest.fixture
def state() -> dict[str, str]:
    return {"archive": "ok", "model": "loading"}


@pytest.fixture
async def server(state: dict[str, str]) -> AsyncIterator[WebServer]:
    metrics = Metrics()
    metrics.answers.labels("answered").inc()

    async def ready() -> dict[str, str]:
        return state

    server = WebServer(registry=metrics.registry, ready=ready)
    yield server
    await server.close()


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


async def test_health_readiness_and_metrics(server: WebServer, state: dict[str, str]) -> None:
    port = await server.listen("127.0.0.1", 0)
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client:
        async with client.get("/healthz") as response:
            assert await response.json() == {"status": "ok"}
        async with client.get("/readyz") as response:
            assert (response.status, await response.json()) == (503, {"archive": "ok", "model": "loading"})
        state["model"] = "ok"
        async with client.get("/readyz") as response:
            assert response.status == 200
        async with client.get("/metrics") as response:
            assert 'shiguang_answers_total{outcome="answered"} 1.0' in await response.text()


async def test_a_taken_port_is_named_or_passed_over(server: WebServer, taken: int) -> None:
    with pytest.raises(SettingsError, match=f"web.port {taken} is in use"):
        await server.listen("127.0.0.1", taken)
    await server.close()
    port = await server.listen("127.0.0.1", taken, next_free=True)
    assert taken < port < taken + 20


async def test_an_address_that_is_not_ours_is_named(server: WebServer) -> None:
    with pytest.raises(SettingsError, match=r"192\.0\.2\.1"):
        await server.listen("192.0.2.1", 0)


async def test_closing_does_not_wait_for_a_request_that_never_ends(server: WebServer) -> None:
    begun = asyncio.Event()

    async def endless(_: web.Request) -> web.Response:
        begun.set()
        await asyncio.Event().wait()
        raise AssertionError

    server.app.router.add_get("/endless", endless)
    port = await server.listen("127.0.0.1", 0)
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client:
        asking = asyncio.create_task(client.get("/endless"))
        await begun.wait()
        started = time.monotonic()
        await server.close()
        assert time.monotonic() - started < 30, "by itself the library waits for a minute"
        with pytest.raises(aiohttp.ClientError):
            await asking
