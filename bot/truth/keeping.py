"""What is kept of channels, in numbers."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from bot.truth.database import Database
from bot.truth.tables import ChannelHistoryRow, FileRow, MessageRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Of one or several channels."""

    messages: int
    files: int
    unread: int
    """Files whose text is still to be read."""
    unreadable: int
    since: datetime | None
    """The oldest message."""
    history: bool | None
    """Whether the history was read to its beginning everywhere; None: nobody reads one here."""
    reached: datetime | None
    """How far back it was read, where that is still going on."""
    partial: bool = False
    """Whether something is missing for good."""


async def kept_of(database: Database, channel_ids: Collection[str]) -> Kept:
    """Count it."""
    async with database.read() as connection:
        return await connection.run_sync(lambda sync: _count(sync, list(channel_ids)))


def _count(connection: Connection, channel_ids: list[str]) -> Kept:
    said = (
        MessageRow.channel_id.in_(channel_ids),
        MessageRow.deleted_at.is_(None),
        MessageRow.system.is_(False),
        MessageRow.answer_id.is_(None),
    )
    messages, since = connection.execute(select(func.count(), func.min(MessageRow.sent_at)).where(*said)).one()
    shared = select(FileRow.status, func.count()).where(
        FileRow.channel_id.in_(channel_ids), FileRow.removed_at.is_(None)
    )
    files = dict(connection.execute(shared.group_by(FileRow.status)).all())
    histories = connection.execute(
        select(ChannelHistoryRow.complete, ChannelHistoryRow.reached, ChannelHistoryRow.partial).where(
            ChannelHistoryRow.channel_id.in_(channel_ids)
        )
    ).all()
    read = [(complete, reached) for complete, reached, partial in histories if not partial]
    reading = [reached for complete, reached in read if not complete]
    return Kept(
        messages=messages,
        files=sum(files.values()),
        unread=files.get("pending", 0),
        unreadable=files.get("failed", 0),
        since=since,
        history=not reading if read else None,
        reached=max((reached for reached in reading if reached is not None), default=None),
        partial=len(read) < len(histories),
    )
