"""Erasing from the truth: every row that holds words of a scope, in batches that can be repeated.

Of a message only its place stays (record id, channel, thread, time): replies keep their thread, and the archive finds
the neighbours whose context held its words. A guest's id stays with it, because where a guest has written, replies use
that channel alone.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Delete, Select, Update, and_, delete, exists, false, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from bot.truth.compared import erase_compared
from bot.truth.inbox import Lane
from bot.truth.intake import note
from bot.truth.questions import cases_of, drop_emptied, erase_questions, forget_signs
from bot.truth.resting import QuestionCopies, empty, empty_those_on
from bot.truth.shared_files import SharedFiles
from bot.truth.summaries import count_summaries
from bot.truth.tables import (
    AnswerRow,
    AnswerSourceRow,
    CategoryCorrectionRow,
    ChannelRow,
    ConversationRow,
    DigestRow,
    DigestScheduleRow,
    FileRow,
    FileTextRow,
    LetterRow,
    LinkRow,
    MembershipRow,
    MessageEditRow,
    MessageRow,
    PairOfferRow,
    PersonRow,
    PreferenceRow,
    QuestionVectorRow,
    ReactionRow,
    RecordCategoryRow,
    RecordTopicRow,
    ReminderRow,
    SignRow,
    StandardAnswerRow,
    StandardAnswerSourceRow,
    TrainingConsentRow,
    VerdictRow,
)
from bot.truth.working_set import WorkingSet
from connectors.events import Event, MembershipChanged, MessageDeleted, MessageEdited, MessagePosted, ReactionChanged

OF_MESSAGES: dict[str, Any] = {
    "edits": MessageEditRow,
    "reactions": ReactionRow,
    "conversations": ConversationRow,
    "links": LinkRow,
}
"""Tables keyed by the message alone, by their name in a receipt."""
OF_RECORDS: dict[str, Any] = {
    "categories": RecordCategoryRow,
    "corrections": CategoryCorrectionRow,
    "topics": RecordTopicRow,
}
"""Tables keyed by any record: message, file or link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What to forget: everything before a moment, of one channel or person or both, where given.

    With ``record_ids`` only these messages, as far as they are of the person; with ``platform`` and ``workspace_id``
    everything of a workspace.
    """

    before: datetime
    channel_id: str | None = None
    person_id: str | None = None
    record_ids: tuple[str, ...] = ()
    platform: str | None = None
    workspace_id: str | None = None

    def document(self) -> dict[str, Any]:
        """As it is kept with a receipt: ids and a time, no words."""
        chosen = {"record_ids": list(self.record_ids)} if self.record_ids else {}
        place = {"channel_id": self.channel_id, "person_id": self.person_id}
        whole = {"platform": self.platform, "workspace_id": self.workspace_id} if self.platform else {}
        return {**place, "before": self.before.isoformat(), **chosen, **whole}

    @classmethod
    def of(cls, document: dict[str, Any]) -> "Scope":
        """What ``document`` wrote."""
        before = datetime.fromisoformat(document["before"])
        return cls(
            before=before,
            channel_id=document["channel_id"],
            person_id=document["person_id"],
            record_ids=tuple(document.get("record_ids", ())),
            platform=document.get("platform"),
            workspace_id=document.get("workspace_id"),
        )

    def channels(self) -> Select[str]:
        """The channels of the workspace."""
        return select(ChannelRow.channel_id).where(
            ChannelRow.platform == self.platform, ChannelRow.workspace_id == self.workspace_id
        )

    def messages(self) -> ColumnElement[bool]:
        """Messages that are meant and not erased yet, deleted ones and stubs included."""
        if self.record_ids:
            chosen = MessageRow.record_id.in_(self.record_ids)
            return and_(MessageRow.erasure_id.is_(None), chosen, MessageRow.author_id == self.person_id)
        narrow = self._by_channel(MessageRow.channel_id)
        if self.person_id is None:
            own = and_(MessageRow.sent_at < self.before, *narrow)
            stubs = and_(MessageRow.channel_id.is_(None), MessageRow.version_at < self.before)
            meant = own if narrow else or_(own, stubs)
        else:
            answered = select(AnswerRow.answer_id).where(self.answers())
            by_them = or_(
                MessageRow.author_id == self.person_id,
                MessageRow.answer_id.in_(answered),
                MessageRow.channel_id.in_(_alone_with_the_bot(self.person_id)),
            )
            meant = and_(by_them, MessageRow.sent_at < self.before, *narrow)
        return and_(MessageRow.erasure_id.is_(None), meant)

    def answers(self) -> ColumnElement[bool]:
        """Answers given in the channel and to the person; of chosen messages those that answer them."""
        if self.record_ids:
            return AnswerRow.question_record_id.in_(self.record_ids)
        narrow = [AnswerRow.asked_at < self.before, *self._by_channel(AnswerRow.channel_id)]
        if self.person_id is not None:
            narrow.append(AnswerRow.person_id == self.person_id)
        return and_(*narrow)

    def digests(self) -> ColumnElement[bool]:
        """Digests posted in the channel and made for the person."""
        if self.record_ids:
            return false()
        narrow = [DigestRow.made_at < self.before, *self._by_channel(DigestRow.target_channel_id)]
        if self.person_id is not None:
            narrow.append(DigestRow.person_id == self.person_id)
        return and_(*narrow)

    def covers(self, event: Event, erased: set[str]) -> bool:
        """Whether a waiting event holds words that are meant; ``erased`` are records that are erased already."""
        if self.record_ids:
            return getattr(event, "record_id", None) in erased
        if self.workspace_id is not None:
            return False  # ``bot.truth.leaving`` drops them
        match event:
            case MessagePosted():
                return (
                    event.occurred_at < self.before
                    and self.channel_id in (None, event.channel.channel_id)
                    and self.person_id in (None, event.author.person_id)
                ) or event.record_id in erased
            case MessageEdited() | MessageDeleted():
                return event.record_id in erased
            case ReactionChanged() | MembershipChanged():
                return self.person_id == event.person.person_id and event.occurred_at < self.before
            case _:
                return False

    def _by_channel(self, column: Any) -> list[ColumnElement[bool]]:
        if self.workspace_id is not None:
            return [column.in_(self.channels())]
        return [column == self.channel_id] if self.channel_id is not None else []


def _alone_with_the_bot(person_id: str) -> Any:
    """Direct chats in which this is the only human being: what the bot said there was said to them."""
    mine, other = aliased(MembershipRow), aliased(MembershipRow)
    others = (
        select(other.person_id)
        .join(PersonRow, PersonRow.person_id == other.person_id, isouter=True)
        .where(
            other.channel_id == ChannelRow.channel_id,
            other.person_id != person_id,
            func.coalesce(PersonRow.is_bot, False).is_(False),
        )
    )
    in_it = select(mine.person_id).where(mine.channel_id == ChannelRow.channel_id, mine.person_id == person_id)
    return select(ChannelRow.channel_id).where(ChannelRow.visibility == "direct", exists(in_it), ~exists(others))


@dataclass(slots=True)
class Erased:
    """What one batch removed, by its name in the receipt."""

    removed: Counter[str] = field(default_factory=Counter)
    unreferenced: set[str] = field(default_factory=set)
    """sha256 of bytes that nothing living names any more."""
    changed: list[tuple[str, str | None]] = field(default_factory=list)


def erase_messages(session: Session, record_ids: Sequence[str], erasure_id: str) -> Erased:
    """Erase these messages with all that hangs on them, and queue what carries their words elsewhere."""
    work = WorkingSet(session)
    work.preload(record_ids=set(record_ids), channel_ids=set(), person_ids=set())
    rows = [row for record_id in record_ids if (row := work.message(record_id)) is not None]
    removed: Counter[str] = Counter()
    files = session.scalars(select(FileRow).where(FileRow.record_id.in_(record_ids))).all()
    links = session.scalars(select(LinkRow.link_id).where(LinkRow.record_id.in_(record_ids))).all()
    file_ids = [file.file_id for file in files]
    given = or_(AnswerSourceRow.record_id.in_(record_ids), AnswerSourceRow.file_id.in_(file_ids))
    removed.update(_withdraw(session, work, given))
    removed.update(count_summaries(session, record_ids))
    QuestionCopies(session).forget(record_ids, work.now)
    said_by_them = or_(StandardAnswerSourceRow.record_id.in_(record_ids), StandardAnswerSourceRow.file_id.in_(file_ids))
    removed["standard_answers"] = empty_those_on(session, said_by_them, work.now)
    texts = _count(session, select(func.count()).select_from(FileTextRow))
    shared = SharedFiles(work)
    for file in files:
        if file.removed_at is None:
            removed["files"] += 1
            shared.forget(file, work.now, Lane.LIVE)
    removed["file_texts"] = texts - _count(session, select(func.count()).select_from(FileTextRow))
    for name, table in OF_MESSAGES.items():
        removed[name] = _run(session, delete(table).where(table.record_id.in_(record_ids)))
    for name, by_record in OF_RECORDS.items():
        everything = [*record_ids, *file_ids, *links]
        removed[name] = _run(session, delete(by_record).where(by_record.record_id.in_(everything)))
    asked = and_(AnswerRow.question_record_id.in_(record_ids), AnswerRow.question != "")
    removed["questions"], removed["question_vectors"] = erase_questions(session, asked)
    removed["signs"] = forget_signs(session, record_ids)
    guests = set(
        session.scalars(
            select(PersonRow.person_id).where(
                PersonRow.is_guest, PersonRow.person_id.in_({row.author_id for row in rows if row.author_id})
            )
        )
    )
    for row in rows:
        removed["messages"] += row.deleted_at is None
        row.text, row.permalink, row.erasure_id, row.applied_at = "", None, erasure_id, work.now
        row.deleted_at = row.deleted_at or work.now
        row.author_id = row.author_id if row.author_id in guests else None
        work.changed(row.channel_id, row.record_id)
        work.index(row.record_id, Lane.LIVE)
    for record_id in (*file_ids, *links):
        work.index(record_id, Lane.LIVE)
    work.words_changed.update(record_ids)
    session.flush()
    work.index_dependants(Lane.LIVE)
    session.flush()
    return Erased(removed, work.applied.unreferenced, work.applied.changed)


def erase_around(session: Session, scope: Scope) -> Counter[str]:
    """Erase what is no message: answers given, digests, and of a person reactions, verdicts, schedules and name."""
    removed: Counter[str] = Counter()
    # Nobody could read them, so whose words they hold is not known.
    set_aside = [LetterRow.state == "failed", LetterRow.received_at < scope.before]
    removed["letters"] = _run(session, delete(LetterRow).where(*set_aside))
    verdicts = select(func.count()).select_from(VerdictRow).join(AnswerRow).where(scope.answers())
    removed["verdicts"] = _count(session, verdicts)
    QuestionCopies(session).forget_asked(scope.answers(), datetime.now(UTC))
    held = cases_of(session, scope.answers())
    for name, table in (("question_vectors", QuestionVectorRow), ("signs", SignRow)):
        removed[name] = _count(session, select(func.count()).select_from(table).join(AnswerRow).where(scope.answers()))
    compared = erase_compared(session, scope.answers())
    removed["answers"] = compared + _run(session, delete(AnswerRow).where(scope.answers()))
    drop_emptied(session, held)
    removed["digests"] = _run(session, delete(DigestRow).where(scope.digests()))
    if scope.person_id is None or scope.record_ids:
        return removed
    theirs = [VerdictRow.person_id == scope.person_id, VerdictRow.judged_at < scope.before]
    reacted = [ReactionRow.person_id == scope.person_id, ReactionRow.changed_at < scope.before]
    signs = [SignRow.person_id == scope.person_id, SignRow.seen_at < scope.before]
    if scope.channel_id is not None:
        here = select(AnswerRow.answer_id).where(AnswerRow.channel_id == scope.channel_id)
        theirs.append(VerdictRow.answer_id.in_(here))
        signs.append(SignRow.answer_id.in_(here))
        there = select(MessageRow.record_id).where(MessageRow.channel_id == scope.channel_id)
        reacted.append(ReactionRow.record_id.in_(there))
    for answer_id in (
        *session.scalars(select(VerdictRow.answer_id).where(*theirs)),
        *session.scalars(select(SignRow.answer_id).where(*signs)),
    ):
        note(session, answer_id)
    removed["signs"] += _run(session, delete(SignRow).where(*signs))
    removed["verdicts"] += _run(session, delete(VerdictRow).where(*theirs))
    removed["reactions"] = _run(session, delete(ReactionRow).where(*reacted))
    if scope.channel_id is None:
        removed["schedules"] = _run(
            session,
            delete(DigestScheduleRow).where(
                DigestScheduleRow.person_id == scope.person_id, DigestScheduleRow.created_at < scope.before
            ),
        )
        removed["reminders"] = _run(session, delete(ReminderRow).where(ReminderRow.person_id == scope.person_id))
        removed["preferences"] = _run(session, delete(PreferenceRow).where(PreferenceRow.person_id == scope.person_id))
        _run(session, delete(PairOfferRow).where(PairOfferRow.person_id == scope.person_id))
        said = TrainingConsentRow.kind == "person", TrainingConsentRow.subject_id == scope.person_id
        _run(session, delete(TrainingConsentRow).where(*said))
        _run(
            session,
            update(TrainingConsentRow).where(TrainingConsentRow.changed_by == scope.person_id).values(changed_by=""),
        )
        removed["standard_answers"] += _drop_unproven(session, scope.person_id, scope.before)
        proposed = update(StandardAnswerRow).where(StandardAnswerRow.proposed_by == scope.person_id)
        _run(session, proposed.values(proposed_by=""))
        named = select(PersonRow.name).where(PersonRow.person_id == scope.person_id, PersonRow.name != "")
        owned = update(StandardAnswerRow).where(StandardAnswerRow.owner.in_(named))
        _run(session, owned.values(owner=None))
        set_up = update(DigestScheduleRow).where(DigestScheduleRow.created_by == scope.person_id)
        _run(session, set_up.values(created_by=""))
        corrections = update(CategoryCorrectionRow).where(CategoryCorrectionRow.person_id == scope.person_id)
        _run(session, corrections.values(person_id=""))
        removed.update(_erase_name(session, scope.person_id, scope.before))
    return removed


def _drop_unproven(session: Session, person_id: str, at: datetime) -> int:
    """Proposals that rest on this person's word alone, whose words nothing else would ever take away."""
    rests = exists().where(StandardAnswerSourceRow.standard_answer_id == StandardAnswerRow.standard_answer_id)
    theirs = [StandardAnswerRow.proposed_by == person_id, StandardAnswerRow.proposed_at < at]
    unproven = select(StandardAnswerRow).where(StandardAnswerRow.state == "proposed", ~rests, *theirs)
    rows = session.scalars(unproven).all()
    for row in rows:
        empty(session, row, at)
    return len(rows)


def _erase_name(session: Session, person_id: str, at: datetime) -> Counter[str]:
    """The name goes. An id without a name stays while who may read what rests on it: of members and guests.

    Memberships stay in any case: without a row that says they left, a late event would let them in again.
    """
    person = session.get(PersonRow, person_id)
    if person is None:
        return Counter()
    member = select(MembershipRow.channel_id).where(MembershipRow.person_id == person_id, MembershipRow.present)
    if not person.is_guest and session.scalar(member.limit(1)) is None:
        session.delete(person)
        session.flush()
        return Counter(people=1)
    known = person.name != ""
    person.name, person.changed_at = "", max(person.changed_at, at)
    session.flush()
    return Counter(names=int(known))


def _withdraw(session: Session, work: WorkingSet, given: ColumnElement[bool]) -> Counter[str]:
    """Answers of others that were given the words: withdrawn, with the quotes and what was remarked about them."""
    answer_ids = set(session.scalars(select(AnswerSourceRow.answer_id).where(given)))
    standing = [AnswerRow.answer_id.in_(answer_ids), AnswerRow.withdrawn_at.is_(None)]
    quoted = [AnswerSourceRow.answer_id.in_(answer_ids), AnswerSourceRow.quote != ""]
    removed = Counter(
        answers_withdrawn=_count(session, select(func.count()).select_from(AnswerRow).where(*standing)),
        quotes=_count(session, select(func.count()).select_from(AnswerSourceRow).where(*quoted)),
    )
    work.withdraw_answers(given, work.now)
    remarks = [VerdictRow.answer_id.in_(answer_ids), VerdictRow.comment != ""]
    removed["verdict_comments"] = _run(session, update(VerdictRow).where(*remarks).values(comment=""))
    return removed


def dry_run(session: Session, scope: Scope) -> Counter[str]:
    """How many messages, files and answers would go; nothing is changed."""
    records = select(MessageRow.record_id).where(scope.messages(), MessageRow.deleted_at.is_(None))
    files = [FileRow.record_id.in_(records), FileRow.removed_at.is_(None)]
    return Counter(
        messages=_count(session, select(func.count()).select_from(records.subquery())),
        edits=_count(session, select(func.count()).where(MessageEditRow.record_id.in_(records))),
        files=_count(session, select(func.count()).select_from(FileRow).where(*files)),
        links=_count(session, select(func.count()).where(LinkRow.record_id.in_(records))),
        answers=_count(session, select(func.count()).select_from(AnswerRow).where(scope.answers())),
    )


def _count(session: Session, statement: Any) -> int:
    return session.scalar(statement) or 0


def _run(session: Session, statement: Delete | Update) -> int:
    return max(session.connection().execute(statement).rowcount, 0)
