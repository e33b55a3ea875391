"""The archivist: drains the inbox into the truth, reads shared files, and keeps the searched archive up to date.

Loops, each woken when there is work: applying (milliseconds), separating talk into conversations (milliseconds),
reading files (seconds, in child processes) and indexing (embedding). Imports are indexed by two loops, one of which
embeds while the other reads and writes, and what people write now by a third one, which waits for neither. Everything
they do can be done twice, so a crash anywhere only means doing it again.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress

import structlog
from sqlalchemy.orm import Session

from bot.archive.indexer import Indexer
from bot.archive.leftovers import Leftovers, named_by
from bot.archive.reading import FileReading
from bot.archive.separating import Separating
from bot.file_store import FileStore
from bot.truth.applier import Applier
from bot.truth.database import Database
from bot.truth.inbox import Inbox, Lane, Received
from bot.truth.working_set import Applied
from knowledge.filetext import FileReader

_log = structlog.get_logger(__name__)

_APPLY_BATCH = 150
"""Applied on the event loop: more would hold it up for longer than 50 ms."""
_SMALLEST_APPLY_BATCH = 10
_APPLY_SECONDS = 0.15
"""Longest that a batch should take, for deliveries wait meanwhile: on a busy machine batches become smaller."""
_LIVE_BATCH = 64
_IMPORT_BATCH = 512
"""Sorted by length so many texts hold little padding."""
_STOP_SECONDS = 3.0
_IDLE_SECONDS = 1.0
"""How soon work left by another process, or put off after a failure, is noticed."""
_LONGEST_PAUSE_SECONDS = 30.0
_LEARN_PAUSE_SECONDS = 10.0
"""Between two times of learning from corrections, which people give one after another."""

ChangeListener = Callable[[Sequence[tuple[str, str | None]]], None]


class Archivist:
    """Owns the loops. ``drain`` runs them until nothing is left, for the command line."""

    def __init__(
        self,
        *,
        database: Database,
        inbox: Inbox,
        indexer: Indexer,
        separating: Separating,
        file_store: FileStore,
        file_reader: FileReader,
    ) -> None:
        self._database = database
        self._inbox = inbox
        self._indexer = indexer
        self._separating = separating
        self._reading = FileReading(database, file_store, file_reader)
        self.leftovers = Leftovers(database, file_store)
        self._listeners: list[ChangeListener] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False
        self._apply_batch = _APPLY_BATCH
        self._received = asyncio.Event()
        self._applied = asyncio.Event()
        self._separable = asyncio.Event()
        self._corrected = asyncio.Event()
        self._batch_ended = asyncio.Event()
        self._indexable = tuple(asyncio.Event() for _ in range(3))

    def listen(self, listener: ChangeListener) -> None:
        """Call ``listener`` with (channel id, record id) pairs after each batch is in the truth."""
        self._listeners.append(listener)

    def wake(self) -> None:
        """Say that the inbox has something."""
        self._received.set()

    async def wait_until_applied(self, event_ids: Collection[str]) -> None:
        """Return once all of these events, which are in the inbox, are in the truth; it takes as long as it takes."""
        while True:
            batch_ended = self._batch_ended
            if not await self._inbox.holds(event_ids):
                return
            with suppress(TimeoutError):  # another process may have applied them
                async with asyncio.timeout(_IDLE_SECONDS):
                    await batch_ended.wait()

    async def start(self) -> None:
        """Start the loops, and look once for bytes that a crash left behind."""
        live, *imports = self._indexable
        loops: list[tuple[str, Callable[[], Awaitable[int]], asyncio.Event]] = [
            ("apply", self.apply_batch, self._received),
            ("read", self.read_batch, self._applied),
            ("separate", self.separate_batch, self._separable),
            ("index-live", self._index_live, live),
            ("learn", self._learn, self._corrected),
            *(("index-import", self._index_import, woken) for woken in imports),
        ]
        for name, work, woken in loops:
            self._tasks.append(asyncio.create_task(self._loop(name, work, woken), name=f"archivist-{name}"))
        self._tasks.append(asyncio.create_task(self._sweep(), name="archivist-sweep"))

    async def close(self) -> None:
        """Let each loop finish its batch and stop; a slow one is cancelled, its batch done again at the next start."""
        self._stopping = True
        for woken in (self._received, self._applied, self._separable, self._corrected, *self._indexable):
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
        while (
            await self.apply_batch()
            or await self._indexer.learn()
            or await self.separate_batch()
            or await self.index_batch()
            or await self.read_batch()
        ):
            progress()

    async def apply_batch(self) -> int:
        """Apply the next events to the truth; returns how many were taken."""
        batch = await self._inbox.take(self._apply_batch)
        if not batch:
            return 0
        try:
            self._suit_batch(await self._apply(batch))
        except Exception:  # noqa: BLE001 - one broken event must not hold up the others
            for received in batch:
                await self._apply_alone(received)
        self._applied.set()
        self._separable.set()
        self._wake_indexing()
        self._batch_ended.set()
        self._batch_ended = asyncio.Event()
        return len(batch)

    async def separate_batch(self) -> int:
        """Separate talk that changed into conversations; returns how many changed places were taken."""
        return await self._separating.separate_batch()

    async def index_batch(self) -> int:
        """Index the next records, live ones first; returns how many were taken."""
        return await self._indexer.index_batch(_IMPORT_BATCH)

    async def read_batch(self) -> int:
        """Read one shared file that has not been read; returns 0 when there is none."""
        changed = await self._reading.read_next()
        if changed is None:
            return 0
        self._wake_indexing()
        self.announce(changed)
        return 1

    async def unread(self) -> int:
        """Shared files that have not been read yet."""
        return await self._reading.unread()

    async def _learn(self) -> int:
        return await self._indexer.learn(pause=_LEARN_PAUSE_SECONDS)

    async def _index_live(self) -> int:
        return await self._indexer.index_batch(_LIVE_BATCH, lane=Lane.LIVE)

    async def _index_import(self) -> int:
        return await self._indexer.index_batch(_IMPORT_BATCH, lane=Lane.IMPORT)

    def _wake_indexing(self) -> None:
        for woken in self._indexable:
            woken.set()

    def _suit_batch(self, took: float) -> None:
        if took > _APPLY_SECONDS:
            self._apply_batch = max(_SMALLEST_APPLY_BATCH, self._apply_batch // 2)
        elif took < _APPLY_SECONDS / 3:
            self._apply_batch = min(_APPLY_BATCH, self._apply_batch * 2)

    async def _apply(self, batch: Sequence[Received]) -> float:
        """Returns for how many seconds nobody else could write."""

        def apply(session: Session) -> Applied:
            applier = Applier(session)
            applier.apply(batch)
            session.flush()
            return applier.applied

        async with self._database.begin() as connection:
            began = time.monotonic()
            applied = await connection.run_sync(lambda sync: apply(Session(sync)))
            await self.leftovers.drop_within(connection, applied.unreferenced | named_by(batch))
        took = time.monotonic() - began
        self.announce(applied.changed)
        return took

    async def _apply_alone(self, received: Received) -> None:
        try:
            await self._apply([received])
        except Exception as error:  # noqa: BLE001 - counted, retried, then set aside with its reason
            _log.warning("event failed", seq=received.seq, error=type(error).__name__)
            await self._inbox.fail(received, f"{type(error).__name__}: {error}")

    def announce(self, changed: Sequence[tuple[str, str | None]]) -> None:
        """Tell the listeners what looks different now."""
        if changed:
            for listener in self._listeners:
                listener(changed)

    async def _sweep(self) -> None:
        try:
            removed = await self.leftovers.sweep(stopping=lambda: self._stopping)
        except Exception:  # noqa: BLE001 - tried again at the next start
            _log.exception("leftover bytes could not be removed")
        else:
            if removed:
                _log.info("leftover bytes removed", files=removed)

    async def _loop(self, name: str, work: Callable[[], Awaitable[int]], woken: asyncio.Event) -> None:
        failures = 0
        while not self._stopping:
            woken.clear()
            try:
                taken = await work()
                failures = 0
            except Exception as error:  # noqa: BLE001 - the loop must outlive whatever happened
                # The database or the engine is away: nothing is lost, it is tried again.
                taken = 0
                failures += 1
                _log.warning(
                    "archivist loop failed", loop=name, failures=failures, error=str(error), exc_info=failures == 1
                )
            if not taken and not self._stopping:
                pause = min(_IDLE_SECONDS * 2**failures, _LONGEST_PAUSE_SECONDS) if failures else _IDLE_SECONDS
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await woken.wait()
