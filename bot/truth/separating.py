"""Conversations in the truth: which stretches of a channel changed, and writing where their messages belong.

What a message replies to depends on itself and the ``WINDOW`` messages before it, and its conversation on where these
replies lead. So a changed place asks for a bounded stretch after it, and rows end up the same in any order of changes.
A person's name counts as it was when the stretch was separated.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, exists, insert, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from bot.truth.inbox import Lane
from bot.truth.tables import ConversationQueueRow, ConversationRow, MessageRow, PersonRow
from knowledge.conversations import WINDOW, ChatMessage

_PLACES = 300
_LINES = 600
"""Read at most after the first place: building them holds up the event loop for a few milliseconds."""
_AT_ONCE = 500

_TALK = (MessageRow.deleted_at.is_(None), MessageRow.system.is_(False), MessageRow.answer_id.is_(None))
_ALONE = or_(MessageRow.thread_id.is_(None), MessageRow.thread_id == MessageRow.record_id)
"""Outside threads."""

_TalkSelect = Select[str, str | None, str, str, datetime | None]
"""The record, its author's id and name, its text and time. The name is missing where the person was forgotten."""

Links = dict[str, str | None]
"""By message: the earlier message that it replies to, or None where it begins a conversation."""


@dataclass(frozen=True, slots=True)
class Changed:
    """Changed places of one channel, and the talk that may be answered otherwise because of them."""

    channel_id: str
    done: list[int]
    """What leaves the queue with this."""
    record_ids: set[str]
    gone: set[str]
    """Those that are no talk of this channel any more."""
    lines: list[ChatMessage]
    runs: list[tuple[int, int]]
    """Which of ``lines`` are to be separated again; up to ``WINDOW`` lines before them are given, too."""
    threaded: Links
    """Replies within threads, which need no guess."""


def anything_missing(connection: Connection) -> bool:
    """Whether ``queue_missing`` would queue anything; looks at every message."""
    return connection.execute(_missing().limit(1)).first() is not None


def queue_missing(connection: Connection) -> None:
    """Queue talk without a row, as an archive of an older release holds it, and what has a row but is no talk."""
    columns = ["lane", "channel_id", "sent_at", "record_id"]
    connection.execute(insert(ConversationQueueRow).from_select(columns, _missing()))


def read_changed(connection: Connection) -> Changed | None:
    """The next changed places, those of live talk first; None when nothing has changed."""
    place = ConversationQueueRow
    waiting = connection.execute(
        select(place.lane, place.channel_id, place.sent_at, place.record_id, place.seq)
        .order_by(place.lane, place.channel_id, place.sent_at, place.record_id)
        .limit(_PLACES)
    ).all()
    if not waiting:
        return None
    lane, channel_id, sent_at, record_id, _ = waiting[0]
    before = _lines(connection, _before(channel_id, sent_at, record_id))[::-1]
    after = _lines(connection, _from(channel_id, sent_at, record_id))
    moments = [(line.sent_at, line.record_id) for line in after]
    # PostgreSQL may order ids of one moment otherwise: what is there is never looked for by order.
    standing = {line.record_id: at for at, line in enumerate(after)}
    done: list[int] = []
    runs: list[tuple[int, int]] = []
    record_ids: set[str] = set()
    for its_lane, its_channel, moment, changed_id, seq in waiting:
        at = standing[changed_id] if changed_id in standing else bisect_left(moments, (moment, changed_id))
        end = at + WINDOW + 1
        if (its_lane, its_channel) != (lane, channel_id) or end > len(after) >= _LINES:
            break
        _add_run(runs, at + len(before), min(end, len(after)) + len(before))
        done.append(seq)
        record_ids.add(changed_id)
    here = (MessageRow.channel_id == channel_id, *_TALK)
    alive = connection.scalars(select(MessageRow.record_id).where(MessageRow.record_id.in_(record_ids), *here))
    return Changed(
        channel_id=channel_id,
        done=done,
        record_ids=record_ids,
        gone=record_ids.difference(alive),
        lines=[*before, *after],
        runs=runs,
        threaded=_threaded(connection, record_ids, here),
    )


def write_links(connection: Connection, changed: Changed, links: Links) -> None:
    """Write what messages reply to, and the conversations that follow; then the places have left the queue."""
    known = _rows(connection, changed, ConversationRow.record_id, {*links, *changed.gone})
    relinked = {record_id for record_id, to in links.items() if record_id in known and known[record_id].reply_to != to}
    parted = {known[record_id].conversation_id for record_id in relinked | (changed.gone & known.keys())}
    # What came before the message that it replies to was given a conversation by that message's id.
    parted |= links.keys() - known.keys()
    known |= _rows(connection, changed, ConversationRow.conversation_id, parted)
    replies = {record_id: row.reply_to for record_id, row in known.items()} | links
    for record_id in changed.gone:
        replies.pop(record_id, None)
    outside = {to for to in replies.values() if to is not None} - replies.keys()
    begun = _rows(connection, changed, ConversationRow.record_id, outside - changed.gone)
    conversations = {record_id: row.conversation_id for record_id, row in begun.items()}
    rows = []
    for record_id, to in replies.items():
        row = _Row(to, _conversation(record_id, replies, conversations))
        if known.get(record_id) != row:
            rows.append({"record_id": record_id, "reply_to": to, "conversation_id": row.conversation_id})
    for part in _parts([*(changed.gone & known.keys()), *(str(row["record_id"]) for row in rows)]):
        connection.execute(delete(ConversationRow).where(ConversationRow.record_id.in_(part)))
    if rows:
        connection.execute(insert(ConversationRow), [{**row, "channel_id": changed.channel_id} for row in rows])
    connection.execute(delete(ConversationQueueRow).where(ConversationQueueRow.seq.in_(changed.done)))


@dataclass(frozen=True, slots=True)
class _Row:
    reply_to: str | None
    conversation_id: str


def _missing() -> Select[int, str | None, datetime | None, str]:
    talk = and_(*_TALK)
    known = exists().where(ConversationRow.record_id == MessageRow.record_id)
    queued = exists().where(ConversationQueueRow.record_id == MessageRow.record_id)
    placed = and_(MessageRow.channel_id.is_not(None), MessageRow.sent_at.is_not(None))
    columns = (literal(int(Lane.IMPORT)), MessageRow.channel_id, MessageRow.sent_at, MessageRow.record_id)
    return select(*columns).where(or_(and_(talk, ~known), and_(~talk, known)), placed, ~queued)


def _add_run(runs: list[tuple[int, int]], start: int, end: int) -> None:
    """Runs come in order; those that touch are one."""
    if runs and start <= runs[-1][1]:
        start, former_end = runs.pop()
        end = max(end, former_end)
    if start < end:
        runs.append((start, end))


def _talk(channel_id: str) -> _TalkSelect:
    return (
        select(MessageRow.record_id, MessageRow.author_id, PersonRow.name, MessageRow.text, MessageRow.sent_at)
        .join(PersonRow, PersonRow.person_id == MessageRow.author_id, isouter=True)
        .where(MessageRow.channel_id == channel_id, _ALONE, *_TALK)
    )


def _before(channel_id: str, sent_at: datetime, record_id: str) -> _TalkSelect:
    earlier = or_(MessageRow.sent_at < sent_at, and_(MessageRow.sent_at == sent_at, MessageRow.record_id < record_id))
    order = (MessageRow.sent_at.desc(), MessageRow.record_id.desc())
    return _talk(channel_id).where(MessageRow.sent_at <= sent_at, earlier).order_by(*order).limit(WINDOW)


def _from(channel_id: str, sent_at: datetime, record_id: str) -> _TalkSelect:
    later = or_(MessageRow.sent_at > sent_at, and_(MessageRow.sent_at == sent_at, MessageRow.record_id >= record_id))
    order = (MessageRow.sent_at, MessageRow.record_id)
    return _talk(channel_id).where(MessageRow.sent_at >= sent_at, later).order_by(*order).limit(_LINES)


def _lines(connection: Connection, statement: _TalkSelect) -> list[ChatMessage]:
    return [
        ChatMessage(record_id, author_id or "", author or "", text, sent_at)
        for record_id, author_id, author, text, sent_at in connection.execute(statement)
        if sent_at is not None
    ]


def _threaded(connection: Connection, record_ids: set[str], here: tuple[ColumnElement[bool], ...]) -> Links:
    """Replies within the threads of these records that are not written yet: to the first message that is left."""
    reply = aliased(MessageRow)
    touched = select(MessageRow.thread_id).where(
        MessageRow.record_id.in_(record_ids), MessageRow.thread_id.is_not(None)
    )
    orphaned = (
        select(reply.thread_id)
        .join(ConversationRow, ConversationRow.record_id == reply.record_id)
        .where(ConversationRow.reply_to.in_(record_ids), reply.thread_id.is_not(None))
    )
    threads = {*record_ids, *connection.scalars(touched), *connection.scalars(orphaned)}
    headed = set(
        connection.scalars(select(MessageRow.record_id).where(MessageRow.record_id.in_(threads), _ALONE, *here))
    )
    members = (
        select(MessageRow.record_id, MessageRow.thread_id)
        .join(ConversationRow, ConversationRow.record_id == MessageRow.record_id, isouter=True)
        .where(~_ALONE, *here)
        .order_by(MessageRow.sent_at, MessageRow.record_id)
    )
    unwritten = or_(
        ConversationRow.reply_to.is_(None),
        ConversationRow.reply_to != MessageRow.thread_id,
        ConversationRow.channel_id != MessageRow.channel_id,
    )
    links: Links = dict(connection.execute(members.where(MessageRow.thread_id.in_(headed), unwritten)).all())
    first: dict[str, str] = {}
    for record_id, thread_id in connection.execute(members.where(MessageRow.thread_id.in_(threads - headed))):
        head = first.setdefault(thread_id or "", record_id)
        links[record_id] = None if head == record_id else head
    return links


def _rows(
    connection: Connection, changed: Changed, column: InstrumentedAttribute[str], ids: Iterable[str]
) -> dict[str, _Row]:
    """Rows of this channel by record."""
    found: dict[str, _Row] = {}
    row = ConversationRow
    for part in _parts(list(ids)):
        statement = select(row.record_id, row.reply_to, row.conversation_id)
        here = statement.where(column.in_(part), row.channel_id == changed.channel_id)
        found.update((record_id, _Row(to, conversation)) for record_id, to, conversation in connection.execute(here))
    return found


def _conversation(record_id: str, replies: Links, conversations: dict[str, str]) -> str:
    """Follow replies to where a conversation is known or begins; what was passed is remembered."""
    chain = []
    while record_id not in conversations:
        chain.append(record_id)
        before = replies.get(record_id)
        if before is None:
            conversations[record_id] = record_id
            break
        record_id = before
    conversations.update(dict.fromkeys(chain, conversations[record_id]))
    return conversations[record_id]


def _parts(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]
