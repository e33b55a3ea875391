"""The whole fake: the world, its drivers, and three servers on ports of their own."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from aiohttp import web

# Importing a family of methods enters it in the catalogue.
from tests.fakes.slack import (  # noqa: F401
    agent_methods,
    app_methods,
    chat_methods,
    conversation_methods,
    file_methods,
    history_methods,
    reaction_methods,
    streaming_methods,
    user_methods,
    view_methods,
)
from tests.fakes.slack.clock import Clock
from tests.fakes.slack.deliveries import RETRY_DELAYS_S
from tests.fakes.slack.file_host import FileHost
from tests.fakes.slack.hands import Hands
from tests.fakes.slack.moods import Moods
from tests.fakes.slack.people import People
from tests.fakes.slack.places import Places
from tests.fakes.slack.sharing import Sharing
from tests.fakes.slack.surfaces import Surfaces
from tests.fakes.slack.web_api import WebApi
from tests.fakes.slack.world import World

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
LARGEST_REQUEST = 16 * 1024 * 1024


class FakeSlack(World):
    """Slack, small and strict.

    ``async with FakeSlack().running() as slack:`` then add workspaces, apps and installations, point the app at
    ``slack.api_url`` with the tokens, and drive it with ``slack.people``, ``places``, ``sharing``, ``hands``,
    ``surfaces`` and ``moods``; ask ``slack.journal`` and ``slack.deliveries`` what happened.
    """

    def __init__(self, *, clock: Clock | None = None, retry_delays: Sequence[float] = RETRY_DELAYS_S) -> None:
        super().__init__(clock=clock, retry_delays=retry_delays)
        self.people = People(self)
        self.places = Places(self)
        self.sharing = Sharing(self)
        self.hands = Hands(self)
        self.surfaces = Surfaces(self)
        self.moods = Moods(self)
        self.extra_routes: list[Callable[[web.Application], None]] = []

    @property
    def api_url(self) -> str:
        """What an SDK takes as ``base_url``."""
        return f"{self.api_host}/api/"

    async def acknowledged(self, *, seconds: float = 30.0) -> None:
        """Wait until every delivery so far is acknowledged or given up."""
        await self.journal.until(lambda: not self.deliveries.unsettled, seconds=seconds)

    async def connected(self, *, count: int = 1, seconds: float = 30.0) -> None:
        """Wait until so many sockets are open."""
        await self.journal.until(
            lambda: sum(not socket.is_leaving for socket in self.sockets.open) >= count, seconds=seconds
        )

    @asynccontextmanager
    async def running(self, *, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator["FakeSlack"]:
        """Serve until the block ends; with a port, the file host and the stranger get the next two."""
        runners: list[web.AppRunner] = []
        files = FileHost(self)
        applications = [self._application(), files.application(), files.stranger_application()]
        hosts: list[str] = []
        try:
            for offset, application in enumerate(applications):
                runner = web.AppRunner(application, shutdown_timeout=0.1, access_log=None)
                runners.append(runner)
                await runner.setup()
                await web.TCPSite(runner, host, port + offset if port else 0).start()
                hosts.append("http://{}:{}".format(*runner.addresses[0][:2]))
            self._tell_addresses(hosts)
            yield self
        finally:
            self.clock.close()
            await self.webhook.close()
            await self.sockets.close()
            for runner in runners:
                await runner.cleanup()

    def _application(self) -> web.Application:
        application = web.Application(client_max_size=LARGEST_REQUEST, middlewares=[self._note_bugs])
        application.router.add_route("*", "/api/{method}", WebApi(self).handle)
        application.router.add_get("/link/", self.sockets.handle)
        for kind in ("commands", "actions", "app"):
            application.router.add_post(f"/{kind}/{{rest:.+}}", self.response_urls.handle)
        for add_routes in self.extra_routes:
            add_routes(application)
        return application

    @web.middleware
    async def _note_bugs(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """What Slack would not do: a bug of the fake must not pass for a refusal."""
        try:
            return await handler(request)
        except Exception as bug:
            if not isinstance(bug, web.HTTPException):
                self.journal.refuse("fake", request.path, "bug", repr(bug))
            raise

    def _tell_addresses(self, hosts: list[str]) -> None:
        self.api_host, self.file_host, self.stranger_host = hosts
        self.sockets.url = self.api_host.replace("http://", "ws://", 1)
        self.response_urls.base_url = self.api_host
        for workspace in self.workspaces:
            workspace.file_host = self.file_host
