"""Applies events to the truth: any order, any number of times, the same state.

Order is decided by the platform's own times, never by arrival. What changes in the searched archive is put on the
index queue in the same transaction, so that nothing applied can be forgotten.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot.truth.categories import drop_outdated_corrections, forget_categories
from bot.truth.directory import Directory
from bot.truth.inbox import Lane, Received
from bot.truth.links import SharedLinks
from bot.truth.questions import erase_questions, forget_signs
from bot.truth.resting import QuestionCopies, contest_those_on, empty_those_on
from bot.truth.shared_files import SharedFiles
from bot.truth.standard_offers import has_ended
from bot.truth.tables import (
    AnswerRow,
    AnswerSourceRow,
    ChannelRow,
    DigestRow,
    FileRow,
    InboxRow,
    MessageEditRow,
    MessageRow,
    ReactionRow,
    StandardAnswerSourceRow,
)
from bot.truth.talk import place_with_neighbours
from bot.truth.ticks import Ticks
from bot.truth.working_set import LONG_AGO, Applied, WorkingSet
from connectors.events import (
    ChannelChanged,
    ChannelDeleted,
    FileFetched,
    FileRemoved,
    MembershipChanged,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    PersonChanged,
    ReactionChanged,
)


class Applier:
    """Applies one batch inside one transaction of a synchronous session."""

    def __init__(self, session: Session) -> None:
        self._work = WorkingSet(session)
        self._files = SharedFiles(self._work)
        self._links = SharedLinks(self._work)
        self._directory = Directory(self._work)
        self._questions = QuestionCopies(session)
        self._ticks = Ticks(self._work)

    @property
    def applied(self) -> Applied:
        """What was changed so far."""
        return self._work.applied

    def apply(self, batch: Sequence[Received]) -> None:
        """Apply events in order and mark them done; raises whatever a broken event raises."""
        self._preload(batch)
        for received in batch:
            if received.event is None:
                msg = "the stored event cannot be parsed"
                raise ValueError(msg)
            self._apply_one(received)
        self._work.session.flush()
        self._ticks.take_in()
        self._work.index_dependants()
        self._work.session.execute(
            update(InboxRow)
            .where(InboxRow.seq.in_([received.seq for received in batch]))
            .values(state="done", payload="", error=None)
        )

    def _preload(self, batch: Sequence[Received]) -> None:
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
        self._work.preload(record_ids=records, channel_ids=channels, person_ids=people)

    def _apply_one(self, received: Received) -> None:
        match received.event:
            case MessagePosted() as event:
                self._post(event, received.lane)
                self._ticks.touched(event, received.lane)
            case MessageEdited() as event:
                self._edit(event, received.lane)
                self._ticks.touched(event, received.lane)
            case MessageDeleted() as event:
                self._delete_message(event.record_id, event.occurred_at, received.lane)
            case FileRemoved() as event:
                self._files.remove(event, received.lane)
            case ReactionChanged() as event:
                self._react(event)
                self._ticks.touched(event, received.lane)
            case ChannelChanged() as event:
                self._change_channel(event)
            case ChannelDeleted() as event:
                self._delete_channel(event, received.lane)
            case MembershipChanged() as event:
                self._directory.describe_channel(event.channel, LONG_AGO)
                self._directory.describe_person(event.person, event.occurred_at)
                self._directory.set_membership(
                    event.channel.channel_id, event.person.person_id, present=event.present, at=event.occurred_at
                )
                self._work.changed(event.channel.channel_id, None)
            case PersonChanged() as event:
                self._directory.change_person(event.person, event.occurred_at, active=event.active)
            case FileFetched() as event:
                self._files.fetch(event, received.lane)
            case None:
                pass
            case unreachable:
                assert_never(unreachable)

    def _change_channel(self, event: ChannelChanged) -> None:
        self._directory.describe_channel(event.channel, event.occurred_at)
        if event.members is not None:
            self._directory.replace_members(event.channel, event.members, event.occurred_at)
        self._work.changed(event.channel.channel_id, None)

    def _post(self, event: MessagePosted, lane: Lane) -> None:
        self._directory.describe_channel(event.channel, LONG_AGO)
        row = self._work.message(event.record_id)
        erasure_id = self._erasure_of(event, row)
        if erasure_id is not None:
            self._keep_place(event, erasure_id, lane)
            return
        self._directory.describe_person(event.author, event.version_at)
        if row is None:
            row = self._work.stub(event.record_id)
        first_time = row.channel_id is None
        self._work.separate(row, lane)
        row.applied_at, row.author_id, row.sent_at = self._work.now, event.author.person_id, event.occurred_at
        if first_time or event.version_at >= row.version_at:
            self._place(row, event, lane)
            row.system = event.system
        row.permalink = event.permalink or row.permalink
        if event.answer_id is not None:
            self._show(row, event.answer_id)
        if row.deleted_at is not None:
            self._files.refuse(event.files)
            self._work.index(event.record_id, lane)
            return
        if event.version_at >= row.version_at:
            self._replace_text(
                row, self._own_words(row, event.text), event.version_at, edited=event.edited_at is not None
            )
            self._files.replace(row, event.files, lane)
        elif first_time:
            # The edit overtook its message: its text stands, the files it did not mention are taken from here.
            row.edited = True
            self._files.replace(row, event.files, lane, only_new=True)
        self._links.replace(row, lane)
        self._work.index(event.record_id, lane)
        self._work.changed(event.channel.channel_id, event.record_id)

    def _place(self, row: MessageRow, event: MessagePosted, lane: Lane) -> None:
        """Put a message where its newest version stands: an import that is corrected can move it."""
        if row.channel_id is not None and row.channel_id != event.channel.channel_id:
            # Those around its former place carry its words, and answers may repeat them.
            self._work.session.flush()
            for placed in place_with_neighbours(self._work.session, [row.record_id]):
                self._work.index(placed.spoken.record_id, lane)
            self._work.words_changed.add(row.record_id)
            self._work.withdraw_answers(AnswerSourceRow.record_id == row.record_id, event.version_at)
            contest_those_on(self._work.session, StandardAnswerSourceRow.record_id == row.record_id, self._work.now)
            self._work.changed(row.channel_id, row.record_id)
        row.channel_id, row.thread_id = event.channel.channel_id, event.thread_id
        channel = self._work.channel(event.channel.channel_id)
        if channel is not None and channel.deleted_at is not None and row.deleted_at is None:
            # The deletion of its channel overtook the message.
            row.deleted_at = channel.deleted_at

    def _erasure_of(self, event: MessagePosted, row: MessageRow | None) -> str | None:
        if row is not None and row.erasure_id is not None:
            return row.erasure_id
        return self._work.forgotten.rule_for(
            channel_id=event.channel.channel_id, person_id=event.author.person_id, at=event.occurred_at
        )

    def _keep_place(self, event: MessagePosted, erasure_id: str, lane: Lane) -> None:
        """Of a forgotten message only its place is taken in; that a guest wrote here narrows what replies use."""
        self._files.refuse(event.files)
        self._delete_message(event.record_id, self._work.now, lane)
        row = self._work.message(event.record_id) or self._work.stub(event.record_id)
        row.channel_id, row.sent_at, row.thread_id = event.channel.channel_id, event.occurred_at, event.thread_id
        row.erasure_id, row.author_id = erasure_id, None
        if event.author.is_guest:
            self._directory.describe_person(event.author, event.version_at)
            row.author_id = event.author.person_id

    def _edit(self, event: MessageEdited, lane: Lane) -> None:
        row = self._work.message(event.record_id)
        if row is None:
            row = self._work.stub(event.record_id)
        if row.deleted_at is not None or event.occurred_at < row.version_at:
            return
        self._replace_text(row, self._own_words(row, event.text), event.occurred_at, edited=True)
        if event.files is not None:
            self._files.replace(row, event.files, lane)
        if row.channel_id is not None:
            self._links.replace(row, lane)
            self._work.index(event.record_id, lane)
            self._work.changed(row.channel_id, event.record_id)

    def _show(self, row: MessageRow, answer_id: str) -> None:
        """This message of the bot shows an answer or a digest, whose words go with those that it rests on."""
        first_time, row.answer_id = row.answer_id != answer_id, answer_id
        # What it said while the answer was being written is kept nowhere.
        self._work.session.execute(delete(MessageEditRow).where(MessageEditRow.record_id == row.record_id))
        row.text = self._own_words(row, row.text)
        answer = self._work.session.get(AnswerRow, answer_id)
        digest = self._work.session.get(DigestRow, answer_id) if answer is None else None
        outdated = False
        if answer is not None:
            answer.answer_record_id = row.record_id
            outdated = answer.withdrawn_at is not None or has_ended(self._work.session, answer_id)
        if digest is not None:
            digest.posted_record_id, outdated = row.record_id, len(digest.lines) < digest.facts.get("told", 0)
        if first_time and outdated:
            # What it tells of went between making and posting.
            self._work.revise(row)

    def _own_words(self, row: MessageRow, text: str) -> str:
        """What is kept of a message's words: of the bot's own, nothing that is withdrawn or kept elsewhere."""
        if row.answer_id is None:
            return text
        answer = self._work.session.get(AnswerRow, row.answer_id)
        if answer is not None:
            # A source may have been deleted between answering and posting.
            return "" if answer.withdrawn_at is not None else text
        # A digest is shown from its lines, which go with their messages: the words are kept there alone.
        return "" if self._work.session.get(DigestRow, row.answer_id) is not None else text

    def _replace_text(self, row: MessageRow, text: str, version_at: datetime, *, edited: bool) -> None:
        if row.text and row.text != text and LONG_AGO < row.version_at < version_at and row.answer_id is None:
            self._work.session.merge(MessageEditRow(record_id=row.record_id, version_at=row.version_at, text=row.text))
        if row.text != text:
            self._work.words_changed.add(row.record_id)
            if row.record_id not in self._work.new_records:
                drop_outdated_corrections(self._work.session, row.record_id, row.text, text)
            if row.record_id not in self._work.new_records:
                self._work.withdraw_answers(AnswerSourceRow.record_id == row.record_id, version_at)
                contest_those_on(self._work.session, StandardAnswerSourceRow.record_id == row.record_id, self._work.now)
        row.applied_at = self._work.now
        row.text, row.version_at, row.edited = text, version_at, edited

    def _delete_message(self, record_id: str, at: datetime, lane: Lane) -> None:
        row = self._work.message(record_id)
        if row is None:
            row = self._work.stub(record_id, at)
        if row.deleted_at is not None:
            return
        self._questions.forget([record_id], self._work.now)
        row.text, row.deleted_at, row.permalink, row.applied_at = "", at, None, self._work.now
        self._work.words_changed.add(record_id)
        self._work.session.execute(delete(MessageEditRow).where(MessageEditRow.record_id == record_id))
        self._work.session.execute(delete(ReactionRow).where(ReactionRow.record_id == record_id))
        forget_categories(self._work.session, [record_id])
        empty_those_on(self._work.session, StandardAnswerSourceRow.record_id == record_id, self._work.now)
        erase_questions(self._work.session, AnswerRow.question_record_id == record_id)
        forget_signs(self._work.session, [record_id])
        for file in self._work.session.scalars(select(FileRow).where(FileRow.record_id == record_id)):
            self._files.forget(file, at, lane)
        self._links.replace(row, lane)
        self._work.withdraw_answers(AnswerSourceRow.record_id == record_id, at)
        self._work.index(record_id, lane)
        self._work.changed(row.channel_id, record_id)

    def _react(self, event: ReactionChanged) -> None:
        message = self._work.message(event.record_id)
        if message is not None and message.deleted_at is not None:
            return
        if self._work.forgotten.is_person(event.person.person_id, event.occurred_at):
            return
        self._directory.describe_person(event.person, event.occurred_at)
        key = (event.record_id, event.person.person_id, event.emoji)
        row = self._work.session.get(ReactionRow, key)
        if row is None:
            row = ReactionRow(record_id=key[0], person_id=key[1], emoji=key[2], present=False, changed_at=LONG_AGO)
            self._work.session.add(row)
        if event.occurred_at >= row.changed_at:
            row.present, row.changed_at = event.present, event.occurred_at
        self._work.changed(message.channel_id if message is not None else None, event.record_id)

    def _delete_channel(self, event: ChannelDeleted, lane: Lane) -> None:
        self._work.session.flush()
        records = self._work.session.scalars(
            select(MessageRow.record_id).where(MessageRow.channel_id == event.channel_id)
        )
        for record_id in list(records):
            self._delete_message(record_id, event.occurred_at, lane)
        channel = self._work.channel(event.channel_id) or self._work.add_channel(
            ChannelRow(
                channel_id=event.channel_id, platform="", workspace_id="", name="", visibility="private",
                changed_at=LONG_AGO,
            )
        )  # fmt: skip
        channel.deleted_at = event.occurred_at
        self._work.changed(event.channel_id, None)
