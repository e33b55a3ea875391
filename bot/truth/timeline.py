"""The timeline from the truth: records newest first, and how many there are a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, Date, cast, func, literal, select, tuple_
from sqlalchemy.orm import Session

from bot.truth.tables import ChannelRow, FileRow, MessageRow, PersonRow
from connectors.console.host import TimelineEntry
from connectors.events import ChannelId, RecordId


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineFilter:
    """What to show; ``channel_ids`` is mandatory and empty shows nothing. ``until`` is exclusive."""

    channel_ids: frozenset[str]
    kind: Literal["message", "file"] | None = None
    author_ids: frozenset[str] = frozenset()
    since: datetime | None = None
    until: datetime | None = None


def entries(
    session: Session, narrowed: TimelineFilter, *, before: str | None, limit: int
) -> tuple[list[TimelineEntry], str | None]:
    """A page, newest first, and the cursor of the next one (None at the end).

    ``before`` is such a cursor; one that cannot be read raises ``ValueError``.
    """
    statement = (
        select(MessageRow, PersonRow.name, ChannelRow.name)
        .join(PersonRow, PersonRow.person_id == MessageRow.author_id, isouter=True)
        .join(ChannelRow, ChannelRow.channel_id == MessageRow.channel_id)
        .where(*_conditions(narrowed))
        .order_by(MessageRow.sent_at.desc(), MessageRow.record_id.desc())
        .limit(limit + 1)
    )
    if before is not None:
        moment, record_id = _place(before)
        statement = statement.where(
            tuple_(MessageRow.sent_at, MessageRow.record_id)
            < tuple_(literal(moment, MessageRow.sent_at.type), literal(record_id))
        )
    rows = session.execute(statement).all()
    files = _files(session, [row[0].record_id for row in rows[:limit]])
    page: list[TimelineEntry] = []
    for message, author, channel in rows[:limit]:
        shared = files.get(message.record_id, [])
        if narrowed.kind != "file" and (message.text or not shared):
            page.append(_entry(message, author, channel, None))
        page.extend(_entry(message, author, channel, file) for file in shared if narrowed.kind != "message")
    if len(rows) <= limit:
        return page, None
    last = rows[limit - 1][0]
    return page, f"{(last.sent_at or last.version_at).isoformat()}|{last.record_id}"


def _place(cursor: str) -> tuple[datetime, str]:
    text, _, record_id = cursor.partition("|")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        msg = "not a cursor"
        raise ValueError(msg)
    return moment, record_id


def days(session: Session, narrowed: TimelineFilter, offset: timedelta) -> list[tuple[date, int]]:
    """Records a day, oldest first; a day begins at midnight ``offset`` from UTC."""
    if session.get_bind().dialect.name == "sqlite":
        minutes = round(offset.total_seconds() / 60)
        day: ColumnElement[str] | ColumnElement[date] = func.date(MessageRow.sent_at, f"{minutes:+d} minutes")
    else:
        day = cast(func.timezone("UTC", MessageRow.sent_at) + offset, Date)
    statement = select(day, func.count()).where(*_conditions(narrowed)).group_by(day).order_by(day)
    return [
        (value if isinstance(value, date) else date.fromisoformat(str(value)), count)
        for value, count in session.execute(statement)
    ]


def _conditions(narrowed: TimelineFilter) -> Iterable[ColumnElement[bool]]:
    yield MessageRow.channel_id.in_(narrowed.channel_ids)
    yield MessageRow.deleted_at.is_(None)
    yield MessageRow.system.is_(False)
    if narrowed.since is not None:
        yield MessageRow.sent_at >= narrowed.since
    if narrowed.until is not None:
        yield MessageRow.sent_at < narrowed.until
    if narrowed.author_ids:
        yield MessageRow.author_id.in_(narrowed.author_ids)
    if narrowed.kind == "file":
        yield MessageRow.record_id.in_(select(FileRow.record_id).where(FileRow.removed_at.is_(None)))
    elif narrowed.kind == "message":
        yield MessageRow.text != ""


def _files(session: Session, record_ids: list[str]) -> dict[str, list[FileRow]]:
    found: dict[str, list[FileRow]] = {}
    rows = session.scalars(
        select(FileRow).where(FileRow.record_id.in_(record_ids), FileRow.removed_at.is_(None)).order_by(FileRow.file_id)
    )
    for row in rows:
        found.setdefault(row.record_id, []).append(row)
    return found


def _entry(message: MessageRow, author: str | None, channel: str, file: FileRow | None) -> TimelineEntry:
    return TimelineEntry(
        record_id=RecordId(message.record_id),
        kind="file" if file else "message",
        channel_id=ChannelId(message.channel_id or ""),
        channel_name=channel,
        author=author or "",
        time=message.sent_at or message.version_at,
        text=message.text,
        thread_id=RecordId(message.thread_id) if message.thread_id else None,
        file_id=RecordId(file.file_id) if file else None,
        file_name=file.name if file else None,
        page=None,
    )
