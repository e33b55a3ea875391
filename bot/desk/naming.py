"""Names of channels, people and sources, for pages that know their ids."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.curating.standard_answer import StandardSource
from bot.truth.tables import ChannelRow, FileRow, FileTextRow, MembershipRow, MessageRow, PersonRow

_AT_ONCE = 500
_QUOTE_CHARS = 320


def people_named(session: Session, person_ids: Iterable[str | None]) -> Mapping[str, str]:
    """Names by id; who was erased has none."""
    wanted = sorted({person_id for person_id in person_ids if person_id})
    found: dict[str, str] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        statement = select(PersonRow.person_id, PersonRow.name).where(
            PersonRow.person_id.in_(wanted[start : start + _AT_ONCE])
        )
        found |= dict(session.execute(statement).all())
    return found


def channels_named(session: Session, channel_ids: Iterable[str | None]) -> Mapping[str, dict[str, Any]]:
    """By id: name, platform, visibility, and how many people are in it. A direct chat is named after its person."""
    wanted = sorted({channel_id for channel_id in channel_ids if channel_id})
    found: dict[str, dict[str, Any]] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        part = wanted[start : start + _AT_ONCE]
        rows = session.execute(
            select(ChannelRow.channel_id, ChannelRow.name, ChannelRow.platform, ChannelRow.visibility).where(
                ChannelRow.channel_id.in_(part)
            )
        ).all()
        direct = [channel_id for channel_id, _, _, visibility in rows if visibility == "direct"]
        whose = _whose(session, direct)
        counts: dict[str, int] = dict(
            session.execute(
                select(MembershipRow.channel_id, func.count())
                .where(MembershipRow.channel_id.in_(part), MembershipRow.present)
                .group_by(MembershipRow.channel_id)
            ).all()
        )
        for channel_id, name, platform, visibility in rows:
            found[channel_id] = {
                "channel_id": channel_id,
                "name": whose.get(channel_id, name),
                "platform": platform,
                "visibility": visibility,
                "people": counts.get(channel_id, 0),
            }
    return found


def channel_choices(session: Session) -> list[dict[str, Any]]:
    """Group channels that are there, by name, for menus."""
    ids = session.scalars(
        select(ChannelRow.channel_id).where(ChannelRow.deleted_at.is_(None), ChannelRow.visibility != "direct")
    ).all()
    return sorted(channels_named(session, ids).values(), key=lambda channel: str(channel["name"]).lower())


def sources_described(session: Session, sources: Collection[StandardSource]) -> list[dict[str, Any]]:
    """Sources as an operator reads them: what stands there now, who said it, where and when."""
    messages = {
        row.record_id: row
        for row in session.scalars(
            select(MessageRow).where(
                MessageRow.record_id.in_([source.record_id for source in sources]), MessageRow.deleted_at.is_(None)
            )
        )
    }
    wanted = [source.file_id for source in sources if source.file_id]
    files = {
        row.file_id: row
        for row in session.scalars(select(FileRow).where(FileRow.file_id.in_(wanted), FileRow.removed_at.is_(None)))
    }
    people = people_named(session, [message.author_id for message in messages.values()])
    channels = channels_named(session, [message.channel_id for message in messages.values()])
    described = []
    for source in sources:
        message, file = messages.get(source.record_id), files.get(source.file_id or "")
        stands = message is not None and (source.file_id is None or file is not None)
        words = (_page(session, file, source.page) or file.name) if file else message.text if message else ""
        time = (message.sent_at or message.version_at) if message else None
        described.append(
            {
                "n": source.n,
                "record_id": source.record_id,
                "file_id": source.file_id,
                "page": source.page,
                "stands": stands,
                "file_name": file.name if file else None,
                "author": people.get(message.author_id or "", "") if message else "",
                "time": time.isoformat() if time else None,
                "quote": " ".join(words.split())[:_QUOTE_CHARS] if stands else "",
                "permalink": message.permalink if message else None,
                "channel": channels.get(message.channel_id or "") if message else None,
            }
        )
    return described


def _whose(session: Session, direct: Collection[str]) -> Mapping[str, str]:
    if not direct:
        return {}
    statement = (
        select(MembershipRow.channel_id, PersonRow.name)
        .join(PersonRow, PersonRow.person_id == MembershipRow.person_id)
        .where(MembershipRow.channel_id.in_(list(direct)), PersonRow.is_bot.is_(False))
        .order_by(MembershipRow.present)
    )
    return dict(session.execute(statement).all())


def _page(session: Session, file: FileRow, page: str | None) -> str:
    text = session.get(FileTextRow, file.sha256) if file.sha256 else None
    if text is None:
        return ""
    pages = [(str(label or ""), str(words)) for label, words in text.pages]
    return next((words for label, words in pages if page is None or label == page), "")
