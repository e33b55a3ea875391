"""What was removed on purpose, and by which rule."""

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from bot.truth.tables.base import Base


class RetentionRow(Base):
    """How long a channel keeps its records; the setting counts for channels without a row."""

    __tablename__ = "retention_rules"
    channel_id: Mapped[str] = mapped_column(primary_key=True)
    keep_days: Mapped[int | None]
    """None keeps forever."""
    changed_at: Mapped[datetime]
    changed_by: Mapped[str]


class ErasureRow(Base):
    """The receipt of a removal by ``forget`` or retention: what went from where, in numbers and ids, never in words."""

    __tablename__ = "erasures"
    erasure_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    began_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    requested_by: Mapped[str]
    scope: Mapped[dict[str, Any]]
    removed: Mapped[dict[str, Any]]


class ForgottenRow(Base):
    """What is not taken in any more: messages of this channel and by this person (None: any) sent before a moment."""

    __tablename__ = "forgotten"
    rule_id: Mapped[str] = mapped_column(primary_key=True)
    """The erasure that made it, or ``retention:`` and the channel."""
    channel_id: Mapped[str | None] = mapped_column(index=True)
    person_id: Mapped[str | None] = mapped_column(index=True)
    before: Mapped[datetime]
