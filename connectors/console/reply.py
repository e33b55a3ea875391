"""One answer while it is made, as the pages see it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from connectors.connector import Answer, Card, Citation, Notice
from connectors.console.wire import all_as_json, as_json
from connectors.events import ChannelRef, PersonRef, RecordId

Send = Callable[[dict[str, Any]], Awaitable[None]]
Post = Callable[[Answer | Notice], Awaitable[RecordId | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is being answered; ``record_id`` is None for a command, whose answer only the asker sees."""

    ask_id: str
    channel: ChannelRef
    person: PersonRef
    text: str
    record_id: RecordId | None
    reply_thread_id: RecordId | None
    """Where the answer goes: a thread, or None for the channel itself."""
    asked_at: datetime

    @property
    def private(self) -> bool:
        """Whether only the asker sees the answer."""
        return self.record_id is None


@dataclass(slots=True)
class ConsoleReply:
    """The ``Reply`` of the console: sends each step, and remembers all of it for pages that open in between."""

    question: Question
    send: Send
    post: Post
    ended: bool = False
    answer: Answer | None = None
    """The one that ended it."""
    begun: bool = False
    """Whether anybody sees it: what was only overheard begins with the first step, or never."""
    _status: str = ""
    _citations: list[Any] = field(default_factory=list)
    _text: list[str] = field(default_factory=list)

    def snapshot(self) -> dict[str, Any]:
        """Everything so far."""
        return {
            "ask_id": self.question.ask_id,
            "channel_id": self.question.channel.channel_id,
            "person_id": self.question.person.person_id,
            "question": self.question.text,
            "question_id": self.question.record_id,
            "thread_id": self.question.reply_thread_id,
            "private": self.question.private,
            "asked_at": self.question.asked_at.isoformat(),
            "status": self._status,
            "citations": self._citations,
            "text": "".join(self._text),
        }

    async def started(self) -> None:
        """Say that somebody asked."""
        self.begun = True
        await self.send({"type": "ask", "phase": "started", **self.snapshot()})

    async def status(self, text: str) -> None:
        """What happens now."""
        self._status = text
        await self._step("status", status=text)

    async def sources(self, citations: Sequence[Citation]) -> None:
        """The passages found."""
        self._citations = all_as_json(citations)
        await self._step("sources", citations=self._citations)

    async def delta(self, text: str) -> None:
        """The next piece of text."""
        self._text.append(text)
        await self._step("delta", delta=text)

    async def finish(self, answer: Answer) -> None:
        """Post the answer, then let it replace the stream."""
        record = await self.post(answer)
        self.ended, self.answer = True, answer
        await self._step("finished", answer=as_json(answer), record_id=record)

    async def fail(self, notice: Notice) -> None:
        """Say why there is no answer, and keep it where the answer would be."""
        record = await self.post(notice)
        self.ended = True
        await self._step("failed", notice=as_json(notice), record_id=record)

    async def drop(self) -> None:
        """The question was deleted or changed, or nothing is to be said."""
        await self.stopped("deleted")

    async def confirm(self, card: Card) -> None:
        """Show the card; the pages offer the choice to the person who asked."""
        self.ended = True
        await self._step("card", card=as_json(card))

    async def stopped(self, reason: Literal["cancelled", "deleted"]) -> None:
        """The asker stopped it, or deleted the question."""
        ended, self.ended = self.ended, True
        if self.begun and not ended:
            await self._step("stopped", reason=reason)

    async def _step(self, phase: str, **more: Any) -> None:
        question = self.question
        if not self.begun:
            await self.started()
        await self.send(
            {
                "type": "ask",
                "phase": phase,
                "ask_id": question.ask_id,
                "channel_id": question.channel.channel_id,
                "thread_id": question.reply_thread_id,
                **more,
            }
        )
