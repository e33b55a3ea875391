"""Reading talk: messages in order with their neighbours, as the archive and the model need it."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from bot.truth.tables import FileRow, MessageRow, PersonRow
from knowledge.address import without_url_secrets
from knowledge.surroundings import REACH, Line, Surroundings, surround

_SEGMENT_GAP = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A message that counts as talk: not deleted, not a system notice, not the bot's own answer."""

    record_id: str
    channel_id: str
    author_id: str
    author: str
    sent_at: datetime
    thread_id: str | None
    text: str

    def line(self) -> Line:
        """As a line for the archive."""
        return Line(record_id=self.record_id, author=self.author, text=self.text)


@dataclass(frozen=True, slots=True)
class Placed:
    """A message and what surrounds it."""

    spoken: Spoken
    surroundings: Surroundings


def place_with_neighbours(session: Session, record_ids: Iterable[str]) -> list[Placed]:
    """The living messages among ``record_ids`` and every neighbour whose surroundings they are part of.

    Talk runs along a thread, or along the channel outside threads.
    """
    rows = session.execute(
        select(MessageRow.channel_id, MessageRow.thread_id, MessageRow.sent_at, MessageRow.record_id).where(
            MessageRow.record_id.in_(list(record_ids)), MessageRow.channel_id.is_not(None)
        )
    ).all()
    groups: dict[tuple[str, str | None], list[tuple[datetime, str]]] = defaultdict(list)
    for channel_id, thread_id, sent_at, record_id in rows:
        if channel_id is not None and sent_at is not None:
            groups[(channel_id, thread_id)].append((sent_at, record_id))
    heads = _heads(session, set(groups))
    placed: dict[str, Placed] = {}
    for (channel_id, thread_id), moments in groups.items():
        for segment in _segments(sorted(moments)):
            wanted = {record_id for _, record_id in segment}
            talk = _talk(session, channel_id, thread_id, segment[0][0], segment[-1][0])
            lines = [spoken.line() for spoken in talk]
            places = [at for at, spoken in enumerate(talk) if spoken.record_id in wanted]
            touched = {near for at in places for near in range(at - REACH, at + REACH + 1)}
            alive = {spoken.record_id for spoken in talk}
            moments_of_talk = [spoken.sent_at for spoken in talk]
            for moment, record_id in segment:
                if record_id not in alive:
                    # It has no place any more, but those around the gap still carry its words in their context.
                    gap = bisect_left(moments_of_talk, moment)
                    touched.update(range(gap - REACH, gap + REACH))
            head = heads.get((channel_id, thread_id))
            for at in sorted(at for at in touched if 0 <= at < len(talk)):
                placed[talk[at].record_id] = Placed(talk[at], surround(lines, at, head))
    return list(placed.values())


def spoken_messages(session: Session, statement: Select[MessageRow, str | None]) -> list[Spoken]:
    """Run a statement over (message, author's name) and add what its files say about themselves."""
    rows = session.execute(statement).all()
    with_files = _file_words(session, [message.record_id for message, _ in rows])
    return [
        Spoken(
            record_id=message.record_id,
            channel_id=message.channel_id or "",
            author_id=message.author_id or "",
            author=name or "",
            sent_at=message.sent_at or message.version_at,
            thread_id=message.thread_id,
            text="\n".join(
                part for part in (without_url_secrets(message.text), *with_files[message.record_id]) if part
            ),
        )
        for message, name in rows
    ]


def talk_statement() -> Select[MessageRow, str | None]:
    """Living talk with authors' names, to be narrowed and ordered."""
    return (
        select(MessageRow, PersonRow.name)
        .join(PersonRow, PersonRow.person_id == MessageRow.author_id, isouter=True)
        .where(
            MessageRow.deleted_at.is_(None),
            MessageRow.channel_id.is_not(None),
            MessageRow.system.is_(False),
            MessageRow.answer_id.is_(None),
        )
    )


def _segments(moments: Sequence[tuple[datetime, str]]) -> Iterable[list[tuple[datetime, str]]]:
    """Runs without a gap, so that one statement reads a run without reading months between two messages."""
    segment: list[tuple[datetime, str]] = []
    for moment in moments:
        if segment and moment[0] - segment[-1][0] > _SEGMENT_GAP:
            yield segment
            segment = []
        segment.append(moment)
    if segment:
        yield segment


def _talk(session: Session, channel_id: str, thread_id: str | None, first: datetime, last: datetime) -> list[Spoken]:
    # The channel always: a message may name a thread of a channel that its own readers must not see.
    same_thread = MessageRow.thread_id == thread_id if thread_id else MessageRow.thread_id.is_(None)
    base = talk_statement().where(MessageRow.channel_id == channel_id, same_thread)
    reach = 2 * REACH
    before = base.where(MessageRow.sent_at < first).order_by(
        MessageRow.sent_at.desc(), MessageRow.record_id.desc()
    ).limit(reach)  # fmt: skip
    middle = base.where(MessageRow.sent_at >= first, MessageRow.sent_at <= last).order_by(
        MessageRow.sent_at, MessageRow.record_id
    )
    after = base.where(MessageRow.sent_at > last).order_by(MessageRow.sent_at, MessageRow.record_id).limit(reach)
    return [
        *reversed(spoken_messages(session, before)),
        *spoken_messages(session, middle),
        *spoken_messages(session, after),
    ]


def _heads(session: Session, groups: set[tuple[str, str | None]]) -> dict[tuple[str, str | None], Line]:
    """The first message of each thread, by channel and thread; one that lies in another channel is left out."""
    thread_ids = {thread_id for _, thread_id in groups if thread_id}
    if not thread_ids:
        return {}
    found = spoken_messages(session, talk_statement().where(MessageRow.record_id.in_(thread_ids)))
    return {(spoken.channel_id, spoken.record_id): spoken.line() for spoken in found}


def _file_words(session: Session, record_ids: Sequence[str]) -> dict[str, list[str]]:
    """File names and captions by message: a message is found by what it carried."""
    words: dict[str, list[str]] = defaultdict(list)
    rows = session.execute(
        select(FileRow.record_id, FileRow.name, FileRow.caption)
        .where(FileRow.record_id.in_(record_ids), FileRow.removed_at.is_(None))
        .order_by(FileRow.file_id)
    )
    for record_id, name, caption in rows:
        words[record_id].append(f"[{name}] {caption}".strip() if name else caption)
    return words
