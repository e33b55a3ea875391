"""Listening: the web application on its address, with health and metrics beside what connectors add."""

import errno
import os
from collections.abc import Awaitable, Callable

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from bot.errors import SettingsError

_TRIED_PORTS = 20
_LAST_PORT = 65535
_SHUTDOWN_SECONDS = 2.0
"""How long a request that runs at the end may take; answers are stopped by their connector before."""


class WebServer:
    """An aiohttp application on one address. ``ready`` answers whether questions can be asked now."""

    def __init__(self, *, registry: CollectorRegistry, ready: Callable[[], Awaitable[dict[str, str]]]) -> None:
        self.app = web.Application(client_max_size=1024**2)
        self._registry = registry
        self._ready = ready
        self._runner: web.AppRunner | None = None
        self.app.add_routes(
            [
                web.get("/healthz", self._healthz),
                web.get("/readyz", self._readyz),
                web.get("/metrics", self._metrics),
            ]
        )

    async def listen(self, host: str, port: int, *, next_free: bool = False) -> int:
        """Listen and return the port (0 asks for any); with ``next_free`` a taken port is passed over.

        Raises ``SettingsError`` when the address cannot be used.
        """
        self._runner = web.AppRunner(self.app, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
        await self._runner.setup()
        tried = range(port, min(port + _TRIED_PORTS, _LAST_PORT + 1)) if next_free and port else [port]
        for candidate in tried:
            site = web.TCPSite(self._runner, host, candidate)
            try:
                await site.start()
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    continue
                reason = os.strerror(error.errno) if error.errno else type(error).__name__
                raise SettingsError(f"web.host {host!r}, web.port {candidate}: {reason}") from error
            return int(self._runner.addresses[0][1])
        raise SettingsError(f"web.port {port} is in use")

    async def close(self) -> None:
        """Stop listening and end every request."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _healthz(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def _readyz(self, _: web.Request) -> web.Response:
        state = await self._ready()
        waiting = any(value != "ok" for value in state.values())
        return web.json_response(state, status=503 if waiting else 200)

    async def _metrics(self, _: web.Request) -> web.Response:
        return web.Response(body=generate_latest(self._registry), headers={"Content-Type": CONTENT_TYPE_LATEST})
