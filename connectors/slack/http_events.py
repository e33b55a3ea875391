"""HTTP mode: Slack posts to a path of the application's web server."""

import asyncio
import logging
import time
from urllib.parse import parse_qsl

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

PATH = "/slack/events"
_MOST_BYTES = 1_000_000
_CLOCK_SECONDS = 300
_CLOSING_SECONDS = 2.0

_log = logging.getLogger(__name__)


class HttpEvents:
    """The routes of all workspaces: the first at ``/slack/events``, any other at ``/slack/events/<name>``.

    A workspace that has not started answers 503, so that Slack tries again.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names
        self._apps: dict[str, AsyncApp] = {}
        self._taking_in: dict[str, set[asyncio.Future[BoltResponse]]] = {name: set() for name in names}

    def setup(self, app: web.Application) -> None:
        """Add the routes."""
        app.router.add_post(PATH, self._first)
        app.router.add_post(PATH + "/{name}", self._named)

    def serve(self, name: str, app: AsyncApp) -> None:
        """From now on payloads of this workspace go to ``app``."""
        self._apps[name] = app

    async def stop_serving(self, name: str) -> None:
        """Take nothing in any more; returns when what was being taken in is answered."""
        self._apps.pop(name, None)
        if taking_in := self._taking_in[name]:
            await asyncio.wait(taking_in, timeout=_CLOSING_SECONDS)

    async def _first(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, self._names[0])

    async def _named(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, request.match_info["name"])

    async def _answer(self, request: web.Request, name: str) -> web.StreamResponse:
        if name not in self._names:
            return web.Response(status=404)
        app = self._apps.get(name)
        if app is None:
            return web.Response(status=503, text="not connected to Slack yet")
        if refusal := _refusal(request):
            return refusal
        body = await _body(request)
        if body is None:
            return web.Response(status=413)
        payload = _payload(request, body)
        if payload is None:
            return web.Response(status=400, text="not what Slack sends")
        dispatched = asyncio.ensure_future(app.async_dispatch(payload))
        self._taking_in[name].add(dispatched)
        dispatched.add_done_callback(self._taking_in[name].discard)
        return await to_aiohttp_response(await dispatched)


def _refusal(request: web.Request) -> web.Response | None:
    """What Bolt would answer with status 500; the signature itself is checked by Bolt."""
    timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
        return web.Response(status=401, text="no time")
    if not request.headers.get("X-Slack-Signature", "").isascii():
        return web.Response(status=401, text="no signature")
    off = time.time() - int(timestamp)
    if abs(off) > _CLOCK_SECONDS:
        _log.warning("a request of Slack was %.0f s off; is the clock of this machine right?", off)
    return None


async def _body(request: web.Request) -> bytes | None:
    """None when it is larger than anything that Slack sends."""
    if (request.content_length or 0) > _MOST_BYTES:
        return None
    body = b""
    async for chunk in request.content.iter_chunked(65_536):
        body += chunk
        if len(body) > _MOST_BYTES:
            return None
    return body


def _payload(request: web.Request, body: bytes) -> AsyncBoltRequest | None:
    """None when it cannot be read. Bolt reads it before it checks the signature, so anything can be in it."""
    try:
        text = body.decode()
        payload = AsyncBoltRequest(body=text, query=request.query_string, headers=dict(request.headers))
        if not payload.body and request.content_type == "application/x-www-form-urlencoded":
            # Bolt takes a form with the word "payload" anywhere in it for an interaction.
            payload.body = dict(parse_qsl(text, keep_blank_values=True))
    except Exception:  # noqa: BLE001 - whatever a stranger sends is their mistake
        return None
    return payload if isinstance(payload.body, dict) else None


class HttpLine:
    """``connectors.slack.workspace.Line`` of one workspace."""

    def __init__(self, events: HttpEvents, name: str, app: AsyncApp) -> None:
        self._events = events
        self._name = name
        self._app = app
        self.is_connected = False

    async def open(self) -> None:
        """Answer from now on."""
        self._events.serve(self._name, self._app)
        self.is_connected = True

    async def close(self) -> None:
        """Answer 503 from now on, and let what is being taken in be acknowledged."""
        self.is_connected = False
        await self._events.stop_serving(self._name)
