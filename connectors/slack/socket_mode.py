"""Socket Mode: one connection to Slack, kept alive whatever happens to it."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_random_exponential

from connectors.proxying import proxy_for
from connectors.slack.api import SDK_LOG, SlackApi
from connectors.slack.errors import SlackAway, SlackError
from connectors.slack.fields import text_of

_PING_SECONDS = 5.0
"""A connection is given up after four pings without an answer."""
_LOOK_SECONDS = 0.5
_STUCK_SECONDS = 20.0
_CONNECTING_SECONDS = 15.0
_CLOSING_SECONDS = 2.0

_log = logging.getLogger(__name__)


class SocketMode:
    """``open`` connects, ``close`` ends it; in between it reconnects by itself.

    ``app_api`` is the Web API with the app-level token. ``reconnected`` is called for each connection after the first:
    what happened in between may have been missed.
    """

    def __init__(
        self,
        app: AsyncApp,
        *,
        app_api: SlackApi,
        app_token: str,
        proxy: str | None,
        reconnected: Callable[[], None],
    ) -> None:
        self._app = app
        self._app_api = app_api
        self._app_token = app_token
        self._proxy = proxy
        self._reconnected = reconnected
        self._handler: _Handler | None = None
        self._greeted = asyncio.Event()
        self._watch: asyncio.Task[None] | None = None

    @property
    def is_connected(self) -> bool:
        """Whether Slack has greeted the present connection."""
        return self._handler is not None and self._handler.is_open and self._greeted.is_set()

    async def open(self) -> None:
        """Connect; returns when Slack has said hello.

        Raises ``SlackError`` when Slack refuses a connection, for example because of a wrong token or because Socket
        Mode is switched off, and ``SlackAway`` when it cannot be reached.
        """
        await self._connect()
        self._watch = asyncio.create_task(self._keep_connected(), name="slack socket")

    async def close(self) -> None:
        """Disconnect. Payloads that were being taken in are acknowledged first."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        await self._disconnect()

    async def _connect(self) -> None:
        url = text_of(await self._app_api.call("apps.connections.open"), "url")
        handler = _Handler(
            self._app,
            self._app_token,
            logger=SDK_LOG,
            web_client=self._app_api.client,
            ping_interval=_PING_SECONDS,
        )
        # The SDK's own choice knows nothing of NO_PROXY, and it asks for an address only when it has none.
        handler.client.proxy = proxy_for(url, self._proxy)
        handler.client.wss_uri = url
        handler.client.message_listeners.append(self._hear)
        self._handler = handler
        self._greeted.clear()
        try:
            async with asyncio.timeout(_CONNECTING_SECONDS):
                await handler.client.connect()
                await self._greeted.wait()
        except TimeoutError as error:
            await self._disconnect()
            raise SlackAway("apps.connections.open", "no greeting") from error
        except BaseException:
            await self._disconnect()
            raise

    async def _disconnect(self) -> None:
        handler, self._handler = self._handler, None
        if handler is not None:
            await handler.close_all()

    async def _hear(self, client: object, message: dict[str, Any], raw: str | None) -> None:
        if message.get("type") == "hello" and self._handler is not None and client is self._handler.client:
            is_first = self._watch is None
            self._greeted.set()
            if not is_first:
                self._reconnected()

    async def _keep_connected(self) -> None:
        """The SDK reconnects by itself; this notices when it does not, for it can wait for ever at a used address."""
        loop = asyncio.get_running_loop()
        last_good = loop.time()
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            handler = self._handler
            if handler is not None and await handler.client.is_connected():
                last_good = loop.time()
            elif handler is not None and loop.time() - last_good < _STUCK_SECONDS:
                handler.reconnect_soon()
            else:
                await self._start_over()
                last_good = loop.time()

    async def _start_over(self) -> None:
        _log.warning("the connection to Slack is made anew")
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type((SlackError, SlackAway)),
            wait=wait_random_exponential(multiplier=1, max=60),
            before_sleep=_tell,
        ):
            with attempt:
                await self._disconnect()
                await self._connect()


class _Handler(AsyncSocketModeHandler):
    """Bolt's handler, which also knows what it is doing and ends it cleanly."""

    client: Any

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._taking_in: set[asyncio.Task[Any]] = set()
        self._frames: set[asyncio.Task[Any]] = set()
        self._reconnecting: asyncio.Task[None] | None = None
        self._listen = self.client.run_message_listeners
        self.client.run_message_listeners = self._frame

    @property
    def is_open(self) -> bool:
        """Whether there is a connection that is not closed."""
        session = self.client.current_session
        return session is not None and not session.closed

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]  # as Bolt's own does
        """One payload."""
        _note(self._taking_in)
        try:
            await super().handle(client, req)
        except ConnectionError:
            _log.info("an acknowledgement was lost with its connection; Slack delivers the payload again")

    async def _frame(self, message: dict[str, Any], raw: str) -> None:
        """The SDK makes a task of each frame and forgets it; one that reconnects may go on for long."""
        _note(self._frames)
        await self._listen(message, raw)

    def reconnect_soon(self) -> None:
        """The SDK would look only at its next ping."""
        if self._reconnecting is None or self._reconnecting.done():
            self._reconnecting = asyncio.create_task(self._reconnect(), name="slack reconnect")

    async def close_all(self) -> None:
        """Let what is being taken in be acknowledged, then close, and leave no task behind."""
        if self._taking_in:
            await asyncio.wait(self._taking_in, timeout=_CLOSING_SECONDS)
        with contextlib.suppress(Exception):
            await self.client.close()
        tasks = [
            *(self.client.message_processor, self.client.current_session_monitor, self.client.message_receiver),
            *(self._reconnecting, *self._frames),
        ]
        for task in tasks:
            if task is not None:
                task.cancel()
        await asyncio.gather(*(task for task in tasks if task is not None), return_exceptions=True)
        await self.client.aiohttp_client_session.close()

    async def _reconnect(self) -> None:
        try:
            async with asyncio.timeout(_CONNECTING_SECONDS):
                await self.client.connect_to_new_endpoint()
        except Exception as error:  # noqa: BLE001 - the watch tries again, and starts over in the end
            _log.info("could not reconnect to Slack yet (%s)", type(error).__name__)


def _note(tasks: set[asyncio.Task[Any]]) -> None:
    """Remember the present task while it runs."""
    if (task := asyncio.current_task()) is not None:
        tasks.add(task)
        task.add_done_callback(tasks.discard)


def _tell(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    _log.warning("no connection to Slack (%s)", error)
