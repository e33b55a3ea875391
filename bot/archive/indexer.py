"""Keeps Qdrant equal to the truth: takes records off the index queue, embeds them and writes their passages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import structlog
from sqlalchemy import ColumnElement, delete, func, or_, select, tuple_, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.executor import Executor
from bot.truth.database import Database
from bot.truth.tables import FileRow, FileTextRow, IndexQueueRow, MessageRow, PersonRow
from bot.truth.talk import Placed, place_with_neighbours
from knowledge.chunking import Chunk, chunk_pages, chunk_text
from knowledge.embedding import Embedder, Vectors
from knowledge.lexical import CONTEXT_AVERAGE_LENGTH, OWN_AVERAGE_LENGTH, sparse_document, terms
from knowledge.passage import ChannelId, IndexedPassage, Passage, PersonId, RecordId
from knowledge.qdrant.schema import AROUND, CONTEXT, DENSE, TERMS
from knowledge.qdrant.store import PassageStore
from knowledge.surroundings import Line, context_vector

_log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 8
_EMBEDDED_CHARS = 2000
"""More is beyond the 512 tokens that the default embedding model reads."""


@dataclass(frozen=True, slots=True)
class _Ticket:
    record_id: str
    ticket: str
    attempts: int


@dataclass(slots=True)
class _FileToIndex:
    file: FileRow
    author_id: str
    author: str
    sent_at: datetime
    thread_id: str | None
    message_text: str
    pages: list[tuple[str, str]]


@dataclass(slots=True)
class _Work:
    """What a batch of tickets means: messages to write, files to write, records to take out."""

    placed: list[Placed] = field(default_factory=list)
    files: list[_FileToIndex] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Draft:
    """A passage before its vectors."""

    passage: Passage
    line: Line
    """What is embedded."""
    own_words: str
    context_words: str


class Indexer:
    """Writes the passages of queued records. Idempotent: point ids come from record ids."""

    def __init__(self, database: Database, store: PassageStore, embedder: Embedder, executor: Executor) -> None:
        self._database = database
        self._store = store
        self._embedder = embedder
        self._executor = executor

    async def index_batch(self, limit: int) -> int:
        """Index up to ``limit`` queued records and return how many were taken up (0: nothing to do now).

        Raises what the database or the engine raises while it is away: no record is to blame for that, and none is
        given up because of it.
        """
        tickets = await self._take(limit)
        if not tickets:
            return 0
        try:
            await self._index([ticket.record_id for ticket in tickets])
        except SQLAlchemyError:
            raise
        except Exception:  # noqa: BLE001 - one broken record must not stop the others: counted and retried
            await self._raise_if_engine_is_away()
            for ticket in tickets:
                await self._index_alone(ticket)
            return len(tickets)
        await self._done(tickets)
        return len(tickets)

    async def pending(self) -> int:
        """Records that are waiting and have not been given up."""
        return await self._count(IndexQueueRow.attempts < MAX_ATTEMPTS)

    async def untried(self) -> int:
        """Records that are waiting for their first attempt."""
        return await self._count(IndexQueueRow.attempts == 0)

    async def failed(self) -> int:
        """Records given up after ``MAX_ATTEMPTS``."""
        return await self._count(IndexQueueRow.attempts >= MAX_ATTEMPTS)

    async def _count(self, condition: ColumnElement[bool]) -> int:
        async with self._database.read() as connection:
            return await connection.scalar(select(func.count()).select_from(IndexQueueRow).where(condition)) or 0

    async def index_records(self, record_ids: Sequence[str]) -> None:
        """Index these records now, queued or not: for a rebuild."""
        await self._index(record_ids)

    async def _index_alone(self, ticket: _Ticket) -> None:
        try:
            await self._index([ticket.record_id])
        except SQLAlchemyError:
            raise
        except Exception as error:  # noqa: BLE001 - counted and retried
            await self._raise_if_engine_is_away()
            await self._fail(ticket, error)
        else:
            await self._done([ticket])

    async def _raise_if_engine_is_away(self) -> None:
        """Raise ``VectorStoreError`` when the engine answers nobody, or holds vectors of another model by now."""
        await self._store.health()

    async def _take(self, limit: int) -> list[_Ticket]:
        statement = (
            select(IndexQueueRow.record_id, IndexQueueRow.ticket, IndexQueueRow.attempts)
            .where(
                IndexQueueRow.attempts < MAX_ATTEMPTS,
                or_(IndexQueueRow.not_before.is_(None), IndexQueueRow.not_before <= datetime.now(UTC)),
            )
            .order_by(IndexQueueRow.lane, IndexQueueRow.enqueued_at)
            .limit(limit)
        )
        async with self._database.read() as connection:
            return [_Ticket(*row) for row in await connection.execute(statement)]

    async def _done(self, tickets: Sequence[_Ticket]) -> None:
        # Only where the ticket is still the same: a record changed meanwhile stays queued.
        keys = [(ticket.record_id, ticket.ticket) for ticket in tickets]
        async with self._database.begin() as connection:
            await connection.execute(
                delete(IndexQueueRow).where(tuple_(IndexQueueRow.record_id, IndexQueueRow.ticket).in_(keys))
            )

    async def _fail(self, ticket: _Ticket, error: Exception) -> None:
        attempts = ticket.attempts + 1
        _log.warning("indexing failed", record_id=ticket.record_id, attempts=attempts, error=type(error).__name__)
        async with self._database.begin() as connection:
            await connection.execute(
                update(IndexQueueRow)
                .where(IndexQueueRow.record_id == ticket.record_id, IndexQueueRow.ticket == ticket.ticket)
                .values(
                    attempts=attempts,
                    error=f"{type(error).__name__}: {error}"[:500],
                    not_before=datetime.now(UTC) + timedelta(seconds=min(2**attempts, 300)),
                )
            )

    async def _index(self, record_ids: Sequence[str]) -> None:
        async with self._database.read() as connection:
            work = await connection.run_sync(lambda sync: _read_work(Session(sync), record_ids))
        drafts = await self._executor.run(_drafts, work)
        if gone := [RecordId(record_id) for record_id in _without_words(work, drafts)]:
            await self._store.delete_records(gone)
        if not drafts:
            return
        lines = {line.record_id: line for draft in drafts for line in (draft.line,)}
        for placed in work.placed:
            lines.update((line.record_id, line) for line in placed.surroundings.lines())
        keys = list(lines)
        vectors = await self._embedder.embed_passages([lines[key].spoken()[:_EMBEDDED_CHARS] for key in keys])
        by_key = dict(zip(keys, vectors, strict=True))
        indexed = await self._executor.run(_with_vectors, drafts, work.placed, by_key)
        await self._store.upsert(indexed)
        await self._store.delete_chunks_beyond(_chunk_counts(drafts))


def indexed_records(session: Session, record_ids: Sequence[str]) -> set[str]:
    """Those of ``record_ids`` that the searched archive should hold: alive, and with words."""
    work = _read_work(session, record_ids)
    return {str(draft.passage.record_id) for draft in _drafts(work)}.intersection(record_ids)


def _without_words(work: _Work, drafts: Sequence[_Draft]) -> list[str]:
    """Records that must not be found: gone, or edited until nothing was left to find."""
    taken = [*(placed.spoken.record_id for placed in work.placed), *(file.file.file_id for file in work.files)]
    spoken = {str(draft.passage.record_id) for draft in drafts}
    return [*work.gone, *(record_id for record_id in taken if record_id not in spoken)]


def _read_work(session: Session, record_ids: Sequence[str]) -> _Work:
    work = _Work(placed=place_with_neighbours(session, record_ids))
    alive = {placed.spoken.record_id for placed in work.placed}
    rest = [record_id for record_id in record_ids if record_id not in alive]
    files = session.scalars(select(FileRow).where(FileRow.file_id.in_(rest), FileRow.removed_at.is_(None))).all()
    for file in files:
        found = _file_to_index(session, file)
        if found is not None:
            work.files.append(found)
            alive.add(file.file_id)
    work.gone = [record_id for record_id in rest if record_id not in alive]
    return work


def _file_to_index(session: Session, file: FileRow) -> _FileToIndex | None:
    row = session.execute(
        select(MessageRow, PersonRow.name)
        .join(PersonRow, PersonRow.person_id == MessageRow.author_id, isouter=True)
        .where(MessageRow.record_id == file.record_id, MessageRow.deleted_at.is_(None))
    ).first()
    if row is None or row[0].channel_id is None:
        return None
    message, author = row
    text = session.get(FileTextRow, file.sha256) if file.sha256 and file.status == "read" else None
    return _FileToIndex(
        file=file,
        author_id=message.author_id or "",
        author=author or "",
        sent_at=message.sent_at or message.version_at,
        thread_id=message.thread_id,
        message_text=message.text,
        pages=[(str(label), str(words)) for label, words in text.pages] if text else [],
    )


def _drafts(work: _Work) -> list[_Draft]:
    drafts: list[_Draft] = []
    for placed in work.placed:
        drafts.extend(_message_drafts(placed))
    for file in work.files:
        drafts.extend(_file_drafts(file))
    return drafts


def _message_drafts(placed: Placed) -> Iterable[_Draft]:
    spoken = placed.spoken
    context = placed.surroundings.context()
    for number, text in enumerate(chunk_text(spoken.text) or [""]):
        if not text.strip():
            continue
        passage = Passage(
            record_id=RecordId(spoken.record_id),
            chunk=number,
            kind="message",
            channel_id=ChannelId(spoken.channel_id),
            author_id=PersonId(spoken.author_id),
            sent_at=spoken.sent_at,
            text=text,
            thread_id=RecordId(spoken.thread_id) if spoken.thread_id else None,
        )
        key = spoken.record_id if number == 0 and text == spoken.text else f"{spoken.record_id}#{number}"
        line = Line(record_id=key, author=spoken.author, text=text)
        yield _Draft(passage, line, line.spoken(), f"{line.spoken()}\n{context}")


def _file_drafts(file: _FileToIndex) -> Iterable[_Draft]:
    row = file.file
    chunks = chunk_pages(file.pages) or [Chunk(label=None, text=f"{row.name} {row.caption}".strip())]
    about = f"{row.name}\n{row.caption}\n{file.author}: {file.message_text}".strip()
    for number, chunk in enumerate(chunks):
        if not chunk.text.strip():
            continue
        passage = Passage(
            record_id=RecordId(row.file_id),
            chunk=number,
            kind="file",
            channel_id=ChannelId(row.channel_id or ""),
            author_id=PersonId(file.author_id),
            sent_at=file.sent_at,
            text=chunk.text,
            thread_id=RecordId(file.thread_id) if file.thread_id else None,
            file_id=RecordId(row.file_id),
            page=chunk.label,
        )
        line = Line(record_id=f"{row.file_id}#{number}", author=row.name, text=chunk.text)
        yield _Draft(passage, line, line.spoken(), f"{line.spoken()}\n{about}")


def _with_vectors(
    drafts: Sequence[_Draft], placed: Sequence[Placed], vectors: dict[str, Vectors]
) -> list[IndexedPassage]:
    around = {place.spoken.record_id: context_vector(place.surroundings, vectors) for place in placed}
    indexed = []
    for draft in drafts:
        own = vectors[draft.line.record_id]
        indexed.append(
            IndexedPassage(
                passage=draft.passage,
                dense={
                    DENSE: own.tolist(),
                    AROUND: around.get(draft.passage.record_id, own).tolist(),
                },
                sparse={
                    TERMS: sparse_document(_terms_of_lines(draft.own_words), average_length=OWN_AVERAGE_LENGTH),
                    CONTEXT: sparse_document(
                        _terms_of_lines(draft.context_words), average_length=CONTEXT_AVERAGE_LENGTH
                    ),
                },
            )
        )
    return indexed


def _terms_of_lines(text: str) -> list[str]:
    # By line: neighbours occur in five contexts each and are cut into words once.
    return [term for line in text.split("\n") for term in _line_terms(line)]


@lru_cache(maxsize=16384)
def _line_terms(line: str) -> tuple[str, ...]:
    return tuple(terms(line))


def _chunk_counts(drafts: Sequence[_Draft]) -> dict[RecordId, int]:
    counts: dict[RecordId, int] = {}
    for draft in drafts:
        counts[draft.passage.record_id] = max(counts.get(draft.passage.record_id, 0), draft.passage.chunk + 1)
    return counts
