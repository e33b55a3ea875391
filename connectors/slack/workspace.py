"""One workspace, put together: its site, the parts that act in it, and its line to Slack."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from connectors.connector import Post, Revision
from connectors.events import RecordId
from connectors.owned_tasks import OwnedTasks
from connectors.slack.api import SDK_LOG, SlackApi
from connectors.slack.dispatching import Dispatching
from connectors.slack.observing import Observer
from connectors.slack.receiving import Elsewhere, Receiving
from connectors.slack.revoked import Revoked
from connectors.slack.site import Listener, Site

_LOOKS_APART_SECONDS = 3.0

_log = logging.getLogger(__name__)


class Line(Protocol):
    """The way that payloads come: a socket, or a path of the web server."""

    @property
    def is_connected(self) -> bool:
        """Whether payloads can come now."""
        ...

    async def open(self) -> None:
        """Connect; raises ``SlackError`` or ``SlackAway``."""
        ...

    async def close(self) -> None:
        """Disconnect; returns when nothing more is being taken in."""
        ...


class Registering(Protocol):
    """A part with listeners of its own for what people press, send in or open."""

    def register(self, app: AsyncApp) -> None:
        """Add them."""
        ...


class Poster(Protocol):
    """Says what the bot says by itself."""

    async def post(self, post: Post) -> RecordId | None:
        """See ``connectors.connector.Connector``."""
        ...

    async def revise(self, revision: Revision) -> None:
        """See ``connectors.connector.Connector``."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What acts in a workspace."""

    listeners: Sequence[Listener]
    """In the order in which they hear of an event."""
    registering: Sequence[Registering]
    poster: Poster
    starting: Sequence[Callable[[], Awaitable[None]]] = ()
    """Called one after the other before the line is opened; work that goes on is spawned with the site's tasks."""
    missed: Callable[[], None] = lambda: None
    """Called whenever something may have been missed: after each start, and after a lost connection."""


class Workspace:
    """``open``, then wait for ``ended``, then ``close``."""

    def __init__(
        self,
        site: Site,
        parts: Parts,
        *,
        api: SlackApi,
        tasks: OwnedTasks,
        signing_secret: str | None = None,
        line: Callable[[AsyncApp, Callable[[], None]], Line],
        observer: Observer,
        elsewhere: Elsewhere = lambda workspace_id: None,
    ) -> None:
        self.site = site
        self.poster = parts.poster
        self._tasks = tasks
        self._observer = observer
        self._parts = parts
        self._look_at = 0.0
        self._looking: asyncio.TimerHandle | None = None
        self._ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        api.on_bad_token = self.end
        self._dispatching = Dispatching(site, [Revoked(site.me, self.end), *parts.listeners], observer=observer)
        self._worker: asyncio.Task[None] | None = None
        self.app = _bolt_app(site, api, signing_secret)
        receiving = Receiving(
            site, observer=observer, arrived=self._dispatching.wake, missed=self._missed, elsewhere=elsewhere
        )
        receiving.register_first(self.app)
        for part in parts.registering:
            part.register(self.app)
        receiving.register_last(self.app)
        self._line = line(self.app, self._reconnected)

    @property
    def is_connected(self) -> bool:
        """Whether payloads can come now."""
        return self._line.is_connected

    async def open(self) -> None:
        """Connect and begin to work. Raises ``SlackError`` or ``SlackAway``; then it must still be closed."""
        me = self.site.me
        await self.site.host.workspace_back("slack", me.workspace_id)
        for start in self._parts.starting:
            await start()
        await self._line.open()
        self._worker = asyncio.create_task(self._dispatching.run(), name=f"slack letters {me.workspace_id}")
        self._parts.missed()
        _log.info("connected to Slack workspace %s as %s", me.workspace_name, me.bot_name)

    def end(self, reason: str) -> None:
        """It must not go on; callable from anywhere, again and again."""
        if not self._ended.done():
            self._ended.set_result(reason)

    async def ended(self) -> str:
        """Wait until it must not go on, and why."""
        return await asyncio.shield(self._ended)

    async def close(self) -> None:
        """Take nothing in any more and stop all work; letters that were not handled stay in the mailbox."""
        await self._line.close()
        if self._looking is not None:
            self._looking.cancel()
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.gather(self._worker, return_exceptions=True)
        await self._tasks.close()

    def _reconnected(self) -> None:
        self._observer.reconnected()
        self._missed()

    def _missed(self) -> None:
        """Let it be looked for, but not again and again while the connection flickers."""
        if self._looking is None:
            loop = asyncio.get_running_loop()
            self._looking = loop.call_later(max(0.0, self._look_at - loop.time()), self._look)

    def _look(self) -> None:
        self._looking = None
        self._look_at = asyncio.get_running_loop().time() + _LOOKS_APART_SECONDS
        self._parts.missed()


def _bolt_app(site: Site, api: SlackApi, signing_secret: str | None) -> AsyncApp:
    async def authorize() -> AuthorizeResult:
        me = site.me
        return AuthorizeResult(
            enterprise_id=me.enterprise_id,
            team_id=me.workspace_id,
            bot_user_id=me.bot_user_id,
            bot_id=me.bot_id,
            bot_token=api.client.token,
        )

    return AsyncApp(
        name="shiguang",
        logger=SDK_LOG,
        client=AsyncWebClient(base_url=api.client.base_url, logger=SDK_LOG),
        authorize=authorize,
        signing_secret=signing_secret or "",
        request_verification_enabled=signing_secret is not None,
        ignoring_self_events_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
