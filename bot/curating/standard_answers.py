"""Standard answers in the truth."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal, TypeVar
from uuid import uuid4

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.errors import BadInput, Language, NotFound
from bot.language import language_of
from bot.truth.database import Database
from bot.truth.tables import MessageRow, StandardAnswerRow

State = Literal["proposed", "approved", "removed"]

EVERYBODY: Final = "*"
"""In place of channels: whoever may ask may be given it."""
QUESTION_CHARS = 500
TEXT_CHARS = 3000
_VARIANTS = 20

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardAnswer:
    """An answer to be given as it is. ``channel_ids``: who may read all of them may be given it."""

    standard_answer_id: str
    question: str
    variants: tuple[str, ...]
    text: str
    language: Language
    source_record_id: str | None
    proposed_by: str
    owner: str
    state: State
    proposed_at: datetime
    approved_at: datetime | None
    valid_until: datetime | None
    channel_ids: frozenset[str]

    @property
    def questions(self) -> tuple[str, ...]:
        """Every way to ask it."""
        return (self.question, *self.variants)


class StandardAnswers:
    """Proposes, approves, removes and lists."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def propose(
        self,
        *,
        question: str,
        text: str,
        proposed_by: str,
        channel_ids: Sequence[str],
        variants: Sequence[str] = (),
        source_record_id: str | None = None,
        replaces_answer_id: str | None = None,
    ) -> str:
        """Keep a proposal and return its id; the same one twice is one. Raises ``BadInput`` for an empty one."""
        question, text = question.strip()[:QUESTION_CHARS], text.strip()[:TEXT_CHARS]
        if not question or not text:
            raise BadInput("question and answer")
        kept = [one.strip()[:QUESTION_CHARS] for one in variants if one.strip()][:_VARIANTS]

        def add(session: Session) -> str:
            same = select(StandardAnswerRow.standard_answer_id).where(
                StandardAnswerRow.question == question,
                StandardAnswerRow.text == text,
                StandardAnswerRow.state != "removed",
            )
            known = session.scalar(same.limit(1))
            if known is not None:
                return known
            row = StandardAnswerRow(
                standard_answer_id=uuid4().hex[:12],
                question=question,
                variants=kept,
                text=text,
                language=language_of(f"{question} {text}"),
                source_record_id=source_record_id,
                replaces_answer_id=replaces_answer_id,
                proposed_by=proposed_by,
                owner=None,
                state="proposed",
                proposed_at=datetime.now(UTC),
                channel_ids=list(channel_ids),
            )
            session.add(row)
            session.flush()
            return row.standard_answer_id

        return await self._write(add)

    async def approve(self, standard_answer_id: str, *, owner: str, valid_until: datetime | None = None) -> None:
        """From now on it is given; raises ``NotFound``, also for one that was removed."""

        def approve(session: Session) -> None:
            row = _row(session, standard_answer_id)
            row.state, row.owner = "approved", owner
            row.approved_at, row.valid_until = datetime.now(UTC), valid_until
            session.flush()

        await self._write(approve)

    async def remove(self, standard_answer_id: str) -> None:
        """It is given no more, and its words go; raises ``NotFound``."""

        def remove(session: Session) -> None:
            row = _row(session, standard_answer_id)
            row.state, row.question, row.text, row.variants = "removed", "", "", []
            session.flush()

        await self._write(remove)

    async def listed(self, *states: State) -> list[StandardAnswer]:
        """Those in these states, the latest proposal first."""
        statement = (
            select(StandardAnswerRow)
            .where(StandardAnswerRow.state.in_(states))
            .order_by(StandardAnswerRow.proposed_at.desc())
        )
        async with self._database.read() as connection:
            return await connection.run_sync(lambda sync: [_view(row) for row in Session(sync).scalars(statement)])

    async def in_force(self, now: datetime) -> list[StandardAnswer]:
        """Approved, not expired, and their source stands as it stood when it was approved."""
        statement = (
            select(StandardAnswerRow)
            .join(MessageRow, MessageRow.record_id == StandardAnswerRow.source_record_id, isouter=True)
            .where(
                StandardAnswerRow.state == "approved",
                or_(StandardAnswerRow.valid_until.is_(None), StandardAnswerRow.valid_until > now.astimezone(UTC)),
                or_(
                    StandardAnswerRow.source_record_id.is_(None),
                    (MessageRow.deleted_at.is_(None)) & (MessageRow.version_at <= StandardAnswerRow.approved_at),
                ),
            )
            .order_by(StandardAnswerRow.approved_at.desc())
        )
        async with self._database.read() as connection:
            return await connection.run_sync(lambda sync: [_view(row) for row in Session(sync).scalars(statement)])

    async def _write(self, work: Callable[[Session], T]) -> T:
        async with self._database.begin() as connection:
            return await connection.run_sync(lambda sync: work(Session(sync)))


def _row(session: Session, standard_answer_id: str) -> StandardAnswerRow:
    row = session.get(StandardAnswerRow, standard_answer_id)
    if row is None or row.state == "removed":
        raise NotFound(standard_answer_id)
    return row


def _view(row: StandardAnswerRow) -> StandardAnswer:
    return StandardAnswer(
        standard_answer_id=row.standard_answer_id,
        question=row.question,
        variants=tuple(str(one) for one in row.variants),
        text=row.text,
        language="zh" if row.language == "zh" else "en",
        source_record_id=row.source_record_id,
        proposed_by=row.proposed_by,
        owner=row.owner or "",
        state="approved" if row.state == "approved" else "removed" if row.state == "removed" else "proposed",
        proposed_at=row.proposed_at,
        approved_at=row.approved_at,
        valid_until=row.valid_until,
        channel_ids=frozenset(str(one) for one in row.channel_ids),
    )
