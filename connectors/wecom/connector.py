"""The WeCom connector: robots, apps, webhooks and the message archive of one company, each on its own."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import aiohttp
from aiohttp import web

from connectors.connector import Language, Post, Revision
from connectors.events import RecordId
from connectors.live_host import LiveHost
from connectors.owned_tasks import OwnedTasks
from connectors.wecom.api import WeComApi
from connectors.wecom.app import WeComApp
from connectors.wecom.configuration import RobotConfiguration, WeComConfiguration
from connectors.wecom.conversing import RobotConversing
from connectors.wecom.errors import WeComAway
from connectors.wecom.gate import Gate
from connectors.wecom.line_robot import LineRobot
from connectors.wecom.media import Download, WeComMedia
from connectors.wecom.message_archive.archive import MessageArchive
from connectors.wecom.observing import Observer, Unobserved
from connectors.wecom.opening import Opener, started
from connectors.wecom.posting import Posting
from connectors.wecom.revising import revise
from connectors.wecom.robot_callback import CallbackRobot
from connectors.wecom.site import Site
from connectors.wecom.ways import Ways
from connectors.wecom.webhooks import Webhooks

_STARTING_SECONDS = 30.0

_log = logging.getLogger(__name__)

Robot = LineRobot | CallbackRobot


@dataclass
class _Parts:
    """What the company's settings name, put together."""

    session: aiohttp.ClientSession
    tasks: OwnedTasks
    site: Site
    conversing: RobotConversing
    gate: Gate
    webhooks: Webhooks
    posting: Posting
    robots: list[Robot] = field(default_factory=list)
    apps: list[WeComApp] = field(default_factory=list)
    archive: MessageArchive | None = None
    archive_api: WeComApi | None = None
    openers: list[Opener] = field(default_factory=list)
    broken: dict[str, str] = field(default_factory=dict)
    """Ways that could not even be made, each with a code."""


class WeComConnector:
    """Implements ``connectors.connector.Connector``::

        wecom = WeComConnector(host, configuration)
        wecom.setup(app)  # inside a running loop, before the server listens
        await wecom.start()

    A way that cannot start does not keep the others from it: ``problems`` tells, and it is tried again.
    """

    name = "wecom"

    def __init__(
        self,
        host: LiveHost,
        configuration: WeComConfiguration,
        *,
        observer: Observer | None = None,
        language: Language = "zh",
    ) -> None:
        """``language`` is that of words of the archive that stand for what is not text, such as ``[图片]``."""
        self._host = host
        self._configuration = configuration
        self._observer = observer or Unobserved()
        self._language: Language = language
        self._made: _Parts | None = None
        self._is_ready = self._is_closed = False
        self._readying = asyncio.Lock()

    @property
    def problems(self) -> Mapping[str, str]:
        """Ways that are not open now, such as ``robot main``, each with a code."""
        parts = self._made
        if parts is None:
            return {}
        closed = {opener.name: opener.state for opener in parts.openers if opener.state != "ok"}
        invalid = {f"webhook {name}": str(error.code) for name, error in parts.webhooks.problems.items()}
        return parts.broken | closed | invalid

    @property
    def state(self) -> str:
        """``ok`` when every way is open, or the first code that says why not."""
        return next(iter(self.problems.values()), "ok" if self._is_ready else "starting")

    def setup(self, app: web.Application) -> None:
        """Add the routes that WeCom posts to: ``/wecom/robot/<name>`` and ``/wecom/app/<name>``."""
        parts = self._parts
        for part in (*parts.robots, *parts.apps):
            if not isinstance(part, LineRobot):
                app.add_routes(part.routes())

    async def start(self) -> None:
        """Open every way; returns when each is open or has failed once."""
        await started(self._parts.openers, seconds=_STARTING_SECONDS)

    async def post(self, post: Post) -> RecordId:
        """See ``Connector.post``."""
        return await self._parts.posting.post(post)

    async def revise(self, revision: Revision) -> None:
        """See ``Connector.revise``."""
        await revise(self._parts.site, self._parts.apps, revision)

    async def close(self) -> None:
        """Close every way; nothing that WeCom was told is lost."""
        parts, self._made, self._is_closed = self._made, None, True
        if parts is None:
            return
        await asyncio.gather(*(opener.close() for opener in parts.openers))
        await parts.posting.close()
        await asyncio.gather(*(part.close() for part in (*parts.robots, *parts.apps)))
        if parts.archive is not None:
            await parts.archive.close()
        if parts.archive_api is not None:
            await parts.archive_api.close()
        await parts.tasks.close()
        await parts.session.close()

    @property
    def _parts(self) -> _Parts:
        if self._made is None:
            if self._is_closed:
                raise WeComAway("post", "closed")
            self._made = self._furnished()
        return self._made

    def _furnished(self) -> _Parts:
        configuration, covered = self._configuration, self._configuration.message_archive is not None
        session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=300, sock_connect=10))
        tasks = OwnedTasks()
        media = WeComMedia(self._host, configuration, session, app_media=self._app_media)
        site = Site(configuration=configuration, host=self._host, tasks=tasks, media=media)
        conversing = RobotConversing(site, archive_covers_groups=covered)
        parts = _Parts(
            session=session,
            tasks=tasks,
            site=site,
            conversing=conversing,
            gate=Gate(site, conversing, archive_covers_groups=covered, observer=self._observer),
            webhooks=Webhooks(site, session),
            posting=Posting(site, self._ways, observer=self._observer),
        )
        for robot in configuration.robots:
            with self._on_its_own(parts, f"robot {robot.name}"):
                self._add_robot(parts, robot)
        for app in configuration.apps:
            with self._on_its_own(parts, f"app {app.name}"):
                made = WeComApp(site, app, parts.gate, session, on_archive_notify=self._wake_archive)
                parts.apps.append(made)
                self._keep(parts, f"app {app.name}", made.start, partial(_state_of_app, made))
        if covered:
            self._add_archive(parts)
        return parts

    @contextmanager
    def _on_its_own(self, parts: _Parts, name: str) -> Iterator[None]:
        """What is wrong with the settings of one way keeps no other from starting."""
        try:
            yield
        except ValueError as error:
            parts.broken[name] = "settings"
            _log.error("WeCom %s cannot be used: %s", name, error)

    def _add_robot(self, parts: _Parts, configuration: RobotConfiguration) -> None:
        name = f"robot {configuration.name}"
        if configuration.mode == "callback":
            by_callback = CallbackRobot(parts.site, configuration, parts.gate)
            parts.robots.append(by_callback)
            self._keep(parts, name, by_callback.start, partial(_state_of_callback, by_callback))
        else:
            by_line = LineRobot(parts.site, configuration, parts.gate)
            parts.robots.append(by_line)
            self._keep(parts, name, by_line.start, partial(_state_of_line, by_line))

    def _add_archive(self, parts: _Parts) -> None:
        configuration, archive = self._configuration, self._configuration.message_archive
        assert archive is not None  # noqa: S101 - asked before
        api = WeComApi(
            corp_id=configuration.corp_id,
            secret=archive.secret,
            session=parts.session,
            base_url=configuration.api_url,
            proxy=configuration.proxy,
        )
        name_of = partial(_name_of, parts.apps[0].api) if parts.apps else None
        made = MessageArchive(parts.site, call=api.call, name_of=name_of, language=self._language)
        parts.archive, parts.archive_api = made, api
        self._keep(parts, "message archive", made.start, partial(_state_of_archive, made))

    def _keep(
        self, parts: _Parts, name: str, start: Callable[[], Coroutine[Any, Any, None]], state: Callable[[], str]
    ) -> None:
        async def begin() -> None:
            await self._ready(parts)
            await start()

        parts.openers.append(Opener(name, begin, state=state))

    async def _ready(self, parts: _Parts) -> None:
        """Before the first message: what was answered before a restart must be known."""
        async with self._readying:
            if not self._is_ready:
                await parts.conversing.start()
                parts.gate.open()
                self._is_ready = True

    def _ways(self) -> Ways:
        parts = self._parts
        return Ways(
            robots=[robot for robot in parts.robots if not isinstance(robot, LineRobot) or robot.state == "connected"],
            apps=parts.apps,
            webhooks=parts.webhooks,
            is_waiting=any(opener.state != "ok" for opener in parts.openers),
        )

    def _wake_archive(self) -> None:
        if self._made is not None and self._made.archive is not None:
            self._made.archive.wake()

    @asynccontextmanager
    async def _app_media(self, of: str, media_id: str) -> AsyncIterator[Download]:
        app = next(app for app in self._parts.apps if app.name == of)
        async with app.api.download(media_id) as download:
            yield download


def _state_of_line(robot: LineRobot) -> str:
    return {"connected": "ok", "connecting": "disconnected"}.get(robot.state, robot.state)


def _state_of_callback(robot: CallbackRobot) -> str:
    return "ok" if robot.state == "listening" else robot.state


def _state_of_app(app: WeComApp) -> str:
    return app.state


def _state_of_archive(archive: MessageArchive) -> str:
    return next((problem.code for problem in archive.problems), "ok")


async def _name_of(api: WeComApi, user_id: str) -> str | None:
    name = (await api.call("user/get", userid=user_id)).get("name")
    return name if isinstance(name, str) else None
