"""The reply to one message by callback: WeCom asks for it about once a second, and is told the text so far."""

import asyncio
import contextlib
import logging
from typing import Any

from connectors.wecom.byte_text import cut
from connectors.wecom.errors import ReplyExpired
from connectors.wecom.ids import reply_feedback_id
from connectors.wecom.markdown import AIBOT, messages
from connectors.wecom.response_url import ResponseUrl
from connectors.wecom.site import Json
from connectors.wecom.stream_state import SIGN, SIGN_SECONDS, STREAM_SECONDS, sealed, stream_id_of

SILENCE_SECONDS = 10.0
"""WeCom no longer asks when it has not asked for so long."""

_log = logging.getLogger(__name__)


class CallbackVoice:
    """``connectors.wecom.site.Voice``. ``opening`` answers the message, ``refresh`` each question after that.

    ``age`` is how many seconds ago the message came; ``is_continued`` that an earlier run of the program answered it.
    """

    def __init__(
        self,
        *,
        msgid: str,
        response_url: ResponseUrl,
        is_group: bool,
        age: float = 0.0,
        is_continued: bool = False,
        stream_seconds: float = STREAM_SECONDS,
        silence_seconds: float = SILENCE_SECONDS,
    ) -> None:
        self.stream_id = stream_id_of(msgid)
        self.response_url = response_url
        self._is_group = is_group
        self._silence_seconds = silence_seconds
        self._deadline = asyncio.get_running_loop().time() + stream_seconds - age
        self._asked_at = asyncio.get_running_loop().time()
        self._is_opened = is_continued
        self._feedback_id = reply_feedback_id(msgid)
        self._latest = ""
        self._card: Json | None = None
        self._final: str | None = None
        self._is_sealed = False
        """The stream ended without the answer: that comes another way, or never."""
        self._is_closed = False
        self._changed = asyncio.Event()
        self._collected = asyncio.Event()

    @property
    def streams(self) -> bool:
        """As often as WeCom asks."""
        return True

    @property
    def is_over(self) -> bool:
        """Whether nobody will say more."""
        return self._is_closed

    def judged_as(self, feedback_id: str) -> None:
        """What a ``feedback_event`` on this reply is to name."""
        self._feedback_id = feedback_id

    async def show(self, markdown: str) -> None:
        """Told to WeCom the next time it asks."""
        if markdown and self._final is None:
            self._latest = markdown
            self._changed.set()

    async def finish(self, markdown: str) -> None:
        """Return when WeCom has fetched the end; when it asks no more, or too late, ``response_url`` takes it.

        Raises ``ReplyExpired`` when that is used up.
        """
        first, *rest = messages(markdown, dialect=AIBOT) or [SIGN]
        if not (self._is_sealed or self._is_late()):
            self._final = first
            self._changed.set()
            await self._fetched()
        if not self._collected.is_set():
            self._seal()
            await self.response_url.say(markdown, feedback_id=self._feedback_id)
        elif rest:
            with contextlib.suppress(ReplyExpired):
                await self.response_url.say("\n".join(rest), feedback_id=self._feedback_id)

    async def card(self, card: Json) -> None:
        """Beside the text, the next time WeCom asks; later by ``response_url``, which takes cards in direct chats."""
        if not (self._is_sealed or self._collected.is_set() or self._is_late()):
            self._card = card
            self._changed.set()
        elif self._is_group:
            raise ReplyExpired("cards cannot follow in a group")
        else:
            await self.response_url.show_card(card)

    def close(self) -> None:
        """Nobody will say more: what is shown stands."""
        self._is_closed = True
        self._changed.set()

    async def opening(self) -> dict[str, Any] | None:
        """What the message itself is answered with, within a second; None when nothing is to be said."""
        await self._wait(self._changed, SIGN_SECONDS)
        is_silent = self._is_closed and not self._latest and self._final is None and self._card is None
        if is_silent and not self._is_sealed:
            return None
        return self._frame()

    def refresh(self) -> dict[str, Any]:
        """What a question for the state of the stream is answered with."""
        return self._frame()

    def _frame(self) -> dict[str, Any]:
        self._asked_at = asyncio.get_running_loop().time()
        if self._final is None and not self._is_sealed:
            if self._is_closed:
                self._final = self._latest or SIGN
            elif self._is_late():
                self._seal()
        text, is_over = self._latest or SIGN, False
        if self._is_sealed:
            text, is_over = sealed(text, limit=AIBOT.limit), True
        elif self._final is not None:
            text, is_over = self._final, True
            self._collected.set()
        stream: dict[str, Any] = {"id": self.stream_id, "finish": is_over, "content": cut(text, AIBOT.limit)}
        if not self._is_opened:
            stream["feedback"] = {"id": self._feedback_id}
        self._is_opened = True
        frame: dict[str, Any] = {"msgtype": "stream", "stream": stream}
        if self._card is not None:
            frame |= {"msgtype": "stream_with_template_card", "template_card": dict(self._card)}
            self._card = None
        return frame

    def _seal(self) -> None:
        self._is_sealed, self._final = True, None

    def _is_late(self) -> bool:
        return asyncio.get_running_loop().time() > self._deadline

    async def _fetched(self) -> None:
        """Return when WeCom has the end, or asks no more."""
        loop = asyncio.get_running_loop()
        self._asked_at = max(self._asked_at, loop.time())
        while not self._collected.is_set():
            left = self._asked_at + self._silence_seconds - loop.time()
            if left <= 0:
                _log.info("WeCom stopped asking for an answer before it was ready")
                return
            await self._wait(self._collected, left)

    async def _wait(self, event: asyncio.Event, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await event.wait()
