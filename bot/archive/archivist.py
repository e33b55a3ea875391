"""The archivist: drains the inbox into the truth, reads shared files, and keeps the searched archive up to date.

Three loops, each woken when there is work: applying (milliseconds), reading files (seconds, in child processes)
and indexing (embedding). Everything they do can be done twice, so a crash anywhere only means doing it again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.archive.indexer import Indexer
from bot.file_store import FileStore
from bot.truth.applier import Applied, Applier
from bot.truth.database import Database
from bot.truth.inbox import Inbox, Received
from bot.truth.tables import FileRow, FileTextRow, IndexQueueRow
from knowledge.filetext import FileReader

_log = structlog.get_logger(__name__)

_APPLY_BATCH = 500
_INDEX_BATCH = 256
_STOP_SECONDS = 15.0
_IDLE_SECONDS = 1.0
"""How soon work left by another process, or put off after a failure, is noticed."""

_UNREAD = (FileRow.status == "pending", FileRow.removed_at.is_(None), FileRow.sha256.is_not(None))

ChangeListener = Callable[[Sequence[tuple[str, str | None]]], None]


class Archivist:
    """Owns the three loops. ``drain`` runs them until nothing is left, for the command line."""

    def __init__(
        self, *, database: Database, inbox: Inbox, indexer: Indexer, file_store: FileStore, file_reader: FileReader
    ) -> None:
        self._database = database
        self._inbox = inbox
        self._indexer = indexer
        self._file_store = file_store
        self._file_reader = file_reader
        self._listeners: list[ChangeListener] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False
        self._received = asyncio.Event()
        self._applied = asyncio.Event()
        self._indexable = asyncio.Event()

    def listen(self, listener: ChangeListener) -> None:
        """Call ``listener`` with (channel id, record id) pairs after each batch is in the truth."""
        self._listeners.append(listener)

    def wake(self) -> None:
        """Say that the inbox has something."""
        self._received.set()

    async def start(self) -> None:
        """Start the loops."""
        loops: dict[str, tuple[Callable[[], Awaitable[int]], asyncio.Event]] = {
            "apply": (self.apply_batch, self._received),
            "read": (self.read_batch, self._applied),
            "index": (self.index_batch, self._indexable),
        }
        for name, (work, woken) in loops.items():
            self._tasks.append(asyncio.create_task(self._loop(name, work, woken), name=f"archivist-{name}"))

    async def close(self) -> None:
        """Let each loop finish its batch and stop; one that takes too long is cancelled and redone at the next start."""
        self._stopping = True
        for woken in (self._received, self._applied, self._indexable):
            woken.set()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=_STOP_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        self._stopping = False

    async def drain(self, *, progress: Callable[[], None] = lambda: None) -> None:
        """Work until the inbox, the unread files and the index queue are empty (or set aside as failed)."""
        while await self.apply_batch() or await self.index_batch() or await self.read_batch():
            progress()

    async def apply_batch(self) -> int:
        """Apply the next events to the truth; returns how many were taken."""
        batch = await self._inbox.take(_APPLY_BATCH)
        if not batch:
            return 0
        try:
            await self._apply(batch)
        except Exception:  # noqa: BLE001 - one broken event must not hold up the others
            for received in batch:
                await self._apply_alone(received)
        self._applied.set()
        self._indexable.set()
        return len(batch)

    async def index_batch(self) -> int:
        """Index the next records; returns how many were taken."""
        return await self._indexer.index_batch(_INDEX_BATCH)

    async def read_batch(self) -> int:
        """Read one shared file that has not been read; returns 0 when there is none."""
        statement = select(FileRow.sha256, FileRow.name, FileRow.media_type).where(*_UNREAD).limit(1)
        async with self._database.read() as connection:
            row = (await connection.execute(statement)).first()
        if row is None:
            return 0
        sha256, name, media_type = row
        if sha256 is None:
            return 0
        path = self._file_store.path(sha256)
        if await asyncio.to_thread(path.is_file):
            text = await self._file_reader.read(path, name=name, media_type=media_type)
            pages = [[page.label, page.text] for page in text.pages]
            await self._store_text(sha256, pages, text.reason)
        else:
            await self._store_text(sha256, [], "bytes_missing")
        self._indexable.set()
        return 1

    async def unread(self) -> int:
        """Shared files that have not been read yet."""
        statement = select(func.count()).select_from(FileRow).where(*_UNREAD)
        async with self._database.read() as connection:
            return await connection.scalar(statement) or 0

    async def _store_text(self, sha256: str, pages: list[list[str]], reason: str | None) -> None:
        now = datetime.now(UTC)

        def store(session: Session) -> None:
            files = session.scalars(select(FileRow).where(FileRow.sha256 == sha256, FileRow.removed_at.is_(None))).all()
            if not files:
                return
            session.merge(FileTextRow(sha256=sha256, pages=pages, reason=reason, read_at=now))
            for file in files:
                file.status, file.reason, file.applied_at = ("read" if pages else "failed"), reason, now
                session.merge(
                    IndexQueueRow(
                        record_id=file.file_id, lane=1, enqueued_at=now, ticket=f"read-{now.timestamp()}", attempts=0
                    )
                )
            session.flush()

        async with self._database.begin() as connection:
            await connection.run_sync(lambda sync: store(Session(sync)))

    async def _apply(self, batch: Sequence[Received]) -> None:
        def apply(session: Session) -> Applied:
            applier = Applier(session)
            applier.apply(batch)
            session.flush()
            return applier.applied

        async with self._database.begin() as connection:
            applied = await connection.run_sync(lambda sync: apply(Session(sync)))
        for sha256 in applied.unreferenced:
            await self._file_store.delete(sha256)
        if applied.changed:
            for listener in self._listeners:
                listener(applied.changed)

    async def _apply_alone(self, received: Received) -> None:
        try:
            await self._apply([received])
        except Exception as error:  # noqa: BLE001 - counted, retried, then set aside with its reason
            _log.warning("event failed", seq=received.seq, error=type(error).__name__)
            await self._inbox.fail(received, f"{type(error).__name__}: {error}")

    async def _loop(self, name: str, work: Callable[[], Awaitable[int]], woken: asyncio.Event) -> None:
        while not self._stopping:
            woken.clear()
            try:
                if await work():
                    continue
            except Exception:  # noqa: BLE001 - the loop must outlive whatever happened
                # The database or the engine is away: nothing is lost, it is tried again.
                _log.exception("archivist loop failed", loop=name)
            if not self._stopping:
                with suppress(TimeoutError):
                    await asyncio.wait_for(woken.wait(), timeout=_IDLE_SECONDS)
