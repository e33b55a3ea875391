"""What people choose and ask for: preferences, answers to be given from now on, reminders."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.truth.tables.base import Base


class PreferenceRow(Base):
    """One person picked one of two answers to a question; their last pick on the pair counts."""

    __tablename__ = "preferences"
    person_id: Mapped[str] = mapped_column(primary_key=True)
    pair: Mapped[str] = mapped_column(String(160), primary_key=True)
    """Both answers' ids in order, whichever was picked."""
    chosen: Mapped[str] = mapped_column(ForeignKey("answers.answer_id", ondelete="CASCADE"), index=True)
    other: Mapped[str] = mapped_column(ForeignKey("answers.answer_id", ondelete="CASCADE"), index=True)
    first_shown: Mapped[str]
    channel_id: Mapped[str | None] = mapped_column(index=True)
    preferred_at: Mapped[datetime] = mapped_column(index=True)


class StandardAnswerRow(Base):
    """An answer that people want to be given from now on, once an operator has approved it."""

    __tablename__ = "standard_answers"
    standard_answer_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    question: Mapped[str] = mapped_column(Text)
    variants: Mapped[list[Any]]
    """Other ways to ask it."""
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(8))
    source_record_id: Mapped[str | None] = mapped_column(index=True)
    """As former releases kept it; now in ``StandardAnswerSourceRow``."""
    replaces_answer_id: Mapped[str | None] = mapped_column(String(64))
    proposed_by: Mapped[str] = mapped_column(index=True)
    owner: Mapped[str | None]
    state: Mapped[str] = mapped_column(String(16), index=True)
    """proposed, approved or removed."""
    proposed_at: Mapped[datetime]
    approved_at: Mapped[datetime | None]
    valid_until: Mapped[datetime | None]
    channel_ids: Mapped[list[Any]]
    """Who may read all of these may be given it; none: nobody."""
    changed_at: Mapped[datetime | None]
    """Moves with any change of words, sources or readers: ``bot.curating.standing`` knows by it what to read again."""
    changed_by: Mapped[str | None]
    contested_by: Mapped[str | None]
    """A newer message that seems to say something else, or a source that was edited; it is given no more until an
    operator has looked. Of a removed one the source that was deleted; empty: its question was."""
    contested_at: Mapped[datetime | None]


class ReminderRow(Base):
    """Something that a person asked to be reminded of."""

    __tablename__ = "reminders"
    reminder_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(index=True)
    platform: Mapped[str] = mapped_column(String(16))
    workspace_id: Mapped[str]
    channel_id: Mapped[str | None] = mapped_column(index=True)
    """Where it was asked for; None: in the direct chat with the bot."""
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(8))
    due_at: Mapped[datetime] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(String(16), index=True)
    """waiting, posting, posted, failed or removed."""
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None]
    created_at: Mapped[datetime]
