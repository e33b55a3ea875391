"""The inbox: events are durable here before a platform is acknowledged, and leave when they are applied."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bot.truth.database import Database
from bot.truth.tables import InboxRow
from connectors.events import EVENT_ADAPTER, Event

MAX_ATTEMPTS = 5


class Lane(IntEnum):
    """Who is served first: what people write now comes before an import."""

    LIVE = 0
    IMPORT = 1


@dataclass(frozen=True, slots=True)
class Received:
    """A pending event with its place in the inbox; ``event`` is None when the stored payload cannot be parsed."""

    seq: int
    lane: Lane
    event: Event | None
    attempts: int


@dataclass(frozen=True, slots=True)
class InboxCounts:
    """How much is in the inbox."""

    pending: int
    failed: int
    done: int


class Inbox:
    """Append, take, finish. All operations are idempotent by ``event_id``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, events: Sequence[Event], *, lane: Lane = Lane.LIVE) -> int:
        """Store events durably and return how many were new; known ``event_id``s are skipped."""
        if not events:
            return 0
        now = datetime.now(UTC)
        rows = [
            {
                "event_id": event.event_id,
                "lane": int(lane),
                "payload": EVENT_ADAPTER.dump_json(event).decode(),
                "received_at": now,
                "state": "pending",
                "attempts": 0,
            }
            for event in {event.event_id: event for event in events}.values()
        ]
        insert = sqlite_insert if self._database.is_sqlite else postgresql_insert
        new = insert(InboxRow).on_conflict_do_nothing(index_elements=["event_id"]).returning(InboxRow.seq)
        async with self._database.begin() as connection:
            return len((await connection.execute(new, rows)).all())

    async def take(self, limit: int) -> list[Received]:
        """The next pending events: the live lane first, then in order of arrival."""
        statement = (
            select(InboxRow.seq, InboxRow.lane, InboxRow.payload, InboxRow.attempts)
            .where(
                InboxRow.state == "pending",
                or_(InboxRow.not_before.is_(None), InboxRow.not_before <= datetime.now(UTC)),
            )
            .order_by(InboxRow.lane, InboxRow.seq)
            .limit(limit)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).all()
        return [Received(seq, Lane(lane), _parse(payload), attempts) for seq, lane, payload, attempts in rows]

    async def waiting(self, after: int, limit: int) -> list[Received]:
        """What is not applied, failed events included, in order of arrival from a place in the inbox on."""
        statement = (
            select(InboxRow.seq, InboxRow.lane, InboxRow.payload, InboxRow.attempts)
            .where(InboxRow.state != "done", InboxRow.seq > after)
            .order_by(InboxRow.seq)
            .limit(limit)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).all()
        return [Received(seq, Lane(lane), _parse(payload), attempts) for seq, lane, payload, attempts in rows]

    async def fail(self, received: Received, error: str) -> None:
        """Count a failed attempt with its reason; after ``MAX_ATTEMPTS`` the event is set aside as failed."""
        attempts = received.attempts + 1
        given_up = attempts >= MAX_ATTEMPTS
        statement = (
            update(InboxRow)
            .where(InboxRow.seq == received.seq)
            .values(
                attempts=attempts,
                error=error[:500],
                state="failed" if given_up else "pending",
                not_before=None if given_up else datetime.now(UTC) + timedelta(seconds=2**attempts),
            )
        )
        async with self._database.begin() as connection:
            await connection.execute(statement)

    async def retry_failed(self) -> int:
        """Give every event that was set aside another round of attempts; returns how many."""
        statement = (
            update(InboxRow).where(InboxRow.state == "failed").values(state="pending", attempts=0, not_before=None)
        )
        async with self._database.begin() as connection:
            return (await connection.execute(statement)).rowcount

    async def holds(self, event_ids: Collection[str]) -> bool:
        """Whether one of these events is not applied yet; one that was set aside never is."""
        statement = select(InboxRow.seq).where(InboxRow.event_id.in_(event_ids), InboxRow.state != "done").limit(1)
        async with self._database.read() as connection:
            return await connection.scalar(statement) is not None

    async def untried(self) -> int:
        """Events that are waiting for their first attempt."""
        statement = select(func.count()).where(InboxRow.state == "pending", InboxRow.attempts == 0)
        async with self._database.read() as connection:
            return await connection.scalar(statement) or 0

    async def counts(self) -> InboxCounts:
        """How many events are pending, failed and done."""
        statement = select(InboxRow.state, func.count()).group_by(InboxRow.state)
        async with self._database.read() as connection:
            found = dict((await connection.execute(statement)).all())
        return InboxCounts(pending=found.get("pending", 0), failed=found.get("failed", 0), done=found.get("done", 0))


def _parse(payload: str) -> Event | None:
    try:
        return EVENT_ADAPTER.validate_json(payload)
    except ValueError:
        return None
