"""What is kept of a channel's past: which messages, which threads, and how far back it was read."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.truth.database import Database
from bot.truth.tables import ChannelHistoryRow, MessageRow
from connectors.events import ChannelId, RecordId


class Histories:
    """For connectors that catch up with what was said while they were away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def known_messages(
        self, channel_id: ChannelId, *, since: datetime, until: datetime
    ) -> Mapping[RecordId, datetime]:
        """Messages (not deleted) sent in ``since`` ≤ t < ``until``, each with the moment its text became true."""
        statement = select(MessageRow.record_id, MessageRow.version_at).where(
            MessageRow.channel_id == channel_id,
            MessageRow.sent_at >= since,
            MessageRow.sent_at < until,
            MessageRow.deleted_at.is_(None),
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).all()
        return {RecordId(record_id): version_at for record_id, version_at in rows}

    async def threads(self, channel_id: ChannelId, *, active_since: datetime) -> Mapping[RecordId, datetime]:
        """Heads of threads with something said since then, each with the moment of its last reply here."""
        statement = (
            select(MessageRow.thread_id, func.max(MessageRow.sent_at))
            .where(
                MessageRow.channel_id == channel_id,
                MessageRow.thread_id.is_not(None),
                MessageRow.sent_at >= active_since,
                MessageRow.deleted_at.is_(None),
            )
            .group_by(MessageRow.thread_id)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).all()
        return {RecordId(thread_id): last for thread_id, last in rows if thread_id and last}

    async def latest_message(self, channel_id: ChannelId) -> datetime | None:
        """When the last message that is kept of a channel was sent; one that was deleted since counts, too."""
        statement = select(func.max(MessageRow.sent_at)).where(MessageRow.channel_id == channel_id)
        async with self._database.read() as connection:
            return await connection.scalar(statement)

    async def reached(
        self, channel_id: ChannelId, *, reached: datetime | None, complete: bool, at: datetime, partial: bool = False
    ) -> None:
        """Keep how far back the history of a channel was read, unless something newer is known."""

        def keep(session: Session) -> None:
            row = session.get(ChannelHistoryRow, channel_id)
            if row is None:
                row = ChannelHistoryRow(channel_id=channel_id, changed_at=at)
                session.add(row)
            if at >= row.changed_at:
                row.reached, row.complete, row.partial, row.changed_at = reached, complete, partial, at
            session.flush()

        async with self._database.begin() as connection:
            await connection.run_sync(lambda sync: keep(Session(sync)))
