"""The console's window into the archive: the reading side of ``connectors.console.host.ConsoleHost``."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar, assert_never
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.answering.evidence import Evidence
from bot.answering.finding import Finder
from bot.answering.story import Storyteller
from bot.archive.archivist import Archivist
from bot.commands import command_views
from bot.errors import BadInput
from bot.file_store import FileStore
from bot.host import ApplicationHost
from bot.language import language_of
from bot.permissions import CONSOLE, Permissions
from bot.truth.census import Census
from bot.truth.columns import TimelineFilter
from bot.truth.database import Database
from bot.truth.partly import partly_kept
from bot.truth.places import shares_of
from bot.truth.tables import FileRow, FileTextRow, MessageRow, PersonRow
from bot.truth.timeline import channel_of, choices, cursor, entries, place_of
from bot.truth.views import channel_views, message_views, page_of_messages, person_ref
from connectors.connector import Card, Language
from connectors.console.host import (
    Change,
    ChannelView,
    FilePages,
    MessageView,
    SharedPlace,
    StoryView,
    TimelineEntry,
    TimelineFile,
    TimelinePage,
    TimelineQuery,
)
from connectors.events import ChannelId, PersonId, PersonRef, RecordId
from connectors.live_host import CommandView
from knowledge.passage import Audience, PassageFilter, PassageKind
from knowledge.passage import ChannelId as PassageChannelId
from knowledge.passage import PersonId as PassagePersonId

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
        super().__init__(
            database=database, archivist=archivist, permissions=permissions, file_store=file_store, **parts
        )
        self._finder = finder
        self._zone = zone
        self._census = Census(database, zone)
        self._storyteller = Storyteller(database=database, finder=finder, zone=zone)
        self._subscribers: set[asyncio.Queue[Change]] = set()
        archivist.listen(self._announce)

    @property
    def bot(self) -> PersonRef:
        """The bot itself."""
        return BOT

    async def open_cards(self, person: PersonId) -> Sequence[Card]:
        """Cards that this person can still decide."""
        return await self._confirmations.open_cards(person)

    async def people(self) -> Sequence[PersonRef]:
        """The people of the console, by name."""
        statement = (
            select(PersonRow)
            .where(PersonRow.platform == CONSOLE, PersonRow.is_bot.is_(False), PersonRow.name != "")
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
        if query.text.strip():
            return await self._found(query, audience, visible)
        narrowed = self._narrowed(query, visible)
        try:
            before = place_of(query.before) if query.before is not None else None
        except ValueError as error:
            raise BadInput(f"before: {error}") from None
        ids, following, counts = await self._census.look(
            narrowed, before=before, limit=query.limit, counted=before is None
        )
        return await self._read(
            lambda session: TimelinePage(
                entries=tuple(entries(session, ids, channel_ids=visible)),
                next_before=cursor(following) if following is not None else None,
                choices=choices(session, counts, narrowed, zone=self._zone) if counts is not None else None,
                partial=_partial(session, query, visible) if counts is not None else (),
            )
        )

    async def read_timeline(self) -> None:
        """Read what the timeline counts before somebody waits for it: seconds in a large archive."""
        nothing = TimelineFilter(channel_ids=frozenset())
        await self._census.look(nothing, before=None, limit=0, counted=False)

    async def story(self, person: PersonId, query: TimelineQuery) -> StoryView:
        """What happened with a topic, in order."""
        audience = await self._permissions.of_person(person, platform=CONSOLE)
        return await self._storyteller.tell(query.text, audience=audience, where=self._where(query))

    async def categorize(self, person: PersonId, record: RecordId, category_id: str, *, present: bool) -> None:
        """Correct a category; raises ``PermissionError`` for a record that this person may not read."""
        channel_id = await self._read(lambda session: channel_of(session, record))
        if channel_id is None:
            raise LookupError(record)
        await self._require(person, ChannelId(channel_id))
        await self._correct(record, category_id, present=present, person_id=person)

    async def _found(self, query: TimelineQuery, audience: Audience, visible: frozenset[str]) -> TimelinePage:
        searched = await self._finder.find(query.text, audience=audience, where=self._where(query), limit=query.limit)
        found = searched.results
        messages = await self._read(
            lambda session: entries(
                session, list(dict.fromkeys(item.message_id for item in found)), channel_ids=visible
            )
        )
        by_id = {entry.record_id: entry for entry in messages}
        shown = [_with_place(by_id[RecordId(item.message_id)], item) for item in found if item.message_id in by_id]
        understood = searched.understood.told(language_of(query.text), self._zone)
        return TimelinePage(entries=tuple(shown), next_before=None, choices=None, understood=understood)

    def _narrowed(self, query: TimelineQuery, visible: frozenset[str]) -> TimelineFilter:
        first, end = _period(query)
        return TimelineFilter(
            channel_ids=visible,
            channel_id=query.channel_id,
            author_ids=frozenset({query.author_id}) if query.author_id is not None else frozenset(),
            kind=query.kind,
            category=query.category,
            first_day=first,
            end_day=end,
        )

    def _where(self, query: TimelineQuery) -> PassageFilter:
        first, end = _period(query)
        return PassageFilter(
            channel_ids=frozenset({PassageChannelId(query.channel_id)} if query.channel_id is not None else ()),
            author_ids=frozenset({PassagePersonId(query.author_id)} if query.author_id is not None else ()),
            kinds=frozenset[PassageKind]({query.kind} if query.kind is not None else ()),
            categories=frozenset({query.category} if query.category is not None else ()),
            since=self._midnight(first),
            until=self._midnight(end),
        )

    def _midnight(self, day: date | None) -> datetime | None:
        return None if day is None else datetime(day.year, day.month, day.day, tzinfo=self._zone)

    async def source_opened(self, *, answer_id: str, record_id: RecordId, person: PersonRef) -> None:
        """Keep the sign; raises ``NotFound``, or ``NotPermitted`` when the person cannot see the answer."""
        await self._see(answer_id, person, "opened", record_id=record_id)

    async def file(self, person: PersonId, file_id: RecordId) -> FilePages:
        """A shared file with its text."""
        found = await self._read(lambda session: _file(session, file_id))
        if found is None:
            raise LookupError(file_id)
        row, text = found
        await self._require(person, ChannelId(row.channel_id or ""))
        audience = await self._permissions.of_person(person, platform=CONSOLE)
        shares = await self._read(
            lambda session: shares_of(session, [row.file_id], channel_ids=[str(one) for one in audience.channel_ids])
        )
        path = self._file_store.path(row.sha256) if row.sha256 else None
        return FilePages(
            file_id=file_id,
            name=row.name,
            media_type=row.media_type,
            path=path if path is not None and await asyncio.to_thread(path.is_file) else None,
            pages=tuple((str(label or ""), str(words)) for label, words in text.pages) if text else (),
            reason=row.reason,
            also_in=tuple(
                SharedPlace(record_id=RecordId(place.message_id), channel_name=place.channel_name, time=place.time)
                for place in shares.besides(row.file_id)
            ),
        )

    def commands(self, language: Language) -> Sequence[CommandView]:
        """Slash commands in the reader's language."""
        return command_views(language)

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
        if not await self._permissions.may_read(person, channel, platform=CONSOLE):
            raise PermissionError(channel)

    async def _read(self, load: Callable[[Session], T]) -> T:
        async with self._database.read() as connection:
            return await connection.run_sync(lambda sync: load(Session(sync)))


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


def _partial(session: Session, query: TimelineQuery, visible: frozenset[str]) -> tuple[str, ...]:
    asked = visible if query.channel_id is None else visible & {str(query.channel_id)}
    return partly_kept(session, asked)


def _period(query: TimelineQuery) -> tuple[date | None, date | None]:
    """First day and the day after the last."""
    day = query.day
    if day is None:
        return None, None
    try:
        match query.period:
            case "day":
                return day, day + timedelta(days=1)
            case "week":
                monday = day - timedelta(days=day.weekday())
                return monday, monday + timedelta(days=7)
            case "month":
                first = day.replace(day=1)
                return first, (first + timedelta(days=31)).replace(day=1)
            case _:
                assert_never(query.period)
    except OverflowError:
        raise BadInput(f"day: {day}") from None


def _with_place(entry: TimelineEntry, item: Evidence) -> TimelineEntry:
    """A message that a search found; of one found by its file, the file with the page and the words in it."""
    if item.file_id is None or item.file_name is None:
        return entry
    file = TimelineFile(file_id=RecordId(item.file_id), name=item.file_name, page=item.page)
    return replace(entry, text=item.excerpt, files=(file,), links=())
