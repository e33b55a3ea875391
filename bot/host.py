"""The application's side of connectors: durable acceptance, conversation, verdicts, files."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.answering.answerer import Variation
from bot.archive.archivist import Archivist
from bot.confirming import Confirmations
from bot.conversation import Conversation
from bot.errors import AnswerWithdrawn, NotPermitted
from bot.feedback.offering import PairOffers
from bot.feedback.signs import SignKind, Signs
from bot.file_store import FileStore
from bot.guarding.masker import Masker
from bot.guarding.reply import GuardedReply
from bot.language import language_of
from bot.llm.interface import Sampling
from bot.metrics import Metrics
from bot.permissions import Permissions
from bot.truth.answers import Answers
from bot.truth.categories import correct
from bot.truth.database import Database
from bot.truth.inbox import Inbox, Lane
from bot.truth.listening import Listening
from bot.truth.preferences import Preferences
from bot.truth.views import shown_answer
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

_AGAIN_TEMPERATURE = 0.7
_AGAIN_TOP_P = 0.9
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
        offers: PairOffers | None = None,
    ) -> None:
        self._metrics = metrics or Metrics()
        self._offers = offers or PairOffers(database, every=0)
        self._preferences = Preferences(database)
        self._signs = Signs(database)
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
        self,
        utterance: Utterance,
        reply: Reply,
        converse: Callable[[Utterance, Reply], Coroutine[Any, Any, None]],
        *,
        on_answer: Callable[[Answer], Awaitable[None]] | None = None,
    ) -> None:
        language = utterance.language or language_of(utterance.text)
        masker = Masker(self._database, language, utterance.person.person_id, utterance.channel.channel_id)
        counted = _CountedReply(GuardedReply(reply, masker, utterance.text), self._metrics, on_answer)
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

    async def answer(self, answer_id: str) -> Answer | None:
        """An answer or digest as people may see it now; of a withdrawn one the sentence that says so."""
        async with self._database.read() as connection:
            return await connection.run_sync(lambda sync: shown_answer(Session(sync), answer_id))

    async def answer_again(self, answer_id: str, utterance: Utterance, reply: Reply) -> None:
        """Answer once more, from other passages and less strictly; as of the time when it was asked.

        Raises ``NotFound`` or ``NotPermitted`` as ``judge``, and ``AnswerWithdrawn``.
        """
        await self._require_answer(answer_id, utterance.person)
        former = await self._answers.get(answer_id)
        if former.withdrawn_at is not None or not former.question:
            raise AnswerWithdrawn(answer_id)
        variation = Variation(
            besides=frozenset(source.record_id for source in former.sources if source.cited),
            sampling=Sampling(temperature=_AGAIN_TEMPERATURE, top_p=_AGAIN_TOP_P, seed=int(answer_id[:6], 16)),
        )
        again = replace(
            utterance,
            text=former.question,
            record_id=RecordId(former.question_record_id) if former.question_record_id else None,
            said_at=former.asked_at,
            language=former.language,
        )

        async def made(second: Answer) -> None:
            await self._offers.made(
                first=answer_id,
                second=second.answer_id,
                person_id=utterance.person.person_id,
                channel_id=utterance.channel.channel_id,
            )

        def converse(asked: Utterance, to: Reply) -> Coroutine[Any, Any, None]:
            return self._conversation.answer_again(asked, to, variation)

        await self._conversing(again, reply, converse, on_answer=made)

    async def meant(self, answer_id: str, utterance: Utterance, reply: Reply) -> bool:
        """The person meant the question named beside an answer: give its standard answer, unless it is there already.

        Raises ``NotFound``, also when it is named no more or not everybody here may be given it, or ``NotPermitted``.
        """
        await self._require_answer(answer_id, utterance.person)
        given = False

        async def give(asked: Utterance, to: Reply) -> None:
            nonlocal given
            given = await self._conversation.give_meant(answer_id, asked, to)

        await self._conversing(utterance, reply, give)
        return given

    async def prefer(self, *, chosen: str, other: str, first_shown: str, person: PersonRef) -> None:
        """Keep which of two answers was picked; raises as ``judge`` for answers that the person cannot see."""
        for answer_id in (chosen, other):
            await self._require_answer(answer_id, person)
        await self._preferences.keep(chosen=chosen, other=other, first_shown=first_shown, person_id=person.person_id)
        await self._offers.ended(first=chosen, second=other, person_id=person.person_id, outcome="picked")

    async def wants_pair(self, answer_id: str, person: PersonRef, channel_id: ChannelId) -> bool:
        """Whether now and then is now, for this answer and who asked for it."""
        return await self._offers.wanted(answer_id, person_id=person.person_id, channel_id=channel_id)

    async def pair_shown(self, *, first: str, second: str, person: PersonRef) -> None:
        """The person can pick."""
        await self._offers.shown(first=first, second=second, person_id=person.person_id)

    async def pair_declined(self, *, first: str, second: str, person: PersonRef) -> None:
        """The person does not want to pick."""
        await self._offers.ended(first=first, second=second, person_id=person.person_id, outcome="declined")

    async def _see(self, answer_id: str, person: PersonRef, kind: SignKind, *, record_id: str = "") -> None:
        await self._require_answer(answer_id, person)
        await self._signs.see(answer_id=answer_id, person_id=person.person_id, kind=kind, record_id=record_id)

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
    on_answer: Callable[[Answer], Awaitable[None]] | None = None
    """Told of an answer before people see it."""
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
        if self.on_answer is not None:
            await self.on_answer(answer)
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
