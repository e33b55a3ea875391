"""The small company of the fake WeCom, and a real ``shiguang serve`` beside it that is set up for its ways."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from tests.e2e.truth import kept, rows
from tests.fakes.wecom import FakeWeCom, Shown, WallClock, World, small_company
from tests.fakes.wecom.world import RobotMode
from tests.processes import Serving, end, environment, serve
from tests.waiting import eventually

GROUP = "wrPUMPS"


@dataclass
class WeComStage:
    """``start`` and ``stop`` may be called again and again: the home stays."""

    fake: FakeWeCom
    home: Path
    folder: Path
    module: str
    env: dict[str, str]
    servers: list[Serving] = field(default_factory=list)

    @property
    def server(self) -> Serving:
        """The one that runs, or ran last."""
        return self.servers[-1]

    async def start(self, *, wait: bool = True, **env: str) -> Serving:
        """Serve, and wait until every way is open."""
        log = self.folder / f"serve-{len(self.servers)}.log"
        self.servers.append(await serve("serve", env={**self.env, **env}, log=log, module=self.module))
        self.fake.world.robot.callback_url = f"{self.server.base}/wecom/robot/main"
        self.fake.world.app.callback_url = f"{self.server.base}/wecom/app/app"
        if wait:
            await eventually(self._is_open, seconds=120)
        return self.server

    async def stop(self) -> None:
        """End it as an operator does."""
        assert await self.server.stop() == 0, self.log

    @property
    def log(self) -> str:
        """Everything that the servers said."""
        return "".join(server.log.read_text("utf-8", "replace") for server in self.servers)

    async def state(self) -> str:
        """What ``/readyz`` says of WeCom."""
        async with aiohttp.ClientSession() as session, session.get(f"{self.server.base}/readyz") as response:
            return str((await response.json())["wecom"])

    async def rows(self, statement: str, **values: str) -> list[Any]:
        """What the truth says."""
        return await rows(self.home, statement, **values)

    async def kept(self, words: str, *, count: int = 1) -> None:
        """Wait until so many messages with these words are in the truth, and the search knows of them."""
        await kept(self.home, words, count=count)

    async def answered(self, words: str, *, seconds: float = 60.0) -> Shown:
        """Wait for a whole message of the bot with these words."""
        return await self.fake.screen.until(lambda shown: shown.finished and words in shown.text, seconds=seconds)

    @property
    def secrets(self) -> list[str]:
        """What must stand in no log."""
        robot, app = self.fake.world.robot, self.fake.world.app
        keys = [robot.encoding_aes_key, app.encoding_aes_key, self.fake.world.webhook.key]
        return [robot.secret, robot.token, app.secret, app.token, *keys]

    async def _is_open(self) -> bool:
        return await self.state() == "ok"


def settings_of(world: World, *ways: str, base: str, robot_url: str, archive: str = "") -> str:
    """``shiguang.toml`` with some of: ``robot``, ``app``, ``webhook``, ``archive`` (whose section is given)."""
    robot, app = world.robot, world.app
    parts = [f'[wecom]\ncorp_id = "{world.corpid}"\napi_url = "{base}"\nrobot_url = "{robot_url}"']
    if "robot" in ways:
        keys = {
            "long_connection": {"bot_id": robot.bot_id, "secret": robot.secret},
            "callback": {"bot_id": robot.bot_id, "token": robot.token, "encoding_aes_key": robot.encoding_aes_key},
        }[robot.mode]
        parts.append(_table("wecom.robots", name="main", shown_name=robot.name, mode=robot.mode, **keys))
    if "app" in ways:
        told = {"secret": app.secret, "token": app.token, "encoding_aes_key": app.encoding_aes_key}
        parts.append(_table("wecom.apps", name="app", agent_id=app.agentid, **told))
    if "webhook" in ways:
        parts.append(_table("wecom.webhooks", name="news", key=world.webhook.key, chat_id=world.webhook.chatid))
    return "\n".join([*parts, archive])


def _table(head: str, /, **values: str | int) -> str:
    return "\n".join(
        [f"[[{head}]]", *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items())]
    )


@asynccontextmanager
async def wecom_stage(
    folder: Path,
    home: Path,
    *ways: str,
    mode: RobotMode = "long_connection",
    corp_id: str = "",
    archive: str = "",
    module: str = "tests.fakes.tiny_shiguang",
    **env: str,
) -> AsyncIterator[WeComStage]:
    """Real time, the limits of WeCom with patience for a busy machine, and the settings of these ways."""
    world = small_company(mode=mode)
    if corp_id:
        world.corpid = world.app.corpid = corp_id
    async with FakeWeCom(world, clock=WallClock(patience=5)).running() as fake:
        config = folder / "shiguang.toml"
        told = settings_of(
            world, *ways, base=fake.addresses.api_url, robot_url=fake.addresses.long_connection_url, archive=archive
        )
        config.write_text(told, "utf-8")
        variables = {
            "SHIGUANG_WEB__PORT": "0",
            "SHIGUANG_CONNECTORS": "console,wecom",
            "SHIGUANG_CONFIG": str(config),
            **env,
        }
        stage = WeComStage(fake, home, folder, module, environment(home, **variables))
        try:
            yield stage
        finally:
            for server in stage.servers:
                await end(server.process)
