"""A robot over the fake WeCom, with a conversation that does what the test says."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from connectors.connector import Card, Language
from connectors.events import FileFetched, PersonRef, RecordId
from connectors.owned_tasks import OwnedTasks
from connectors.wecom.chat_budget import ChatBudget
from connectors.wecom.configuration import RobotConfiguration, WeComConfiguration
from connectors.wecom.connection import Timing
from connectors.wecom.line_robot import LineRobot
from connectors.wecom.robot_callback import CallbackRobot
from connectors.wecom.site import CardChange, Conversing, Heard, Json, Site, Voice
from connectors.wecom.stream_state import STREAM_SECONDS
from tests.fakes.live_host import FakeLiveHost
from tests.fakes.wecom import FakeWeCom, ManualClock, Sent, small_company
from tests.waiting import eventually

Answering = Callable[[Heard, Voice], Awaitable[None]]
ConversingOf = Callable[[Site], Conversing]
QUICK = Timing(first_pause=0.02, longest_pause=0.1, good_after=0.5, refused_pause=0.05, frequency_pause=0.3)
"""With pings as seldom as in earnest: a processor that is taken for a moment must not look like a dead line."""


async def echo(heard: Heard, voice: Voice) -> None:
    """Say what was said."""
    voice.judged_as(f"fb-{heard.msgid}")
    await voice.show("working")
    await voice.finish(f"you said: {heard.text}")


@dataclass
class ScriptedConversing:
    """Remembers what it was told; answers as ``answering`` does."""

    answering: Answering = echo
    messages: list[Heard] = field(default_factory=list)
    clicks: list[tuple[str, str, PersonRef, Mapping[str, Sequence[str]]]] = field(default_factory=list)
    verdicts: list[tuple[str, str, int, tuple[int, ...], str]] = field(default_factory=list)
    clicking: Callable[[str], Awaitable[CardChange]] | None = None
    seen: asyncio.Event = field(default_factory=asyncio.Event)

    async def heard(self, heard: Heard, voice: Voice) -> None:
        self.messages.append(heard)
        self.seen.set()
        await self.answering(heard, voice)

    async def clicked(
        self, *, key: str, task_id: str, person: PersonRef, chosen: Mapping[str, Sequence[str]]
    ) -> CardChange:
        self.clicks.append((key, task_id, person, chosen))
        if self.clicking is not None:
            return await self.clicking(task_id)
        return CardChange(card=card(task_id, title="done"), alone=key == "alone")

    async def judged(
        self, *, feedback_id: str, person: PersonRef, kind: int, reasons: Sequence[int], comment: str
    ) -> None:
        self.verdicts.append((feedback_id, person.person_id, kind, tuple(reasons), comment))
        self.seen.set()

    def welcome(self, person: PersonRef) -> Json:
        return card(f"welcome-{person.name}", title="hello")

    def card_of(self, card: Card, language: Language) -> Json:
        raise NotImplementedError


def card(task_id: str, *, title: str) -> dict[str, object]:
    """A card with one button."""
    buttons = [{"text": "ok", "style": 1, "key": "ok"}]
    return {
        "card_type": "button_interaction",
        "task_id": task_id,
        "main_title": {"title": title},
        "button_list": buttons,
    }


class NoMedia:
    """Fetches nothing."""

    async def fetch(self, heard: Heard, *, at: RecordId) -> Sequence[FileFetched]:
        return ()


def site_of(fake: FakeWeCom, host: FakeLiveHost, robot: RobotConfiguration) -> Site:
    """The company as the settings would have it."""
    configuration = WeComConfiguration(
        corp_id=fake.world.corpid, robots=(robot,), robot_url=fake.addresses.long_connection_url
    )
    return Site(configuration=configuration, host=host, tasks=OwnedTasks(), media=NoMedia())


@dataclass
class Line:
    """A running robot by long connection."""

    fake: FakeWeCom
    host: FakeLiveHost
    conversing: ScriptedConversing
    robot: LineRobot

    @property
    def clock(self) -> ManualClock:
        assert isinstance(self.fake.clock, ManualClock)
        return self.fake.clock


def line_configuration(fake: FakeWeCom, *, secret: str = "") -> RobotConfiguration:
    """The robot of the fake."""
    robot = fake.world.robot
    return RobotConfiguration(name="main", shown_name=robot.name, bot_id=robot.bot_id, secret=secret or robot.secret)


@asynccontextmanager
async def line(
    answering: Answering = echo,
    *,
    host: FakeLiveHost | None = None,
    timing: Timing = QUICK,
    budget: ChatBudget | None = None,
    fake: FakeWeCom | None = None,
    stream_seconds: float = STREAM_SECONDS,
    conversing_of: ConversingOf | None = None,
) -> AsyncIterator[Line]:
    """A connected robot; what the fake refused or would not have shown fails the test at the end."""
    fake = fake or FakeWeCom(small_company(mode="long_connection"))
    host, conversing = host or FakeLiveHost(), ScriptedConversing(answering)
    async with fake.running():
        configuration = line_configuration(fake)
        site = site_of(fake, host, configuration)
        robot = LineRobot(
            site,
            configuration,
            conversing_of(site) if conversing_of else conversing,
            timing=timing,
            budget=budget or ChatBudget(pauses=(0.05, 0.1)),
            stream_seconds=stream_seconds,
        )
        await robot.start()
        try:
            yield Line(fake=fake, host=host, conversing=conversing, robot=robot)
        finally:
            await robot.close()


@dataclass
class Called:
    """A running robot by callback."""

    fake: FakeWeCom
    host: FakeLiveHost
    conversing: ScriptedConversing
    robot: CallbackRobot
    url: str

    async def follow(self, sent: Sent) -> None:
        """Let the platform ask, some times a second, until it has the end."""

        async def is_over() -> bool:
            return not await self.fake.callback.poll(sent)

        await eventually(is_over)


@asynccontextmanager
async def called(
    answering: Answering = echo,
    *,
    host: FakeLiveHost | None = None,
    stream_seconds: float = STREAM_SECONDS,
    silence_seconds: float = 10.0,
) -> AsyncIterator[Called]:
    """A listening robot whose address the platform knows."""
    fake = FakeWeCom(small_company(mode="callback"))
    async with (
        fake.running(),
        listening(
            fake,
            answering,
            host=host or FakeLiveHost(),
            stream_seconds=stream_seconds,
            silence_seconds=silence_seconds,
        ) as it,
    ):
        yield it


@asynccontextmanager
async def listening(
    fake: FakeWeCom,
    answering: Answering,
    *,
    host: FakeLiveHost,
    stream_seconds: float = STREAM_SECONDS,
    silence_seconds: float = 10.0,
    conversing_of: ConversingOf | None = None,
) -> AsyncIterator[Called]:
    """The robot's process: twice one after the other is a restart."""
    conversing, configuration = ScriptedConversing(answering), callback_configuration(fake)
    site = site_of(fake, host, configuration)
    robot = CallbackRobot(
        site,
        configuration,
        conversing_of(site) if conversing_of else conversing,
        stream_seconds=stream_seconds,
        silence_seconds=silence_seconds,
    )
    application = web.Application()
    application.add_routes(robot.routes())
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/wecom/robot/main"
    fake.world.robot.callback_url = url
    try:
        await robot.start()
        yield Called(fake=fake, host=host, conversing=conversing, robot=robot, url=url)
    finally:
        await robot.close()
        await runner.cleanup()


def callback_configuration(fake: FakeWeCom) -> RobotConfiguration:
    """The robot of the fake."""
    robot = fake.world.robot
    return RobotConfiguration(
        name="main",
        shown_name=robot.name,
        mode="callback",
        bot_id=robot.bot_id,
        token=robot.token,
        encoding_aes_key=robot.encoding_aes_key,
    )


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what the robot does by itself."""

    async def look() -> bool:
        return condition()

    await eventually(look, every=0.005)


def nothing_wrong(fake: FakeWeCom) -> None:
    """The platform refused nothing, and shows everything as it was meant."""
    assert fake.ledger.refusals == []
    assert fake.ledger.warnings == []
