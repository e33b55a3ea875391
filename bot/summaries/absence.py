"""How long somebody has been away: since their last word."""

from datetime import datetime

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from bot.truth.tables import ChannelRow, MembershipRow, MessageRow


def away(
    connection: Connection, person_id: str, channel_id: str | None, until: datetime
) -> tuple[datetime | None, set[str]]:
    """When a person last spoke, and the channels of which they are a member or in which they have spoken."""
    session = Session(connection)
    spoke = select(func.max(MessageRow.sent_at)).where(
        MessageRow.author_id == person_id, MessageRow.sent_at < until, MessageRow.answer_id.is_(None)
    )
    if channel_id is not None:
        return session.scalar(spoke.where(MessageRow.channel_id == channel_id)), set()
    groups = select(ChannelRow.channel_id).where(ChannelRow.visibility != "direct")
    member = select(MembershipRow.channel_id).where(
        MembershipRow.person_id == person_id, MembershipRow.present, MembershipRow.channel_id.in_(groups)
    )
    wrote = (
        select(MessageRow.channel_id)
        .where(MessageRow.author_id == person_id, MessageRow.channel_id.in_(groups))
        .distinct()
    )
    theirs = {*session.scalars(member), *session.scalars(wrote)}
    return session.scalar(spoke.where(MessageRow.channel_id.in_(groups))), {found for found in theirs if found}
