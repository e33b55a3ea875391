"""The Slack connector: every workspace of the settings, each on its own."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial

import aiohttp
from aiohttp import web
from slack_bolt.async_app import AsyncApp

from connectors.connector import Post, PostRefused, Revision
from connectors.events import ChannelRef, PersonRef, RecordId
from connectors.live_host import LiveHost
from connectors.owned_tasks import OwnedTasks
from connectors.slack.api import SlackApi
from connectors.slack.configuration import SlackConfiguration, WorkspaceTokens
from connectors.slack.errors import SlackAway, SlackError
from connectors.slack.furnishing import furnish
from connectors.slack.http_events import HttpEvents, HttpLine
from connectors.slack.identity import identify
from connectors.slack.keeping import Keeper, started
from connectors.slack.observing import Observer, Unobserved
from connectors.slack.socket_mode import SocketMode
from connectors.slack.workspace import Line, Workspace

_STARTING_SECONDS = 30.0


class SlackConnector:
    """Implements ``connectors.connector.Connector``::

        slack = SlackConnector(host, configuration)
        slack.setup(app)  # the routes of HTTP mode, before the server listens
        await slack.start()

    A workspace that cannot be opened does not keep the others from it: ``problems`` tells, and it is tried again.
    """

    name = "slack"

    def __init__(self, host: LiveHost, configuration: SlackConfiguration, *, observer: Observer | None = None) -> None:
        self._host = host
        self._configuration = configuration
        self._observer = observer or Unobserved()
        self._http = HttpEvents(tuple(tokens.name for tokens in configuration.workspaces))
        self._session: aiohttp.ClientSession | None = None
        self._keepers: list[Keeper] = []

    @property
    def problems(self) -> Mapping[str, str]:
        """Workspaces that are not open and connected now, by their name in the settings, each with a code."""
        return {keeper.name: keeper.state for keeper in self._keepers if keeper.state != "ok"}

    @property
    def state(self) -> str:
        """``ok`` when every workspace is open and connected, or the first code that says why not."""
        return next(iter(self.problems.values()), "ok" if self._keepers else "starting")

    def setup(self, app: web.Application) -> None:
        """Add the routes that Slack posts to; none in Socket Mode."""
        if self._configuration.mode == "http":
            self._http.setup(app)

    async def start(self) -> None:
        """Open every workspace; returns when each is open or has failed once."""
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=300, sock_connect=10))
        self._keepers = [
            Keeper(tokens, partial(self._opened, tokens, self._session), self._host)
            for tokens in self._configuration.workspaces
        ]
        await started(self._keepers, seconds=_STARTING_SECONDS)

    async def post(self, post: Post) -> RecordId | None:
        """See ``Connector.post``."""
        workspace = await self._workspace_of(post.channel, post.person)
        return await workspace.poster.post(post)

    async def revise(self, revision: Revision) -> None:
        """See ``Connector.revise``."""
        workspace = await self._workspace_of(revision.channel, None)
        await workspace.poster.revise(revision)

    async def close(self) -> None:
        """Close every workspace; nothing that Slack was told is lost."""
        await asyncio.gather(*(keeper.close() for keeper in self._keepers))
        if self._session is not None:
            await self._session.close()

    @asynccontextmanager
    async def _opened(self, tokens: WorkspaceTokens, session: aiohttp.ClientSession) -> AsyncIterator[Workspace]:
        configuration, host = self._configuration, self._host
        api = self._api(tokens.bot_token, session)
        me = await identify(api)
        tasks = OwnedTasks()
        site, parts = furnish(
            me=me, configuration=configuration, host=host, api=api, tasks=tasks, token=tokens.bot_token, session=session
        )
        workspace = Workspace(
            site,
            parts,
            api=api,
            tasks=tasks,
            signing_secret=tokens.signing_secret if configuration.mode == "http" else None,
            line=partial(self._line, tokens, session),
            observer=self._observer,
            elsewhere=self._app_of,
        )
        try:
            await workspace.open()
            yield workspace
        finally:
            await workspace.close()

    def _api(self, token: str, session: aiohttp.ClientSession) -> SlackApi:
        return SlackApi(
            token=token,
            session=session,
            base_url=self._configuration.base_url,
            proxy=self._configuration.proxy,
            observed=self._observer.called,
        )

    def _line(
        self, tokens: WorkspaceTokens, session: aiohttp.ClientSession, app: AsyncApp, reconnected: Callable[[], None]
    ) -> Line:
        if self._configuration.mode == "http":
            return HttpLine(self._http, tokens.name, app)
        app_token = tokens.app_token or ""
        return SocketMode(
            app,
            app_api=self._api(app_token, session),
            app_token=app_token,
            proxy=self._configuration.proxy,
            reconnected=reconnected,
        )

    def _app_of(self, workspace_id: str) -> AsyncApp | None:
        found = next((it for it in self._open if it.site.me.workspace_id == workspace_id), None)
        if found is None and len(self._open) < len(self._keepers):
            raise SlackAway("event", "perhaps of a workspace that is not open yet")
        return found.app if found else None

    @property
    def _open(self) -> list[Workspace]:
        return [keeper.workspace for keeper in self._keepers if keeper.workspace is not None]

    async def _workspace_of(self, channel: ChannelRef | None, person: PersonRef | None) -> Workspace:
        """Raises ``SlackAway`` while it is not open, and ``PostRefused`` when it is none of ours."""
        if channel is not None and channel.workspace_id:
            for workspace in self._open:
                if workspace.site.me.workspace_id == channel.workspace_id:
                    return workspace
        elif len(self._keepers) == 1 and self._open:
            return self._open[0]
        elif person is not None:
            for workspace in self._open:
                if await _knows(workspace, person):
                    return workspace
        if self.problems or not self._keepers:
            raise SlackAway("chat.postMessage", self.state)
        raise PostRefused("channel_not_found")


async def _knows(workspace: Workspace, person: PersonRef) -> bool:
    try:
        await workspace.site.api.call("users.info", user=person.person_id.removeprefix("slack:"))
    except SlackError as error:
        if error.code in ("user_not_found", "user_not_visible"):
            return False
        raise
    return True
