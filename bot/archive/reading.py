"""Reads shared files, one after the other, and keeps their text in the truth."""

import asyncio
import time
from datetime import UTC, datetime
from uuid import uuid4

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.file_store import FileStore
from bot.truth.database import Database
from bot.truth.inbox import Lane
from bot.truth.tables import FileRow, FileTextRow, IndexQueueRow
from knowledge.filetext import FileReader, ReadingProcessFailed

_log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 3
_RETRY_SECONDS = 5.0

_UNREAD = (FileRow.status == "pending", FileRow.removed_at.is_(None), FileRow.sha256.is_not(None))

Changed = list[tuple[str, str | None]]
"""Channel id and record id of messages whose files look different now."""


class FileReading:
    """Takes files that were not read yet. A file whose reading fails is put off, and given up after some attempts."""

    def __init__(
        self,
        database: Database,
        file_store: FileStore,
        file_reader: FileReader,
        *,
        retry_seconds: float = _RETRY_SECONDS,
    ) -> None:
        self._database = database
        self._file_store = file_store
        self._file_reader = file_reader
        self._retry_seconds = retry_seconds
        self._failures: dict[str, tuple[int, float]] = {}
        """By sha256: failed attempts, and when (monotonic) the next is due. A restart forgets them and tries anew."""

    async def read_next(self) -> Changed | None:
        """Read one file and return which messages show it; None when there is nothing to read now."""
        now = time.monotonic()
        put_off = [sha256 for sha256, (_, due) in self._failures.items() if due > now]
        statement = (
            select(FileRow.sha256, FileRow.name, FileRow.media_type)
            .where(*_UNREAD, FileRow.sha256.not_in(put_off))
            .limit(1)
        )
        async with self._database.read() as connection:
            row = (await connection.execute(statement)).first()
        if row is None:
            return None
        sha256, name, media_type = row
        if sha256 is None:  # never: see the statement
            return None
        try:
            pages, reason = await self._read(sha256, name, media_type)
        except (OSError, ReadingProcessFailed) as error:
            attempts = self._failures.get(sha256, (0, 0.0))[0] + 1
            _log.warning("reading a file failed", file_name=name, attempts=attempts, error=type(error).__name__)
            if attempts < MAX_ATTEMPTS:
                self._failures[sha256] = (attempts, now + self._retry_seconds * 2**attempts)
                return []
            pages, reason = [], "crashed"
        self._failures.pop(sha256, None)
        return await self._store(sha256, pages, reason)

    async def unread(self) -> int:
        """Shared files that have not been read yet."""
        statement = select(func.count()).select_from(FileRow).where(*_UNREAD)
        async with self._database.read() as connection:
            return await connection.scalar(statement) or 0

    async def _read(self, sha256: str, name: str, media_type: str) -> tuple[list[list[str]], str | None]:
        path = self._file_store.path(sha256)
        if not await asyncio.to_thread(path.is_file):
            return [], "bytes_missing"
        text = await self._file_reader.read(path, name=name, media_type=media_type)
        return [[page.label, page.text] for page in text.pages], text.reason

    async def _store(self, sha256: str, pages: list[list[str]], reason: str | None) -> Changed:
        now = datetime.now(UTC)

        def store(session: Session) -> Changed:
            files = session.scalars(select(FileRow).where(FileRow.sha256 == sha256, FileRow.removed_at.is_(None))).all()
            if not files:
                return []
            session.merge(FileTextRow(sha256=sha256, pages=pages, reason=reason, read_at=now))
            for file in files:
                # A reason beside pages says that a part is missing, for instance behind a limit: the rest is read.
                file.status, file.reason, file.applied_at = ("read" if pages else "failed"), reason, now
                session.merge(
                    IndexQueueRow(
                        record_id=file.file_id,
                        lane=int(Lane.IMPORT),
                        enqueued_at=now,
                        ticket=uuid4().hex,
                        attempts=0,
                        not_before=None,
                        error=None,
                    )
                )
            session.flush()
            return [(file.channel_id, file.record_id) for file in files if file.channel_id is not None]

        async with self._database.begin() as connection:
            return await connection.run_sync(lambda sync: store(Session(sync)))
