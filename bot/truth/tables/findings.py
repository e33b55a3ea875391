"""What the archive makes of chats: conversations, categories, topics, and what is to be indexed."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.truth.tables.base import Base


class ConversationRow(Base):
    """Which conversation of its channel a message belongs to, and what it replies to; computed, never typed in."""

    __tablename__ = "message_conversations"
    record_id: Mapped[str] = mapped_column(primary_key=True)
    channel_id: Mapped[str] = mapped_column(index=True)
    reply_to: Mapped[str | None] = mapped_column(index=True)
    conversation_id: Mapped[str] = mapped_column(index=True)
    """Record id of the conversation's first message."""


class ConversationQueueRow(Base):
    """A place in a channel where talk came, went or changed: what follows it is to be separated anew."""

    __tablename__ = "conversation_queue"
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    lane: Mapped[int]
    channel_id: Mapped[str]
    sent_at: Mapped[datetime]
    record_id: Mapped[str] = mapped_column(index=True)
    __table_args__ = (
        Index("ix_conversation_queue_next", "lane", "channel_id", "sent_at", "record_id"),
        {"sqlite_autoincrement": True},
    )


class CategoryRow(Base):
    """A category of the team's own; archived ones are no longer given."""

    __tablename__ = "categories"
    category_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    description: Mapped[str] = mapped_column(Text, default="")
    position: Mapped[int]
    archived: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime]


class CategoryVersionRow(Base):
    """How a category was defined at some time: the team's own words, kept so that a change can be taken back."""

    __tablename__ = "category_versions"
    version_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    category_id: Mapped[str] = mapped_column(String(64), index=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    description: Mapped[str] = mapped_column(Text)
    position: Mapped[int]
    archived: Mapped[bool]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str]
    """Who defined it so; empty: as shipped."""


class RecordCategoryRow(Base):
    """A category of a record as given by rules and small models, 0 … 1 sure."""

    __tablename__ = "record_categories"
    record_id: Mapped[str] = mapped_column(String(1024), primary_key=True)
    category_id: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)
    score: Mapped[float]
    applied_at: Mapped[datetime] = mapped_column(default=lambda: datetime.now(UTC), index=True)
    """When it was given."""


class CategoryCorrectionRow(Base):
    """What a person says about a category of a record: it counts before any model, and models learn from it."""

    __tablename__ = "category_corrections"
    record_id: Mapped[str] = mapped_column(String(1024), primary_key=True)
    category_id: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)
    present: Mapped[bool]
    person_id: Mapped[str]
    corrected_at: Mapped[datetime] = mapped_column(index=True)


class TopicRow(Base):
    """A topic found in the data: its words, most telling first."""

    __tablename__ = "topics"
    topic_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    label: Mapped[str]
    words: Mapped[list[Any]]
    found_at: Mapped[datetime]


class RecordTopicRow(Base):
    """The topic of a record."""

    __tablename__ = "record_topics"
    record_id: Mapped[str] = mapped_column(String(1024), primary_key=True)
    topic_id: Mapped[str] = mapped_column(String(64), index=True)


class IndexQueueRow(Base):
    """A record whose passages in Qdrant are not what the truth says: the archivist's to-do list."""

    __tablename__ = "index_queue"
    record_id: Mapped[str] = mapped_column(String(1024), primary_key=True)
    lane: Mapped[int]
    enqueued_at: Mapped[datetime]
    ticket: Mapped[str] = mapped_column(String(32))
    """Changes whenever the record is queued again, so that a change made while indexing is not forgotten."""
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None]
    error: Mapped[str | None]
    __table_args__ = (Index("ix_index_queue_next", "lane", "enqueued_at"),)
