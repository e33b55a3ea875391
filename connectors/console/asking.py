"""Questions being answered: one owned task each, a bounded number of them, and stopping them."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal

from connectors.connector import Answer, Language, Notice, Utterance
from connectors.console.errors import ConsoleError
from connectors.console.host import ConsoleHost
from connectors.console.hub import Hub
from connectors.console.ids import answer_record_id, derived
from connectors.console.reply import ConsoleReply, Question
from connectors.events import MessagePosted, PersonId, RecordId

_LOG = logging.getLogger(__name__)


class Asking:
    """Owns the conversations that run; the application has its own fair queue behind ``converse``."""

    def __init__(self, host: ConsoleHost, hub: Hub, *, limit: int = 64, timeout_seconds: float = 900.0) -> None:
        self._host = host
        self._hub = hub
        self._limit = limit
        self._timeout_seconds = timeout_seconds
        self._running: dict[str, tuple[ConsoleReply, asyncio.Task[None]]] = {}
        self._on_answer: Callable[[Question, Answer], None] = lambda _question, _answer: None

    def on_answer(self, listener: Callable[[Question, Answer], None]) -> None:
        """Who is told of every answer that was posted."""
        self._on_answer = listener

    async def ask(self, question: Question, utterance: Utterance, *, language: Language) -> None:
        """Begin to answer; returns at once. Above the limit the question fails with a notice, or is not overheard."""
        reply = ConsoleReply(question, send=self._sender(question), post=self._poster(question))
        if question.ask_id in self._running:
            return
        if len(self._running) >= self._limit:
            if utterance.kind == "overheard":
                return
            await reply.started()
            await reply.fail(ConsoleError("busy").notice(language))
            return
        task = asyncio.create_task(self._converse(reply, utterance, language), name=f"console {question.ask_id}")
        self._running[question.ask_id] = (reply, task)
        task.add_done_callback(lambda done: self._ended(question.ask_id, done))

    def answers_in(self, thread: RecordId) -> bool:
        """Whether an answer is being made in this thread, so that the bot is already part of it."""
        return any(reply.begun and reply.question.reply_thread_id == thread for reply, _ in self._running.values())

    def answers(self, record: RecordId) -> bool:
        """Whether an answer to this message is being made."""
        return any(reply.question.record_id == record for reply, _ in self._running.values())

    async def visible(self, person: PersonId) -> list[dict[str, Any]]:
        """Snapshots of everything under way that this person may see, for a page that opens now."""
        snapshots = []
        for reply, _ in tuple(self._running.values()):
            question = reply.question
            if not reply.begun:
                continue
            mine = question.person.person_id == person
            if mine or (not question.private and await self._hub.may_read(person, question.channel.channel_id)):
                snapshots.append(reply.snapshot())
        return snapshots

    async def cancel(self, ask_id: str, person: PersonId) -> None:
        """Stop an answer; raises ``LookupError`` when none runs, ``PermissionError`` when somebody else asked."""
        reply, _ = self._running[ask_id]
        if reply.question.person.person_id != person:
            raise PermissionError(ask_id)
        await self._stop(ask_id, "cancelled")

    async def cancel_question(self, record: RecordId, reason: Literal["cancelled", "deleted"] = "deleted") -> None:
        """The question was deleted, or other words are asked: its answer is not wanted any more."""
        for ask_id, (reply, _) in tuple(self._running.items()):
            if reply.question.record_id == record or reply.question.reply_thread_id == record:
                await self._stop(ask_id, reason)

    async def close(self) -> None:
        """Cancel and await everything."""
        tasks = [task for _, task in self._running.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, ask_id: str, task: asyncio.Task[None]) -> None:
        self._running.pop(ask_id, None)
        if not task.cancelled() and task.exception() is not None:
            _LOG.error("the end of an answer could not be posted", exc_info=task.exception())

    async def _stop(self, ask_id: str, reason: Literal["cancelled", "deleted"]) -> None:
        reply, task = self._running.pop(ask_id)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await reply.stopped(reason)

    async def _converse(self, reply: ConsoleReply, utterance: Utterance, language: Language) -> None:
        overheard = utterance.kind == "overheard"
        if not overheard:
            await reply.started()
        try:
            async with asyncio.timeout(self._timeout_seconds):
                await self._host.converse(utterance, reply)
            if not (reply.ended or overheard):
                await reply.fail(ConsoleError("no_answer").notice(language))
            if reply.answer is not None and not (overheard or reply.question.private):
                self._on_answer(reply.question, reply.answer)
        except Exception:  # noqa: BLE001 -- an owned task must end with words, whatever happened
            _LOG.exception("a conversation failed")
            if reply.begun:
                await reply.fail(ConsoleError("internal").notice(language))

    def _sender(self, question: Question) -> Any:
        async def send(payload: dict[str, Any]) -> None:
            if question.private:
                self._hub.send_person(question.person.person_id, payload)
            else:
                await self._hub.send_channel(question.channel.channel_id, payload)

        return send

    def _poster(self, question: Question) -> Any:
        async def post(result: Answer | Notice) -> RecordId | None:
            """Keep an answer as the bot's message, and a failure as a system message that nobody searches."""
            if question.private:
                return None
            if isinstance(result, Answer):
                record, text = answer_record_id(result.answer_id), result.text
            else:
                record = RecordId(derived("notice", question.ask_id))
                text = f"{result.sentence} {result.hint} ({result.code})"
            posted = MessagePosted(
                event_id=record,
                occurred_at=datetime.now(UTC),
                record_id=record,
                channel=question.channel,
                author=self._host.bot,
                text=text,
                thread_id=question.reply_thread_id,
                system=isinstance(result, Notice),
                answer_id=result.answer_id if isinstance(result, Answer) else None,
            )
            await self._host.accept([posted])
            return record

        return post
