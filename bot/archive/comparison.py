"""Do the truth and the searched archive agree? And what to do where they do not."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.truth.database import Database
from bot.truth.inbox import Lane
from bot.truth.tables import FileRow, IndexQueueRow, MessageRow
from knowledge.passage import Audience
from knowledge.qdrant.store import PassageStore


@dataclass(frozen=True, slots=True)
class Difference:
    """Record ids that are in one store only; what waits on the index queue is not counted as missing."""

    records: int
    missing: frozenset[str]
    surplus: frozenset[str]

    @property
    def agrees(self) -> bool:
        """True when every record is searchable and nothing else is."""
        return not self.missing and not self.surplus


async def compare(database: Database, store: PassageStore) -> Difference:
    """Compare record by record; memory grows with the number of ids."""
    stored: set[str] = set()
    async for point in store.scroll_ids(audience=Audience.operator()):
        stored.add(str(point.record_id))
    async with database.read() as connection:
        wanted, queued = await connection.run_sync(lambda sync: _wanted(Session(sync)))
    return Difference(
        records=len(wanted),
        missing=frozenset(wanted - stored - queued),
        surplus=frozenset(stored - wanted - queued),
    )


async def repair(database: Database, difference: Difference) -> None:
    """Queue every record in question: indexing writes what is wanted and removes what is gone."""
    now = datetime.now(UTC)

    def queue(session: Session) -> None:
        for record_id in difference.missing | difference.surplus:
            session.merge(
                IndexQueueRow(
                    record_id=record_id, lane=int(Lane.IMPORT), enqueued_at=now, ticket=uuid4().hex, attempts=0
                )
            )
        session.flush()

    async with database.begin() as connection:
        await connection.run_sync(lambda sync: queue(Session(sync)))


def _wanted(session: Session) -> tuple[set[str], set[str]]:
    carrying = select(FileRow.record_id).where(FileRow.removed_at.is_(None))
    messages = session.scalars(
        select(MessageRow.record_id).where(
            MessageRow.deleted_at.is_(None),
            MessageRow.channel_id.is_not(None),
            MessageRow.system.is_(False),
            MessageRow.answer_id.is_(None),
            or_(MessageRow.text != "", MessageRow.record_id.in_(carrying)),
        )
    )
    files = session.scalars(
        select(FileRow.file_id)
        .join(MessageRow, MessageRow.record_id == FileRow.record_id)
        .where(FileRow.removed_at.is_(None), MessageRow.deleted_at.is_(None), MessageRow.channel_id.is_not(None))
    )
    queued = session.scalars(select(IndexQueueRow.record_id))
    return {*messages, *files}, set(queued)
