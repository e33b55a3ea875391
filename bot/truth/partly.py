"""Channels of which not everything arrives, such as a group where a robot hears only what mentions it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.errors import Language
from bot.truth.tables import ChannelHistoryRow, ChannelRow

_MOST_NAMED = 5
_TEXTS: dict[Language, str] = {
    "zh": "{names} 的存档不完整：不是每条消息都会到我这里。",
    "en": "The archive of {names} is partial: not everything that is said there reaches me.",
}
_MORE: dict[Language, str] = {"zh": "{names} 等 {count} 个频道", "en": "{names} (+{count} more)"}


def partly_kept(session: Session, channel_ids: Collection[str], *, since: datetime | None = None) -> tuple[str, ...]:
    """Names of those of these channels of which something is missing; with ``since``, something said since then."""
    return tuple(partial_names(session, channel_ids, since=since).values())


def partial_names(
    session: Session, channel_ids: Collection[str], *, since: datetime | None = None
) -> Mapping[str, str]:
    """The same by the ids of the channels, in the order of their names."""
    missing = select(ChannelRow.channel_id, ChannelRow.name).join(
        ChannelHistoryRow, ChannelHistoryRow.channel_id == ChannelRow.channel_id
    )
    missing = missing.where(
        ChannelRow.channel_id.in_(channel_ids), ChannelRow.deleted_at.is_(None), ChannelHistoryRow.partial
    )
    if since is not None:
        missing = missing.where(or_(ChannelHistoryRow.reached.is_(None), ChannelHistoryRow.reached > since))
    return dict(session.execute(missing.order_by(ChannelRow.name)).all())


def partly_told(names: Sequence[str], language: Language) -> str:
    """One sentence about them; empty when there is none."""
    if not names:
        return ""
    told = ("、" if language == "zh" else ", ").join(f"#{name}" for name in names[:_MOST_NAMED])
    if len(names) > _MOST_NAMED:
        count = len(names) if language == "zh" else len(names) - _MOST_NAMED
        told = _MORE[language].format(names=told, count=count)
    return _TEXTS[language].format(names=told)
