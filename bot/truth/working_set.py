"""The rows that one batch of events touches, and what follows from changing them.

Rows are read with one statement a table and written by the session with few; between them a batch works in memory.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar
from uuid import uuid4

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from bot.truth.forgotten import Forgotten
from bot.truth.inbox import Lane
from bot.truth.questions import forget_questions
from bot.truth.revisions import queue_revision
from bot.truth.summaries import withdraw_summaries
from bot.truth.tables import (
    AnswerRow,
    AnswerSourceRow,
    Base,
    ChannelRow,
    ConversationQueueRow,
    FileRow,
    IndexQueueRow,
    LinkRow,
    MessageRow,
    PersonRow,
)

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
"""Older than anything: what is known only from being mentioned."""

Row = TypeVar("Row", bound=Base)


@dataclass(slots=True)
class Applied:
    """What a batch changed: for pages that show it, and for the file store."""

    changed: list[tuple[str, str | None]] = field(default_factory=list)
    """Channel id and record id (None: the channel itself)."""
    unreferenced: set[str] = field(default_factory=set)
    """sha256 of bytes that no living file row points to any more."""


class WorkingSet:
    """Rows by id, each read at most once; None is known to be absent."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.now = datetime.now(UTC)
        self.applied = Applied()
        self.forgotten = Forgotten(session)
        self.new_records: set[str] = set()
        self.words_changed: set[str] = set()
        self._messages: dict[str, MessageRow | None] = {}
        self._channels: dict[str, ChannelRow | None] = {}
        self._people: dict[str, PersonRow | None] = {}
        self._queued: dict[str, IndexQueueRow | None] = {}
        self._places: set[tuple[str, datetime, str]] = set()

    def preload(self, *, record_ids: set[str], channel_ids: set[str], person_ids: set[str]) -> None:
        """Read these rows now, so that asking for them later costs nothing."""
        scalars = self.session.scalars
        self.forgotten.load(channel_ids)
        self._messages = dict.fromkeys(record_ids)
        for message in scalars(select(MessageRow).where(MessageRow.record_id.in_(record_ids))):
            self._messages[message.record_id] = message
        self._channels = dict.fromkeys(channel_ids)
        for channel in scalars(select(ChannelRow).where(ChannelRow.channel_id.in_(channel_ids))):
            self._channels[channel.channel_id] = channel
        self._people = dict.fromkeys(person_ids)
        for person in scalars(select(PersonRow).where(PersonRow.person_id.in_(person_ids))):
            self._people[person.person_id] = person
        self._queued = dict.fromkeys(record_ids)
        for queued in scalars(select(IndexQueueRow).where(IndexQueueRow.record_id.in_(record_ids))):
            self._queued[queued.record_id] = queued

    def message(self, record_id: str) -> MessageRow | None:
        """A message or its stub."""
        return self._row(self._messages, MessageRow, record_id)

    def stub(self, record_id: str, version_at: datetime = LONG_AGO) -> MessageRow:
        """A new message row that knows nothing yet."""
        row = MessageRow(record_id=record_id, version_at=version_at, text="", applied_at=self.now)
        self.session.add(row)
        self._messages[record_id] = row
        self.new_records.add(record_id)
        return row

    def channel(self, channel_id: str) -> ChannelRow | None:
        """A channel."""
        return self._row(self._channels, ChannelRow, channel_id)

    def add_channel(self, row: ChannelRow) -> ChannelRow:
        """A channel heard of for the first time."""
        self._channels[row.channel_id] = row
        self.session.add(row)
        return row

    def person(self, person_id: str) -> PersonRow | None:
        """A person."""
        return self._row(self._people, PersonRow, person_id)

    def add_person(self, row: PersonRow) -> PersonRow:
        """A person heard of for the first time."""
        self._people[row.person_id] = row
        self.session.add(row)
        return row

    def index(self, record_id: str, lane: Lane) -> None:
        """Put a record on the index queue, in the same transaction as its change."""
        message = self._messages.get(record_id)
        if message is not None:
            self.separate(message, lane)
        row = self._row(self._queued, IndexQueueRow, record_id)
        if row is None:
            row = self._queued[record_id] = IndexQueueRow(
                record_id=record_id, lane=int(lane), enqueued_at=self.now, ticket=uuid4().hex, attempts=0
            )
            self.session.add(row)
            return
        row.ticket, row.lane, row.attempts, row.not_before = uuid4().hex, min(row.lane, int(lane)), 0, None

    def separate(self, message: MessageRow, lane: Lane) -> None:
        """Say that talk changes at this message's place, so that conversations after it are separated anew."""
        if message.channel_id is None or message.sent_at is None:
            return
        place = (message.channel_id, message.sent_at, message.record_id)
        if place not in self._places:
            self._places.add(place)
            self.session.add(
                ConversationQueueRow(
                    lane=int(lane), channel_id=place[0], sent_at=message.sent_at, record_id=message.record_id
                )
            )

    def index_dependants(self, lane: Lane = Lane.IMPORT) -> None:
        """Replies carry the words of their thread's head, files and links those of their message.

        Summaries repeat them, and go.
        """
        if not self.words_changed:
            return
        self.session.flush()
        for record_id in withdraw_summaries(self.session, self.words_changed - self.new_records):
            shown = self.message(record_id)
            if shown is not None:
                shown.text, shown.applied_at = "", self.now
                self.revise(shown)
                self.index(record_id, Lane.LIVE)
                self.changed(shown.channel_id, record_id)
        replies = select(MessageRow.record_id).where(
            MessageRow.thread_id.in_(self.words_changed), MessageRow.deleted_at.is_(None)
        )
        files = select(FileRow.file_id).where(FileRow.record_id.in_(self.words_changed), FileRow.removed_at.is_(None))
        links = select(LinkRow.link_id).where(LinkRow.record_id.in_(self.words_changed))
        for record_id in {*self.session.scalars(replies), *self.session.scalars(files), *self.session.scalars(links)}:
            self.index(record_id, lane)
        self.session.flush()

    def withdraw_answers(self, given: ColumnElement[bool], at: datetime) -> None:
        """Empty every answer that was given the deleted or replaced words: they may be repeated in it."""
        answer_ids = self.session.scalars(select(AnswerSourceRow.answer_id).where(given)).all()
        if not answer_ids:
            return
        standing = select(AnswerRow).where(AnswerRow.answer_id.in_(answer_ids), AnswerRow.withdrawn_at.is_(None))
        for row in self.session.scalars(standing).all():
            row.text, row.trace, row.withdrawn_at, row.reason = "", {}, at, "source_deleted"
            shown = self.message(row.answer_record_id) if row.answer_record_id is not None else None
            if shown is not None and shown.channel_id is not None:
                shown.text = ""
                self.revise(shown)
                self.applied.changed.append((shown.channel_id, shown.record_id))
        self.session.execute(update(AnswerSourceRow).where(AnswerSourceRow.answer_id.in_(answer_ids)).values(quote=""))
        # What a follow-up was understood to ask for was found in words of others.
        forget_questions(self.session, answer_ids)

    def revise(self, shown: MessageRow) -> None:
        """Have a message of the bot say on its platform what may still be said, unless it is gone itself."""
        queue_revision(self.session, shown, self.now)

    def changed(self, channel_id: str | None, record_id: str | None) -> None:
        """Tell pages, once the channel is known."""
        if channel_id is not None:
            self.applied.changed.append((channel_id, record_id))

    def _row(self, known: dict[str, Row | None], table: type[Row], row_id: str) -> Row | None:
        if row_id not in known:
            known[row_id] = self.session.get(table, row_id)
        return known[row_id]
