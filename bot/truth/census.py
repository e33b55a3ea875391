"""The census: columns of every record, read from the truth once and kept in step with it before every look."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, TypeVar

import numpy as np
from sqlalchemy import ColumnElement, Select, String, and_, func, literal, select, type_coerce, union
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.truth.categories import corrected
from bot.truth.columns import Columns, Kind, TimelineCounts, TimelineFilter, Told
from bot.truth.database import Database
from bot.truth.tables import CategoryCorrectionRow, FileRow, LinkRow, MessageRow, RecordCategoryRow

T = TypeVar("T")
Within = Callable[[InstrumentedAttribute[str]], ColumnElement[bool]]

_AT_ONCE = 2000
"""Messages a statement: rows become objects on the event loop."""
_LATE = timedelta(seconds=15)
"""Rows are marked with the beginning of their transaction; others may have been committed before it ended."""
_SELDOM = timedelta(seconds=10)
"""Between two complete readings, while records are removed one after the other."""
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Census:
    """Counts and pages of the timeline over the living records. Safe to ask from several tasks."""

    def __init__(self, database: Database, zone: tzinfo) -> None:
        self._database = database
        self._zone = zone
        self._columns = Columns(zone)
        self._lock = asyncio.Lock()
        self._read_all_at = _LONG_AGO
        self._seen_until = _LONG_AGO
        self._orphans = (0, 0)
        """Rows of messages and of categories that the columns do not have, as of the last complete reading."""

    async def look(
        self, narrowed: TimelineFilter, *, before: tuple[int, str] | None, limit: int, counted: bool
    ) -> tuple[list[str], tuple[int, str] | None, TimelineCounts | None]:
        """Ids of a page, newest first, the place to go on from, and counts when they are ``counted``."""
        async with self._lock:
            await self._follow()
            return await asyncio.to_thread(self._look, narrowed, before, limit, counted)

    def _look(
        self, narrowed: TimelineFilter, before: tuple[int, str] | None, limit: int, counted: bool
    ) -> tuple[list[str], tuple[int, str] | None, TimelineCounts | None]:
        ids, following = self._columns.page(narrowed, before=before, limit=limit)
        return ids, following, self._columns.count(narrowed) if counted else None

    async def _follow(self) -> None:
        now = datetime.now(UTC)
        if self._read_all_at == _LONG_AGO:
            await self._read_everything(now)
            return
        since = self._seen_until - _LATE
        touched, sizes = await self._read(lambda session: (_touched(session, since), _sizes(session)))
        for start in range(0, len(touched), _AT_ONCE):
            ids = touched[start : start + _AT_ONCE]
            await self._take(lambda column, ids=ids: column.in_(ids))  # type: ignore[misc]  # a default binds the value
        self._seen_until = now
        # Rows that were removed leave no mark: only the number of those that are left tells.
        if self._missing(sizes) != self._orphans and now - self._read_all_at > _SELDOM:
            await self._read_everything(now)

    async def _read_everything(self, now: datetime) -> None:
        columns, self._columns = self._columns, Columns(self._zone)
        last: str | None = ""
        try:
            while last is not None:
                last = await self._take_after(last)
        except BaseException:
            self._columns = columns
            raise
        self._read_all_at = self._seen_until = now
        self._orphans = self._missing(await self._read(_sizes))

    def _missing(self, sizes: tuple[int, int]) -> tuple[int, int]:
        return sizes[0] - len(self._columns), sizes[1] - self._columns.given

    async def _take_after(self, last: str) -> str | None:
        """Take in the next messages by id; the last of them, or None at the end."""
        ends = (
            select(MessageRow.record_id)
            .where(MessageRow.record_id > last)
            .order_by(MessageRow.record_id)
            .offset(_AT_ONCE - 1)
            .limit(1)
        )
        end = await self._read(lambda session: session.scalar(ends))
        if end is None:
            await self._take(lambda column: column > last)
            return None
        await self._take(lambda column: and_(column > last, column <= end))
        return end

    async def _take(self, within: Within) -> None:
        found = await self._read(lambda session: _Rows(session, within))
        self._columns.put(await asyncio.to_thread(found.told))

    async def _read(self, load: Callable[[Session], T]) -> T:
        async with self._database.read() as connection:
            return await connection.run_sync(lambda sync: load(Session(sync)))


class _Rows:
    """The rows of some messages and of what hangs on them."""

    def __init__(self, session: Session, within: Within) -> None:
        alive = and_(MessageRow.deleted_at.is_(None), MessageRow.channel_id.is_not(None), MessageRow.system.is_(False))
        self._messages = session.execute(
            select(
                MessageRow.record_id,
                MessageRow.channel_id,
                MessageRow.author_id,
                type_coerce(func.coalesce(MessageRow.sent_at, MessageRow.version_at), String),
                alive,
                MessageRow.text != "",
            ).where(within(MessageRow.record_id))
        ).all()
        self._files = list(
            session.scalars(
                select(FileRow.record_id).where(within(FileRow.record_id), FileRow.removed_at.is_(None)).distinct()
            )
        )
        self._links = list(session.scalars(select(LinkRow.record_id).where(within(LinkRow.record_id)).distinct()))
        self._given = [row for part in _about(RecordCategoryRow, within) for row in session.execute(part)]
        self._said = [row for part in _about(CategoryCorrectionRow, within) for row in session.execute(part)]

    def told(self) -> list[Told]:
        """As the columns keep them. Takes milliseconds; for a thread."""
        given: dict[tuple[str, str], set[str]] = defaultdict(set)
        rows: dict[str, int] = defaultdict(int)
        said: dict[tuple[str, str], dict[str, bool]] = defaultdict(dict)
        for message_id, record_id, category_id, _ in self._given:
            given[message_id, record_id].add(category_id)
            rows[message_id] += 1
        for message_id, record_id, category_id, present in self._said:
            said[message_id, record_id][category_id] = present
            rows[message_id] += 1
        categories: dict[str, set[str]] = defaultdict(set)
        for message_id, record_id in {*given, *said}:
            key = (message_id, record_id)
            categories[message_id] |= corrected(given[key], said[key])
        files, links = set(self._files), set(self._links)
        moments = _microseconds([row[3] for row in self._messages])
        return [
            Told(
                record_id=record_id,
                channel_id=channel_id or "",
                author_id=author_id or "",
                moment=moment,
                kinds=_kinds(has_text, record_id in files, record_id in links) if alive else frozenset(),
                categories=frozenset(categories.get(record_id, ())),
                given=rows.get(record_id, 0),
            )
            for (record_id, channel_id, author_id, _, alive, has_text), moment in zip(
                self._messages, moments, strict=True
            )
        ]


def _about(
    table: type[RecordCategoryRow | CategoryCorrectionRow], within: Within
) -> Iterable[Select[*tuple[Any, ...]]]:
    """Message, record, category and whether it holds, of messages, of their files and of their links."""
    present = table.present if table is CategoryCorrectionRow else literal(True)
    what = (table.record_id, table.category_id, present)
    yield select(table.record_id.label("message"), *what).where(within(table.record_id))
    yield (
        select(FileRow.record_id.label("message"), *what)
        .join(FileRow, FileRow.file_id == table.record_id)
        .where(within(FileRow.record_id), FileRow.removed_at.is_(None))
    )
    yield (
        select(LinkRow.record_id.label("message"), *what)
        .join(LinkRow, LinkRow.link_id == table.record_id)
        .where(within(LinkRow.record_id))
    )


def _touched(session: Session, since: datetime) -> list[str]:
    """Messages that changed, or on which something hangs that did."""
    categories, corrections = RecordCategoryRow, CategoryCorrectionRow
    given, said = categories.applied_at >= since, corrections.corrected_at >= since
    statements: tuple[Select[*tuple[Any, ...]], ...] = (
        select(MessageRow.record_id).where(MessageRow.applied_at >= since),
        select(FileRow.record_id).where(FileRow.applied_at >= since),
        select(LinkRow.record_id).where(LinkRow.applied_at >= since),
        select(categories.record_id).where(given),
        select(FileRow.record_id).join(categories, FileRow.file_id == categories.record_id).where(given),
        select(LinkRow.record_id).join(categories, LinkRow.link_id == categories.record_id).where(given),
        select(corrections.record_id).where(said),
        select(FileRow.record_id).join(corrections, FileRow.file_id == corrections.record_id).where(said),
        select(LinkRow.record_id).join(corrections, LinkRow.link_id == corrections.record_id).where(said),
    )
    return sorted(session.scalars(union(*statements)))


def _sizes(session: Session) -> tuple[int, int]:
    """How many rows there are of messages, and of categories."""
    tables = (MessageRow, RecordCategoryRow, CategoryCorrectionRow)
    counts = [select(func.count()).select_from(table).scalar_subquery() for table in tables]
    messages, given, said = session.execute(select(*counts)).one()
    return messages, given + said


def _kinds(has_text: bool, has_file: bool, has_link: bool) -> frozenset[Kind]:
    named: tuple[tuple[Kind, bool], ...] = (("message", has_text), ("file", has_file), ("link", has_link))
    return frozenset(kind for kind, has in named if has)


def _microseconds(times: Sequence[Any]) -> list[int]:
    """Since 1970. SQLite gives text in UTC, PostgreSQL datetimes."""
    if times and isinstance(times[0], str):
        found: list[int] = np.array(times, "datetime64[us]").astype(np.int64).tolist()
        return found
    return [round((time - _LONG_AGO) / timedelta(microseconds=1)) for time in times]
