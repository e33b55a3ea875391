"""The one message of a reply while it grows: streamed where Slack can, else posted and updated."""

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from connectors.connector import Citation, Language
from connectors.slack.answer_blocks import Shown, progress_message
from connectors.slack.errors import RATE_LIMITED, SlackAway, SlackError
from connectors.slack.fields import text_of
from connectors.slack.formatting import address, markdown, notification
from connectors.slack.kit import Block
from connectors.slack.saying import say
from connectors.slack.sending import GONE, change, send, streaming_in
from connectors.slack.splitting import cut
from connectors.slack.surface import ReplyPlace, Surface

_log = logging.getLogger(__name__)

ROTATE_SECONDS: Final = 225.0
"""Slack ends a stream about five minutes after it began; before that it becomes an ordinary message that is updated."""
_STREAM_CHARACTERS: Final = 11_000
_CALL_CHARACTERS: Final = 8_000
_STATUS_SECONDS: Final = 50.0
"""A status disappears after two minutes; a task of a stream shows that somebody is still at work."""
_TASK: Final = "reading"
_TASK_CHARACTERS: Final = 250
_TASK_SOURCES: Final = 8
_TITLE_CHARACTERS: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What is known of an answer so far."""

    status: str
    text: str
    found: Sequence[Citation]


@dataclass(slots=True, kw_only=True)
class GrowingMessage:
    """Not for two callers at once. ``ts`` is that of the message, once there is one."""

    surface: Surface
    place: ReplyPlace
    language: Language
    title: str
    """Of the session: the question."""
    rotate_seconds: float = ROTATE_SECONDS
    ts: str | None = None
    is_streaming: bool = False
    is_decorating: bool = False
    """Whether all that goes on is a status or a title, which an answer need not wait for."""
    _may_stream: bool = True
    _started_at: float = 0.0
    _streamed: str = ""
    _told: tuple[str, float] = field(default=("", 0.0))
    """The last status that was told, and when; a stream has a task instead."""
    _task_told: tuple[str, float] = field(default=("", 0.0))
    _may_have_status: bool = False
    _has_session: bool = False
    """Whether it is ``processing``, and must be told that it is not any more."""
    _is_titled: bool = False
    _is_silenced: bool = False
    """The person pressed "stop": nothing grows any more."""
    _lost_since: float | None = None
    """When a stream was begun that may be there without anybody knowing its ``ts``."""
    _ended: list[str] = field(default_factory=list)
    """Of the final messages, those that are there already."""

    async def show(self, progress: Progress) -> None:
        """Let people see it. What Slack refuses is shown another way; raises ``SlackAway`` when nothing works."""
        if self._is_silenced:
            return
        if self.ts is None and not progress.text and not progress.found and await self._decorate(progress.status):
            return
        if self.is_streaming and _now() - self._started_at > self.rotate_seconds:
            await self._stop_stream()
        if self.is_streaming:
            await self._append(progress)
        elif self.ts is None and self._can_stream():
            await self._start(progress)
        if not (self.is_streaming or self._is_silenced):
            await self._update(progress)

    async def end(self, messages: Sequence[Shown], *, marker: str = "") -> list[str]:
        """Replace everything by these messages and return their times. Raises as ``Api.call``, and can be called again.

        ``marker`` is a block id of the last one.
        """
        if self.ts is not None and not self._ended:
            await self._stop_stream(closing=messages)
            try:
                await change(self.surface.site, self.place.channel, self.ts, messages[0])
                self._ended.append(self.ts)
            except SlackError as error:
                if error.code not in GONE:
                    await self._delete(self.ts)
                self.ts = None
        for message in messages[len(self._ended) :]:
            ts = await send(
                self.surface.site,
                self.place.channel,
                message,
                thread_ts=self.place.thread_ts,
                marker=marker if message is messages[-1] else "",
            )
            self._ended.append(ts)
        self.ts = self._ended[0]
        await self._delete_lost()
        if self._begins_chat and not self._is_titled:
            await self._begin_session("active")  # It was too quick for a status, and yet is to be found by its title.
        else:
            await self._end_session()
        return self._ended

    async def take_back(self) -> None:
        """Nothing of it stays."""
        if self.ts is not None:
            await self._stop_stream()
            await self._delete(self.ts)
            self.ts = None
        elif self._may_have_status:
            await self._call("assistant.threads.setStatus", status="")
        await self._delete_lost()
        await self._end_session()

    async def _decorate(self, status: str) -> bool:
        self.is_decorating = True
        try:
            return await self._set_status(status)
        finally:
            self.is_decorating = False

    async def _set_status(self, status: str) -> bool:
        """Whether people see that something goes on."""
        told, told_at = self._told
        if not status or (told == status and _now() - told_at < _STATUS_SECONDS):
            return bool(told)
        self._may_have_status = True
        set_it = await self._call("assistant.threads.setStatus", status=cut(status, 100))
        if set_it:
            self._told = (status, _now())
            await self._begin_session()
        return set_it

    async def _begin_session(self, status: str = "processing") -> None:
        """A session has a title, and a button to stop it while it is ``processing``."""
        if self._is_titled:
            return
        title = cut(" ".join(self.title.split()), _TITLE_CHARACTERS)
        self._has_session = True  # Until the opposite is known.
        self._has_session = await self._call(
            "agents.sessions.setStatus", status=status, title=title or None, initiator_user_id=self.place.user_id
        )
        if not self._has_session and title and self._begins_chat:
            await self._call("assistant.threads.setTitle", title=title)
        self._is_titled = True

    async def _end_session(self) -> None:
        if self._has_session:
            self._has_session = False
            await self._call("agents.sessions.setStatus", status="active")

    @property
    def _begins_chat(self) -> bool:
        return self.place.is_direct and not self.place.thread_has_begun

    async def _call(self, method: str, **arguments: Any) -> bool:
        if self.place.thread_ts is None:
            return False
        thread = {"channel_id": self.place.channel, "thread_ts": self.place.thread_ts}
        return await self.surface.attempt(method, self.place, **thread, **arguments) is not None

    def _can_stream(self) -> bool:
        offered = self.surface.offers("chat.startStream", self.place)
        return self._may_stream and offered and self.place.thread_ts is not None

    async def _start(self, progress: Progress) -> None:
        chunks, streamed = self._chunks(progress)
        try:
            started = await self.surface.site.api.call(
                "chat.startStream",
                channel=self.place.channel,
                thread_ts=self.place.thread_ts,
                chunks=chunks,
                recipient_user_id=None if self.place.is_direct else self.place.user_id,
                recipient_team_id=None if self.place.is_direct else self.place.team_id,
            )
        except SlackError as error:
            self._may_stream = False
            self.surface.refused(error, self.place)
            return
        except SlackAway as error:
            self._may_stream = False
            self._lost_since = None if error.reason == RATE_LIMITED else time.time()
            raise
        self.ts, self.is_streaming, self._started_at = text_of(started, "ts"), True, _now()
        self._said(progress, streamed)

    async def _append(self, progress: Progress) -> None:
        chunks, streamed = self._chunks(progress)
        if not chunks:
            return
        if len(streamed) > _STREAM_CHARACTERS:
            await self._stop_stream()
            return
        try:
            await self.surface.site.api.call("chat.appendStream", channel=self.place.channel, ts=self.ts, chunks=chunks)
        except SlackError as error:
            _log.info("a stream ended before its answer: %s", error.code)
            self.is_streaming, self._is_silenced = False, error.code == "stopped_by_user"
            self.ts = None if error.code in GONE else self.ts
            return
        self._said(progress, streamed)

    def _chunks(self, progress: Progress) -> tuple[list[dict[str, Any]], str]:
        """What a stream does not say yet, and the text that it says then."""
        chunks: list[dict[str, Any]] = []
        task = self._task(progress)
        told, told_at = self._task_told
        if task != told or _now() - told_at > _STATUS_SECONDS:
            state = "complete" if progress.text else "in_progress"
            update: dict[str, Any] = {"type": "task_update", "id": _TASK, "title": task, "status": state}
            chunks.append(update | self._sources(progress))
        new = progress.text[len(self._streamed) :][:_CALL_CHARACTERS]
        if new:
            chunks.append({"type": "markdown_text", "text": markdown(new, progress.found)})
        return chunks, self._streamed + new

    def _task(self, progress: Progress) -> str:
        """What goes on while there are no words yet; what was found as soon as there are."""
        if progress.text and progress.found:
            return say("found", self.language, count=len(progress.found))
        return cut(progress.status or say("searching", self.language), _TASK_CHARACTERS)

    def _said(self, progress: Progress, streamed: str) -> None:
        self._task_told, self._streamed = (self._task(progress), _now()), streamed

    def _sources(self, progress: Progress) -> dict[str, Any]:
        sources = [
            {"type": "url", "url": url, "text": _named(citation)}
            for citation in progress.found
            if (url := address(citation.permalink)) is not None
        ]
        return {"sources": sources[:_TASK_SOURCES]} if sources else {}

    async def _update(self, progress: Progress) -> None:
        shown = progress_message(
            status=progress.status,
            text=progress.text,
            citations=progress.found,
            language=self.language,
        )
        site = self.surface.site
        if self.ts is None:
            self.ts = await send(site, self.place.channel, shown, thread_ts=self.place.thread_ts)
            return
        try:
            await change(site, self.place.channel, self.ts, shown)
        except SlackError as error:
            self.ts = None if error.code in GONE else self.ts

    async def _stop_stream(self, closing: Sequence[Shown] = ()) -> None:
        """From now on it is an ordinary message.

        What ends an answer goes along when the words are those that were streamed, and with its words when none were:
        then it is whole at once.
        """
        if not self.is_streaming:
            return
        self.is_streaming = False
        last: list[Block] = []
        if closing and not self._streamed:
            last = list(closing[0].blocks)
        elif len(closing) == 1 and closing[0].text.split() == notification(self._streamed).split():
            last = [block for block in closing[0].blocks if block["type"] != "rich_text"]
        ends_session = bool(closing) and self._has_session
        try:
            await self.surface.site.api.call(
                "chat.stopStream",
                channel=self.place.channel,
                ts=self.ts,
                blocks=last or None,
                session_status="active" if ends_session else None,
            )
            self._has_session = self._has_session and not ends_session
        except (SlackError, SlackAway) as error:
            _log.info("a stream was over already: %s", error)

    async def _delete_lost(self) -> None:
        """Nobody must read "searching…" for ever because the answer to a call was lost."""
        since, self._lost_since = self._lost_since, None
        thread_ts = self.place.thread_ts
        if since is None or thread_ts is None:
            return
        try:
            for ts in await streaming_in(self.surface.site, self.place.channel, thread_ts, since=since):
                await self._delete(ts)
        except (SlackError, SlackAway) as error:
            _log.warning("a stream whose beginning was lost could not be taken back: %s", error)

    async def _delete(self, ts: str) -> None:
        try:
            await self.surface.site.api.call("chat.delete", channel=self.place.channel, ts=ts)
        except SlackError as error:
            if error.code not in GONE:
                _log.warning("a message could not be taken back: %s", error)


def _named(citation: Citation) -> str:
    what = citation.file_name or citation.author
    return cut(f"[{citation.n}] {what}" + (f" · #{citation.channel_name}" if citation.channel_name else ""), 200)


def _now() -> float:
    return asyncio.get_running_loop().time()
