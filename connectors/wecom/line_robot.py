"""A 智能机器人 by long connection: what people say to it, what it answers, and what it says by itself."""

import asyncio
import contextlib
import logging
from collections import Counter
from datetime import UTC, datetime

from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_random_exponential

from connectors.live_host import Letter
from connectors.wecom.api import MediaKind
from connectors.wecom.byte_text import cut
from connectors.wecom.chat_budget import ChatBudget
from connectors.wecom.configuration import RobotConfiguration
from connectors.wecom.connection import LongConnection, State, Timing
from connectors.wecom.contacts import Chat, Contacts, chat_of
from connectors.wecom.errors import WeComAway, WeComError
from connectors.wecom.frames import Frame
from connectors.wecom.line_sending import LineSending, card_message, markdown_message
from connectors.wecom.line_voice import LineVoice
from connectors.wecom.markdown import AIBOT
from connectors.wecom.observing import count_kind
from connectors.wecom.robot_events import CLICKED, ENTERED, JUDGED, RobotEvents
from connectors.wecom.robot_hearing import MESSAGE_TYPES, Hearing, chat_in, kind_of, message_id_of
from connectors.wecom.robot_letters import RobotLetters
from connectors.wecom.site import Conversing, Json, Site
from connectors.wecom.stream_state import STREAM_SECONDS
from connectors.wecom.uploads import upload

EVENT_SECONDS = 5.0
"""So long WeCom waits for a welcome, or for what a click changes."""
_STARTING_SECONDS = 10.0
_KEPT_TRYING_SECONDS = 60.0
_MOST_FRAMES = 1_000
_NOT_THERE = frozenset({86008, 93006})

_log = logging.getLogger(__name__)


class LineRobot:
    """``connectors.wecom.site.Speaker``, and whatever people write to the robot for ``conversing``.

    ``start`` returns when it is connected, or after ten seconds: ``state`` tells, and it goes on trying.
    """

    def __init__(
        self,
        site: Site,
        configuration: RobotConfiguration,
        conversing: Conversing,
        *,
        timing: Timing | None = None,
        budget: ChatBudget | None = None,
        stream_seconds: float = STREAM_SECONDS,
    ) -> None:
        self._site = site
        self._configuration = configuration
        self._conversing = conversing
        self._stream_seconds = stream_seconds
        self._connection = LongConnection(
            name=configuration.name,
            url=site.configuration.robot_url,
            bot_id=configuration.bot_id,
            secret=configuration.secret,
            proxy=site.configuration.proxy,
            received=self._receive,
            timing=timing or Timing(),
        )
        self._sending = LineSending(self._connection, budget or ChatBudget())
        self._uploads = ChatBudget()
        self._contacts = Contacts(site, name=configuration.name)
        self._hearing = Hearing(
            configuration=configuration, workspace_id=site.configuration.workspace_id, way="long_connection"
        )
        self._events = RobotEvents(conversing)
        self._letters = RobotLetters(site, name=configuration.name, handle=self._handle)
        self._frames: asyncio.Queue[Frame] = asyncio.Queue(_MOST_FRAMES)
        self._tasks: list[asyncio.Task[None]] = []
        self._started_at = datetime.now(UTC)
        self.unknown: Counter[str] = Counter()
        """Kinds of callbacks that mean nothing here, and how often they came."""

    @property
    def name(self) -> str:
        """Its name in the settings."""
        return self._configuration.name

    @property
    def state(self) -> State:
        """How the connection is."""
        return self._connection.state

    @property
    def refusal(self) -> str:
        """Code and words with which WeCom refuses the robot, for operators; empty when it does not."""
        return self._connection.refusal

    async def start(self) -> None:
        """Answer what was left by the last run, and connect. May be called again when it raised."""
        self._started_at = datetime.now(UTC)
        await self._letters.start()
        for work in (self._connection.run(), self._take_in()):
            self._tasks.append(asyncio.create_task(work, name=f"wecom robot {self.name}"))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_STARTING_SECONDS):
                await self._connection.until_settled()

    async def close(self) -> None:
        """Stop; answers that are under way are given after the next start."""
        await self._letters.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def can_send(self, *, chat_id: str | None, user_id: str | None) -> bool:
        """Whether somebody has written to it there before."""
        return await self._contacts.knows(chat_of(chat_id=chat_id, user_id=user_id))

    async def send_markdown(
        self, markdown: str, *, chat_id: str | None, user_id: str | None, feedback_id: str | None
    ) -> None:
        """One message of at most 20,480 bytes. Raises ``WeComError`` or ``WeComAway``."""
        message = markdown_message(cut(markdown, AIBOT.limit), feedback_id=feedback_id)
        await self._send(message, chat_of(chat_id=chat_id, user_id=user_id))

    async def send_card(self, card: Json, *, chat_id: str | None, user_id: str | None) -> None:
        """One template card. Raises ``WeComError`` or ``WeComAway``."""
        await self._send(card_message(card), chat_of(chat_id=chat_id, user_id=user_id))

    async def send_file(
        self, name: str, data: bytes, *, file_type: MediaKind, chat_id: str | None, user_id: str | None
    ) -> None:
        """Upload a file and send it. Raises ``ValueError`` for what WeCom never takes, else as ``send_markdown``."""
        chat = chat_of(chat_id=chat_id, user_id=user_id)
        media_id = await upload(self._connection, self._uploads, name=name, data=data, file_type=file_type)
        await self._send({"msgtype": file_type, file_type: {"media_id": media_id}}, chat)

    async def _send(self, message: Json, chat: Chat) -> None:
        try:
            await self._sending.push(chat, message)
        except WeComError as error:
            if error.code in _NOT_THERE:
                await self._contacts.forget(chat)
            raise

    def _receive(self, frame: Frame) -> None:
        try:
            self._frames.put_nowait(frame)
        except asyncio.QueueFull:
            _log.error("robot %s: a callback is lost, %d are waiting to be kept", self.name, _MOST_FRAMES)

    async def _take_in(self) -> None:
        """Frames that came at the same moment are kept together, and begun in their order."""
        while True:
            frames = [await self._frames.get()]
            while not self._frames.empty():
                frames.append(self._frames.get_nowait())
            for letter in await asyncio.gather(*map(self._keep, frames)):
                if letter is not None:
                    self._letters.begin(letter)

    async def _keep(self, frame: Frame) -> Letter | None:
        key = message_id_of(frame.body)
        if not key:
            self._count_unknown(frame.cmd)
            return None
        body = {"req_id": frame.req_id, "body": dict(frame.body)}
        try:
            async for attempt in AsyncRetrying(
                retry=retry_if_exception_type(Exception),
                stop=stop_after_delay(_KEPT_TRYING_SECONDS),
                wait=wait_random_exponential(multiplier=0.2, max=5),
                reraise=True,
            ):
                with attempt:
                    return await self._letters.keep(key, body)
        except Exception:  # noqa: BLE001 - WeCom does not repeat it; the next ones may be luckier
            _log.exception("robot %s: a callback could not be kept and is lost", self.name)
        return None

    async def _handle(self, letter: Letter) -> Json | None:
        body, req_id = letter.body["body"], letter.body["req_id"]
        assert isinstance(body, dict) and isinstance(req_id, str)  # noqa: S101 - as _keep wrote it
        age = (datetime.now(UTC) - letter.received_at).total_seconds()
        kind = kind_of(body)
        if kind in MESSAGE_TYPES:
            await self._converse(letter, body, req_id, age)
        elif kind == ENTERED:
            if age < EVENT_SECONDS and self._sending.budget.take_if_room(chat_in(body).chat_id):
                await self._respond("aibot_respond_welcome_msg", req_id, self._events.entered(body))
        elif kind == CLICKED:
            change = await self._events.clicked(body)
            if age < EVENT_SECONDS:
                await self._respond("aibot_respond_update_msg", req_id, change)
        elif kind == JUDGED:
            await self._events.judged(body)
        else:
            self._count_unknown(kind)
        return None

    async def _converse(self, letter: Letter, body: Json, req_id: str, age: float) -> None:
        heard = self._hearing.heard(body, received_at=letter.received_at)
        if heard is None:
            self._count_unknown("incomplete message")
            return
        chat = chat_in(body)
        await self._contacts.spoke(chat)
        voice = LineVoice(
            self._sending,
            chat=chat,
            msgid=heard.msgid,
            req_id=req_id,
            age=age,
            is_continued=letter.attempts > 0 or letter.received_at < self._started_at,
            stream_seconds=self._stream_seconds,
        )
        voice.start()
        is_over = False
        try:
            await self._conversing.heard(heard, voice)
            is_over = True
        finally:
            await voice.close(seal=is_over)

    async def _respond(self, cmd: str, req_id: str, message: Json) -> None:
        """Within five seconds or never: what WeCom does not take then is lost."""
        try:
            await self._connection.request(cmd, message, req_id=req_id)
        except (WeComError, WeComAway) as error:
            _log.warning("robot %s: %s", self.name, error)

    def _count_unknown(self, kind: str) -> None:
        count_kind(self.unknown, kind)
        _log.info("robot %s: a callback that means nothing here: %r", self.name, kind[:60])
