"""The console's window into the archive: the reading side of ``connectors.console.host.ConsoleHost``."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.answering.evidence import Evidence
from bot.answering.finding import Finder
from bot.archive.archivist import Archivist
from bot.commands import COMMANDS
from bot.errors import BadInput
from bot.file_store import FileStore
from bot.host import ApplicationHost
from bot.permissions import CONSOLE, Permissions
from bot.truth.database import Database
from bot.truth.tables import FileRow, FileTextRow, MessageRow, PersonRow
from bot.truth.timeline import TimelineFilter, days, entries
from bot.truth.views import channel_views, message_views, page_of_messages, person_ref
from connectors.connector import Language
from connectors.console.host import (
    Change,
    ChannelView,
    CommandView,
    FilePages,
    MessageView,
    TimelineEntry,
    TimelinePage,
    TimelineQuery,
)
from connectors.events import ChannelId, PersonId, PersonRef, RecordId
from knowledge.passage import ChannelId as PassageChannelId
from knowledge.passage import PassageFilter, PassageKind

T = TypeVar("T")

BOT = PersonRef(person_id=PersonId("console:bot"), platform="console", name="拾光", is_bot=True)
_WAITING_CHANGES = 1000
_NAMED_PEOPLE = 50


class ConsoleHost(ApplicationHost):
    """What an application host offers, and reading."""

    def __init__(
        self,
        *,
        database: Database,
        finder: Finder,
        archivist: Archivist,
        permissions: Permissions,
        file_store: FileStore,
        zone: ZoneInfo,
        **parts: Any,
    ) -> None:
        super().__init__(archivist=archivist, permissions=permissions, file_store=file_store, **parts)
        self._database = database
        self._finder = finder
        self._zone = zone
        self._subscribers: set[asyncio.Queue[Change]] = set()
        archivist.listen(self._announce)

    @property
    def bot(self) -> PersonRef:
        """The bot itself."""
        return BOT

    async def people(self) -> Sequence[PersonRef]:
        """The people of the console, by name."""
        statement = (
            select(PersonRow)
            .where(PersonRow.platform == CONSOLE, PersonRow.is_bot.is_(False))
            .order_by(PersonRow.name)
            .limit(_NAMED_PEOPLE)
        )
        return await self._read(lambda session: [person_ref(row) for row in session.scalars(statement)])

    async def channels(self, person: PersonId) -> Sequence[ChannelView]:
        """Channels the person may read, by name."""
        audience = await self._permissions.of_person(person, platform=CONSOLE)
        visible = frozenset(str(channel_id) for channel_id in audience.channel_ids)
        return await self._read(lambda session: channel_views(session, visible))

    async def messages(
        self,
        person: PersonId,
        channel: ChannelId,
        *,
        before: RecordId | None = None,
        around: RecordId | None = None,
        limit: int = 50,
    ) -> Sequence[MessageView]:
        """Top-level messages, oldest first."""
        await self._require(person, channel)

        def load(session: Session) -> list[MessageView]:
            rows = page_of_messages(session, channel, before=before, around=around, limit=limit)
            return message_views(session, rows, person_id=person)

        return await self._read(load)

    async def message(self, person: PersonId, record: RecordId) -> MessageView:
        """One message."""
        view = await self._read(lambda session: _one(session, record, person))
        await self._require(person, view.channel_id)
        return view

    async def thread(self, person: PersonId, root: RecordId) -> Sequence[MessageView]:
        """The head and its replies."""
        head = await self.message(person, root)
        statement = (
            select(MessageRow)
            .where(
                MessageRow.thread_id == root,
                MessageRow.channel_id == head.channel_id,
                MessageRow.deleted_at.is_(None),
            )
            .order_by(MessageRow.sent_at, MessageRow.record_id)
        )
        replies = await self._read(
            lambda session: message_views(session, session.scalars(statement).all(), person_id=person)
        )
        return [head, *replies]

    async def timeline(self, person: PersonId, query: TimelineQuery) -> TimelinePage:
        """A page of the timeline, or the results of a search under the same filters; raises ``BadInput``."""
        audience = await self._permissions.of_person(person, platform=CONSOLE)
        visible = frozenset(str(channel_id) for channel_id in audience.channel_ids)
        if query.channel_id is not None:
            visible &= {str(query.channel_id)}
        since, until = self._day(query.day)
        if query.text.strip():
            where = PassageFilter(
                channel_ids=frozenset(PassageChannelId(channel_id) for channel_id in visible),
                kinds=frozenset[PassageKind]({query.kind}) if query.kind else frozenset(),
                since=since,
                until=until,
            )
            found = (
                await self._finder.search(query.text, audience=audience, where=where, limit=query.limit)
                if visible
                else []
            )
            return TimelinePage(entries=tuple(_entry(item) for item in found), next_before=None, days=())
        narrowed = TimelineFilter(channel_ids=visible, kind=query.kind, since=since, until=until)
        offset = datetime.now(self._zone).utcoffset() or timedelta()

        def load(session: Session) -> TimelinePage:
            page, next_before = entries(session, narrowed, before=query.before, limit=query.limit)
            every_day = TimelineFilter(channel_ids=visible, kind=query.kind)
            return TimelinePage(
                entries=tuple(page),
                next_before=next_before,
                days=tuple(days(session, every_day, offset)) if query.before is None else (),
            )

        try:
            return await self._read(load)
        except ValueError as error:
            raise BadInput(f"before: {error}") from None

    async def file(self, person: PersonId, file_id: RecordId) -> FilePages:
        """A shared file with its text."""
        found = await self._read(lambda session: _file(session, file_id))
        if found is None:
            raise LookupError(file_id)
        row, text = found
        await self._require(person, ChannelId(row.channel_id or ""))
        path = self._file_store.path(row.sha256) if row.sha256 else None
        return FilePages(
            file_id=file_id,
            name=row.name,
            media_type=row.media_type,
            path=path if path is not None and await asyncio.to_thread(path.is_file) else None,
            pages=tuple((str(label or ""), str(words)) for label, words in text.pages) if text else (),
            reason=row.reason,
        )

    def commands(self, language: Language) -> Sequence[CommandView]:
        """Slash commands in the reader's language."""
        return [
            CommandView(name=command.names[language], usage=command.usage[language], summary=command.summary[language])
            for command in COMMANDS
        ]

    async def changes(self) -> AsyncIterator[Change]:
        """Changes from now on; one who reads too slowly loses the oldest and reloads."""
        queue: asyncio.Queue[Change] = asyncio.Queue(_WAITING_CHANGES)
        self._subscribers.add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self._subscribers.discard(queue)

    def _announce(self, changed: Sequence[tuple[str, str | None]]) -> None:
        for queue in self._subscribers:
            for channel_id, record_id in changed:
                if queue.full():
                    queue.get_nowait()
                queue.put_nowait(
                    Change(channel_id=ChannelId(channel_id), record_id=RecordId(record_id) if record_id else None)
                )

    async def _require(self, person: PersonId, channel: ChannelId) -> None:
        if not await self._permissions.may_read(person, channel):
            raise PermissionError(channel)

    async def _read(self, load: Callable[[Session], T]) -> T:
        async with self._database.read() as connection:
            return await connection.run_sync(lambda sync: load(Session(sync)))

    def _day(self, day: date | None) -> tuple[datetime | None, datetime | None]:
        if day is None:
            return None, None
        start = datetime(day.year, day.month, day.day, tzinfo=self._zone)
        return start, start + timedelta(days=1)


def _one(session: Session, record: str, person: str) -> MessageView:
    row = session.get(MessageRow, record)
    if row is None or row.channel_id is None:
        raise LookupError(record)
    return message_views(session, [row], person_id=person)[0]


def _file(session: Session, file_id: str) -> tuple[FileRow, FileTextRow | None] | None:
    row = session.get(FileRow, file_id)
    if row is None or row.removed_at is not None:
        return None
    return row, session.get(FileTextRow, row.sha256) if row.sha256 else None


def _entry(item: Evidence) -> TimelineEntry:
    return TimelineEntry(
        record_id=RecordId(item.message_id),
        kind=item.kind,
        channel_id=ChannelId(item.channel_id),
        channel_name=item.channel_name,
        author=item.author,
        time=item.time,
        text=item.text,
        thread_id=None,
        file_id=RecordId(item.file_id) if item.file_id else None,
        file_name=item.file_name,
        page=item.page,
    )
