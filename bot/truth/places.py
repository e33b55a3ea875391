"""Where the same thing was shared: the bytes of a file, or an address, named by several messages."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.truth.tables import ChannelRow, FileRow, LinkRow, MessageRow

_MOST = 20
"""Places named beside one result: a logo in every mail has thousands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One share of something."""

    record_id: str
    message_id: str
    channel_name: str
    time: datetime
    permalink: str | None


@dataclass(frozen=True, slots=True)
class Shares:
    """What of some records is the same: its key, and by key every place, newest first."""

    key_of: dict[str, str]
    places: dict[str, list[Place]]

    def besides(self, record_id: str) -> tuple[Place, ...]:
        """The other places of a record's bytes or address."""
        places = self.places.get(self.key_of.get(record_id, ""), [])
        return tuple(place for place in places if place.record_id != record_id)[:_MOST]


def shares_of(session: Session, record_ids: Collection[str], *, channel_ids: Collection[str] | None) -> Shares:
    """Where else the files and links among ``record_ids`` were shared, within these channels (None: anywhere).

    Invariant 4: a place in a channel that the reader may not see is not named, nor counted.
    """
    files = session.execute(
        select(FileRow.file_id, FileRow.sha256).where(FileRow.file_id.in_(record_ids), FileRow.removed_at.is_(None))
    ).all()
    links = session.execute(select(LinkRow.link_id, LinkRow.digest).where(LinkRow.link_id.in_(record_ids))).all()
    key_of = {**{file_id: sha256 for file_id, sha256 in files if sha256}, **{row[0]: row[1] for row in links}}
    shared = (
        (FileRow.file_id, FileRow.sha256, FileRow.record_id, FileRow.removed_at.is_(None)),
        (LinkRow.link_id, LinkRow.digest, LinkRow.record_id, LinkRow.link_id.is_not(None)),
    )
    places: dict[str, list[Place]] = defaultdict(list)
    for record_id, key, message_id, living in shared:
        statement = (
            select(key, record_id, MessageRow.record_id, ChannelRow.name, MessageRow.sent_at, MessageRow.permalink)
            .join(MessageRow, MessageRow.record_id == message_id)
            .join(ChannelRow, ChannelRow.channel_id == MessageRow.channel_id)
            .where(key.in_(set(key_of.values())), living, MessageRow.deleted_at.is_(None))
            .where(MessageRow.sent_at.is_not(None))
            .order_by(MessageRow.sent_at.desc(), record_id)
        )
        if channel_ids is not None:
            statement = statement.where(MessageRow.channel_id.in_(channel_ids))
        for found_key, found_id, message, channel, sent_at, permalink in session.execute(statement):
            if found_key is not None and sent_at is not None:
                place = Place(
                    record_id=found_id, message_id=message, channel_name=channel, time=sent_at, permalink=permalink
                )
                places[found_key].append(place)
    return Shares(key_of, dict(places))
