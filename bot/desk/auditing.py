"""The audit: who did what at the desk, and when. Ids and numbers, never words of messages."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Insert, insert, select, update

from bot.truth.database import ALONG, Along, Database
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
    """Writes and lists; nothing here changes what was done, or removes it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, operator: str, action: str, target: str = "", detail: Mapping[str, Any] | None = None) -> None:
        """Keep that ``operator`` did ``action`` to what ``target`` names."""
        async with self._database.begin() as connection:
            await connection.execute(_entry(operator, action, target, dict(detail or {})))

    @contextmanager
    def going_along(self, operator: str, action: str) -> Iterator[Along]:
        """What is changed within is in the audit from the same moment on: the first transaction takes the entry along.

        It stays as unfinished until ``finish``.
        """
        entry = Along(_entry(operator, action, "", {"unfinished": True}))
        token = ALONG.set(entry)
        try:
            yield entry
        finally:
            ALONG.reset(token)

    async def finish(self, entry: Along, target: str, detail: Mapping[str, Any]) -> None:
        """It was done; also what changed nothing in the truth is noted."""
        told = {"target": target, "detail": dict(detail)}
        async with self._database.begin() as connection:
            if entry.key is None:
                written = await connection.execute(entry.statement.values(**told))
                (entry.key,) = written.inserted_primary_key or (None,)
            else:
                await connection.execute(update(AuditRow).where(AuditRow.audit_id == entry.key).values(**told))

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


def _entry(operator: str, action: str, target: str, detail: dict[str, Any]) -> Insert:
    now = datetime.now(UTC)
    return insert(AuditRow).values(done_at=now, operator=operator, action=action, target=target, detail=detail)
