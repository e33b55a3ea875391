"""A 智能机器人 by URL callback: encrypted messages come in, and WeCom asks for the state of each answer."""

import asyncio
import json
import logging
from collections import Counter, OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Literal

import aiohttp
from aiohttp import web

from connectors.live_host import Letter
from connectors.proxying import proxy_for
from connectors.wecom.callback_voice import SILENCE_SECONDS, CallbackVoice
from connectors.wecom.configuration import RobotConfiguration
from connectors.wecom.contacts import Chat, chat_of
from connectors.wecom.crypto import CallbackCrypto, CallbackForAnother
from connectors.wecom.errors import ReplyExpired, ReplyUncertain, WeComAway
from connectors.wecom.exchange import WeComUnreached
from connectors.wecom.message_archive.fields import object_of, text_of
from connectors.wecom.observing import count_kind
from connectors.wecom.replay import ReplayGuard
from connectors.wecom.response_url import CALL, ResponseUrl
from connectors.wecom.robot_events import CLICKED, ENTERED, JUDGED, RobotEvents
from connectors.wecom.robot_hearing import MESSAGE_TYPES, Hearing, chat_in, kind_of, message_id_of
from connectors.wecom.robot_letters import RobotLetters
from connectors.wecom.routes import body_of, callback_routes, verified
from connectors.wecom.site import Conversing, Json, Site
from connectors.wecom.stream_state import INTERRUPTED, STREAM_SECONDS, stream_id_of

PATH = "/wecom/robot/"
REPLY_SECONDS = 4.0
"""WeCom waits five."""
_LAST_ATTEMPT = 4
_MOST_VOICES = 1_000
_MOST_RESPONSE_URLS = 5_000

_log = logging.getLogger(__name__)


class CallbackRobot:
    """``connectors.wecom.site.Speaker``, and whatever people write to the robot for ``conversing``.

    It can only answer: by itself it speaks where an answer left its ``response_url`` unused, once within the hour.
    Raises ``ValueError`` naming the setting when token or key cannot be right.
    """

    def __init__(
        self,
        site: Site,
        configuration: RobotConfiguration,
        conversing: Conversing,
        *,
        stream_seconds: float = STREAM_SECONDS,
        silence_seconds: float = SILENCE_SECONDS,
    ) -> None:
        self._site = site
        self._configuration = configuration
        self._conversing = conversing
        self._stream_seconds = stream_seconds
        self._silence_seconds = silence_seconds
        self._crypto = CallbackCrypto(
            token=configuration.token, encoding_aes_key=configuration.encoding_aes_key, receive_id=""
        )
        self._guard = ReplayGuard()
        self._hearing = Hearing(
            configuration=configuration, workspace_id=site.configuration.workspace_id, way="callback"
        )
        self._events = RobotEvents(conversing)
        self._letters = RobotLetters(site, name=configuration.name, handle=self._handle)
        self._voices: OrderedDict[str, CallbackVoice] = OrderedDict()
        """By the id of their stream; the oldest that are over are forgotten when there are too many."""
        self._response_urls: OrderedDict[Chat, ResponseUrl] = OrderedDict()
        self._session: aiohttp.ClientSession | None = None
        self._started_at = datetime.now(UTC)
        self.state: Literal["listening", "closed"] = "closed"
        self.unknown: Counter[str] = Counter()
        """Kinds of callbacks that mean nothing here, and how often they came."""

    @property
    def name(self) -> str:
        """Its name in the settings."""
        return self._configuration.name

    def routes(self) -> list[web.RouteDef]:
        """Where WeCom delivers; answered with 503 until ``start``."""
        return callback_routes(PATH + self.name, verify=self._verify, receive=self._receive)

    async def start(self) -> None:
        """Answer what was left by the last run, and from now on whatever comes. May be called again when it raised."""
        self._started_at = datetime.now(UTC)
        self._session = self._session or aiohttp.ClientSession(trust_env=False)
        await self._letters.start()
        self.state = "listening"

    async def close(self) -> None:
        """Stop; answers that are under way are given after the next start."""
        self.state = "closed"
        await self._letters.close()
        if self._session is not None:
            await self._session.close()

    async def can_send(self, *, chat_id: str | None, user_id: str | None) -> bool:
        """Whether there is an unused ``response_url`` of this chat."""
        found = self._response_urls.get(chat_of(chat_id=chat_id, user_id=user_id))
        return found is not None and found.is_usable

    async def send_markdown(
        self, markdown: str, *, chat_id: str | None, user_id: str | None, feedback_id: str | None
    ) -> None:
        """One message of at most 20,480 bytes.

        Raises ``WeComUnreached`` where none can be sent now, ``WeComAway`` when it may have arrived.
        """
        found = self._unused(chat_of(chat_id=chat_id, user_id=user_id))
        with _as_away():
            await found.say(markdown, feedback_id=feedback_id)

    async def send_card(self, card: Json, *, chat_id: str | None, user_id: str | None) -> None:
        """One template card, in direct chats only. Raises as ``send_markdown``."""
        chat = chat_of(chat_id=chat_id, user_id=user_id)
        if chat.is_group:
            raise WeComUnreached(CALL, "no cards in groups")
        found = self._unused(chat)
        with _as_away():
            await found.show_card(card)

    def _unused(self, chat: Chat) -> ResponseUrl:
        found = self._response_urls.pop(chat, None)
        if found is None:
            raise WeComUnreached(CALL, "nobody has written to the robot there lately")
        return found

    async def _verify(self, request: web.Request) -> web.Response:
        return verified(request, self._crypto)

    async def _receive(self, request: web.Request) -> web.Response:
        if self.state != "listening":
            return web.Response(status=503, text="not started yet")
        deadline = asyncio.get_running_loop().time() + REPLY_SECONDS
        body = self._crypto.open_json(await body_of(request), request.query)
        self._guard.admit(request.query)
        expected, given = self._configuration.bot_id, text_of(body, "aibotid")
        if expected and given != expected:
            raise CallbackForAnother("the callback is for another robot: is the bot_id right?")
        try:
            async with asyncio.timeout_at(deadline):
                reply = await self._reply(body)
        except Exception:  # noqa: BLE001 - WeCom is told nothing, and delivers it again or not
            _log.exception("robot %s: a callback could not be answered", self.name)
            return web.Response(status=503, text="not now")
        self._guard.settle(request.query)
        if reply is None:
            return web.Response()
        sealed = self._crypto.seal_json(reply, nonce=request.query.get("nonce", ""))
        return web.Response(text=json.dumps(sealed), content_type="application/json")

    async def _reply(self, body: Json) -> Json | None:
        """What WeCom is answered, None for an empty packet."""
        kind = kind_of(body)
        if kind == "stream":
            return self._refresh(text_of(object_of(body, "stream"), "id"))
        key = message_id_of(body)
        if not key or kind not in (*MESSAGE_TYPES, ENTERED, CLICKED, JUDGED):
            self._count_unknown(kind)
            return None
        letter = await self._letters.keep(key, {"body": dict(body)})
        if kind in MESSAGE_TYPES:
            return await self._open(body, key, letter)
        if letter is None:
            return None
        handling = self._letters.begin(letter)
        return None if kind == JUDGED else await asyncio.shield(handling)

    async def _open(self, body: Json, msgid: str, letter: Letter | None) -> Json | None:
        """The first frame of the answer; the same stream for every delivery of the message."""
        voice = self._voices.get(stream_id_of(msgid))
        if letter is None and voice is None:
            letter = await self._letters.left(msgid)
        if letter is not None:
            voice = self._voice(letter, body)
            self._letters.begin(letter)
        return await voice.opening() if voice else None

    def _refresh(self, stream_id: str) -> Json:
        voice = self._voices.get(stream_id)
        if voice is not None:
            return voice.refresh()
        return {"msgtype": "stream", "stream": {"id": stream_id, "finish": True, "content": INTERRUPTED}}

    async def _handle(self, letter: Letter) -> Json | None:
        body = letter.body["body"]
        assert isinstance(body, dict)  # noqa: S101 - as _reply kept it
        kind = kind_of(body)
        if kind in MESSAGE_TYPES:
            await self._converse(letter, body)
        elif kind == ENTERED:
            return self._events.entered(body)
        elif kind == CLICKED:
            return await self._events.clicked(body)
        elif kind == JUDGED:
            await self._events.judged(body)
        return None

    async def _converse(self, letter: Letter, body: Json) -> None:
        # Before anything is awaited: WeCom may ask at once, after a restart too.
        voice = self._voice(letter, body)
        heard = self._hearing.heard(body, received_at=letter.received_at)
        if heard is None:
            self._count_unknown("incomplete message")
            voice.close()
            return
        try:
            await self._conversing.heard(heard, voice)
        except Exception:
            if letter.attempts >= _LAST_ATTEMPT:
                voice.close()
            raise
        voice.close()
        if voice.response_url.is_usable:
            self._response_urls[chat_in(body)] = voice.response_url
            while len(self._response_urls) > _MOST_RESPONSE_URLS:
                self._response_urls.popitem(last=False)

    def _voice(self, letter: Letter, body: Json) -> CallbackVoice:
        session = self._session
        assert session is not None  # noqa: S101 - nothing is handled before start
        url = text_of(body, "response_url")
        made = CallbackVoice(
            msgid=letter.key,
            response_url=ResponseUrl(
                session, url, received_at=letter.received_at, proxy=proxy_for(url, self._site.configuration.proxy)
            ),
            is_group=chat_in(body).is_group,
            age=(datetime.now(UTC) - letter.received_at).total_seconds(),
            is_continued=letter.received_at < self._started_at,
            stream_seconds=self._stream_seconds,
            silence_seconds=self._silence_seconds,
        )
        voice = self._voices.setdefault(made.stream_id, made)
        self._forget_old()
        return voice

    def _forget_old(self) -> None:
        if len(self._voices) > _MOST_VOICES:
            over = next((stream_id for stream_id, voice in self._voices.items() if voice.is_over), None)
            self._voices.pop(over or next(iter(self._voices)))

    def _count_unknown(self, kind: str) -> None:
        count_kind(self.unknown, kind)
        _log.info("robot %s: a callback that means nothing here: %r", self.name, kind[:60])


@contextmanager
def _as_away() -> Iterator[None]:
    """Whoever posts must know whether a message may have arrived."""
    try:
        yield
    except ReplyUncertain as error:
        raise WeComAway(CALL, str(error)) from None
    except ReplyExpired as error:
        raise WeComUnreached(CALL, str(error)) from None
