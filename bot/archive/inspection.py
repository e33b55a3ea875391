"""Do SQL, shared files and Qdrant agree, word by word? Read in batches, so that memory does not grow with the archive.

What the truth would write is compared with what is stored, passage by passage; a difference counts only when it is
still there at a second look and its record does not wait on the index queue, because people go on writing meanwhile.
"""

import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import Connection, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Session

from bot.archive.comparison import queue_records
from bot.archive.drafts import drafts_of, read_work
from bot.archive.index_queue import MAX_ATTEMPTS
from bot.archive.leftovers import Leftovers
from bot.file_store import FileStore
from bot.truth.categories import categories_of
from bot.truth.database import Database
from bot.truth.inbox import Inbox
from bot.truth.orphans import ORPHANS, Orphan, forget_bytes
from bot.truth.tables import ErasureRow, FileRow, InboxRow, IndexQueueRow, LinkRow, MessageRow
from knowledge.passage import Audience, RecordId
from knowledge.qdrant.payload import payload_of
from knowledge.qdrant.store import PassageStore

Kind = Literal[
    "passages_missing",
    "passages_stale",
    "passages_surplus",
    "bytes_missing",
    "bytes_wrong",
    "bytes_surplus",
    "rows_of_the_dead",
    "words_of_the_dead",
    "queue_stuck",
    "events_failed",
    "erasures_unfinished",
]

_BATCH = 300
_EXAMPLES = 10
_UPLOAD_SECONDS = 3600.0
"""Bytes are put before the event that names them."""

Progress = Callable[[int], None]
Key = tuple[str, int]


@dataclass(slots=True)
class Damage:
    """One kind of disagreement: how often, and some ids."""

    kind: Kind
    count: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, ids: Iterable[str]) -> None:
        """Count these."""
        for one in ids:
            self.count += 1
            if len(self.examples) < _EXAMPLES:
                self.examples.append(one)


@dataclass(slots=True)
class Inspected:
    """What was looked at, and what does not agree."""

    records: int = 0
    passages: int = 0
    files: int = 0
    damages: dict[Kind, Damage] = field(default_factory=dict)

    @property
    def agrees(self) -> bool:
        """True when nothing was found."""
        return not self.damages

    def found(self, kind: Kind, ids: Iterable[str]) -> None:
        """Count damage of a kind; nothing happens when there is none."""
        known = list(ids)
        if known:
            self.damages.setdefault(kind, Damage(kind)).add(known)


class Inspection:
    """One run over a whole home. With ``fix`` rows and bytes are mended at once, passages are queued to be indexed."""

    def __init__(
        self, database: Database, store: PassageStore, file_store: FileStore, *, fix: bool, deep: bool = False
    ) -> None:
        self._database = database
        self._store = store
        self._file_store = file_store
        self._leftovers = Leftovers(database, file_store)
        self._fix = fix
        self._deep = deep
        self._result = Inspected()

    async def run(self, *, progress: Progress = lambda _: None) -> Inspected:
        """Look at everything; raises what the stores raise while they are away."""
        # Rows first: what they say decides what is searched and which bytes are needed.
        await self._inspect_rows()
        await self._inspect_bytes()
        await self._inspect_queues()
        async for record_ids in self._records():
            await self._inspect_passages(record_ids)
            self._result.records += len(record_ids)
            progress(self._result.records)
        await self._inspect_surplus()
        return self._result

    async def _inspect_passages(self, record_ids: Sequence[str]) -> None:
        suspects = await self._differing(record_ids)
        if suspects:
            # Somebody may have written between the looks at both stores.
            suspects = await self._differing(sorted(suspects))
        if not suspects:
            return
        for kind in ("passages_missing", "passages_stale", "passages_surplus"):
            self._result.found(kind, [record_id for record_id, what in suspects.items() if kind in what])
        if self._fix:
            await queue_records(self._database, suspects)

    async def _differing(self, record_ids: Sequence[str]) -> dict[str, set[Kind]]:
        async with self._database.read() as connection:
            wanted, waiting = await connection.run_sync(_wanted, record_ids)
        stored: dict[Key, dict[str, Any]] = {}
        for payload in await self._store.stored([RecordId(record_id) for record_id in record_ids]):
            stored[(str(payload.get("record_id")), int(payload.get("chunk", -1)))] = payload
        found: dict[str, set[Kind]] = {}
        for key in {*wanted, *stored}:
            kind = _difference(wanted.get(key), stored.get(key), first=key[1] == 0)
            if kind is not None and key[0] not in waiting:
                found.setdefault(key[0], set()).add(kind)
        return found

    async def _inspect_surplus(self) -> None:
        """Passages of records that the truth does not have (any more)."""
        batch: set[str] = set()
        async for point in self._store.scroll_ids(audience=Audience.operator()):
            self._result.passages += 1
            batch.add(str(point.record_id))
            if len(batch) >= _BATCH:
                await self._inspect_strangers(batch)
                batch = set()
        await self._inspect_strangers(batch)

    async def _inspect_strangers(self, record_ids: set[str]) -> None:
        async with self._database.read() as connection:
            known = await _searched_among(connection, record_ids)
        strangers = record_ids - known
        if strangers:
            still_there = await self._store.stored([RecordId(record_id) for record_id in sorted(strangers)])
            strangers &= {str(payload.get("record_id")) for payload in still_there}
        self._result.found("passages_surplus", sorted(strangers))
        if strangers and self._fix:
            await queue_records(self._database, strangers)

    async def _inspect_rows(self) -> None:
        for orphan in ORPHANS:
            async with self._database.begin() if self._fix else self._database.read() as connection:
                found = await connection.run_sync(_find, orphan, fix=self._fix)
            self._result.found("words_of_the_dead" if orphan.holds_words else "rows_of_the_dead", found)

    async def _inspect_bytes(self) -> None:
        after = ""
        while names := await self._named_bytes(after):
            after = names[-1]
            self._result.files += len(names)
            missing = [sha256 for sha256 in names if not await self._file_store.exists(sha256)]
            wrong = []
            if self._deep:
                there = [sha256 for sha256 in names if sha256 not in missing]
                wrong = [sha256 for sha256 in there if not await self._file_store.is_intact(sha256)]
            self._result.found("bytes_missing", missing)
            self._result.found("bytes_wrong", wrong)
            if self._fix and (missing or wrong):
                for sha256 in wrong:
                    await self._file_store.delete(sha256)
                async with self._database.begin() as connection:
                    await connection.run_sync(_forget_bytes, [*missing, *wrong])
        for folder in (f"{number:02x}" for number in range(256)):
            surplus = await self._leftovers.surplus(folder, before=time.time() - _UPLOAD_SECONDS)
            self._result.found("bytes_surplus", sorted(surplus))
        if self._fix and "bytes_surplus" in self._result.damages:
            await self._leftovers.sweep()

    async def _named_bytes(self, after: str) -> list[str]:
        statement = (
            select(FileRow.sha256)
            .where(FileRow.removed_at.is_(None), FileRow.sha256 > after)
            .distinct()
            .order_by(FileRow.sha256)
            .limit(_BATCH)
        )
        async with self._database.read() as connection:
            return [sha256 for sha256 in await connection.scalars(statement) if sha256 is not None]

    async def _inspect_queues(self) -> None:
        stuck = select(IndexQueueRow.record_id).where(IndexQueueRow.attempts >= MAX_ATTEMPTS)
        failed = select(InboxRow.event_id).where(InboxRow.state == "failed")
        unfinished = select(ErasureRow.erasure_id).where(ErasureRow.ended_at.is_(None))
        async with self._database.read() as connection:
            given_up = list(await connection.scalars(stuck))
            self._result.found("events_failed", list(await connection.scalars(failed)))
            self._result.found("erasures_unfinished", list(await connection.scalars(unfinished)))
        self._result.found("queue_stuck", given_up)
        if self._fix:
            await queue_records(self._database, given_up)
            await Inbox(self._database).retry_failed()

    async def _records(self) -> AsyncIterator[list[str]]:
        """What should be searchable, in the order of ids, messages, files and links together."""
        after = ""
        while True:
            messages = select(MessageRow.record_id.label("id")).where(*_TALK, MessageRow.record_id > after)
            files = select(FileRow.file_id.label("id")).where(FileRow.removed_at.is_(None), FileRow.file_id > after)
            links = select(LinkRow.link_id.label("id")).where(LinkRow.link_id > after)
            limited = [
                part.order_by("id").limit(_BATCH).subquery() for part in (messages, files, links)
            ]  # each by its own index
            every = [select(part.c.id) for part in limited]
            both = every[0].union_all(*every[1:]).subquery()
            async with self._database.read() as connection:
                batch = list(await connection.scalars(select(both.c.id).order_by(both.c.id).limit(_BATCH)))
            if not batch:
                return
            yield batch
            after = batch[-1]


def _find(connection: Connection, orphan: Orphan, *, fix: bool) -> list[str]:
    return orphan.find(Session(connection), fix=fix)


def _forget_bytes(connection: Connection, sha256s: Sequence[str]) -> None:
    forget_bytes(Session(connection), sha256s)


def _difference(wanted: dict[str, Any] | None, stored: dict[str, Any] | None, *, first: bool) -> Kind | None:
    if wanted is None:
        return "passages_surplus"
    if stored is None:
        return "passages_missing"
    if not first:
        # Categories are a record's: its first passage is what is counted and shown.
        wanted, stored = {**wanted, "categories": []}, {**stored, "categories": []}
    same = {**wanted, "categories": sorted(wanted["categories"])} == {
        **stored,
        "categories": sorted(stored.get("categories", [])),
    }
    return None if same else "passages_stale"


def _wanted(connection: Connection, record_ids: Sequence[str]) -> tuple[dict[Key, dict[str, Any]], set[str]]:
    """Payloads that these records should have, and those of them that wait to be indexed."""
    session = Session(connection)
    categories = categories_of(session, record_ids)
    asked = set(record_ids)
    wanted: dict[Key, dict[str, Any]] = {}
    for draft in drafts_of(read_work(session, record_ids)):
        record_id = str(draft.passage.record_id)
        if record_id in asked:
            payload = payload_of(draft.passage)
            payload["categories"] = categories.get(record_id, [])
            wanted[(record_id, draft.passage.chunk)] = payload
    waiting = select(IndexQueueRow.record_id).where(
        IndexQueueRow.record_id.in_(record_ids), IndexQueueRow.attempts < MAX_ATTEMPTS
    )
    return wanted, set(session.scalars(waiting))


async def _searched_among(connection: AsyncConnection, record_ids: set[str]) -> set[str]:
    """Those that are in the truth or on the queue; whether they have words is looked at elsewhere."""
    statements = (
        select(MessageRow.record_id).where(MessageRow.record_id.in_(record_ids), *_TALK),
        select(FileRow.file_id).where(FileRow.file_id.in_(record_ids), FileRow.removed_at.is_(None)),
        select(LinkRow.link_id).where(LinkRow.link_id.in_(record_ids)),
        select(IndexQueueRow.record_id).where(
            IndexQueueRow.record_id.in_(record_ids), IndexQueueRow.attempts < MAX_ATTEMPTS
        ),
    )
    known: set[str] = set()
    for statement in statements:
        known.update(await connection.scalars(statement))
    return known


_TALK = (
    MessageRow.deleted_at.is_(None),
    MessageRow.channel_id.is_not(None),
    MessageRow.system.is_(False),
    MessageRow.answer_id.is_(None),
)
