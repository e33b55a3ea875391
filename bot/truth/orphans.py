"""Rows that should have gone with their message: what points to the dead, and words that a dead one still holds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, or_, select, union, update
from sqlalchemy.orm import Session

from bot.truth.inbox import Lane
from bot.truth.resting import empty_those_on
from bot.truth.shared_files import SharedFiles
from bot.truth.tables import (
    AnswerSourceRow,
    CategoryCorrectionRow,
    ConversationRow,
    ConversationSummarySourceRow,
    DigestSourceRow,
    FetchedFileRow,
    FileRow,
    FileTextRow,
    LinkRow,
    MessageEditRow,
    MessageRow,
    ReactionRow,
    RecordCategoryRow,
    RecordTopicRow,
    StandardAnswerSourceRow,
)
from bot.truth.working_set import WorkingSet

_LIMIT = 10_000
"""Rows of a kind that are looked at in one run; the next run finds the others."""


@dataclass(frozen=True, slots=True)
class Orphan:
    """A kind of row that should not be there."""

    name: str
    holds_words: bool
    look: Callable[[Session], Sequence[str]]
    mend: Callable[[Session, Sequence[str]], None]

    def find(self, session: Session, *, fix: bool) -> list[str]:
        """Ids as ``table:id``; with ``fix`` they are gone afterwards."""
        found = list(dict.fromkeys(self.look(session)))
        if found and fix:
            self.mend(session, found)
            session.flush()
        return [f"{self.name}:{one}" for one in found]


def forget_bytes(session: Session, sha256s: Sequence[str]) -> None:
    """Bytes that are lost: their files stay, found by name, and say so."""
    work = WorkingSet(session)
    session.execute(delete(FileTextRow).where(FileTextRow.sha256.in_(sha256s)))
    lost = update(FetchedFileRow).where(FetchedFileRow.sha256.in_(sha256s))
    session.execute(lost.values(sha256=None, unavailable_reason="bytes_missing"))
    for file in session.scalars(select(FileRow).where(FileRow.sha256.in_(sha256s), FileRow.removed_at.is_(None))):
        file.sha256, file.status, file.reason, file.applied_at = None, "failed", "bytes_missing", work.now
        work.withdraw_answers(AnswerSourceRow.file_id == file.file_id, work.now)
        work.index(file.file_id, Lane.IMPORT)
    session.flush()


def _living_message(record_id: Any) -> ColumnElement[bool]:
    return exists().where(MessageRow.record_id == record_id, MessageRow.deleted_at.is_(None))


def _of_dead_messages(table: Any) -> Orphan:
    """A row that makes sense only beside its living message."""
    return _rows(table, table.record_id, ~_living_message(table.record_id))


def _of_deleted_messages(table: Any, *, holds_words: bool = False) -> Orphan:
    """A row that may come before its message."""
    gone = exists().where(MessageRow.record_id == table.record_id, MessageRow.deleted_at.is_not(None))
    return _rows(table, table.record_id, gone, holds_words=holds_words)


def _of_dead_records(table: Any) -> Orphan:
    """A row about a message, a file or a link."""
    return _rows(
        table,
        table.record_id,
        ~or_(
            _living_message(table.record_id),
            exists().where(FileRow.file_id == table.record_id, FileRow.removed_at.is_(None)),
            exists().where(LinkRow.link_id == table.record_id),
        ),
    )


def _rows(table: Any, key: Any, dead: ColumnElement[bool], *, holds_words: bool = False) -> Orphan:
    def look(session: Session) -> Sequence[str]:
        return session.scalars(select(key).where(dead).limit(_LIMIT)).all()

    def mend(session: Session, found: Sequence[str]) -> None:
        for start in range(0, len(found), 500):
            session.execute(delete(table).where(key.in_(found[start : start + 500])))

    return Orphan(str(table.__tablename__), holds_words, look, mend)


def _mend_messages(session: Session, found: Sequence[str]) -> None:
    work = WorkingSet(session)
    now = datetime.now(UTC)
    for start in range(0, len(found), 500):
        part = found[start : start + 500]
        session.execute(update(MessageRow).where(MessageRow.record_id.in_(part)).values(text="", applied_at=now))
    for record_id in found:
        work.index(record_id, Lane.IMPORT)


def _mend_files(session: Session, found: Sequence[str]) -> None:
    work = WorkingSet(session)
    shared = SharedFiles(work)
    for file in session.scalars(select(FileRow).where(FileRow.file_id.in_(found))).all():
        shared.forget(file, work.now, Lane.IMPORT)
    for sha256 in work.applied.unreferenced:
        session.execute(delete(FileTextRow).where(FileTextRow.sha256 == sha256))


def _mend_quotes(session: Session, found: Sequence[str]) -> None:
    work = WorkingSet(session)
    work.withdraw_answers(AnswerSourceRow.record_id.in_(found), work.now)


def _summarised(session: Session) -> Sequence[str]:
    dead = [
        select(table.record_id).where(
            exists().where(MessageRow.record_id == table.record_id, MessageRow.deleted_at.is_not(None))
        )
        for table in (ConversationSummarySourceRow, DigestSourceRow)
    ]
    return session.scalars(union(*dead).limit(_LIMIT)).all()


def _mend_summaries(session: Session, found: Sequence[str]) -> None:
    work = WorkingSet(session)
    work.words_changed.update(found)
    work.index_dependants()


def _mend_standard_answers(session: Session, found: Sequence[str]) -> None:
    for start in range(0, len(found), 500):
        gone = StandardAnswerSourceRow.record_id.in_(found[start : start + 500])
        empty_those_on(session, gone, datetime.now(UTC))


_DELETED = MessageRow.deleted_at.is_not(None)

ORPHANS = (
    Orphan(
        "messages",
        True,
        lambda session: session.scalars(
            select(MessageRow.record_id).where(_DELETED, MessageRow.text != "").limit(_LIMIT)
        ).all(),
        _mend_messages,
    ),
    Orphan(
        "files",
        True,
        lambda session: session.scalars(
            select(FileRow.file_id)
            .join(MessageRow, MessageRow.record_id == FileRow.record_id)
            .where(_DELETED, FileRow.removed_at.is_(None))
            .limit(_LIMIT)
        ).all(),
        _mend_files,
    ),
    Orphan(
        "answer_sources",
        True,
        lambda session: session.scalars(
            select(AnswerSourceRow.record_id)
            .join(MessageRow, MessageRow.record_id == AnswerSourceRow.record_id)
            .where(_DELETED, AnswerSourceRow.quote != "")
            .limit(_LIMIT)
        ).all(),
        _mend_quotes,
    ),
    Orphan(
        "standard_answer_sources",
        True,
        lambda session: session.scalars(
            select(StandardAnswerSourceRow.record_id)
            .join(MessageRow, MessageRow.record_id == StandardAnswerSourceRow.record_id)
            .where(_DELETED)
            .limit(_LIMIT)
        ).all(),
        _mend_standard_answers,
    ),
    Orphan("summaries", True, _summarised, _mend_summaries),
    _rows(
        FileTextRow,
        FileTextRow.sha256,
        ~exists().where(FileRow.sha256 == FileTextRow.sha256, FileRow.removed_at.is_(None)),
        holds_words=True,
    ),
    _of_deleted_messages(MessageEditRow, holds_words=True),
    _of_deleted_messages(ReactionRow),
    _of_dead_messages(LinkRow),
    _of_dead_messages(ConversationRow),
    _of_dead_records(RecordCategoryRow),
    _of_dead_records(CategoryCorrectionRow),
    _of_dead_records(RecordTopicRow),
)
"""In this order: what a mended message or file leaves behind is found by those that follow."""
