"""The reply to one message over the long connection: a stream that grows, then whatever way is left."""

import asyncio
import contextlib
import logging
from typing import Any

from connectors.wecom.byte_text import cut
from connectors.wecom.contacts import Chat
from connectors.wecom.errors import ReplyExpired, WeComAway, WeComError
from connectors.wecom.ids import reply_feedback_id
from connectors.wecom.line_sending import (
    FREQUENCY,
    PATIENCE_SECONDS,
    RECONNECTING_SECONDS,
    LineSending,
    card_message,
    markdown_message,
)
from connectors.wecom.markdown import AIBOT, messages
from connectors.wecom.site import Json
from connectors.wecom.stream_state import SIGN, SIGN_SECONDS, STREAM_SECONDS, sealed, stream_id_of

_CLOSED_STREAM = frozenset({846605, 846608})
"""Not to be continued under this ``req_id``: finished, too old, or of another connection."""
_TRIES = 6
_KEPT_FREE_AT_FIRST = 4

_log = logging.getLogger(__name__)


class LineVoice:
    """``connectors.wecom.site.Voice``. ``start`` it, and ``close`` it when nobody will say more.

    One frame is under way at a time; those in between give way to newer ones and to the chat's budget, the last one
    never does. ``age`` is how many seconds ago the message came; ``is_continued`` that an earlier run of the program
    may have begun the stream.
    """

    def __init__(
        self,
        sending: LineSending,
        *,
        chat: Chat,
        msgid: str,
        req_id: str,
        age: float = 0.0,
        is_continued: bool = False,
        stream_seconds: float = STREAM_SECONDS,
    ) -> None:
        self._sending = sending
        self._chat = chat
        self._req_id = req_id
        self._stream_id = stream_id_of(msgid)
        self._feedback_id = reply_feedback_id(msgid)
        self._seconds_left = stream_seconds - age
        self._is_opened = is_continued
        self._is_over = False
        """The stream is finished, or cannot be continued."""
        self._is_ending = False
        self._latest = ""
        self._shown = ""
        self._finished = 0
        """How many messages of the last words are there."""
        self._written_on = 0
        """The connection on which an end of the stream was written whose answer never came."""
        self._changed = asyncio.Event()
        self._ending = asyncio.Event()
        self._turn = asyncio.Lock()
        self._pump: asyncio.Task[None] | None = None
        self._deadline = 0.0

    @property
    def streams(self) -> bool:
        """Always."""
        return True

    def start(self) -> None:
        """Show a sign of life soon, and what is said as it grows."""
        self._deadline = asyncio.get_running_loop().time() + self._seconds_left
        self._pump = asyncio.create_task(self._show_growing(), name=f"wecom stream {self._stream_id}")

    def judged_as(self, feedback_id: str) -> None:
        """What a ``feedback_event`` on this reply is to name."""
        self._feedback_id = feedback_id

    async def show(self, markdown: str) -> None:
        """Seen within some seconds, unless something newer is."""
        if markdown and not self._is_ending:
            self._latest = markdown
            self._changed.set()

    async def finish(self, markdown: str) -> None:
        """End the stream with this; by ``aibot_send_msg`` when it can no longer be ended so.

        Raises ``ReplyExpired`` when WeCom takes it neither way, and ``WeComAway`` when it cannot be reached. Called
        again it goes on where it was.
        """
        self._end()
        pieces = messages(markdown, dialect=AIBOT) or [SIGN]
        async with self._turn:
            if not self._is_over and await self._finish_stream(pieces[0]):
                self._finished = 1
            self._is_over = True
        try:
            for piece in pieces[self._finished :]:
                await self._sending.push(self._chat, markdown_message(piece, feedback_id=self._feedback_id))
                self._finished += 1
        except WeComError as error:
            _log.warning("an answer cannot be shown: %s", error)
            raise ReplyExpired(str(error)) from error

    async def card(self, card: Json) -> None:
        """As a message of its own: beside a stream this way acknowledges cards and does not show them."""
        try:
            await self._sending.push(self._chat, card_message(card))
        except WeComError as error:
            _log.warning("a card cannot be shown: %s", error)
            raise ReplyExpired(str(error)) from error

    async def close(self, *, seal: bool) -> None:
        """Leave no task behind; with ``seal`` a stream that nobody finished stands as it is."""
        is_unfinished = not self._is_ending
        self._end()
        if seal and is_unfinished:
            # A frame that is under way decides whether there is a stream.
            async with self._turn:
                has_stream = bool(self._shown) and not self._is_over
            if has_stream:
                with contextlib.suppress(ReplyExpired, WeComAway):
                    await self.finish(self._latest)
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.gather(self._pump, return_exceptions=True)

    def _end(self) -> None:
        self._is_ending = True
        self._ending.set()
        self._changed.set()

    async def _show_growing(self) -> None:
        await self._wait(self._changed, SIGN_SECONDS)
        self._latest = self._latest or SIGN
        while not (self._is_ending or self._is_over):
            self._changed.clear()
            if self._left() <= 0:
                await self._seal()
                return
            if self._latest != self._shown:
                async with self._turn:
                    await self._show_latest()
                await self._wait(self._ending, self._sending.budget.pause_before_next(self._chat.chat_id))
            if self._latest == self._shown:
                await self._wait(self._changed, max(0.0, self._left()))

    async def _show_latest(self) -> None:
        keep_free = {} if self._is_opened else {"keep_free": _KEPT_FREE_AT_FIRST}
        if self._is_ending or not self._sending.budget.take_if_room(self._chat.chat_id, **keep_free):
            return
        text = self._latest
        try:
            await self._frame(cut(text, AIBOT.limit), finish=False)
        except WeComError as error:
            self._refused(error)
        except WeComAway:
            return
        else:
            self._shown = text

    def _refused(self, error: WeComError) -> None:
        """A frame in between: the next one says the same and more."""
        if error.code == FREQUENCY:
            self._sending.budget.refused(self._chat.chat_id)
        elif error.code in _CLOSED_STREAM:
            self._is_over = True
        else:
            _log.info("a frame of a stream was refused (%d)", error.code)

    async def _seal(self) -> None:
        """Before WeCom ends it: what follows comes in a message of its own."""
        async with self._turn:
            if self._is_ending or self._is_over:
                return
            with contextlib.suppress(WeComAway):
                await self._finish_stream(sealed(self._latest, limit=AIBOT.limit))
            self._is_over = True

    async def _finish_stream(self, text: str) -> bool:
        """Whether the stream ended with this text; false when it cannot be."""
        await self._sending.budget.take(self._chat.chat_id, patience=PATIENCE_SECONDS)
        for attempt in range(_TRIES):
            connection = self._sending.connection
            await connection.until_connected(seconds=RECONNECTING_SECONDS)
            number = connection.number
            try:
                await self._frame(text, finish=True)
            except WeComAway:
                self._written_on = number
            except WeComError as error:
                if error.code in _CLOSED_STREAM:
                    # The answer to an earlier try was lost on this same connection: it was that one which ended it.
                    return self._written_on == number
                if not await self._sending.may_try_again(error, self._chat, attempt):
                    _log.warning("the end of a stream was refused (%d)", error.code)
                    return False
                if error.code == FREQUENCY:
                    await self._sending.budget.take(self._chat.chat_id, patience=PATIENCE_SECONDS)
            else:
                return True
        return False

    async def _frame(self, text: str, *, finish: bool) -> None:
        stream: dict[str, Any] = {"id": self._stream_id, "finish": finish, "content": text}
        if not self._is_opened:
            stream["feedback"] = {"id": self._feedback_id}
        body = {"msgtype": "stream", "stream": stream}
        await self._sending.connection.request("aibot_respond_msg", body, req_id=self._req_id)
        self._is_opened = True

    def _left(self) -> float:
        return self._deadline - asyncio.get_running_loop().time()

    async def _wait(self, event: asyncio.Event, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await event.wait()
