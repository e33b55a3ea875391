"""Do the truth and the searched archive agree? And what to do where they do not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import Connection, or_, select
from sqlalchemy.orm import Session

from bot.archive.drafts import indexed_records
from bot.archive.index_queue import MAX_ATTEMPTS
from bot.truth.database import Database
from bot.truth.inbox import Lane
from bot.truth.tables import FileRow, IndexQueueRow, LinkRow, MessageRow
from knowledge.passage import Audience
from knowledge.qdrant.store import PassageStore

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Difference:
    """Record ids that are in one store only; what waits on the index queue, and was not given up, is no difference."""

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
        suspects = sorted(wanted - stored - queued)
        missing: set[str] = set()
        for start in range(0, len(suspects), _BATCH):
            # Blank messages are in the truth and nowhere else.
            missing |= await connection.run_sync(_indexed, suspects[start : start + _BATCH])
    return Difference(records=len(wanted), missing=frozenset(missing), surplus=frozenset(stored - wanted - queued))


async def repair(database: Database, difference: Difference) -> None:
    """Queue every record in question: indexing writes what is wanted and removes what is gone."""
    await queue_records(database, difference.missing | difference.surplus)


async def queue_records(database: Database, record_ids: Iterable[str]) -> None:
    """Put records on the index queue, with all their attempts before them."""
    now = datetime.now(UTC)

    def queue(session: Session) -> None:
        for record_id in record_ids:
            session.merge(
                IndexQueueRow(
                    record_id=record_id,
                    lane=int(Lane.IMPORT),
                    enqueued_at=now,
                    ticket=uuid4().hex,
                    attempts=0,
                    not_before=None,
                    error=None,
                )
            )
        session.flush()

    async with database.begin() as connection:
        await connection.run_sync(lambda sync: queue(Session(sync)))


def _indexed(connection: Connection, record_ids: list[str]) -> set[str]:
    return indexed_records(Session(connection), record_ids)


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
    links = session.scalars(select(LinkRow.link_id))
    queued = session.scalars(select(IndexQueueRow.record_id).where(IndexQueueRow.attempts < MAX_ATTEMPTS))
    return {*messages, *files, *links}, set(queued)
