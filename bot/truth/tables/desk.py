"""Who works at the operators' desk, what they did there, and what they set."""

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from bot.truth.tables.base import Base


class OperatorRow(Base):
    """Somebody who may log in at the desk. Of the token only its hash is kept."""

    __tablename__ = "operators"
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    role: Mapped[str] = mapped_column(String(16))
    """operator or viewer."""
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]


class AuditRow(Base):
    """Something that was done at the desk or by an operator's command; ids and numbers, never words of messages."""

    __tablename__ = "audit"
    audit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    done_at: Mapped[datetime] = mapped_column(index=True)
    operator: Mapped[str] = mapped_column(String(80), index=True)
    action: Mapped[str] = mapped_column(String(64), index=True)
    target: Mapped[str]
    detail: Mapped[dict[str, Any]]


class DeskSettingRow(Base):
    """Something set at the desk that is not of one channel, such as where the weekly report goes."""

    __tablename__ = "desk_settings"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str]
