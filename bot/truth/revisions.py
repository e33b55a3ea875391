"""What the bot has posted and must say anew: queued in the transaction that changes what it told of."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from bot.truth.tables import AnswerRow, DigestRow, MessageRow, RevisionRow


def queue_revision(session: Session, shown: MessageRow, now: datetime) -> None:
    """Have a message of the bot say on its platform what may still be said, unless it is gone itself."""
    if shown.answer_id is None or shown.channel_id is None or shown.deleted_at is not None:
        return
    said = session.get(AnswerRow, shown.answer_id) or session.get(DigestRow, shown.answer_id)
    if said is None:
        return
    row = session.get(RevisionRow, shown.answer_id)
    if row is None:
        row = RevisionRow(answer_id=shown.answer_id, language=said.language, attempts=0)
        session.add(row)
    row.record_id, row.channel_id, row.not_before = shown.record_id, shown.channel_id, None
    row.queued_at, row.ticket = now, uuid4().hex
