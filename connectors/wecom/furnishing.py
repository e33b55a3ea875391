"""What the settings of a company name, put together: each way with what it shares with the others."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import Any

import aiohttp
from aiohttp import web

from connectors.connector import Language
from connectors.live_host import LiveHost
from connectors.owned_tasks import OwnedTasks
from connectors.wecom.api import WeComApi
from connectors.wecom.app import WeComApp
from connectors.wecom.configuration import MessageArchiveConfiguration, RobotConfiguration, WeComConfiguration
from connectors.wecom.conversing import RobotConversing
from connectors.wecom.gate import Gate
from connectors.wecom.line_robot import LineRobot
from connectors.wecom.media import Download, WeComMedia
from connectors.wecom.message_archive.archive import MessageArchive
from connectors.wecom.observing import Observer
from connectors.wecom.opening import Opener
from connectors.wecom.robot_callback import CallbackRobot
from connectors.wecom.site import Site
from connectors.wecom.ways import Ways
from connectors.wecom.webhooks import Webhooks

_log = logging.getLogger(__name__)

Robot = LineRobot | CallbackRobot


class Company:
    """Made inside a running loop; nothing is opened before its ``openers`` are started."""

    def __init__(
        self, host: LiveHost, configuration: WeComConfiguration, *, observer: Observer, language: Language
    ) -> None:
        covered = configuration.message_archive is not None
        self._configuration = configuration
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=300, sock_connect=10))
        self._tasks = OwnedTasks()
        media = WeComMedia(host, configuration, self._session, app_media=self._app_media)
        self.site = Site(configuration=configuration, host=host, tasks=self._tasks, media=media)
        self._conversing = RobotConversing(self.site, archive_covers_groups=covered)
        self._gate = Gate(self.site, self._conversing, archive_covers_groups=covered, observer=observer)
        self._readying = asyncio.Lock()
        self._is_ready = False
        self._webhooks = Webhooks(self.site, self._session)
        self._robots: list[Robot] = []
        self.apps: list[WeComApp] = []
        self._archive: MessageArchive | None = None
        self._archive_api: WeComApi | None = None
        self.openers: list[Opener] = []
        """One for each way that has to be opened: all but webhooks."""
        self._broken: dict[str, str] = {}
        for robot in configuration.robots:
            with self._on_its_own(f"robot {robot.name}"):
                self._add_robot(robot)
        for app in configuration.apps:
            with self._on_its_own(f"app {app.name}"):
                made = WeComApp(self.site, app, self._gate, self._session, on_archive_notify=self._wake_archive)
                self.apps.append(made)
                self._open(f"app {app.name}", made.start, partial(_state_of_app, made))
        if configuration.message_archive is not None:
            self._add_archive(configuration.message_archive, language)

    @property
    def problems(self) -> dict[str, str]:
        """Ways that are not open now, such as ``robot main``, each with a code."""
        closed = {opener.name: opener.state for opener in self.openers if opener.state != "ok"}
        invalid = {f"webhook {name}": str(error.code) for name, error in self._webhooks.problems.items()}
        return self._broken | closed | invalid

    @property
    def ways(self) -> Ways:
        """What can be spoken through now."""
        return Ways(
            robots=[robot for robot in self._robots if not isinstance(robot, LineRobot) or robot.state == "connected"],
            apps=self.apps,
            webhooks=self._webhooks,
            is_waiting=any(opener.state != "ok" for opener in self.openers),
        )

    def routes(self) -> list[web.RouteDef]:
        """Where WeCom posts to."""
        receiving = [part for part in (*self._robots, *self.apps) if not isinstance(part, LineRobot)]
        return [route for part in receiving for route in part.routes()]

    async def close(self) -> None:
        """Close every way; nothing that WeCom was told is lost."""
        await asyncio.gather(*(opener.close() for opener in self.openers))
        await asyncio.gather(*(part.close() for part in (*self._robots, *self.apps)))
        if self._archive is not None:
            await self._archive.close()
        if self._archive_api is not None:
            await self._archive_api.close()
        await self._tasks.close()
        await self._session.close()

    @contextmanager
    def _on_its_own(self, name: str) -> Iterator[None]:
        """What is wrong with the settings of one way keeps no other from starting."""
        try:
            yield
        except ValueError as error:
            self._broken[name] = "settings"
            _log.error("WeCom %s cannot be used: %s", name, error)

    def _add_robot(self, configuration: RobotConfiguration) -> None:
        name = f"robot {configuration.name}"
        if configuration.mode == "callback":
            by_callback = CallbackRobot(self.site, configuration, self._gate)
            self._robots.append(by_callback)
            self._open(name, by_callback.start, partial(_state_of_callback, by_callback), undo=by_callback.close)
        else:
            by_line = LineRobot(self.site, configuration, self._gate)
            self._robots.append(by_line)
            self._open(name, by_line.start, partial(_state_of_line, by_line), undo=by_line.close)

    def _add_archive(self, archive: MessageArchiveConfiguration, language: Language) -> None:
        self._archive_api = WeComApi(
            corp_id=self._configuration.corp_id,
            secret=archive.secret,
            session=self._session,
            base_url=self._configuration.api_url,
            proxy=self._configuration.proxy,
        )
        name_of = partial(_name_of, self.apps[0].api) if self.apps else None
        made = MessageArchive(self.site, call=self._archive_api.call, name_of=name_of, language=language)
        self._archive = made
        self._open("message archive", made.start, partial(_state_of_archive, made))

    def _open(
        self,
        name: str,
        start: Callable[[], Coroutine[Any, Any, None]],
        state: Callable[[], str],
        *,
        undo: Callable[[], Coroutine[Any, Any, None]] | None = None,
    ) -> None:
        async def begin() -> None:
            await self._ready()
            try:
                await start()
            except BaseException:
                if undo is not None:
                    await undo()
                raise

        self.openers.append(Opener(name, begin, state=state))

    async def _ready(self) -> None:
        """Before the first message: what was answered before a restart must be known."""
        async with self._readying:
            if not self._is_ready:
                await self._conversing.start()
                self._gate.open()
                self._is_ready = True

    def _wake_archive(self) -> None:
        if self._archive is not None:
            self._archive.wake()

    @asynccontextmanager
    async def _app_media(self, of: str, media_id: str) -> AsyncIterator[Download]:
        app = next(app for app in self.apps if app.name == of)
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
