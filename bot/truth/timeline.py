"""The timeline from the truth: what stands in its entries, and what the page can be narrowed to."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.truth.categories import categories_of, known_categories
from bot.truth.columns import KINDS, TimelineCounts, TimelineFilter
from bot.truth.conversations import conversations_of
from bot.truth.tables import ChannelRow, FileRow, LinkRow, MessageRow, PersonRow
from connectors.console.host import (
    TimelineCategory,
    TimelineChoice,
    TimelineChoices,
    TimelineEntry,
    TimelineFile,
    TimelineLink,
)
from connectors.events import ChannelId, PersonId, RecordId

_PEOPLE = 200
"""People offered as a filter, the most talkative first."""
_LABEL_CHARS = 120
_CURSOR = re.compile(r"(-?\d{1,17})\|(.+)", re.ASCII)


def entries(session: Session, record_ids: Sequence[str], *, channel_ids: frozenset[str]) -> list[TimelineEntry]:
    """These messages in this order; those that are gone, or not in a channel that may be read, are left out."""
    statement = (
        select(MessageRow, PersonRow.name, ChannelRow.name)
        .join(PersonRow, PersonRow.person_id == MessageRow.author_id, isouter=True)
        .join(ChannelRow, ChannelRow.channel_id == MessageRow.channel_id)
        .where(MessageRow.record_id.in_(record_ids), MessageRow.deleted_at.is_(None))
    )
    rows = {
        message.record_id: (message, author, channel)
        for message, author, channel in session.execute(statement)
        if message.channel_id in channel_ids
    }
    found = [rows[record_id] for record_id in record_ids if record_id in rows]
    ids = [message.record_id for message, _, _ in found]
    conversations = conversations_of(session, ids)
    files, links = _files(session, ids), _links(session, ids)
    things = [thing for named in (files, links) for some in named.values() for thing in some]
    categories = categories_of(session, [*ids, *(_id(thing) for thing in things)])
    return [
        TimelineEntry(
            record_id=RecordId(message.record_id),
            channel_id=ChannelId(message.channel_id or ""),
            channel_name=channel,
            author_id=PersonId(message.author_id or ""),
            author=author or "",
            time=message.sent_at or message.version_at,
            text=message.text,
            conversation_id=RecordId(conversations.get(message.record_id) or message.thread_id or message.record_id),
            files=tuple(TimelineFile(file_id=RecordId(row.file_id), name=row.name) for row in files[message.record_id]),
            links=tuple(
                TimelineLink(url=row.url, label=row.label[:_LABEL_CHARS] or row.host)
                for row in links[message.record_id]
            ),
            categories=_together(
                categories,
                [message.record_id, *map(_id, files[message.record_id]), *map(_id, links[message.record_id])],
            ),
        )
        for message, author, channel in found
        if message.text or files[message.record_id] or links[message.record_id]
    ]


def choices(session: Session, counts: TimelineCounts, narrowed: TimelineFilter, *, zone: ZoneInfo) -> TimelineChoices:
    """The counts with names. What is chosen is always among them, if only with a count of 0."""
    authors = dict(list(counts.authors.items())[:_PEOPLE])
    authors |= {author_id: counts.authors.get(author_id, 0) for author_id in narrowed.author_ids}
    channels = dict(counts.channels)
    if narrowed.channel_id is not None and narrowed.channel_id in narrowed.channel_ids:
        channels.setdefault(narrowed.channel_id, 0)
    channel_names = _names(session, ChannelRow.channel_id, ChannelRow.name, channels)
    author_names = _names(session, PersonRow.person_id, PersonRow.name, authors)
    return TimelineChoices(
        total=counts.total,
        zone=zone.key,
        today=datetime.now(zone).date(),
        days=tuple(counts.days),
        channels=tuple(_choice(value, channel_names.get(value, ""), count) for value, count in channels.items()),
        authors=tuple(
            _choice(value, author_names[value], count) for value, count in authors.items() if author_names.get(value)
        ),
        kinds=tuple(_choice(kind, kind, counts.kinds[kind]) for kind in KINDS),
        categories=tuple(
            TimelineChoice(
                value=row.category_id,
                names={"zh": row.name_zh, "en": row.name_en},
                count=counts.categories.get(row.category_id, 0),
            )
            for row in known_categories(session)
        ),
    )


def channel_of(session: Session, record_id: str) -> str | None:
    """The channel of a living message, or of a file or link of one; None for what is not there."""
    for key, message in ((FileRow.file_id, FileRow.record_id), (LinkRow.link_id, LinkRow.record_id)):
        record_id = session.scalar(select(message).where(key == record_id)) or record_id
    return session.scalar(
        select(MessageRow.channel_id).where(MessageRow.record_id == record_id, MessageRow.deleted_at.is_(None))
    )


def cursor(place: tuple[int, str]) -> str:
    """The place where the next page begins, as text."""
    return f"{place[0]}|{place[1]}"


def place_of(text: str) -> tuple[int, str]:
    """The opposite of ``cursor``; raises ``ValueError``."""
    found = _CURSOR.fullmatch(text)
    if found is None:
        msg = "not a cursor"
        raise ValueError(msg)
    return int(found[1]), found[2]


def _choice(value: str, name: str, count: int) -> TimelineChoice:
    return TimelineChoice(value=value, names={"zh": name, "en": name}, count=count)


def _names(
    session: Session, key: InstrumentedAttribute[str], name: InstrumentedAttribute[str], ids: Iterable[str]
) -> dict[str, str]:
    rows = session.execute(select(key, name).where(key.in_(list(ids))))
    return dict(list(rows))


def _id(thing: FileRow | LinkRow) -> str:
    return thing.file_id if isinstance(thing, FileRow) else thing.link_id


def _together(categories: Mapping[str, Sequence[str]], record_ids: Sequence[str]) -> tuple[TimelineCategory, ...]:
    found: dict[str, list[RecordId]] = defaultdict(list)
    for record_id in record_ids:
        for category_id in categories[record_id]:
            found[category_id].append(RecordId(record_id))
    return tuple(
        TimelineCategory(category_id=category_id, record_ids=tuple(having)) for category_id, having in found.items()
    )


def _files(session: Session, record_ids: Sequence[str]) -> Mapping[str, list[FileRow]]:
    found: dict[str, list[FileRow]] = defaultdict(list)
    rows = session.scalars(
        select(FileRow).where(FileRow.record_id.in_(record_ids), FileRow.removed_at.is_(None)).order_by(FileRow.file_id)
    )
    for row in rows:
        found[row.record_id].append(row)
    return found


def _links(session: Session, record_ids: Sequence[str]) -> Mapping[str, list[LinkRow]]:
    found: dict[str, list[LinkRow]] = defaultdict(list)
    rows = session.scalars(select(LinkRow).where(LinkRow.record_id.in_(record_ids)).order_by(LinkRow.link_id))
    for row in rows:
        found[row.record_id].append(row)
    return found
