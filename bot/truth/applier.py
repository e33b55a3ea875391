"""Applies events to the truth: any order, any number of times, the same state.

Order is decided by the platform's own times, never by arrival. What changes in the searched archive is put on the
index queue in the same transaction, so that nothing applied can be forgotten.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import assert_never
from uuid import uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot.truth.inbox import Lane, Received
from bot.truth.tables import (
    AnswerRow,
    AnswerSourceRow,
    ChannelRow,
    FileRow,
    FileTextRow,
    InboxRow,
    IndexQueueRow,
    MembershipRow,
    MessageEditRow,
    MessageRow,
    PersonRow,
    ReactionRow,
    RemovedFileRow,
)
from connectors.events import (
    ChannelChanged,
    ChannelDeleted,
    ChannelRef,
    FileRef,
    FileRemoved,
    MembershipChanged,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    PersonRef,
    ReactionChanged,
)

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Applied:
    """What a batch changed: for pages that show it, and for the file store."""

    changed: list[tuple[str, str | None]] = field(default_factory=list)
    """Channel id and record id (None: the channel itself)."""
    unreferenced: set[str] = field(default_factory=set)
    """sha256 of bytes that no living file row points to any more."""


class Applier:
    """Applies one batch inside one transaction of a synchronous session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._now = datetime.now(UTC)
        self.applied = Applied()
        self._words_changed: set[str] = set()
        self._new_records: set[str] = set()
        # What this batch touches, by id; None is known to be absent. The session writes all of it with few statements.
        self._messages: dict[str, MessageRow | None] = {}
        self._channels: dict[str, ChannelRow | None] = {}
        self._people: dict[str, PersonRow | None] = {}
        self._queued: dict[str, IndexQueueRow | None] = {}

    def apply(self, batch: Sequence[Received]) -> None:
        """Apply events in order and mark them done; raises whatever a broken event raises."""
        self._preload(batch)
        for received in batch:
            if received.event is None:
                msg = "the stored event cannot be parsed"
                raise ValueError(msg)
            self._apply_one(received)
        self._session.flush()
        self._index_dependants()
        self._session.execute(
            update(InboxRow)
            .where(InboxRow.seq.in_([received.seq for received in batch]))
            .values(state="done", payload="", error=None)
        )

    def _preload(self, batch: Sequence[Received]) -> None:
        """Read the rows of the batch with one statement a table; later ``get``s then cost nothing."""
        records: set[str] = set()
        channels: set[str] = set()
        people: set[str] = set()
        for received in batch:
            match received.event:
                case MessagePosted() as event:
                    records.add(event.record_id)
                    channels.add(event.channel.channel_id)
                    people.add(event.author.person_id)
                case MessageEdited() | MessageDeleted() | ReactionChanged() as event:
                    records.add(event.record_id)
                case _:
                    pass
        self._messages = dict.fromkeys(records)
        self._channels = dict.fromkeys(channels)
        self._people = dict.fromkeys(people)
        self._queued = dict.fromkeys(records)
        for message in self._session.scalars(select(MessageRow).where(MessageRow.record_id.in_(records))):
            self._messages[message.record_id] = message
        for channel in self._session.scalars(select(ChannelRow).where(ChannelRow.channel_id.in_(channels))):
            self._channels[channel.channel_id] = channel
        for person in self._session.scalars(select(PersonRow).where(PersonRow.person_id.in_(people))):
            self._people[person.person_id] = person
        for queued in self._session.scalars(select(IndexQueueRow).where(IndexQueueRow.record_id.in_(records))):
            self._queued[queued.record_id] = queued

    def _apply_one(self, received: Received) -> None:
        match received.event:
            case MessagePosted() as event:
                self._post(event, received.lane)
            case MessageEdited() as event:
                self._edit(event, received.lane)
            case MessageDeleted() as event:
                self._delete_message(event.record_id, event.occurred_at, received.lane)
            case FileRemoved() as event:
                self._remove_file(event, received.lane)
            case ReactionChanged() as event:
                self._react(event)
            case ChannelChanged() as event:
                self._channel(event.channel, event.occurred_at)
                if event.members is not None:
                    self._members(event.channel, event.members, event.occurred_at)
                self.applied.changed.append((event.channel.channel_id, None))
            case ChannelDeleted() as event:
                self._delete_channel(event, received.lane)
            case MembershipChanged() as event:
                self._channel(event.channel, _LONG_AGO)
                self._person(event.person, _LONG_AGO)
                self._membership(event.channel.channel_id, event.person.person_id, event.present, event.occurred_at)
                self.applied.changed.append((event.channel.channel_id, None))
            case None:
                pass
            case unreachable:
                assert_never(unreachable)

    # messages

    def _message(self, record_id: str) -> MessageRow | None:
        if record_id not in self._messages:
            self._messages[record_id] = self._session.get(MessageRow, record_id)
        return self._messages[record_id]

    def _stub(self, record_id: str, version_at: datetime = _LONG_AGO) -> MessageRow:
        row = MessageRow(record_id=record_id, version_at=version_at, text="", applied_at=self._now)
        self._session.add(row)
        self._messages[record_id] = row
        self._new_records.add(record_id)
        return row

    def _post(self, event: MessagePosted, lane: Lane) -> None:
        self._channel(event.channel, _LONG_AGO)
        self._person(event.author, _LONG_AGO)
        row = self._message(event.record_id)
        if row is None:
            row = self._stub(event.record_id)
        first_time = row.channel_id is None
        row.applied_at = self._now
        row.channel_id, row.author_id = event.channel.channel_id, event.author.person_id
        row.sent_at, row.thread_id = event.occurred_at, event.thread_id
        row.system, row.permalink = event.system, event.permalink or row.permalink
        if event.answer_id is not None:
            row.answer_id = event.answer_id
            self._session.execute(
                update(AnswerRow).where(AnswerRow.answer_id == event.answer_id).values(answer_record_id=event.record_id)
            )
        if row.deleted_at is not None:
            self._index(event.record_id, lane)
            return
        if event.version_at >= row.version_at:
            self._replace_text(row, event.text, event.version_at, edited=event.edited_at is not None)
            self._files(row, event.files)
        elif first_time:
            # The edit overtook its message: its text stands, the files it did not mention are taken from here.
            row.edited = True
            self._files(row, event.files, only_new=True)
        self._index(event.record_id, lane)
        self.applied.changed.append((event.channel.channel_id, event.record_id))

    def _edit(self, event: MessageEdited, lane: Lane) -> None:
        row = self._message(event.record_id)
        if row is None:
            row = self._stub(event.record_id)
        if row.deleted_at is not None or event.occurred_at < row.version_at:
            return
        if event.text != row.text:
            self._withdraw_answers(AnswerSourceRow.record_id == event.record_id, event.occurred_at)
        self._replace_text(row, event.text, event.occurred_at, edited=True)
        if event.files is not None:
            self._files(row, event.files)
        if row.channel_id is not None:
            self._index(event.record_id, lane)
            self.applied.changed.append((row.channel_id, event.record_id))

    def _replace_text(self, row: MessageRow, text: str, version_at: datetime, *, edited: bool) -> None:
        if row.text and row.text != text and row.version_at > _LONG_AGO:
            self._session.merge(MessageEditRow(record_id=row.record_id, version_at=row.version_at, text=row.text))
        if row.text != text:
            self._words_changed.add(row.record_id)
        row.applied_at = self._now
        row.text, row.version_at, row.edited = text, version_at, edited

    def _delete_message(self, record_id: str, at: datetime, lane: Lane) -> None:
        row = self._message(record_id)
        if row is None:
            row = self._stub(record_id, at)
        if row.deleted_at is not None:
            return
        row.text, row.deleted_at, row.permalink, row.applied_at = "", at, None, self._now
        self._words_changed.add(record_id)
        self._session.execute(delete(MessageEditRow).where(MessageEditRow.record_id == record_id))
        self._session.execute(delete(ReactionRow).where(ReactionRow.record_id == record_id))
        for file in self._session.scalars(select(FileRow).where(FileRow.record_id == record_id)):
            self._forget_file(file, at, lane)
        self._withdraw_answers(AnswerSourceRow.record_id == record_id, at)
        self._index(record_id, lane)
        if row.channel_id is not None:
            self.applied.changed.append((row.channel_id, record_id))

    # files

    def _files(self, row: MessageRow, files: Iterable[FileRef], *, only_new: bool = False) -> None:
        present = {shared_file_id(row.record_id, file.file_id): file for file in files}
        if not present and row.record_id in self._new_records:
            return
        rows = {
            known.file_id: known
            for known in self._session.scalars(select(FileRow).where(FileRow.record_id == row.record_id))
        }
        if not only_new:
            for file_id, known in rows.items():
                if file_id not in present and known.removed_at is None:
                    self._forget_file(known, row.version_at, Lane.LIVE)
        for file_id, file in present.items():
            known_row = rows.get(file_id)
            if known_row is None:
                known_row = _file_row(file_id, file, row, self._now)
                self._session.add(known_row)
                removed = self._session.get(RemovedFileRow, file.file_id)
                if removed is not None:
                    self._forget_file(known_row, removed.removed_at, Lane.LIVE)
            elif known_row.removed_at is None:
                known_row.channel_id = row.channel_id
                known_row.name, known_row.caption, known_row.applied_at = file.name, file.caption, self._now
                if file.sha256 and file.sha256 != known_row.sha256:
                    self._release_bytes(known_row.sha256, besides=file_id)
                    known_row.sha256, known_row.status, known_row.reason = file.sha256, "pending", None
            self._index(file_id, Lane.IMPORT)

    def _forget_file(self, file: FileRow, at: datetime, lane: Lane) -> None:
        file.removed_at, file.caption, file.applied_at = at, "", self._now
        sha256, file.sha256 = file.sha256, None
        self._session.flush()
        self._release_bytes(sha256, besides=file.file_id)
        self._withdraw_answers(AnswerSourceRow.file_id == file.file_id, at)
        self._index(file.file_id, lane)

    def _release_bytes(self, sha256: str | None, *, besides: str) -> None:
        if sha256 is None:
            return
        others = select(FileRow.file_id).where(
            FileRow.sha256 == sha256, FileRow.removed_at.is_(None), FileRow.file_id != besides
        )
        if self._session.scalar(others.limit(1)) is None:
            self._session.execute(delete(FileTextRow).where(FileTextRow.sha256 == sha256))
            self.applied.unreferenced.add(sha256)

    def _remove_file(self, event: FileRemoved, lane: Lane) -> None:
        """Remove the file from every message that shared it, those that arrive later included."""
        if self._session.get(RemovedFileRow, event.file_id) is None:
            self._session.add(RemovedFileRow(platform_file_id=event.file_id, removed_at=event.occurred_at))
        shares = select(FileRow).where(FileRow.platform_file_id == event.file_id, FileRow.removed_at.is_(None))
        for file in self._session.scalars(shares).all():
            self._forget_file(file, event.occurred_at, lane)
            if file.channel_id is not None:
                self.applied.changed.append((file.channel_id, file.record_id))

    # people and channels

    def _react(self, event: ReactionChanged) -> None:
        self._person(event.person, _LONG_AGO)
        message = self._message(event.record_id)
        if message is not None and message.deleted_at is not None:
            return
        key = (event.record_id, event.person.person_id, event.emoji)
        row = self._session.get(ReactionRow, key)
        if row is None:
            row = ReactionRow(record_id=key[0], person_id=key[1], emoji=key[2], present=False, changed_at=_LONG_AGO)
            self._session.add(row)
        if event.occurred_at >= row.changed_at:
            row.present, row.changed_at = event.present, event.occurred_at
        if message is not None and message.channel_id is not None:
            self.applied.changed.append((message.channel_id, event.record_id))

    def _channel(self, channel: ChannelRef, at: datetime) -> None:
        if channel.channel_id not in self._channels:
            self._channels[channel.channel_id] = self._session.get(ChannelRow, channel.channel_id)
        row = self._channels[channel.channel_id]
        if row is None:
            row = self._channels[channel.channel_id] = ChannelRow(channel_id=channel.channel_id, changed_at=at)
            self._session.add(row)
        elif at == _LONG_AGO or at < row.changed_at:
            return
        row.platform, row.workspace_id, row.name = channel.platform, channel.workspace_id, channel.name
        row.visibility, row.archived, row.changed_at = channel.visibility, channel.archived, at

    def _person(self, person: PersonRef, at: datetime) -> None:
        if person.person_id not in self._people:
            self._people[person.person_id] = self._session.get(PersonRow, person.person_id)
        row = self._people[person.person_id]
        if row is None:
            row = self._people[person.person_id] = PersonRow(person_id=person.person_id, changed_at=at)
            self._session.add(row)
        elif at < row.changed_at or (row.name == person.name and row.is_bot == person.is_bot):
            return
        row.platform, row.name = person.platform, person.name
        row.is_bot, row.is_guest, row.changed_at = person.is_bot, person.is_guest, at

    def _members(self, channel: ChannelRef, members: Sequence[PersonRef], at: datetime) -> None:
        listed = {person.person_id for person in members}
        known = self._session.scalars(
            select(MembershipRow.person_id).where(MembershipRow.channel_id == channel.channel_id, MembershipRow.present)
        ).all()
        for person in members:
            self._person(person, _LONG_AGO)
            self._membership(channel.channel_id, person.person_id, present=True, at=at)
        for person_id in set(known) - {str(person_id) for person_id in listed}:
            self._membership(channel.channel_id, person_id, present=False, at=at)

    def _membership(self, channel_id: str, person_id: str, present: bool, at: datetime) -> None:
        row = self._session.get(MembershipRow, (channel_id, person_id))
        if row is None:
            self._session.add(MembershipRow(channel_id=channel_id, person_id=person_id, present=present, changed_at=at))
            self._session.flush()
        elif at >= row.changed_at:
            row.present, row.changed_at = present, at

    def _delete_channel(self, event: ChannelDeleted, lane: Lane) -> None:
        self._session.flush()
        records = self._session.scalars(select(MessageRow.record_id).where(MessageRow.channel_id == event.channel_id))
        for record_id in list(records):
            self._delete_message(record_id, event.occurred_at, lane)
        channel = self._session.get(ChannelRow, event.channel_id)
        if channel is not None:
            channel.deleted_at = event.occurred_at
        self.applied.changed.append((event.channel_id, None))

    # what follows from a change

    def _withdraw_answers(self, condition: object, at: datetime) -> None:
        """Empty every answer that was given the deleted or replaced words: they may be repeated in it."""
        answer_ids = self._session.scalars(select(AnswerSourceRow.answer_id).where(condition)).all()  # type: ignore[arg-type]  # a column expression
        if not answer_ids:
            return
        rows = self._session.scalars(
            select(AnswerRow).where(AnswerRow.answer_id.in_(answer_ids), AnswerRow.withdrawn_at.is_(None))
        ).all()
        for row in rows:
            row.text, row.trace, row.withdrawn_at, row.reason = "", {}, at, "source_deleted"
            if row.answer_record_id is not None:
                shown = self._message(row.answer_record_id)
                if shown is not None and shown.channel_id is not None:
                    shown.text = ""
                    self.applied.changed.append((shown.channel_id, shown.record_id))
        self._session.execute(update(AnswerSourceRow).where(AnswerSourceRow.answer_id.in_(answer_ids)).values(quote=""))

    def _index_dependants(self) -> None:
        """Replies carry the words of their thread's head, files those of their message."""
        if not self._words_changed:
            return
        replies = self._session.scalars(
            select(MessageRow.record_id).where(
                MessageRow.thread_id.in_(self._words_changed), MessageRow.deleted_at.is_(None)
            )
        )
        files = self._session.scalars(
            select(FileRow.file_id).where(FileRow.record_id.in_(self._words_changed), FileRow.removed_at.is_(None))
        )
        for record_id in {*replies, *files}:
            self._index(record_id, Lane.IMPORT)
        self._session.flush()

    def _index(self, record_id: str, lane: Lane) -> None:
        if record_id not in self._queued:
            self._queued[record_id] = self._session.get(IndexQueueRow, record_id)
        row = self._queued[record_id]
        if row is None:
            row = self._queued[record_id] = IndexQueueRow(
                record_id=record_id, lane=int(lane), enqueued_at=self._now, ticket=uuid4().hex, attempts=0
            )
            self._session.add(row)
            return
        row.ticket, row.lane, row.attempts, row.not_before = uuid4().hex, min(row.lane, int(lane)), 0, None


def shared_file_id(record_id: str, platform_file_id: str) -> str:
    """The id of a file as shared with one message: the same file in two messages is two records with two audiences."""
    return f"{record_id}|{platform_file_id}"


def _file_row(file_id: str, file: FileRef, message: MessageRow, now: datetime) -> FileRow:
    return FileRow(
        file_id=file_id,
        platform_file_id=file.file_id,
        record_id=message.record_id,
        channel_id=message.channel_id,
        name=file.name,
        media_type=file.media_type,
        size_bytes=file.size_bytes,
        sha256=file.sha256,
        caption=file.caption,
        status="pending" if file.sha256 else "failed",
        reason=None if file.sha256 else file.unavailable_reason or "no_bytes",
        applied_at=now,
    )
