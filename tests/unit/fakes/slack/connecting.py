"""The real clients, connected over a socket and closed again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from tests.unit.fakes.slack.conftest import Home


@asynccontextmanager
async def listening(
    home: Home, *, acknowledges: bool = True, ping_interval: float = 10.0
) -> AsyncIterator[tuple[SocketModeClient, list[SocketModeRequest]]]:
    """The SDK's client, with what it received.

    It looks after its connection every ``ping_interval`` seconds, and takes four without a pong for a dead one.
    """
    received: list[SocketModeRequest] = []
    client = SocketModeClient(
        app_token=home.app.app_token,
        web_client=AsyncWebClient(base_url=home.slack.api_url),
        ping_interval=ping_interval,
    )

    async def listen(socket: Any, request: SocketModeRequest) -> None:
        received.append(request)
        home.slack.journal.stir()
        if acknowledges:
            await socket.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))

    client.socket_mode_request_listeners.append(listen)
    await client.connect()  # type: ignore[no-untyped-call] # the SDK leaves it untyped
    await home.slack.connected()
    try:
        yield client, received
    finally:
        await client.close()  # type: ignore[no-untyped-call] # the SDK leaves it untyped


@asynccontextmanager
async def running_bolt(home: Home, bolt: AsyncApp) -> AsyncIterator[None]:
    """A Bolt app, connected."""
    handler = AsyncSocketModeHandler(bolt, home.app.app_token, ping_interval=5)
    await handler.connect_async()  # type: ignore[no-untyped-call] # the SDK leaves it untyped
    await home.slack.connected()
    try:
        yield
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call] # the SDK leaves it untyped
