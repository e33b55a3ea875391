"""What was received and what chats hold: channels, people, messages, files and links."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text, false, true
from sqlalchemy.orm import Mapped, mapped_column

from bot.truth.tables.base import Base


class InboxRow(Base):
    """An event as received. ``payload`` is emptied once it is applied; the row stays to recognise duplicates."""

    __tablename__ = "inbox"
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    event_id: Mapped[str] = mapped_column(unique=True)
    lane: Mapped[int]
    """0 live, 1 import: live events are taken first."""
    payload: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16), default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None]
    error: Mapped[str | None]
    __table_args__ = (Index("ix_inbox_next", "state", "lane", "seq"), {"sqlite_autoincrement": True})


class ChannelRow(Base):
    """A group chat or direct chat; ``changed_at`` decides between events that arrive out of order."""

    __tablename__ = "channels"
    channel_id: Mapped[str] = mapped_column(primary_key=True)
    platform: Mapped[str] = mapped_column(String(16))
    workspace_id: Mapped[str]
    name: Mapped[str] = mapped_column(index=True)
    visibility: Mapped[str] = mapped_column(String(16))
    archived: Mapped[bool] = mapped_column(default=False)
    external: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Shared with another organisation."""
    listed_at: Mapped[datetime | None]
    """Of the newest complete list of members: what is older says nothing of them."""
    changed_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class PersonRow(Base):
    """A person or bot of a platform."""

    __tablename__ = "people"
    person_id: Mapped[str] = mapped_column(primary_key=True)
    platform: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(index=True)
    is_bot: Mapped[bool] = mapped_column(default=False)
    is_guest: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime]
    active: Mapped[bool] = mapped_column(default=True, server_default=true())
    """Who is not may read nothing."""
    active_at: Mapped[datetime | None]
    """Of the newest event about ``active``."""
    left_at: Mapped[datetime | None]
    """When the person was deactivated last: memberships that are not newer have ended."""


class MembershipRow(Base):
    """Whether a person is in a channel, by the newest event about it. Rows of people who left stay."""

    __tablename__ = "memberships"
    channel_id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(primary_key=True, index=True)
    present: Mapped[bool]
    changed_at: Mapped[datetime]


class MessageRow(Base):
    """A message. An edit or deletion that comes before its message makes a row without channel (a stub)."""

    __tablename__ = "messages"
    record_id: Mapped[str] = mapped_column(primary_key=True)
    channel_id: Mapped[str | None]
    author_id: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    thread_id: Mapped[str | None]
    text: Mapped[str] = mapped_column(Text, default="")
    version_at: Mapped[datetime]
    edited: Mapped[bool] = mapped_column(default=False)
    system: Mapped[bool] = mapped_column(default=False)
    permalink: Mapped[str | None] = mapped_column(Text)
    answer_id: Mapped[str | None]
    """Set on the bot's own answers."""
    deleted_at: Mapped[datetime | None]
    erasure_id: Mapped[str | None] = mapped_column(index=True)
    """Set once it was forgotten on purpose: only its place in thread and channel is kept, whatever comes late."""
    applied_at: Mapped[datetime] = mapped_column(index=True)
    """When this row was last changed here: what a rebuild must look at once more."""
    __table_args__ = (
        Index("ix_messages_channel_time", "channel_id", "sent_at", "record_id"),
        Index("ix_messages_thread", "thread_id", "sent_at"),
        Index("ix_messages_author", "author_id"),
    )


class MessageEditRow(Base):
    """A former text of a message."""

    __tablename__ = "message_edits"
    record_id: Mapped[str] = mapped_column(primary_key=True)
    version_at: Mapped[datetime] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)


class FileRow(Base):
    """A file as shared with one message; a file shared twice is two rows, whose bytes lie once under ``sha256``."""

    __tablename__ = "files"
    file_id: Mapped[str] = mapped_column(String(1024), primary_key=True)
    """Record id of this share."""
    platform_file_id: Mapped[str] = mapped_column(index=True)
    record_id: Mapped[str] = mapped_column(index=True)
    channel_id: Mapped[str | None] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str]
    size_bytes: Mapped[int | None]
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    caption: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[str] = mapped_column(String(16))
    """pending (without bytes: they are being fetched), read or failed."""
    reason: Mapped[str | None]
    removed_at: Mapped[datetime | None]
    applied_at: Mapped[datetime] = mapped_column(index=True)
    """When this row was last changed here."""


class RemovedFileRow(Base):
    """A file that its platform has removed: a message that arrives later does not bring it back."""

    __tablename__ = "removed_files"
    platform_file_id: Mapped[str] = mapped_column(primary_key=True)
    removed_at: Mapped[datetime]


class FileTextRow(Base):
    """What was read from the bytes with this checksum: ``pages`` is a list of [label, text]."""

    __tablename__ = "file_texts"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    pages: Mapped[list[Any]]
    reason: Mapped[str | None]
    read_at: Mapped[datetime]


class ReactionRow(Base):
    """An emoji on a message by one person, by the newest event about it."""

    __tablename__ = "reactions"
    record_id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(primary_key=True)
    emoji: Mapped[str] = mapped_column(primary_key=True)
    present: Mapped[bool]
    changed_at: Mapped[datetime]


class LinkRow(Base):
    """An address that a message names: a record of its own. Rows go with their message or its edit."""

    __tablename__ = "links"
    link_id: Mapped[str] = mapped_column(String(1024), primary_key=True)
    """Record id: the message's and a digest of the address."""
    record_id: Mapped[str] = mapped_column(index=True)
    channel_id: Mapped[str] = mapped_column(index=True)
    url: Mapped[str] = mapped_column(Text)
    """As shared, without secrets."""
    digest: Mapped[str] = mapped_column(String(32), index=True)
    """The same for two shares of one address, whatever tracking parameters they carry."""
    host: Mapped[str] = mapped_column(index=True)
    label: Mapped[str] = mapped_column(Text, default="")
    """What the platform shows instead of the address, or tells about the page; nothing is fetched."""
    applied_at: Mapped[datetime] = mapped_column(index=True)
