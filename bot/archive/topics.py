"""Topics of the archive: found again once a day or by command, kept in the truth.

Only what public channels say is looked at: the name of a topic is read by everybody.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import numpy as np
from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from bot.executor import Executor
from bot.truth.conversations import conversations_of
from bot.truth.database import Database
from bot.truth.tables import ChannelRow, MessageRow, PersonRow, RecordTopicRow, TopicRow
from bot.truth.talk import talk_statement
from knowledge.passage import Audience, RecordId, passage_id
from knowledge.qdrant.schema import DENSE
from knowledge.qdrant.store import PassageStore
from knowledge.topics import Talk, Topic, find, topic_words

_MOST_MESSAGES = 20_000
"""The newest: more would take minutes and change little."""
_SAME_TALK = timedelta(minutes=15)
"""Where no conversations are known: a longer silence in a channel ends one."""
_LONGEST_SILENCE = timedelta(days=1)
_MOST_OF_ONE = 16
"""Messages of a conversation that are taken together: a longer one has wandered from thing to thing."""
_FEWEST_CHARS = 40
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class KnownTopic:
    """A topic as it was found last, and how many living records it has."""

    topic_id: str
    label: str
    words: tuple[str, ...]
    records: int


@dataclass(frozen=True, slots=True)
class _Conversation:
    talk_id: str
    record_ids: Sequence[str]
    texts: Sequence[str]


def known_topics(session: Session) -> list[KnownTopic]:
    """The topics that have records, largest first."""
    counted = (
        select(RecordTopicRow.topic_id, func.count())
        .join(MessageRow, MessageRow.record_id == RecordTopicRow.record_id)
        .where(MessageRow.deleted_at.is_(None))
        .group_by(RecordTopicRow.topic_id)
    )
    counts: dict[str, int] = dict(list(session.execute(counted)))
    found = [
        KnownTopic(row.topic_id, row.label, tuple(map(str, row.words)), counts[row.topic_id])
        for row in session.scalars(select(TopicRow))
        if row.topic_id in counts
    ]
    return sorted(found, key=lambda topic: (-topic.records, topic.label))


async def find_topics(database: Database, store: PassageStore, executor: Executor) -> int:
    """Find the topics again and replace the former ones; returns how many there are. Records are not embedded again."""
    async with database.read() as connection:
        talk, ignored = await connection.run_sync(lambda sync: _read(Session(sync)))
    points = {passage_id(RecordId(record_id)): record_id for one in talk for record_id in one.record_ids}
    made = await store.vectors(DENSE, list(points), audience=Audience.operator())
    vectors = {points[point_id]: vector for point_id, vector in made.items()}
    topics = await executor.run(_find, talk, vectors, ignored)
    records = {one.talk_id: one.record_ids for one in talk}
    async with database.begin() as connection:
        await connection.run_sync(lambda sync: _replace(Session(sync), topics, records))
    return len(topics)


def _read(session: Session) -> tuple[list[_Conversation], frozenset[str]]:
    """Conversations of public channels, and names that name no topic."""
    newest = (
        talk_statement()
        .join(ChannelRow, ChannelRow.channel_id == MessageRow.channel_id)
        .where(ChannelRow.visibility == "public", ChannelRow.deleted_at.is_(None), MessageRow.text != "")
        .order_by(MessageRow.sent_at.desc(), MessageRow.record_id.desc())
        .limit(_MOST_MESSAGES)
    )
    messages = [row[0] for row in session.execute(newest)][::-1]
    known: dict[str, str] = {}
    for start in range(0, len(messages), _AT_ONCE):
        known |= conversations_of(session, [message.record_id for message in messages[start : start + _AT_ONCE]])
    running: dict[str | None, tuple[str, datetime]] = {}
    pieces: dict[str, tuple[str, datetime]] = {}
    talks: dict[str, list[MessageRow]] = defaultdict(list)
    for message in messages:
        at = message.sent_at or message.version_at
        talk_id = known.get(message.record_id) or message.thread_id
        if talk_id is None:
            last = running.get(message.channel_id)
            talk_id = last[0] if last is not None and at - last[1] <= _SAME_TALK else message.record_id
            running[message.channel_id] = (talk_id, at)
        piece, last_at = pieces.get(talk_id, (talk_id, at))
        if at - last_at > _LONGEST_SILENCE or len(talks[piece]) >= _MOST_OF_ONE:
            piece = f"{talk_id}/{message.record_id}"
        pieces[talk_id] = (piece, at)
        talks[piece].append(message)
    names = {*session.scalars(select(PersonRow.name)), *session.scalars(select(ChannelRow.name))}
    ignored = {part for name in names for part in (name.casefold(), *name.casefold().split())}
    return [
        _Conversation(talk_id, [row.record_id for row in rows], [row.text for row in rows])
        for talk_id, rows in talks.items()
        if sum(len(row.text) for row in rows) >= _FEWEST_CHARS
    ], frozenset(ignored)


def _find(talk: Sequence[_Conversation], vectors: dict[str, list[float]], ignored: Collection[str]) -> list[Topic]:
    talks: list[Talk] = []
    for one in talk:
        own = [vectors[record_id] for record_id in one.record_ids if record_id in vectors]
        if own:
            words = [word for text in one.texts for word in topic_words(text, ignored)]
            talks.append(Talk(one.talk_id, words, np.mean(np.array(own, dtype=np.float32), axis=0)))
    return find(talks)


def _replace(session: Session, topics: Sequence[Topic], records: dict[str, Sequence[str]]) -> None:
    session.execute(delete(RecordTopicRow))
    session.execute(delete(TopicRow))
    now = datetime.now(UTC)
    for topic in topics:
        topic_id = sha256(" ".join(topic.words).encode()).hexdigest()[:16]
        session.merge(TopicRow(topic_id=topic_id, label=topic.label, words=list(topic.words), found_at=now))
        session.flush()
        alive = [
            record_id
            for talk_id in topic.talk_ids
            for start in range(0, len(records[talk_id]), _AT_ONCE)
            for record_id in session.scalars(
                select(MessageRow.record_id).where(
                    MessageRow.record_id.in_(records[talk_id][start : start + _AT_ONCE]),
                    MessageRow.deleted_at.is_(None),
                )
            )
        ]
        if alive:
            session.execute(insert(RecordTopicRow), [{"record_id": one, "topic_id": topic_id} for one in alive])
