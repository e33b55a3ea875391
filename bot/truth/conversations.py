"""Reading conversations: which messages of a channel belong together. They are computed by ``bot.archive``.

Every living message that is talk has a row soon after it arrived; until then these functions know nothing of it. A
conversation never leaves its channel, and a platform's thread is never split.
"""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.truth.tables import ConversationRow, MessageRow


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
