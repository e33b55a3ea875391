"""Summaries of conversations, digests and when they are due."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.truth.tables.base import Base


class ConversationSummaryRow(Base):
    """What a conversation came to, kept until one of its messages changes."""

    __tablename__ = "conversation_summaries"
    summary_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(index=True)
    channel_id: Mapped[str] = mapped_column(index=True)
    language: Mapped[str] = mapped_column(String(8))
    fingerprint: Mapped[str] = mapped_column(String(64))
    """Of the messages with their versions, the prompt and the model: another one means that it is out of date."""
    lines: Mapped[list[Any]]
    """Checked lines with section, text and the records that support them."""
    model: Mapped[str]
    prompt_version: Mapped[str]
    made_at: Mapped[datetime]


class ConversationSummarySourceRow(Base):
    """A message that a kept summary was made of: the summary goes with it."""

    __tablename__ = "conversation_summary_sources"
    summary_id: Mapped[str] = mapped_column(
        ForeignKey("conversation_summaries.summary_id", ondelete="CASCADE"), primary_key=True
    )
    record_id: Mapped[str] = mapped_column(primary_key=True, index=True)


class DigestScheduleRow(Base):
    """A digest that comes by itself: of some channels, to a channel or to one person, daily or weekly."""

    __tablename__ = "digest_schedules"
    schedule_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    platform: Mapped[str] = mapped_column(String(16))
    workspace_id: Mapped[str]
    target_channel_id: Mapped[str | None] = mapped_column(index=True)
    """Where it is posted; None: the direct chat of the person."""
    person_id: Mapped[str | None] = mapped_column(index=True)
    """Set when it is for one person."""
    channel_ids: Mapped[list[Any]]
    """What it is about; none, for a person: every channel that the person is in."""
    period: Mapped[str] = mapped_column(String(16))
    """daily or weekly."""
    minute_of_day: Mapped[int]
    weekday: Mapped[int]
    """0 is Monday; of a weekly one."""
    timezone: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(8))
    skip_quiet: Mapped[bool] = mapped_column(default=False)
    """Nothing is posted when nothing was said."""
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    """Times before it are not due."""
    enabled: Mapped[bool] = mapped_column(default=True)
    covered_until: Mapped[datetime]
    """The end of the period that was told last; the next one begins here."""


class DigestRow(Base):
    """A digest as made; one a schedule and period, whatever restarts come between."""

    __tablename__ = "digests"
    digest_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    schedule_id: Mapped[str | None] = mapped_column(String(64), index=True)
    target_channel_id: Mapped[str | None] = mapped_column(index=True)
    person_id: Mapped[str | None] = mapped_column(index=True)
    channel_ids: Mapped[list[Any]]
    since: Mapped[datetime]
    until: Mapped[datetime]
    language: Mapped[str] = mapped_column(String(8))
    lines: Mapped[list[Any]]
    """Those that tell of a message go when it is deleted or changed."""
    facts: Mapped[dict[str, Any]]
    """Numbers for its heading, and its time zone; never words of messages."""
    model: Mapped[str]
    prompt_version: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(String(16), index=True)
    """made, posting (given to the platform, outcome unknown), posted, empty (nothing to post), failed or withdrawn."""
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(64))
    posted_record_id: Mapped[str | None] = mapped_column(index=True)
    posted_at: Mapped[datetime | None]
    __table_args__ = (Index("ux_digests_schedule_period", "schedule_id", "until", unique=True),)


class DigestSourceRow(Base):
    """A message that a digest tells of."""

    __tablename__ = "digest_sources"
    digest_id: Mapped[str] = mapped_column(ForeignKey("digests.digest_id", ondelete="CASCADE"), primary_key=True)
    record_id: Mapped[str] = mapped_column(primary_key=True, index=True)
