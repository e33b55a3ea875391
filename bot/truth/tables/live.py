"""What live platforms need: raw deliveries, notes, files on their way, histories, and posted words to be replaced."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from bot.truth.tables.base import Base


class LetterRow(Base):
    """A payload as delivered, kept before it was acknowledged. ``body`` is emptied once it is handled."""

    __tablename__ = "letters"
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    source: Mapped[str] = mapped_column(String(256))
    """Platform and workspace, as in ``slack:T1``."""
    key: Mapped[str]
    body: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    """waiting, done or failed (set aside)."""
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None]
    handled_at: Mapped[datetime | None]
    """When it was done or set aside."""
    error: Mapped[str | None]
    __table_args__ = (
        Index("ux_letters_key", "source", "key", unique=True),
        Index("ix_letters_next", "state", "source", "seq"),
        {"sqlite_autoincrement": True},
    )


class NoteRow(Base):
    """A small fact that a connector must still know after a restart; never words of messages."""

    __tablename__ = "notes"
    source: Mapped[str] = mapped_column(String(256), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[dict[str, Any]]
    written_at: Mapped[datetime]


class FetchedFileRow(Base):
    """What became of fetching a file, for every message that shares it, those that arrive later included.

    The row goes with the last message that shares it, because it holds the name.
    """

    __tablename__ = "fetched_files"
    platform_file_id: Mapped[str] = mapped_column(primary_key=True)
    fetched_at: Mapped[datetime]
    """Decides between several; bytes count before reasons."""
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    unavailable_reason: Mapped[str | None]
    name: Mapped[str | None] = mapped_column(Text)
    """What it is called, when that was looked up; with ``media_type`` and ``caption``."""
    media_type: Mapped[str | None]
    caption: Mapped[str | None] = mapped_column(Text)
    named_at: Mapped[datetime | None]
    applied_at: Mapped[datetime]
    """By this machine's clock: bytes wait for their message for a day."""


class ChannelHistoryRow(Base):
    """How far back the history of a channel was read."""

    __tablename__ = "channel_histories"
    channel_id: Mapped[str] = mapped_column(primary_key=True)
    reached: Mapped[datetime | None]
    complete: Mapped[bool] = mapped_column(default=False)
    partial: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether something is missing for good: before ``reached``, or without that at any time."""
    changed_at: Mapped[datetime]


class GoneWorkspaceRow(Base):
    """A workspace that has thrown the bot out: nothing of it is shown, and it is erased unless the bot comes back."""

    __tablename__ = "gone_workspaces"
    platform: Mapped[str] = mapped_column(String(16), primary_key=True)
    workspace_id: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(String(64))
    gone_at: Mapped[datetime]
    erasure_id: Mapped[str | None] = mapped_column(String(64))
    """The erasure that was begun when its time was up."""


class RevisionRow(Base):
    """A message of the bot that must say something else, because what it told of was deleted or changed.

    It holds no words: what may still be shown is read from the truth when the platform is told.
    """

    __tablename__ = "revisions"
    answer_id: Mapped[str] = mapped_column(primary_key=True)
    """Of the answer or the digest."""
    record_id: Mapped[str]
    channel_id: Mapped[str] = mapped_column(index=True)
    language: Mapped[str] = mapped_column(String(8))
    queued_at: Mapped[datetime]
    ticket: Mapped[str] = mapped_column(String(32))
    """Changes whenever it is queued again, so that what goes while the platform is told is not forgotten."""
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None] = mapped_column(index=True)
