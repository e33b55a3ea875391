"""The index queue: records whose passages in the archive are not yet what the truth says."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, delete, func, or_, select, tuple_, update

from bot.truth.database import Database
from bot.truth.inbox import Lane
from bot.truth.tables import IndexQueueRow

_log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class Ticket:
    """A queued record. ``ticket`` changes whenever the record is queued again."""

    record_id: str
    ticket: str
    attempts: int


class IndexQueue:
    """Hands out each ticket to one caller at a time; a ticket that was not marked done is handed out again."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._taken: set[tuple[str, str]] = set()
        self._taking = asyncio.Lock()

    @asynccontextmanager
    async def take(self, limit: int, lane: Lane | None) -> AsyncIterator[list[Ticket]]:
        """The next tickets, of one lane or of both with the live one first; nobody else gets them meanwhile."""
        async with self._taking:
            tickets = await self._next(limit, lane)
            taken = {(ticket.record_id, ticket.ticket) for ticket in tickets}
            self._taken |= taken
        try:
            yield tickets
        finally:
            self._taken -= taken

    async def done(self, tickets: Sequence[Ticket]) -> None:
        """Forget these, except for a record that was queued again meanwhile."""
        keys = [(ticket.record_id, ticket.ticket) for ticket in tickets]
        async with self._database.begin() as connection:
            await connection.execute(
                delete(IndexQueueRow).where(tuple_(IndexQueueRow.record_id, IndexQueueRow.ticket).in_(keys))
            )

    async def fail(self, ticket: Ticket, error: Exception) -> None:
        """Count a failed attempt with its reason and put the next one off; the last one gives the record up."""
        attempts = ticket.attempts + 1
        _log.warning("indexing failed", record_id=ticket.record_id, attempts=attempts, error=type(error).__name__)
        async with self._database.begin() as connection:
            await connection.execute(
                update(IndexQueueRow)
                .where(IndexQueueRow.record_id == ticket.record_id, IndexQueueRow.ticket == ticket.ticket)
                .values(
                    attempts=attempts,
                    error=f"{type(error).__name__}: {error}"[:500],
                    not_before=datetime.now(UTC) + timedelta(seconds=min(2**attempts, 300)),
                )
            )

    async def pending(self) -> int:
        """Records that are waiting and have not been given up."""
        return await self._count(IndexQueueRow.attempts < MAX_ATTEMPTS)

    async def untried(self) -> int:
        """Records that are waiting for their first attempt."""
        return await self._count(IndexQueueRow.attempts == 0)

    async def failed(self) -> int:
        """Records given up after ``MAX_ATTEMPTS``."""
        return await self._count(IndexQueueRow.attempts >= MAX_ATTEMPTS)

    async def _next(self, limit: int, lane: Lane | None) -> list[Ticket]:
        statement = (
            select(IndexQueueRow.record_id, IndexQueueRow.ticket, IndexQueueRow.attempts)
            .where(
                IndexQueueRow.attempts < MAX_ATTEMPTS,
                or_(IndexQueueRow.not_before.is_(None), IndexQueueRow.not_before <= datetime.now(UTC)),
            )
            .order_by(IndexQueueRow.lane, IndexQueueRow.enqueued_at)
            .limit(limit + len(self._taken))
        )
        if lane is not None:
            statement = statement.where(IndexQueueRow.lane == int(lane))
        async with self._database.read() as connection:
            tickets = [Ticket(*row) for row in await connection.execute(statement)]
        return [ticket for ticket in tickets if (ticket.record_id, ticket.ticket) not in self._taken][:limit]

    async def _count(self, condition: ColumnElement[bool]) -> int:
        async with self._database.read() as connection:
            return await connection.scalar(select(func.count()).select_from(IndexQueueRow).where(condition)) or 0
