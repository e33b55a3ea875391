"""Bytes of shared files that nothing needs any more: removed with the last message that shared them (invariant 3)."""

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Session

from bot.file_store import FileStore
from bot.truth.database import Database
from bot.truth.inbox import Received
from bot.truth.tables import FetchedFileRow, FileRow, InboxRow
from connectors.events import FileFetched, MessageEdited, MessagePosted

_SWEPT_AFTER_SECONDS = 3600.0
"""Bytes are put before the event that names them: an upload may wait this long for its message."""
_MESSAGE_WITHIN = timedelta(days=1)
"""Fetched bytes wait this long for the message that shares them."""
_BATCH = 500


class Leftovers:
    """Removes bytes that no living file and no waiting event names."""

    def __init__(self, database: Database, file_store: FileStore) -> None:
        self._database = database
        self._file_store = file_store

    async def drop(self, candidates: Iterable[str]) -> None:
        """Remove those of ``candidates`` that nothing names."""
        async with self._database.begin() as connection:
            await self.drop_within(connection, candidates)

    async def drop_within(self, connection: AsyncConnection, candidates: Iterable[str]) -> None:
        """The same inside a writing transaction, so that nothing begins to name them meanwhile.

        The bytes go before the commit: a crash in between repeats the deletion, after it nothing would.
        """
        wanted = set(candidates)
        if not wanted:
            return
        for sha256 in await connection.run_sync(_unneeded, wanted):
            await self._file_store.delete(sha256)

    async def surplus(self, folder: str, *, before: float) -> set[str]:
        """Bytes in one of the 256 folders that were put before a moment (seconds since the epoch) and nothing names."""
        stored = set(await self._file_store.put_before(before, folder=folder))
        if not stored:
            return set()
        async with self._database.read() as connection:
            return await connection.run_sync(_unneeded, stored)

    async def sweep(self, *, stopping: Callable[[], bool] = lambda: False) -> int:
        """Remove what was put long ago and never named, or left by a crash; returns how many."""
        moment = time.time() - _SWEPT_AFTER_SECONDS
        async with self._database.begin() as connection:
            await connection.execute(delete(FetchedFileRow).where(*_waited_in_vain(datetime.now(UTC))))
        stored = await self._file_store.put_before(moment)
        removed = 0
        for start in range(0, len(stored), _BATCH):
            if stopping():
                break
            part = set(stored[start : start + _BATCH])
            async with self._database.begin() as connection:
                for sha256 in await connection.run_sync(_unneeded, part):
                    removed += await self._file_store.delete_if_put_before(sha256, moment)
        return removed


def named_by(batch: Sequence[Received]) -> set[str]:
    """sha256 of all bytes that these events name; an event that came too late may have left some behind."""
    shared = {
        file.sha256
        for received in batch
        if isinstance(received.event, MessagePosted | MessageEdited)
        for file in received.event.files or ()
        if file.sha256
    }
    fetched = {received.event.sha256 for received in batch if isinstance(received.event, FileFetched)}
    return shared | {sha256 for sha256 in fetched if sha256}


def _unneeded(connection: Connection, candidates: set[str]) -> set[str]:
    session = Session(connection)
    living = select(FileRow.sha256).where(FileRow.sha256.in_(candidates), FileRow.removed_at.is_(None))
    on_their_way = select(FetchedFileRow.sha256).where(FetchedFileRow.sha256.in_(candidates))
    rest = candidates.difference(session.scalars(living), session.scalars(on_their_way))
    return {sha256 for sha256 in rest if not _is_waited_for(session, sha256)}


def _waited_in_vain(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Files that were fetched and that no message has shared since."""
    shared = exists().where(FileRow.platform_file_id == FetchedFileRow.platform_file_id, FileRow.removed_at.is_(None))
    return FetchedFileRow.applied_at < now - _MESSAGE_WITHIN, ~shared


def _is_waited_for(session: Session, sha256: str) -> bool:
    waiting = select(InboxRow.seq).where(InboxRow.state != "done", InboxRow.payload.contains(sha256)).limit(1)
    return session.scalar(waiting) is not None
