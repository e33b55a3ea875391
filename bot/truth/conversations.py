"""Reading conversations: which messages of a channel belong together. They are computed by ``bot.archive``.

Every living message that is talk has a row soon after it arrived; until then these functions know nothing of it. A
conversation never leaves its channel, and a platform's thread is never split.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from bot.truth.tables import ConversationRow, MessageRow


@dataclass(frozen=True, slots=True)
class Exchange:
    """The living messages around one in its conversation."""

    before: str | None
    """The one that it replies to."""
    after: str | None
    """The first one that replies to it, or else the next one of the conversation."""


def conversations_of(session: Session, record_ids: Iterable[str]) -> dict[str, str]:
    """The conversation id of each message that has one; ids are those of a conversation's first message."""
    pairs = session.execute(
        select(ConversationRow.record_id, ConversationRow.conversation_id).where(
            ConversationRow.record_id.in_(list(record_ids))
        )
    )
    return dict(pairs.all())


def messages_of(session: Session, conversation_id: str) -> list[str]:
    """The living messages of a conversation, oldest first; none for an id that is no conversation's."""
    return list(
        session.scalars(
            select(MessageRow.record_id)
            .join(ConversationRow, ConversationRow.record_id == MessageRow.record_id)
            .where(ConversationRow.conversation_id == conversation_id, MessageRow.deleted_at.is_(None))
            .order_by(MessageRow.sent_at, MessageRow.record_id)
        )
    )


def exchange_of(session: Session, record_id: str) -> Exchange | None:
    """What was said to and after a message; None when it has no conversation yet, or is alone in it."""
    found = session.execute(
        select(ConversationRow.conversation_id, ConversationRow.reply_to, MessageRow.sent_at)
        .join(MessageRow, MessageRow.record_id == ConversationRow.record_id)
        .where(ConversationRow.record_id == record_id, MessageRow.deleted_at.is_(None))
    ).first()
    if found is None:
        return None
    conversation_id, reply_to, sent_at = found
    before = session.scalar(_first(ConversationRow.record_id == reply_to)) if reply_to is not None else None
    after = session.scalar(_first(ConversationRow.reply_to == record_id)) or session.scalar(
        _first(
            ConversationRow.conversation_id == conversation_id,
            or_(MessageRow.sent_at > sent_at, and_(MessageRow.sent_at == sent_at, MessageRow.record_id > record_id)),
        )
    )
    return Exchange(before, after) if before or after else None


def _first(*conditions: ColumnElement[bool]) -> Select[str]:
    return (
        select(ConversationRow.record_id)
        .join(MessageRow, MessageRow.record_id == ConversationRow.record_id)
        .where(MessageRow.deleted_at.is_(None), *conditions)
        .order_by(MessageRow.sent_at, MessageRow.record_id)
        .limit(1)
    )
