"""The audit: who did what at the desk, and when. Ids and numbers, never words of messages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select

from bot.truth.database import Database
from bot.truth.tables import AuditRow


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One thing that was done."""

    audit_id: int
    done_at: datetime
    operator: str
    action: str
    target: str
    detail: Mapping[str, Any]


class Auditing:
    """Writes and lists; nothing here changes or removes an entry."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, operator: str, action: str, target: str = "", detail: Mapping[str, Any] | None = None) -> None:
        """Keep that ``operator`` did ``action`` to what ``target`` names."""
        row = {
            "done_at": datetime.now(UTC),
            "operator": operator,
            "action": action,
            "target": target,
            "detail": dict(detail or {}),
        }
        async with self._database.begin() as connection:
            await connection.execute(insert(AuditRow).values(**row))

    async def listed(
        self,
        *,
        operator: str | None = None,
        action: str | None = None,
        target: str | None = None,
        before: int | None = None,
        limit: int = 50,
    ) -> Sequence[AuditEntry]:
        """The latest first; ``before`` is the ``audit_id`` where the former page ended."""
        statement = select(AuditRow.__table__).order_by(AuditRow.audit_id.desc()).limit(limit)
        if operator is not None:
            statement = statement.where(AuditRow.operator == operator)
        if action is not None:
            statement = statement.where(AuditRow.action == action)
        if target is not None:
            statement = statement.where(AuditRow.target == target)
        if before is not None:
            statement = statement.where(AuditRow.audit_id < before)
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).mappings().all()
        return [AuditEntry(**row) for row in rows]
