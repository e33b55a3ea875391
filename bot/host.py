"""The application's side of connectors: durable acceptance, conversation, verdicts, files."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from bot.archive.archivist import Archivist
from bot.conversation import Conversation
from bot.errors import NotPermitted
from bot.file_store import FileStore
from bot.guarding.masker import Masker
from bot.guarding.reply import GuardedReply
from bot.language import language_of
from bot.metrics import Metrics
from bot.permissions import Permissions
from bot.truth.answers import Answers
from bot.truth.database import Database
from bot.truth.inbox import Inbox
from connectors.connector import Answer, Citation, DownReason, Notice, Reply, Utterance, VerdictKind
from connectors.events import Event, PersonRef


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
        self._file_store = file_store

    async def accept(self, events: Sequence[Event]) -> None:
        """Store events durably, then let the archivist take them."""
        await self._inbox.append(events)
        self._archivist.wake()

    async def converse(self, utterance: Utterance, reply: Reply) -> None:
        """Answer through ``reply``."""
        language = utterance.language or language_of(utterance.text)
        masker = Masker(self._database, language, utterance.person.person_id, utterance.channel.channel_id)
        counted = _CountedReply(GuardedReply(reply, masker, utterance.text), self._metrics)
        try:
            await self._conversation.converse(utterance, counted)
        except asyncio.CancelledError:
            self._metrics.answers.labels("cancelled").inc()
            raise

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
        channel_id = await self._answers.channel_of(answer_id)
        if channel_id is not None and not await self._permissions.may_read(
            person.person_id, channel_id, platform=person.platform
        ):
            raise NotPermitted
        await self._answers.judge(
            answer_id=answer_id, person_id=person.person_id, kind=verdict, reasons=reasons, comment=comment
        )
        self._metrics.verdicts.labels(verdict).inc()

    async def store_file(self, chunks: AsyncIterator[bytes]) -> tuple[str, int]:
        """Put bytes into the file store."""
        return await self._file_store.put(chunks)


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

    def _count(self, outcome: str) -> None:
        self.metrics.answers.labels(outcome).inc()
        if outcome != "said":
            self.metrics.answer_seconds.observe(time.perf_counter() - self.started)
