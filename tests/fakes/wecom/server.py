"""The fake as a whole: one aiohttp server for every way in and out of WeCom."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from tests.fakes.wecom.api import Api
from tests.fakes.wecom.app_groups import AppGroups
from tests.fakes.wecom.app_messages import AppMessages
from tests.fakes.wecom.app_people import AppPeople
from tests.fakes.wecom.attacker import Attacker
from tests.fakes.wecom.callback_robot import CallbackRobot
from tests.fakes.wecom.callbacks import CallbackSender
from tests.fakes.wecom.clock import Clock, ManualClock
from tests.fakes.wecom.faults import Faults
from tests.fakes.wecom.ledger import Ledger
from tests.fakes.wecom.long_commands import LongCommands
from tests.fakes.wecom.long_connection import LongConnection
from tests.fakes.wecom.media import MediaStore
from tests.fakes.wecom.payloads import Payloads
from tests.fakes.wecom.response_urls import ResponseUrls
from tests.fakes.wecom.robot_people import RobotPeople
from tests.fakes.wecom.robot_voice import RobotVoice
from tests.fakes.wecom.screen import Screen
from tests.fakes.wecom.streams import Streams
from tests.fakes.wecom.tokens import Tokens
from tests.fakes.wecom.uploads import Uploads
from tests.fakes.wecom.webhooks import Webhooks
from tests.fakes.wecom.world import World, small_company

LARGEST_BODY = 64 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """What a client is given as base URLs instead of the official ones."""

    api_url: str
    """In place of ``https://qyapi.weixin.qq.com``; paths begin with ``/cgi-bin/``."""
    long_connection_url: str
    """In place of ``wss://openws.work.weixin.qq.com``."""
    webhook_url: str
    """The whole address of the group's webhook, with its key."""


class FakeWeCom:
    """A small company: ``robot`` and ``app`` do what people do, ``screen`` is what they see, ``ledger`` all calls."""

    def __init__(self, world: World | None = None, *, clock: Clock | None = None, stream_minutes: float = 6.0) -> None:
        self.world = world or small_company()
        self.clock: Clock = clock or ManualClock()
        self.ledger = Ledger(clock=self.clock)
        self.faults = Faults(ledger=self.ledger)
        self.screen = Screen()
        self.media = MediaStore(clock=self.clock, ledger=self.ledger)
        self.tokens = Tokens(world=self.world, clock=self.clock)
        self._sender = CallbackSender(self.clock)
        self.attacker = Attacker(self._sender)
        self._make_app()
        self._make_robot(stream_minutes)
        self.addresses = Addresses(api_url="", long_connection_url="", webhook_url="")

    def _make_app(self) -> None:
        world, clock, screen, ledger, media = self.world, self.clock, self.screen, self.ledger, self.media
        messages = AppMessages(world=world, clock=clock, screen=screen, ledger=ledger, media=media)
        groups = AppGroups(world=world, clock=clock, screen=screen, ledger=ledger, media=media)
        self.webhooks = Webhooks(world=world, clock=clock, screen=screen, ledger=ledger, media=media)
        self.api = Api(
            world=world, clock=clock, ledger=ledger, tokens=self.tokens, media=media, messages=messages, groups=groups
        )
        self.app = AppPeople(
            world=world,
            clock=clock,
            sender=self._sender,
            media=media,
            messages=messages,
            screen=screen,
            ledger=ledger,
        )

    def _make_robot(self, stream_minutes: float) -> None:
        world, clock, screen, ledger = self.world, self.clock, self.screen, self.ledger
        by_callback = world.robot.mode == "callback"
        voice = RobotVoice(world=world, clock=clock, screen=screen, ledger=ledger, media=self.media)
        streams = Streams(clock=clock, screen=screen, ledger=ledger, minutes=stream_minutes, takes_images=by_callback)
        self.payloads = Payloads(world, self.media)
        self.response_urls = ResponseUrls(clock=clock, voice=voice, ledger=ledger)
        self.callback = CallbackRobot(
            world=world,
            clock=clock,
            sender=self._sender,
            voice=voice,
            streams=streams,
            payloads=self.payloads,
            ledger=ledger,
        )
        self.commands = LongCommands(
            world=world,
            clock=clock,
            voice=voice,
            streams=streams,
            uploads=Uploads(world=world, clock=clock, media=self.media),
            ledger=ledger,
        )
        self.long_connection = LongConnection(
            world=world, clock=clock, ledger=ledger, commands=self.commands, faults=self.faults
        )
        self.robot = RobotPeople(
            world=world,
            clock=clock,
            payloads=self.payloads,
            callback=self.callback,
            long_connection=self.long_connection,
            response_urls=self.response_urls,
        )

    @asynccontextmanager
    async def running(self, *, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator["FakeWeCom"]:
        """Listen until the block ends; ``addresses`` is set inside it."""
        application = web.Application(client_max_size=LARGEST_BODY, middlewares=[self.faults.middleware])
        application.add_routes(
            [
                *self.api.routes(),
                web.get("/openws", self.long_connection.serve),
                web.get("/cos/{token}", self.media.download),
                web.post("/cgi-bin/aibot/response", self.response_urls.respond),
                web.post("/cgi-bin/webhook/send", self.webhooks.send),
                web.post("/cgi-bin/webhook/upload_media", self.webhooks.upload),
            ]
        )
        runner = web.AppRunner(application, shutdown_timeout=0.1, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
            self._listens_on(*runner.addresses[0][:2])
            yield self
        finally:
            await self.long_connection.close()
            await self._sender.close()
            await runner.cleanup()

    def _listens_on(self, host: str, port: int) -> None:
        base = f"http://{host}:{port}"
        self.media.base_url = self.response_urls.base_url = base
        self.addresses = Addresses(
            api_url=base,
            long_connection_url=f"ws://{host}:{port}/openws",
            webhook_url=f"{base}/cgi-bin/webhook/send?key={self.world.webhook.key}",
        )

    async def verify_robot_callback(self) -> bool:
        """Save the robot's address on the admin page: the page checks it first."""
        return await self._sender.verify(self.world.robot.callback_url, self.world.robot.envelope)

    async def verify_app_callback(self) -> bool:
        """Save the app's address on the admin page: the page checks it first."""
        return await self._sender.verify(self.world.app.callback_url, self.world.app.envelope)
