"""The application's side of connectors: durable acceptance, conversation, verdicts, files."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.archive.archivist import Archivist
from bot.confirming import Confirmations
from bot.conversation import Conversation
from bot.errors import NotPermitted
from bot.file_store import FileStore
from bot.guarding.masker import Masker
from bot.guarding.reply import GuardedReply
from bot.language import language_of
from bot.metrics import Metrics
from bot.permissions import Permissions
from bot.truth.answers import Answers
from bot.truth.categories import correct
from bot.truth.database import Database
from bot.truth.inbox import Inbox, Lane
from bot.truth.listening import Listening
from connectors.connector import (
    Answer,
    Card,
    Citation,
    Decision,
    DownReason,
    Notice,
    Reply,
    Utterance,
    VerdictKind,
)
from connectors.events import ChannelId, Event, MessageDeleted, MessageEdited, MessagePosted, PersonRef, RecordId

_MENTION = re.compile(r"(?:[@＠]\S+|<@[^>]+>)?")


class ApplicationHost:
    """Implements ``connectors.connector.Host``, and counts in ``metrics`` what people got."""

    def __init__(
        self,
        *,
        database: Database,
        inbox: Inbox,
        archivist: Archivist,
        conversation: Conversation,
        answers: Answers,
        permissions: Permissions,
        confirmations: Confirmations,
        file_store: FileStore,
        metrics: Metrics | None = None,
    ) -> None:
        self._metrics = metrics or Metrics()
        self._database = database
        self._inbox = inbox
        self._archivist = archivist
        self._conversation = conversation
        self._answers = answers
        self._permissions = permissions
        self._confirmations = confirmations
        self._file_store = file_store
        self._listening = Listening(database)
        self._running: list[tuple[Utterance, asyncio.Task[None]]] = []

    async def accept(self, events: Sequence[Event]) -> None:
        """Store events durably, then let the archivist take them; what asks and changes meanwhile is not answered."""
        await self._take(events, Lane.LIVE)

    async def converse(self, utterance: Utterance, reply: Reply) -> None:
        """Answer through ``reply``; it is dropped when the message that asks is deleted or gets other words."""
        await self._conversing(utterance, reply, self._conversation.converse)

    async def _conversing(
        self, utterance: Utterance, reply: Reply, converse: Callable[[Utterance, Reply], Coroutine[Any, Any, None]]
    ) -> None:
        language = utterance.language or language_of(utterance.text)
        masker = Masker(self._database, language, utterance.person.person_id, utterance.channel.channel_id)
        counted = _CountedReply(GuardedReply(reply, masker, utterance.text), self._metrics)
        work = asyncio.create_task(converse(utterance, counted), name="conversation")
        running = (utterance, work)
        self._running.append(running)
        try:
            await work
        except asyncio.CancelledError:
            self._metrics.answers.labels("cancelled").inc()
            await asyncio.gather(work, return_exceptions=True)
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            await counted.drop()
        finally:
            self._running.remove(running)

    async def listens(self, channel_id: ChannelId) -> bool:
        """What the members of the channel decided by ``/listen``."""
        return await self._listening.listens(channel_id)

    async def judge(
        self,
        *,
        answer_id: str,
        person: PersonRef,
        verdict: VerdictKind,
        reasons: Sequence[DownReason] = (),
        comment: str = "",
    ) -> None:
        """Store a verdict; raises ``NotFound``, or ``NotPermitted`` when the person cannot see the answer."""
        await self._require_answer(answer_id, person)
        await self._answers.judge(
            answer_id=answer_id, person_id=person.person_id, kind=verdict, reasons=reasons, comment=comment
        )
        self._metrics.verdicts.labels(verdict).inc()

    async def decide(self, card_id: str, person: PersonRef, *, accepted: bool) -> Decision:
        """Decide a card; raises ``NotFound``, or ``NotPermitted`` for a card of somebody else."""
        return await self._confirmations.decide(card_id, person, accepted=accepted)

    async def store_file(self, chunks: AsyncIterator[bytes]) -> tuple[str, int]:
        """Put bytes into the file store."""
        return await self._file_store.put(chunks)

    async def _take(self, events: Sequence[Event], lane: Lane) -> None:
        await self._inbox.append(events, lane=lane)
        self._archivist.wake()
        for event in events:
            self._stop(event)

    async def _require_answer(self, answer_id: str, person: PersonRef) -> None:
        channel_id = await self._answers.channel_of(answer_id)
        if channel_id is not None and not await self._permissions.may_read(
            person.person_id, channel_id, platform=person.platform
        ):
            raise NotPermitted

    async def _correct(self, record_id: RecordId, category_id: str, *, present: bool, person_id: str) -> None:
        """Keep what a person says about a category of a record; whether they may read it is the caller's to check."""
        now = datetime.now(UTC)

        def write(session: Session) -> None:
            correct(session, record_id, category_id, present=present, person_id=person_id, at=now)
            session.flush()

        async with self._database.begin() as connection:
            await connection.run_sync(lambda sync: write(Session(sync)))
        self._archivist.wake()

    def _stop(self, event: Event) -> None:
        """End the conversations of a message that was deleted, or whose words an edit replaced."""
        match event:
            case MessageDeleted():
                words = None
            case MessageEdited():
                words = event.text
            case MessagePosted() if event.edited_at is not None:
                words = event.text
            case _:
                return
        for utterance, work in self._running:
            if utterance.record_id == event.record_id and (words is None or not _says(words, utterance.text)):
                work.cancel()


def _says(message: str, utterance: str) -> bool:
    """Whether a message is an utterance, but for the mention of the bot before or after it."""
    whole, asked = " ".join(message.split()), " ".join(utterance.split())
    return asked in whole and _MENTION.fullmatch(whole.replace(asked, "", 1).strip()) is not None


@dataclass(slots=True)
class _CountedReply:
    """Hands everything through, and counts the end."""

    reply: Reply
    metrics: Metrics
    started: float = field(default_factory=time.perf_counter)

    async def status(self, text: str) -> None:
        """Hand through."""
        await self.reply.status(text)

    async def sources(self, citations: Sequence[Citation]) -> None:
        """Hand through."""
        await self.reply.sources(citations)

    async def delta(self, text: str) -> None:
        """Hand through."""
        await self.reply.delta(text)

    async def finish(self, answer: Answer) -> None:
        """Count as answered, or by the reason why it is not."""
        await self.reply.finish(answer)
        self._count(answer.reason or "answered")

    async def fail(self, notice: Notice) -> None:
        """Count by its code."""
        await self.reply.fail(notice)
        self._count(notice.code)

    async def drop(self) -> None:
        """Hand through: nothing was said."""
        await self.reply.drop()

    async def confirm(self, card: Card) -> None:
        """Hand through: what comes of it is no answer."""
        await self.reply.confirm(card)
        self._count("said")

    def _count(self, outcome: str) -> None:
        self.metrics.answers.labels(outcome).inc()
        if outcome != "said":
            self.metrics.answer_seconds.observe(time.perf_counter() - self.started)
