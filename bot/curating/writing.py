"""Writing standard answers into the truth: their words, their sources, and what must hold before one is given."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.answering.marks import unmarked
from bot.curating.standard_answer import EVERYBODY, StandardSource, marks_in
from bot.errors import BadInput, NotFound
from bot.language import language_of
from bot.truth.resting import QUESTION_CHARS, TEXT_CHARS
from bot.truth.standard_offers import end_offers
from bot.truth.tables import ChannelRow, FileRow, MessageRow, StandardAnswerRow, StandardAnswerSourceRow

VARIANTS = 50
_OWNER_CHARS = 80
_SOURCES = 20


@dataclass(frozen=True, slots=True)
class Words:
    """What a standard answer says, and to which questions."""

    question: str
    variants: tuple[str, ...]
    text: str

    @classmethod
    def of(cls, question: str, variants: Sequence[str], text: str) -> "Words":
        """Without what is empty, said twice or too long; raises ``BadInput`` when nothing is asked or answered."""
        asked = list(dict.fromkeys(way.strip()[:QUESTION_CHARS] for way in (question, *variants)))
        answer = text.strip()[:TEXT_CHARS].strip()
        if not asked[0] or not answer:
            raise BadInput("question and answer")
        return cls(asked[0], tuple(way for way in asked[1:] if way)[:VARIANTS], answer)

    def citing_only(self, sources: Sequence[StandardSource]) -> "Words":
        """Numbers in square brackets that people wrote are no citations."""
        cited = {source.n for source in sources}
        return self if set(marks_in(self.text)) <= cited else replace(self, text=unmarked(self.text))

    def require_sources(self, sources: Sequence[StandardSource]) -> None:
        """Raise ``BadInput`` for a mark without its source."""
        missing = set(marks_in(self.text)) - {source.n for source in sources}
        if missing:
            raise BadInput(f"[{min(missing)}]: no such source")

    def put_into(self, row: StandardAnswerRow) -> None:
        """Replace the words of a row."""
        row.question, row.variants, row.text = self.question, list(self.variants), self.text
        row.language = language_of(f"{self.question} {self.text}")


def row_of(session: Session, standard_answer_id: str) -> StandardAnswerRow:
    """One that was not removed; raises ``NotFound``."""
    row = session.get(StandardAnswerRow, standard_answer_id)
    if row is None or row.state == "removed":
        raise NotFound(standard_answer_id)
    return row


def put_sources(session: Session, standard_answer_id: str, sources: Sequence[StandardSource]) -> None:
    """Make these its sources; raises ``NotFound`` for one that is not there, ``BadInput`` for two of one number."""
    if len({source.n for source in sources}) < len(sources) or len(sources) > _SOURCES:
        raise BadInput("sources")
    its = StandardAnswerSourceRow.standard_answer_id == standard_answer_id
    if set(session.scalars(select(StandardAnswerSourceRow.record_id).where(its))) != {one.record_id for one in sources}:
        end_offers(session, standard_answer_id, datetime.now(UTC))
    session.execute(delete(StandardAnswerSourceRow).where(its))
    for source in sources:
        message = session.get(MessageRow, source.record_id)
        if message is None or message.channel_id is None or message.deleted_at is not None:
            raise NotFound(source.record_id)
        if source.file_id is not None:
            file = session.get(FileRow, source.file_id)
            if file is None or file.removed_at is not None or file.record_id != source.record_id:
                raise NotFound(source.file_id)
        session.add(
            StandardAnswerSourceRow(
                standard_answer_id=standard_answer_id,
                n=source.n,
                record_id=source.record_id,
                file_id=source.file_id,
                page=source.page,
                channel_id=message.channel_id,
            )
        )
    session.flush()


def require_channels(session: Session, channel_ids: Sequence[str]) -> None:
    """Raise ``NotFound`` for a channel that is not there."""
    known = session.scalars(
        select(ChannelRow.channel_id).where(
            ChannelRow.channel_id.in_(list(channel_ids)), ChannelRow.deleted_at.is_(None)
        )
    )
    unknown = set(channel_ids) - {EVERYBODY, *known}
    if unknown:
        raise NotFound(min(unknown))


def put_in_force(row: StandardAnswerRow, *, owner: str, valid_until: datetime | None, operator: str) -> None:
    """It is given from now on; raises ``BadInput`` without an owner, or for an end that has passed."""
    now = datetime.now(UTC)
    if not owner.strip():
        raise BadInput("owner")
    if valid_until is not None and valid_until <= now:
        raise BadInput(f"valid until {valid_until.isoformat()}: this has passed")
    row.state, row.owner, row.valid_until = "approved", owner.strip()[:_OWNER_CHARS], valid_until
    row.approved_at, row.contested_by, row.contested_at = now, None, None
    row.changed_at, row.changed_by = now, operator or owner.strip()[:_OWNER_CHARS]


def require_readers(session: Session, row: StandardAnswerRow) -> None:
    """Raise ``BadInput`` when it rests on nothing and nobody said who may be given it."""
    its = StandardAnswerSourceRow.standard_answer_id == row.standard_answer_id
    if not row.channel_ids and session.scalar(select(StandardAnswerSourceRow.n).where(its).limit(1)) is None:
        raise BadInput("who may be given it: channels, or everybody")
