"""群机器人: each webhook posts into its one group, in order and at WeCom's pace, also across a restart."""

import asyncio
import base64
import hashlib
import logging
import time
from collections.abc import Awaitable, Callable, Mapping

import aiohttp
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from connectors.wecom.api import BUSY, TOO_OFTEN, check_size, media_form, media_name
from connectors.wecom.byte_text import split
from connectors.wecom.configuration import WebhookConfiguration
from connectors.wecom.errors import WeComError, WeComPaused
from connectors.wecom.exchange import WeComUnreached, check, exchange
from connectors.wecom.markdown import WEBHOOK, Dialect, messages
from connectors.wecom.send_pacing import MINUTE_SECONDS, SendPacing
from connectors.wecom.site import Json, Site

SEND = "webhook/send"
UPLOAD = "webhook/upload_media"
PER_MINUTE = 20
LONGEST_TEXT_BYTES = 2048
LARGEST_IMAGE_BYTES = 2 * 1024 * 1024
KEY_INVALID = 93000
_IMAGES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
_CARDS = frozenset({"text_notice", "news_notice"})
_SECONDS = 15.0
_UPLOAD_SECONDS = 120.0
_ATTEMPTS = 4
_PATIENCE_SECONDS = 300.0

_log = logging.getLogger(__name__)


class Webhook:
    """One group's webhook. Messages of everybody who sends queue up: at most 20 a minute, one after the other.

    WeCom cannot be asked whether something has arrived. A message whose outcome is not known raises ``WeComAway``; only
    what surely did not get out is tried again here (``WeComUnreached``, ``WeComPaused``).
    """

    def __init__(
        self,
        configuration: WebhookConfiguration,
        *,
        site: Site,
        session: aiohttp.ClientSession,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        pause_seconds: float = 0.5,
    ) -> None:
        self.problem: WeComError | None = None
        """What an operator must mend: the key is not valid any more."""
        self._configuration = configuration
        self._notebook = site.host.notebook
        self._source = site.source
        self._base_url = site.configuration.api_url.rstrip("/") + "/"
        self._proxy = site.configuration.proxy
        self._session = session
        self._now = now
        self._pause_seconds = pause_seconds
        self._pacing = SendPacing(per_minute=PER_MINUTE, now=now, sleep=sleep)
        self._turn = asyncio.Lock()
        self._is_remembered = False
        self._blocked_until = 0.0

    @property
    def name(self) -> str:
        """Its name in the settings."""
        return self._configuration.name

    @property
    def chat_id(self) -> str:
        """The group that it belongs to; empty when that is not known."""
        return self._configuration.chat_id

    async def send_markdown(self, markdown: str, *, dialect: Dialect = WEBHOOK) -> None:
        """Post Markdown, in as many messages as it takes. Raises ``WeComError``, ``WeComAway`` and ``WeComPaused``.

        ``WEBHOOK_V2`` has lists, tables and code; clients older than 4.1.36 show it as plain text.
        """
        pieces = messages(markdown, dialect=dialect)
        await self._post([{"msgtype": dialect.msgtype, dialect.msgtype: {"content": piece}} for piece in pieces])

    async def send_text(self, text: str, *, mention: tuple[str, ...] = ()) -> None:
        """Post plain text, in as many messages as it takes; ``mention`` are userids, told with the last one."""
        texts: list[dict[str, object]] = [{"content": piece} for piece in split(text, LONGEST_TEXT_BYTES)]
        if mention and texts:
            texts[-1]["mentioned_list"] = list(mention)
        await self._post([{"msgtype": "text", "text": piece} for piece in texts])

    async def send_image(self, content: bytes) -> None:
        """Post a JPG or PNG of at most 2 MB. Raises ``WeComError`` 40009 for anything else."""
        if not content.startswith(_IMAGES) or len(content) > LARGEST_IMAGE_BYTES:
            raise WeComError(SEND, 40009, f"no JPG or PNG of at most 2 MB ({len(content)} bytes)")
        # WeCom wants MD5 for telling a broken transfer; nothing is kept secret or trusted by it.
        digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
        await self._post([{"msgtype": "image", "image": {"base64": base64.b64encode(content).decode(), "md5": digest}}])

    async def send_file(self, name: str, content: bytes) -> None:
        """Upload a file of at most 20 MB and post it."""
        check_size(UPLOAD, "file", len(content))
        answer = await self._call(
            UPLOAD,
            params={"type": "file"},
            form=lambda: media_form(media_name(name), content),
            seconds=_UPLOAD_SECONDS,
        )
        await self._post([{"msgtype": "file", "file": {"media_id": str(answer.get("media_id", ""))}}])

    async def send_card(self, card: Json) -> None:
        """Post a notice: cards of webhooks have nothing to press (``WeComError`` 40008 for others)."""
        if card.get("card_type") not in _CARDS:
            raise WeComError(SEND, 40008, "webhooks take text_notice and news_notice only")
        await self._post([{"msgtype": "template_card", "template_card": dict(card)}])

    async def _post(self, bodies: list[dict[str, object]]) -> None:
        """In order, nothing of others in between."""
        async with self._turn:
            await self._remember()
            for body in bodies:
                if (left := self._blocked_until - self._now()) > 0:
                    raise WeComPaused(SEND, left)
                await self._pacing.turn(self.name, call=SEND, patience=_PATIENCE_SECONDS)
                await self._notebook.write(self._source, self._note, {"sent": self._pacing.times(self.name)})
                await self._call(SEND, params={}, body=body, seconds=_SECONDS)

    async def _call(
        self,
        name: str,
        *,
        params: Mapping[str, str],
        seconds: float,
        body: Json | None = None,
        form: Callable[[], aiohttp.FormData] | None = None,
    ) -> Json:
        try:
            async for attempt in AsyncRetrying(
                retry=retry_if_exception_type((_Busy, WeComUnreached)),
                wait=wait_random_exponential(multiplier=self._pause_seconds, max=8),
                stop=stop_after_attempt(_ATTEMPTS),
                reraise=True,
            ):
                with attempt:
                    answer = await exchange(
                        self._session,
                        "POST",
                        self._base_url + name,
                        name=name,
                        seconds=seconds,
                        params={"key": self._configuration.key, **params},
                        body=body,
                        form=form() if form is not None else None,
                        proxy=self._proxy,
                    )
                    self._judge(name, answer)
                    return answer
        except _Busy as busy:
            raise WeComError(name, busy.code, busy.message) from None
        raise AssertionError("tenacity raises or tries again")

    def _judge(self, name: str, answer: Json) -> None:
        try:
            check(name, answer, secrets=(self._configuration.key,))
        except WeComError as error:
            if error.code == TOO_OFTEN:
                # Somebody else posts with the same key: a minute's silence, as WeCom wants it.
                self._blocked_until = self._now() + MINUTE_SECONDS
                raise WeComPaused(name, MINUTE_SECONDS) from None
            if error.code == BUSY:
                raise _Busy(name, error.code, error.message) from None
            if error.code == KEY_INVALID:
                self.problem = error
            raise
        self.problem = None

    async def _remember(self) -> None:
        """What was sent shortly before the start counts too."""
        if self._is_remembered:
            return
        note = await self._notebook.read(self._source, self._note) or {}
        times = note.get("sent")
        if isinstance(times, list | tuple):
            self._pacing.remember(self.name, [float(at) for at in times if isinstance(at, int | float)])
        self._is_remembered = True

    @property
    def _note(self) -> str:
        return f"webhook:{self.name}"


class Webhooks:
    """All of the settings."""

    def __init__(self, site: Site, session: aiohttp.ClientSession) -> None:
        self._all = {
            configuration.name: Webhook(configuration, site=site, session=session)
            for configuration in site.configuration.webhooks
        }

    def of_chat(self, chat_id: str) -> Webhook | None:
        """The webhook of a group, where the settings say which group it belongs to."""
        return next((webhook for webhook in self._all.values() if chat_id and webhook.chat_id == chat_id), None)

    def named(self, name: str) -> Webhook | None:
        """By its name in the settings."""
        return self._all.get(name)

    @property
    def problems(self) -> Mapping[str, WeComError]:
        """What is wrong with which webhook."""
        return {name: webhook.problem for name, webhook in self._all.items() if webhook.problem is not None}


class _Busy(WeComError):
    """Worth another try: nothing was posted."""
