"""Proposing a standard answer in a chat: what somebody quotes, or the latest reply in the thread they write in.

The bot's own answer can be quoted, too, and brings the sources that it rests on. Nothing is put in force by it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from bot.commands import is_command
from bot.curating.drafting import draft_of
from bot.curating.standard_answers import StandardAnswers, StandardSource
from bot.intent.rules import is_talk
from bot.intent.wording import word
from bot.truth.database import Database
from bot.truth.quotes import quoted_answer, quoted_message
from bot.truth.resting import asked_words
from bot.truth.tables import AnswerRow, MessageRow, PersonRow
from bot.truth.ticks import question_of
from connectors.connector import Utterance
from knowledge.questions import is_question

_ASKED_WITHIN: Final = timedelta(hours=24)
_LOOKED_AT: Final = 20

Answers = Literal["written", "answered", "thread", "lately"]
"""The question that was typed, that the bot answered, that the thread begins with, or that the bot was asked here."""
Missing = Literal["reply", "question"]
"""What could not be found: what is to be proposed, or which question it answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """What is proposed now, as the person is told it: nobody's words, so that none outlive their deletion."""

    what: Literal["reply", "quotation", "answer"]
    """A message of the archive, words that were only quoted (they have no source), or an answer of the bot."""
    said_by: str
    """The name of who wrote the reply."""
    answers: Answers
    asked_by: str = ""
    asked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    what: Literal["reply", "quotation", "answer"]
    text: str
    said_by: str = ""
    said_at: datetime
    sources: tuple[StandardSource, ...] = ()
    record_id: str | None = None
    answer_id: str | None = None
    question: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    text: str
    answers: Answers
    asked_by: str = ""
    asked_at: datetime | None = None


class Proposing:
    """Looks only at the channel in which the person writes: whoever writes there may read it (invariant 4)."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._standard = StandardAnswers(database)

    async def propose(self, utterance: Utterance, question: str) -> Proposed | Missing:
        """Keep the proposal for the operators; ``question`` is what was typed, empty when nothing was."""
        async with self._database.read() as connection:
            found, asked = await connection.run_sync(lambda sync: _look(Session(sync), utterance, question))
        if found is None:
            return "reply"
        if asked is None:
            return "question"
        await self._standard.propose(
            question=asked.text,
            text=found.text,
            proposed_by=utterance.person.person_id,
            channel_ids=() if found.sources else (utterance.channel.channel_id,),
            sources=found.sources,
            replaces_answer_id=found.answer_id,
        )
        return Proposed(
            what=found.what,
            said_by=found.said_by,
            answers=asked.answers,
            asked_by=asked.asked_by,
            asked_at=asked.asked_at,
        )


def _look(session: Session, utterance: Utterance, question: str) -> tuple[_Found | None, _Question | None]:
    found = _quoted(session, utterance) if utterance.quoted.strip() else _replied(session, utterance)
    return found, None if found is None else _question(session, utterance, found, question)


def _quoted(session: Session, utterance: Utterance) -> _Found | None:
    channel_id, before, quoted = utterance.channel.channel_id, utterance.said_at, utterance.quoted.strip()
    answer = quoted_answer(session, quoted, channel_id=channel_id, before=before)
    if answer is not None:
        draft = draft_of(session, answer.answer_id)
        return _Found(
            what="answer",
            text=draft.text,
            said_at=answer.asked_at,
            sources=draft.sources,
            answer_id=answer.answer_id,
            question=draft.question,
        )
    message = quoted_message(session, quoted, channel_id=channel_id, before=before, but=utterance.record_id)
    if message is not None:
        return _of_message(session, message)
    return _Found(what="quotation", text=quoted, said_at=before)


def _replied(session: Session, utterance: Utterance) -> _Found | None:
    """The latest reply in the thread that says something, of others than who began it if they say anything.

    Whoever asked mostly thanks, or asks on.
    """
    if utterance.thread_id is None:
        return None
    rows = session.scalars(
        select(MessageRow)
        .join(PersonRow, PersonRow.person_id == MessageRow.author_id)
        .where(
            MessageRow.thread_id == utterance.thread_id,
            # The channel always: a message may name a thread of a channel that its readers must not see.
            MessageRow.channel_id == utterance.channel.channel_id,
            MessageRow.sent_at <= utterance.said_at,
            MessageRow.record_id != (utterance.record_id or ""),
            MessageRow.deleted_at.is_(None),
            MessageRow.system.is_(False),
            MessageRow.answer_id.is_(None),
            PersonRow.is_bot.is_(False),
        )
        .order_by(MessageRow.sent_at.desc(), MessageRow.record_id.desc())
        .limit(_LOOKED_AT)
    ).all()
    head = session.get(MessageRow, utterance.thread_id)
    asker = head.author_id if head is not None else None
    replies = [row for row in rows if _says_something(row.text)]
    reply = next((row for row in replies if row.author_id != asker), replies[0] if replies else None)
    return _of_message(session, reply) if reply is not None else None


def _of_message(session: Session, message: MessageRow) -> _Found:
    author = session.get(PersonRow, message.author_id)
    return _Found(
        what="reply",
        text=message.text,
        said_by=author.name if author is not None else "",
        said_at=message.sent_at or message.version_at,
        sources=(StandardSource(n=1, record_id=message.record_id),),
        record_id=message.record_id,
    )


def _says_something(text: str) -> bool:
    words = asked_words(text)
    return bool(words) and not is_question(words) and not is_command(words) and not is_talk(word(words))


def _question(session: Session, utterance: Utterance, found: _Found, written: str) -> _Question | None:
    """What it answers: as typed, as the thread began, or as the bot was asked here before it was said."""
    if written.strip():
        return _Question(text=written.strip(), answers="written")
    if found.question:
        return _Question(text=found.question, answers="answered")
    here, shown, said = utterance.channel.channel_id, aliased(MessageRow), aliased(MessageRow)
    head = session.get(MessageRow, utterance.thread_id) if utterance.thread_id is not None else None
    if head is not None:
        stands = head.channel_id == here and head.deleted_at is None
        text = question_of(session, head) if stands else ""
        return _Question(text=text, answers="thread") if text else None
    asked = session.execute(
        select(AnswerRow.question, AnswerRow.asked_at, PersonRow.name)
        .join(shown, shown.record_id == AnswerRow.answer_record_id, isouter=True)
        .join(said, said.record_id == AnswerRow.question_record_id, isouter=True)
        .join(PersonRow, PersonRow.person_id == AnswerRow.person_id, isouter=True)
        .where(
            # Before everybody: of what one person asked alone neither question nor answer is a message here.
            or_(shown.channel_id == here, said.channel_id == here),
            AnswerRow.asked_at >= utterance.said_at - _ASKED_WITHIN,
            AnswerRow.asked_at <= found.said_at,
            AnswerRow.question != "",
            said.deleted_at.is_(None),
            or_(AnswerRow.question_record_id.is_(None), AnswerRow.question_record_id != (found.record_id or "")),
        )
        .order_by(AnswerRow.asked_at.desc(), AnswerRow.answer_id)
        .limit(_LOOKED_AT)
    )
    for text, at, name in asked:
        if word(text).asks and not is_command(text):
            return _Question(text=asked_words(text), answers="lately", asked_by=name or "", asked_at=at)
    return None
