"""Forgetting: an erasure is noted first and then carried out, so that a kill in the middle only means going on.

Noting it takes one transaction, which also makes the rule by which nothing of it is taken in any more. Carrying out
removes batch by batch: rows, bytes of files and queued passages in one transaction each, with the numbers of the
receipt. In the end both stores are asked whether anything is left, and rewritten so that deleted words cannot be read
in their files. Beside a running server it works on the same stores; the server's archivist does the re-indexing.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

import structlog
from sqlalchemy import Connection, func, or_, select
from sqlalchemy.orm import Session

from bot.archive.failures import archive_failures
from bot.archive.leftovers import Leftovers
from bot.archive.lock import ArchivistLock
from bot.archive.receipt import Receipt
from bot.errors import ArchiveError
from bot.file_store import FileStore
from bot.truth.applier import Applier
from bot.truth.database import Database
from bot.truth.erasing import Erased, Scope, dry_run, erase_around, erase_messages
from bot.truth.inbox import Inbox, Received
from bot.truth.leaving import drop_deliveries, drop_events, drop_places, drop_rest, named_in_events
from bot.truth.tables import ErasureRow, FileRow, ForgottenRow, IndexQueueRow, MessageRow
from knowledge.passage import Audience, ChannelId, PassageFilter, PersonId, RecordId
from knowledge.qdrant.store import PassageStore

if TYPE_CHECKING:
    from bot.application import Application

_log = structlog.get_logger(__name__)

T = TypeVar("T")

_BATCH = 100
_FOUND = 5000
"""Found at once: finding may mean reading the whole table."""
_EVENTS = 500
_POLL_SECONDS = 0.2
_LOCK_SECONDS = 60.0
_IDLE_SECONDS = 120.0
"""How long the index queue may stand still before waiting for it is given up."""
_CHANNELS = 500
"""Channels in one filter of the engine."""
_PLACES = ("places", "membership")
"""Kept of everything but a workspace."""
_NOT_REACHED = ("backups", "others", "platform", "topics", "logs", "places", "membership")

Progress = Callable[[int], None]


async def nobody() -> None:
    """Somebody archives already."""


class Forgetting:
    """Notes and carries out erasures on one home."""

    def __init__(
        self,
        *,
        home: Path,
        database: Database,
        inbox: Inbox,
        store: PassageStore,
        file_store: FileStore,
        announce: Callable[[Sequence[tuple[str, str | None]]], None] = lambda _: None,
    ) -> None:
        self._home = home
        self._database = database
        self._inbox = inbox
        self._store = store
        self._file_store = file_store
        self._leftovers = Leftovers(database, file_store)
        self._announce = announce

    async def dry_run(self, scope: Scope) -> dict[str, int]:
        """What would go, in numbers; nothing is changed."""
        async with self._database.read() as connection:
            counted = await connection.run_sync(lambda sync: dry_run(Session(sync), scope))
        return {**counted, "passages": await self._passages(scope)}

    async def note(self, scope: Scope, *, requested_by: str, rule_id: str | None = None) -> str:
        """Make the erasure and its rule durable; from now on nothing of the scope is taken in. Returns its id."""
        erasure_id = uuid4().hex
        before = await self._passages(scope)

        def note(session: Session) -> None:
            session.add(
                ErasureRow(
                    erasure_id=erasure_id,
                    began_at=datetime.now(UTC),
                    requested_by=requested_by,
                    scope=scope.document(),
                    removed={"passages": before},
                )
            )
            # Chosen messages keep their places, and those keep them out; a workspace may install the bot again.
            if not scope.record_ids and scope.workspace_id is None:
                session.merge(
                    ForgottenRow(
                        rule_id=rule_id or erasure_id,
                        channel_id=scope.channel_id,
                        person_id=scope.person_id,
                        before=scope.before,
                    )
                )
            session.flush()

        await self._write(note)
        return erasure_id

    async def unfinished(self) -> list[str]:
        """Erasures that were noted and not carried out to the end: a kill or a failure came between."""
        statement = select(ErasureRow.erasure_id).where(ErasureRow.ended_at.is_(None)).order_by(ErasureRow.began_at)
        async with self._database.read() as connection:
            return list(await connection.scalars(statement))

    async def carry_out(
        self, *, attend: Callable[[], Awaitable[None]] = nobody, progress: Progress = lambda _: None
    ) -> list[Receipt]:
        """Carry out every unfinished erasure and return the receipts; all of it can be done twice.

        ``attend`` is called while waiting for the index queue and makes sure that somebody works on it. Raises
        ``ArchiveError`` when another process forgets or reindexes, or nobody indexes; what is done stays done.
        """
        erasures = await self.unfinished()
        if not erasures:
            return []
        lock = ArchivistLock(self._home, "forget")
        await _acquire(lock, "another process is forgetting")
        try:
            with archive_failures():
                scopes = {erasure_id: await self._scope(erasure_id) for erasure_id in erasures}
                for erasure_id, scope in scopes.items():
                    await self._erase(erasure_id, scope, progress)
                await self._wait_until_indexed(erasures, attend)
                for erasure_id, scope in scopes.items():
                    await self._delete_passages(scope)
                    if scope.workspace_id is not None:
                        await self._verify(erasure_id, scope)
                        await self._leave(erasure_id, scope)
                rewritten = await self._rewrite(scopes)
                return [await self._end(erasure_id, scope, rewritten) for erasure_id, scope in scopes.items()]
        finally:
            lock.release()

    async def _scope(self, erasure_id: str) -> Scope:
        async with self._database.read() as connection:
            found = await connection.scalar(select(ErasureRow.scope).where(ErasureRow.erasure_id == erasure_id))
        return Scope.of(found or {})

    async def _erase(self, erasure_id: str, scope: Scope, progress: Progress) -> None:
        if scope.workspace_id is not None:
            await self._count(erasure_id, lambda session: drop_deliveries(session, scope))
        done = 0
        while record_ids := await self._next(scope):
            for start in range(0, len(record_ids), _BATCH):
                part = record_ids[start : start + _BATCH]
                await self._erase_messages(part, erasure_id)
                done += len(part)
                progress(done)
        await self._erase_waiting(erasure_id, scope)
        await self._delete_passages(scope)
        await self._count(erasure_id, lambda session: erase_around(session, scope))

    async def _leave(self, erasure_id: str, scope: Scope) -> None:
        """Of a workspace nothing at all is kept, not even places; what is known of it goes last."""
        naming = await self._named_in_events(scope)
        after: int | None = 0
        while after is not None:
            after = await self._write(partial(drop_events, naming=naming, after=after))
        left = True
        while left:
            left = await self._write(partial(drop_places, scope=scope, erasure_id=erasure_id))
        await self._count(erasure_id, lambda session: drop_rest(session, scope))

    async def _named_in_events(self, scope: Scope) -> set[str]:
        """Streamed: there may be as many as files in a workspace."""
        naming: set[str] = set()
        async with self._database.read() as connection:
            for statement in named_in_events(scope):
                async for part in (await connection.stream_scalars(statement)).partitions(_FOUND):
                    naming.update(one.rpartition(":")[2] for one in part)
        return naming

    async def _count(self, erasure_id: str, work: Callable[[Session], Counter[str]]) -> None:
        await self._write(lambda session: _add(session, erasure_id, dict(work(session))))

    async def _next(self, scope: Scope) -> list[str]:
        async with self._database.read() as connection:
            return list(await connection.scalars(select(MessageRow.record_id).where(scope.messages()).limit(_FOUND)))

    async def _erase_messages(self, record_ids: Sequence[str], erasure_id: str) -> None:
        async with self._database.begin() as connection:

            def erase(sync: Any) -> tuple[Erased, list[str]]:
                session = Session(sync)
                shared = session.scalars(
                    select(FileRow.sha256).where(FileRow.record_id.in_(record_ids), FileRow.sha256.is_not(None))
                ).all()
                return erase_messages(session, record_ids, erasure_id), [sha256 for sha256 in shared if sha256]

            erased, shared = await connection.run_sync(erase)
            removed = {"bytes_removed": 0, "file_bytes": 0, "bytes_kept": 0}
            for sha256 in set(shared):
                size = await self._file_store.size(sha256) or 0
                await self._leftovers.drop_within(connection, {sha256} & erased.unreferenced)
                gone = not await self._file_store.exists(sha256)
                removed["bytes_removed" if gone else "bytes_kept"] += 1
                removed["file_bytes"] += size if gone else 0
            await connection.run_sync(lambda sync: _add(Session(sync), erasure_id, {**erased.removed, **removed}))
        # At once, before the queue comes to it: nothing of them is found from here on.
        await self._store.delete_records([RecordId(record_id) for record_id in record_ids])
        self._announce(erased.changed)

    async def _erase_waiting(self, erasure_id: str, scope: Scope) -> None:
        """Apply what waits in the inbox and is meant: by the rule, nothing but its place is taken in."""
        after = 0
        while waiting := await self._inbox.waiting(after, _EVENTS):
            after = waiting[-1].seq
            meant = await self._meant(waiting, scope)
            if meant:
                async with self._database.begin() as connection:
                    unreferenced = await connection.run_sync(_apply, meant, erasure_id)
                    await self._leftovers.drop_within(connection, unreferenced)

    async def _meant(self, waiting: Sequence[Received], scope: Scope) -> list[Received]:
        ids = {str(getattr(received.event, "record_id", "")) for received in waiting}
        statement = select(MessageRow.record_id).where(
            MessageRow.record_id.in_(ids), MessageRow.erasure_id.is_not(None)
        )
        async with self._database.read() as connection:
            erased = set(await connection.scalars(statement))
        return [received for received in waiting if received.event is not None and scope.covers(received.event, erased)]

    async def _wait_until_indexed(self, erasures: Sequence[str], attend: Callable[[], Awaitable[None]]) -> None:
        """Until the neighbours of what is gone have a context without it."""
        gone = select(MessageRow.record_id).where(MessageRow.erasure_id.in_(erasures))
        replies = select(MessageRow.record_id).where(MessageRow.thread_id.in_(gone))
        files = select(FileRow.file_id).where(FileRow.record_id.in_(gone))
        waiting = (
            select(func.count())
            .select_from(IndexQueueRow)
            .where(
                IndexQueueRow.attempts == 0,
                or_(
                    IndexQueueRow.record_id.in_(gone),
                    IndexQueueRow.record_id.in_(replies),
                    IndexQueueRow.record_id.in_(files),
                ),
            )
        )
        least, moved = None, asyncio.get_running_loop().time()
        while True:
            await attend()
            async with self._database.read() as connection:
                left = await connection.scalar(waiting) or 0
            if not left:
                return
            now = asyncio.get_running_loop().time()
            if least is None or left < least:
                least, moved = left, now
            if now - moved > _IDLE_SECONDS:
                raise ArchiveError(
                    f"{left} records wait to be indexed again",
                    hint="What was to be forgotten is gone from both stores; shiguang retention run finishes it.",
                )
            await asyncio.sleep(_POLL_SECONDS)

    async def _rewrite(self, scopes: dict[str, Scope]) -> list[str]:
        """Make what was deleted unreadable in the files of both stores."""
        rewritten = []
        reindex = ArchivistLock(self._home, "reindex")
        await _acquire(reindex, "a reindex is running")
        try:
            if await self._store.compact():
                rewritten.append("qdrant")
        finally:
            reindex.release()
        if await self._database.scrub():
            rewritten.append("truth.db")
        return rewritten

    async def _verify(self, erasure_id: str, scope: Scope) -> None:
        """Ask the engine; raises ``ArchiveError`` when something is left."""
        left = await self._passages(scope)
        statement = select(MessageRow.record_id).where(MessageRow.erasure_id == erasure_id)
        async with self._database.read() as connection:
            records = [RecordId(record_id) for record_id in await connection.scalars(statement)]
        left += len(await self._store.stored(records))
        if left:
            raise ArchiveError(
                f"{left} passages are still in the archive", hint="Run shiguang retention run: it goes on with this."
            )

    async def _end(self, erasure_id: str, scope: Scope, rewritten: Sequence[str]) -> Receipt:
        await self._verify(erasure_id, scope)

        def end(session: Session) -> Receipt:
            row = session.get_one(ErasureRow, erasure_id)
            row.ended_at = datetime.now(UTC)
            receipt = Receipt(
                erasure_id=erasure_id,
                requested_by=row.requested_by,
                scope=scope,
                began_at=row.began_at,
                ended_at=row.ended_at,
                removed={name: int(number) for name, number in row.removed.items()},
                left_passages=0,
                rewritten=tuple(rewritten),
                not_reached=self._not_reached(scope, rewritten),
            )
            session.flush()
            return receipt

        return await self._write(end)

    def _not_reached(self, scope: Scope, rewritten: Sequence[str]) -> tuple[str, ...]:
        server = () if "qdrant" in rewritten else ("server",)
        postgresql = () if "truth.db" in rewritten else ("postgresql",)
        kept = [one for one in _NOT_REACHED if scope.workspace_id is None or one not in _PLACES]
        return (*kept, *server, *postgresql)

    async def _passages(self, scope: Scope) -> int:
        with archive_failures():
            counts = [
                await self._store.count(audience=Audience.operator(), where=where)
                for where in await self._filters(scope)
            ]
        return sum(counts)

    async def _delete_passages(self, scope: Scope) -> None:
        for where in await self._filters(scope):
            await self._store.delete_matching(where)

    async def _filters(self, scope: Scope) -> list[PassageFilter]:
        """What is meant, for the engine, which knows channels and no workspaces."""
        if scope.workspace_id is None:
            return [_where(scope)]
        async with self._database.read() as connection:
            channels = list(await connection.scalars(scope.channels()))
        return [
            PassageFilter(
                channel_ids=frozenset(ChannelId(one) for one in channels[start : start + _CHANNELS]),
                until=scope.before,
            )
            for start in range(0, len(channels), _CHANNELS)
        ]

    async def _write(self, work: Callable[[Session], T]) -> T:
        async with self._database.begin() as connection:
            return await connection.run_sync(lambda sync: work(Session(sync)))


def _apply(connection: Connection, meant: Sequence[Received], erasure_id: str) -> set[str]:
    session = Session(connection)
    applier = Applier(session)
    applier.apply(meant)
    _add(session, erasure_id, {"events": len(meant)})
    return applier.applied.unreferenced


def forgetting_of(application: "Application") -> Forgetting:
    """Forgetting on the stores of a running application; its pages are told."""
    return Forgetting(
        home=application.settings.home,
        database=application.database,
        inbox=application.inbox,
        store=application.store,
        file_store=application.file_store,
        announce=application.archivist.announce,
    )


def _where(scope: Scope) -> PassageFilter:
    return PassageFilter(
        channel_ids=frozenset({ChannelId(scope.channel_id)} if scope.channel_id else ()),
        author_ids=frozenset({PersonId(scope.person_id)} if scope.person_id else ()),
        record_ids=frozenset(RecordId(record_id) for record_id in scope.record_ids),
        until=scope.before,
    )


def _add(session: Session, erasure_id: str, numbers: dict[str, int]) -> None:
    row = session.get_one(ErasureRow, erasure_id)
    row.removed = {name: row.removed.get(name, 0) + numbers.get(name, 0) for name in {**row.removed, **numbers}}
    session.flush()


async def _acquire(lock: ArchivistLock, otherwise: str) -> None:
    deadline = asyncio.get_running_loop().time() + _LOCK_SECONDS
    while not lock.acquire():
        if asyncio.get_running_loop().time() > deadline:
            raise ArchiveError(otherwise, hint="Wait until it has ended, then run: shiguang retention run")
        await asyncio.sleep(_POLL_SECONDS)
