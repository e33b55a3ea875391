"""One app (自建应用): its callback, its answers, what it says by itself, and the groups that it made."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
from aiohttp import web

from connectors.connector import Language, Notice
from connectors.live_host import Letter
from connectors.wecom.api import MediaKind, WeComApi
from connectors.wecom.app_callback import AppCallback
from connectors.wecom.app_letters import AppLetters
from connectors.wecom.app_messages import Happened, Unheard, Unknown, fields_of, understood
from connectors.wecom.app_sending import AppSending
from connectors.wecom.app_voice import NO_VOICE, PATIENCE_SECONDS, AppVoice
from connectors.wecom.appchat import AppChats
from connectors.wecom.configuration import AppConfiguration
from connectors.wecom.crypto import CallbackRefused
from connectors.wecom.error_texts import explained
from connectors.wecom.errors import WeComAway, WeComError
from connectors.wecom.markdown import APP, messages
from connectors.wecom.observing import count_kind
from connectors.wecom.site import Conversing, Heard, Json, Site

_CHECK_SECONDS = 300.0
_BEGIN_AGAIN_SECONDS = 10.0
_WELCOME_WITHIN = timedelta(minutes=10)
_ANSWER_WITHIN = timedelta(hours=72)
"""For so long WeCom takes a ``ResponseCode``."""

_log = logging.getLogger(__name__)


class WeComApp:
    """``connectors.wecom.site.Speaker``, and everything that happens in the direct chats of people with the app.

    Without ``token`` and ``encoding_aes_key`` it sends and does not listen. ``start`` returns at once, whatever WeCom
    does; ``problem`` says what an operator must know.
    """

    def __init__(
        self,
        site: Site,
        configuration: AppConfiguration,
        conversing: Conversing,
        session: aiohttp.ClientSession,
        *,
        api: WeComApi | None = None,
        patience_seconds: float = PATIENCE_SECONDS,
        on_archive_notify: Callable[[], None] = lambda: None,
    ) -> None:
        """``on_archive_notify`` is called when WeCom says that the message archive has something new.

        Raises ``ValueError`` for a token or key that cannot be right.
        """
        self._site = site
        self._configuration = configuration
        self._conversing = conversing
        self._patience_seconds = patience_seconds
        self._on_archive_notify = on_archive_notify
        whole = site.configuration
        self._source = f"{site.source}:app:{configuration.name}"
        self.api = api or WeComApi(
            corp_id=whole.corp_id,
            secret=configuration.secret,
            session=session,
            base_url=whole.api_url,
            proxy=whole.proxy,
        )
        self.sending = AppSending(self.api, agent_id=configuration.agent_id)
        self.groups = AppChats(self.api, host=site.host, source=self._source, workspace_id=whole.workspace_id)
        self._letters = AppLetters(site.host.mailbox, self._source, self._handle)
        self._callback = self._made_callback()
        self._unknown: Counter[str] = Counter()
        self._tasks: list[asyncio.Task[None]] = []
        self._welcoming = asyncio.Lock()

    @property
    def name(self) -> str:
        """Its name in the settings."""
        return self._configuration.name

    @property
    def state(self) -> str:
        """``stopped``, ``ok``, or the code of the problem."""
        if not self._tasks:
            return "stopped"
        problem = self.problem("en")
        return problem.code if problem else "ok"

    @property
    def unknown(self) -> Mapping[str, int]:
        """Types of messages and events since the start that mean nothing here."""
        return dict(self._unknown)

    def problem(self, language: Language) -> Notice | None:
        """What keeps the app from working, and which setting to change."""
        return explained(self.api.problem, language) if self.api.problem is not None else None

    def routes(self) -> list[web.RouteDef]:
        """For the application's web server; none when the app only sends."""
        return self._callback.routes() if self._callback is not None else []

    async def start(self) -> None:
        """Take up what was left by the last run; from now on letters are handled as they come."""
        works = {"letters": self._letters.run, "groups": self.groups.keep_looking, "check": self._keep_checking}
        self._tasks = [
            asyncio.create_task(self._kept(work, name), name=f"wecom app {self.name} {name}")
            for name, work in works.items()
        ]

    async def close(self) -> None:
        """Stop; letters that are not done are handled after the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        await self.api.close()

    async def can_send(self, *, chat_id: str | None, user_id: str | None) -> bool:
        """To any person (its visible range decides), and to the groups that it made."""
        if chat_id is not None:
            return await self.groups.is_ours(chat_id)
        return user_id is not None

    async def send_markdown(
        self, markdown: str, *, chat_id: str | None, user_id: str | None, feedback_id: str | None
    ) -> None:
        """Send; what does not fit into one message is sent as several. Apps know no feedback."""
        if chat_id is not None:
            await self.groups.send_markdown(chat_id, markdown)
            return
        for place, piece in enumerate(messages(markdown, dialect=APP)):
            purpose = f"{feedback_id}:{place}" if feedback_id else ""
            await self.sending.markdown(_given(user_id), piece, purpose=purpose)

    async def send_card(self, card: Json, *, chat_id: str | None, user_id: str | None) -> None:
        """Send one template card to a person; groups of apps take none (``WeComError`` 40008)."""
        if chat_id is not None:
            raise WeComError("appchat/send", 40008, "groups take no template cards")
        await self.sending.card(_given(user_id), card)

    async def send_file(
        self, name: str, content: bytes, *, chat_id: str | None, user_id: str | None, kind: MediaKind = "file"
    ) -> None:
        """Send a file of 6 bytes to 20 MB (images and videos 10 MB)."""
        if chat_id is not None:
            media_id = await self.api.upload(kind=kind, name=name, content=content)
            await self.groups.send_media(chat_id, kind=kind, media_id=media_id)
            return
        await self.sending.file(_given(user_id), kind=kind, name=name, content=content)

    def _made_callback(self) -> AppCallback | None:
        if not self._configuration.token and not self._configuration.encoding_aes_key:
            return None
        return AppCallback(
            self._configuration,
            corp_id=self._site.configuration.corp_id,
            mailbox=self._site.host.mailbox,
            source=self._source,
            arrived=self._letters.wake,
        )

    async def _handle(self, letter: Letter, is_former: bool) -> None:
        """A message or event, until it is answered."""
        try:
            fields = fields_of(
                str(letter.body.get("xml", "")),
                corp_id=self._site.configuration.corp_id,
                configuration=self._configuration,
            )
        except CallbackRefused:
            # The settings were changed since it was kept.
            count_kind(self._unknown, "unreadable")
            return
        meant = understood(
            fields, configuration=self._configuration, workspace_id=self._site.configuration.workspace_id
        )
        match meant:
            case Heard():
                await self._hear(meant, is_former=is_former)
            case Unheard():
                await self._tell_no_voice(meant, letter, is_former=is_former)
            case Happened():
                await self._happen(meant)
            case Unknown(name=name):
                count_kind(self._unknown, name)
                _log.info("app %s: a type that means nothing here: %r", self.name, name[:60])

    async def _hear(self, heard: Heard, *, is_former: bool) -> None:
        voice = AppVoice(
            self.sending,
            user_id=_user_id(heard.person.person_id),
            purpose=heard.msgid,
            asked=heard.text,
            resumed=is_former,
            patience_seconds=self._patience_seconds,
        )
        await voice.during(self._conversing.heard(heard, voice))

    async def _tell_no_voice(self, unheard: Unheard, letter: Letter, *, is_former: bool) -> None:
        text = "\n".join(NO_VOICE[language] for language in ("zh", "en"))
        await self._to_whom_it_concerns(
            self.sending.text(_user_id(unheard.person.person_id), text, purpose=letter.key, resumed=is_former)
        )

    async def _happen(self, happened: Happened) -> None:
        match happened.kind:
            case "welcome":
                await self._welcome(happened)
            case "clicked":
                await self._click(happened)
            case "archive":
                self._on_archive_notify()
            case "nothing":
                pass

    async def _welcome(self, happened: Happened) -> None:
        """Once a day, and only while the person is still there."""
        if datetime.now(UTC) - happened.at > _WELCOME_WITHIN:
            return
        user_id, notebook = _user_id(happened.person.person_id), self._site.host.notebook
        today = happened.at.astimezone(ZoneInfo(self._site.configuration.timezone)).date().isoformat()
        # Who subscribes enters at the same moment: two events.
        async with self._welcoming:
            note = await notebook.read(self._source, f"welcome:{user_id}")
            if note is not None and note.get("day") == today:
                return
            await notebook.write(self._source, f"welcome:{user_id}", {"day": today})
        card = self._conversing.welcome(happened.person)
        await self._to_whom_it_concerns(self.sending.card(user_id, card))

    async def _click(self, happened: Happened) -> None:
        change = await self._conversing.clicked(
            key=happened.key, task_id=happened.task_id, person=happened.person, chosen=happened.chosen
        )
        if not change.card or not happened.response_code or datetime.now(UTC) - happened.at > _ANSWER_WITHIN:
            return
        await self._to_whom_it_concerns(
            self.sending.change_card(
                happened.response_code,
                change,
                user_id=_user_id(happened.person.person_id),
                task_id=happened.task_id,
            )
        )

    async def _to_whom_it_concerns(self, sending: Awaitable[object]) -> None:
        """What WeCom refuses for good is not tried again: it would be refused again. ``WeComAway`` is."""
        try:
            await sending
        except WeComError as error:
            _log.warning("app %s: %s", self.name, explained(error, "en").sentence)

    async def _kept(self, work: Callable[[], Coroutine[Any, Any, None]], name: str) -> None:
        """Do work for good: whatever goes wrong is logged, and it is begun again."""
        while True:
            try:
                await work()
            except Exception:  # noqa: BLE001 - the other works go on
                _log.exception("app %s: %s failed", self.name, name)
            await asyncio.sleep(_BEGIN_AGAIN_SECONDS)

    async def _keep_checking(self) -> None:
        """Find wrong settings before somebody asks: a harmless call now and then."""
        while True:
            try:
                await self.api.call("getcallbackip")
            except (WeComError, WeComAway) as error:
                told = explained(error, "en")
                _log.warning("app %s: %s %s", self.name, told.sentence, told.hint)
            await asyncio.sleep(_CHECK_SECONDS)


def _user_id(of_person: str) -> str:
    return of_person.removeprefix("wecom:")


def _given(user_id: str | None) -> str:
    if user_id is None:
        raise ValueError("exactly one of chat_id and user_id is needed")
    return user_id
