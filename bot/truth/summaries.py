"""Kept summaries and digests in the truth, and taking them away with the messages they were made of (invariant 3)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, exists, insert, select
from sqlalchemy.orm import Session

from bot.truth.tables import (
    ConversationSummaryRow,
    ConversationSummarySourceRow,
    DigestRow,
    DigestSourceRow,
    FileRow,
    MessageRow,
)

_AT_ONCE = 500
"""Ids a statement; SQLite has a limit."""


def find_summary(session: Session, conversation_id: str, *, language: str, fingerprint: str) -> list[Any] | None:
    """The lines kept of a conversation; None when there are none, or they are out of date."""
    found = session.scalars(
        select(ConversationSummaryRow.lines).where(
            ConversationSummaryRow.conversation_id == conversation_id,
            ConversationSummaryRow.language == language,
            ConversationSummaryRow.fingerprint == fingerprint,
        )
    ).first()
    return None if found is None else list(found)


def keep_summary(session: Session, row: ConversationSummaryRow, *, sources: Mapping[str, datetime]) -> bool:
    """Keep a summary instead of the conversation's former one in its language, with the messages it was made of.

    ``sources`` are message ids with the version that was read. Returns False, and keeps nothing, when one of them was
    edited or has gone meanwhile, or a file of it has.
    """
    if not still_said(session, sources, read_at=row.made_at):
        return False
    former = select(ConversationSummaryRow.summary_id).where(
        ConversationSummaryRow.conversation_id == row.conversation_id, ConversationSummaryRow.language == row.language
    )
    _forget(session, list(session.scalars(former)))
    row.summary_id = uuid4().hex
    session.add(row)
    session.flush()
    session.execute(
        insert(ConversationSummarySourceRow),
        [{"summary_id": row.summary_id, "record_id": record_id} for record_id in sources],
    )
    return True


def still_said(session: Session, sources: Mapping[str, datetime], *, read_at: datetime) -> bool:
    """Whether these messages are all there in the version read, and no file of them has gone since."""
    return set(sources) == stand(session, sources, read_at=read_at)


def stand(session: Session, sources: Mapping[str, datetime], *, read_at: datetime) -> set[str]:
    """Those of these messages that are there in the version read, without a file that has gone since."""
    standing: set[str] = set()
    for batch in _batches(sources):
        lost = exists().where(FileRow.record_id == MessageRow.record_id, FileRow.removed_at.is_not(None),
                              FileRow.applied_at >= read_at)  # fmt: skip
        rows = session.execute(
            select(MessageRow.record_id, MessageRow.version_at).where(
                MessageRow.record_id.in_(batch), MessageRow.deleted_at.is_(None), ~lost
            )
        )
        standing.update(record_id for record_id, version_at in rows if version_at == sources[record_id])
    return standing


def count_summaries(session: Session, record_ids: Iterable[str]) -> Counter[str]:
    """What ``withdraw_summaries`` would take away, by its name in a receipt."""
    summaries: set[str] = set()
    digest_lines = 0
    for batch in _batches(record_ids):
        summaries.update(session.scalars(_made_of(batch)))
        digest_lines += sum(_rests_on(line, set(batch)) for row in _telling_of(session, batch) for line in row.lines)
    return Counter(summaries=len(summaries), digest_lines=digest_lines)


def withdraw_summaries(session: Session, record_ids: Iterable[str]) -> list[str]:
    """Remove every kept summary that was made of these messages, and the lines of digests that tell of them.

    A digest without a line left is withdrawn. Returns the record ids of the messages in which digests were posted:
    what they show repeats the words.
    """
    posted: list[str] = []
    for batch in _batches(record_ids):
        _forget(session, list(session.scalars(_made_of(batch))))
        gone = set(batch)
        for digest in _telling_of(session, batch):
            digest.lines = [line for line in digest.lines if not _rests_on(line, gone)]
            if not digest.lines:
                digest.state = "withdrawn"
            if digest.posted_record_id is not None:
                posted.append(digest.posted_record_id)
        session.flush()
        session.execute(delete(DigestSourceRow).where(DigestSourceRow.record_id.in_(batch)))
    return posted


def _made_of(record_ids: Sequence[str]) -> Any:
    return (
        select(ConversationSummarySourceRow.summary_id)
        .where(ConversationSummarySourceRow.record_id.in_(record_ids))
        .distinct()
    )


def _telling_of(session: Session, record_ids: Sequence[str]) -> list[DigestRow]:
    told = select(DigestSourceRow.digest_id).where(DigestSourceRow.record_id.in_(record_ids))
    return list(session.scalars(select(DigestRow).where(DigestRow.digest_id.in_(told))))


def _rests_on(line: Mapping[str, Any], record_ids: set[str]) -> bool:
    return not record_ids.isdisjoint(line["record_ids"])


def _forget(session: Session, summary_ids: Sequence[str]) -> None:
    for batch in _batches(summary_ids):
        # Sources first: not every database enforces what the foreign key says.
        for table in (ConversationSummarySourceRow, ConversationSummaryRow):
            session.execute(delete(table).where(table.summary_id.in_(batch)))


def _batches(ids: Iterable[str]) -> Iterable[Sequence[str]]:
    every = list(dict.fromkeys(ids))
    for start in range(0, len(every), _AT_ONCE):
        yield every[start : start + _AT_ONCE]
