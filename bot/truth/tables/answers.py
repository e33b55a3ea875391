"""Answers with their sources and verdicts, what waits for a yes, and what channels allow."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, select
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from bot.truth.tables.base import Base


class AnswerRow(Base):
    """An answer with everything needed to show, judge and replay it."""

    __tablename__ = "answers"
    answer_id: Mapped[str] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime] = mapped_column(index=True)
    channel_id: Mapped[str | None] = mapped_column(index=True)
    person_id: Mapped[str | None]
    question_record_id: Mapped[str | None] = mapped_column(index=True)
    answer_record_id: Mapped[str | None] = mapped_column(index=True)
    """The bot's message that shows it."""
    question: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(Text)
    abstained: Mapped[bool]
    reason: Mapped[str | None]
    model: Mapped[str]
    prompt_version: Mapped[str]
    trace: Mapped[dict[str, Any]]
    """Prompt, sampling, raw output and checks; emptied when a source is deleted."""
    timings_ms: Mapped[dict[str, Any]]
    withdrawn_at: Mapped[datetime | None]
    """Set when a source was deleted: text and trace are gone."""
    standard_answer_id: Mapped[str | None] = mapped_column(String(64), index=True)
    """The standard answer that was given."""
    first_token_ms: Mapped[int | None]
    total_ms: Mapped[int | None]
    """Of ``timings_ms``, to be counted over."""
    question_group: Mapped[str | None] = mapped_column(String(64))
    """The same for questions that ask the same; it goes with the words of the question."""
    __table_args__ = (
        # Everything that figures of use are made of: they are counted without opening a row.
        Index(
            "ix_answers_use", "asked_at", "channel_id", "person_id", "abstained", "reason", "standard_answer_id",
            "first_token_ms", "total_ms", "question_group", "answer_id",
        ),
        Index("ix_answers_question_group", "question_group", "asked_at"),
    )  # fmt: skip


def of_the_answer(column: InstrumentedAttribute[Any]) -> Callable[[DefaultExecutionContext], Any]:
    """A default that is read from the answer that a new row is about."""

    def read(context: DefaultExecutionContext) -> Any:
        answer_id = context.get_current_parameters()["answer_id"]  # type: ignore[no-untyped-call]  # by SQLAlchemy
        return context.connection.scalar(select(column).where(AnswerRow.answer_id == answer_id))

    return read


class AnswerSourceRow(Base):
    """A passage an answer was given (``n`` as shown to the model) and whether the answer cites it."""

    __tablename__ = "answer_sources"
    answer_id: Mapped[str] = mapped_column(ForeignKey("answers.answer_id", ondelete="CASCADE"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[str] = mapped_column(index=True)
    file_id: Mapped[str | None] = mapped_column(String(1024), index=True)
    chunk: Mapped[int]
    page: Mapped[str | None]
    channel_id: Mapped[str]
    quote: Mapped[str] = mapped_column(Text)
    cited: Mapped[bool]


class VerdictRow(Base):
    """One person's verdict on one answer; the last one counts."""

    __tablename__ = "verdicts"
    answer_id: Mapped[str] = mapped_column(ForeignKey("answers.answer_id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    reasons: Mapped[list[Any]]
    comment: Mapped[str] = mapped_column(Text, default="")
    judged_at: Mapped[datetime] = mapped_column(index=True)
    asked_at: Mapped[datetime | None] = mapped_column(default=of_the_answer(AnswerRow.asked_at))
    channel_id: Mapped[str | None] = mapped_column(default=of_the_answer(AnswerRow.channel_id))
    """When and where the answer was asked for, which never changes: verdicts are counted without opening it."""
    __table_args__ = (Index("ix_verdicts_use", "asked_at", "channel_id", "kind", "answer_id"),)


class ConfirmationRow(Base):
    """Something that changes or deletes, put to the person who asked for it; done only when they say yes."""

    __tablename__ = "confirmations"
    confirmation_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(index=True)
    channel_id: Mapped[str | None] = mapped_column(index=True)
    action: Mapped[dict[str, Any]]
    """Its kind and what it needs, never words of messages."""
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    decided_at: Mapped[datetime | None]
    accepted: Mapped[bool | None]


class ChannelSettingsRow(Base):
    """What a channel lets the bot do beyond answering when spoken to; without a row the defaults count."""

    __tablename__ = "channel_settings"
    channel_id: Mapped[str] = mapped_column(primary_key=True)
    answers_unasked: Mapped[bool] = mapped_column(default=False)
    """Whether it answers a question put to nobody when the archive plainly holds the answer."""
    offers_pairs: Mapped[bool | None]
    """Whether it now and then puts two answers to choose from; None: as long as people pick."""
    changed_at: Mapped[datetime]
    changed_by: Mapped[str]
