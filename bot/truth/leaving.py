"""What is left of a workspace once its messages are erased: deliveries, notes, channels, people, ids. All of it goes.

A workspace that installs the bot again begins anew: nothing that was known of it keeps its history out.
"""

from collections import Counter
from collections.abc import Set
from typing import Any

from sqlalchemy import Select, delete, exists, or_, select
from sqlalchemy.orm import Session

from bot.truth.erasing import Scope
from bot.truth.tables import (
    ChannelHistoryRow,
    ChannelRow,
    ChannelSettingsRow,
    ConfirmationRow,
    ConversationQueueRow,
    ConversationSummaryRow,
    ConversationSummarySourceRow,
    DigestRow,
    DigestScheduleRow,
    DigestSourceRow,
    FileRow,
    ForgottenRow,
    GoneWorkspaceRow,
    InboxRow,
    IndexQueueRow,
    LetterRow,
    MembershipRow,
    MessageRow,
    NoteRow,
    PersonRow,
    ReminderRow,
    RemovedFileRow,
    RetentionRow,
    RevisionRow,
    StandardAnswerRow,
)

_MESSAGES = 500
_EVENTS = 2000
_OF_CHANNELS: tuple[Any, ...] = (
    MembershipRow,
    ChannelSettingsRow,
    ChannelHistoryRow,
    ConfirmationRow,
    ConversationQueueRow,
    ForgottenRow,
    RetentionRow,
    RevisionRow,
)
"""Tables keyed by the channel that hold no words."""


def drop_deliveries(session: Session, scope: Scope) -> Counter[str]:
    """Raw deliveries and the connector's notes: nobody handles them any more."""
    source = f"{scope.platform}:{scope.workspace_id}"
    return Counter(
        letters=_run(session, delete(LetterRow).where(LetterRow.source == source)),
        notes=_run(session, delete(NoteRow).where(NoteRow.source == source)),
    )


def named_in_events(scope: Scope) -> tuple[Select[str], ...]:
    """What the ids of events of a workspace name: its channels and files."""
    files = select(FileRow.platform_file_id).where(FileRow.channel_id.in_(scope.channels()))
    return scope.channels(), files


def drop_events(session: Session, *, naming: Set[str], after: int) -> int | None:
    """Events in the inbox that name one of these, known ones included, a part at a time.

    ``naming`` are ids as the platform writes them. Returns where the next part begins, None at the end.
    """
    rows = session.execute(
        select(InboxRow.seq, InboxRow.event_id).where(InboxRow.seq > after).order_by(InboxRow.seq).limit(_EVENTS)
    ).all()
    gone = [seq for seq, event_id in rows if not naming.isdisjoint(event_id.split(":"))]
    for start in range(0, len(gone), _MESSAGES):
        session.execute(delete(InboxRow).where(InboxRow.seq.in_(gone[start : start + _MESSAGES])))
    return rows[-1][0] if rows else None


def drop_places(session: Session, scope: Scope, erasure_id: str) -> bool:
    """Some of the places that the erased messages kept, with their files; False when there are no more."""
    some = list(
        session.scalars(
            select(MessageRow.record_id)
            .where(MessageRow.channel_id.in_(scope.channels()), MessageRow.erasure_id == erasure_id)
            .limit(_MESSAGES)
        )
    )
    if not some:
        return False
    files = session.execute(select(FileRow.file_id, FileRow.platform_file_id).where(FileRow.record_id.in_(some))).all()
    records = [*some, *(file_id for file_id, _ in files)]
    for table, key, ids in (
        (RemovedFileRow, RemovedFileRow.platform_file_id, [platform_file_id for _, platform_file_id in files]),
        (FileRow, FileRow.record_id, some),
        (MessageRow, MessageRow.record_id, some),
        (IndexQueueRow, IndexQueueRow.record_id, records),
    ):
        for start in range(0, len(ids), _MESSAGES):
            session.execute(delete(table).where(key.in_(ids[start : start + _MESSAGES])))
    return True


def drop_rest(session: Session, scope: Scope) -> Counter[str]:
    """Channels, people who are nowhere else, and what was set up there; nothing when the workspace is back."""
    if session.get(GoneWorkspaceRow, (scope.platform, scope.workspace_id)) is None:
        return Counter()
    removed: Counter[str] = Counter()
    channels = scope.channels()
    summaries = select(ConversationSummaryRow.summary_id).where(ConversationSummaryRow.channel_id.in_(channels))
    session.execute(delete(ConversationSummarySourceRow).where(ConversationSummarySourceRow.summary_id.in_(summaries)))
    session.execute(delete(ConversationSummaryRow).where(ConversationSummaryRow.channel_id.in_(channels)))
    for table in _OF_CHANNELS:
        session.execute(delete(table).where(table.channel_id.in_(channels)))
    here = [DigestScheduleRow.platform == scope.platform, DigestScheduleRow.workspace_id == scope.workspace_id]
    schedules = select(DigestScheduleRow.schedule_id).where(*here)
    nowhere = [
        PersonRow.platform == scope.platform,
        ~exists().where(MembershipRow.person_id == PersonRow.person_id),
        ~exists().where(MessageRow.author_id == PersonRow.person_id),
    ]
    theirs = or_(
        DigestRow.schedule_id.in_(schedules), DigestRow.person_id.in_(select(PersonRow.person_id).where(*nowhere))
    )
    session.execute(
        delete(DigestSourceRow).where(DigestSourceRow.digest_id.in_(select(DigestRow.digest_id).where(theirs)))
    )
    removed["digests"] = _run(session, delete(DigestRow).where(theirs))
    removed["schedules"] = _run(session, delete(DigestScheduleRow).where(*here))
    removed["reminders"] = _run(
        session,
        delete(ReminderRow).where(
            ReminderRow.platform == scope.platform, ReminderRow.workspace_id == scope.workspace_id
        ),
    )
    removed["people"] = _run(session, delete(PersonRow).where(*nowhere))
    removed["standard_answers"] = _drop_standard_answers(session, set(session.scalars(channels)))
    removed["channels"] = _run(session, delete(ChannelRow).where(ChannelRow.channel_id.in_(channels)))
    return removed


def _drop_standard_answers(session: Session, channel_ids: set[str]) -> int:
    """Those that say what was said there."""
    gone = [
        standard_answer_id
        for standard_answer_id, said_in in session.execute(
            select(StandardAnswerRow.standard_answer_id, StandardAnswerRow.channel_ids)
        )
        if not channel_ids.isdisjoint(said_in)
    ]
    for start in range(0, len(gone), _MESSAGES):
        part = gone[start : start + _MESSAGES]
        session.execute(delete(StandardAnswerRow).where(StandardAnswerRow.standard_answer_id.in_(part)))
    return len(gone)


def _run(session: Session, statement: Any) -> int:
    return max(session.connection().execute(statement).rowcount, 0)
