"""Answers and verdicts in the truth."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from bot.errors import Language, NotFound
from bot.truth.database import Database
from bot.truth.intake import note
from bot.truth.standard_offers import named_beside
from bot.truth.tables import AnswerRow, AnswerSourceRow, ChannelRow, FileRow, MessageRow, PersonRow, VerdictRow
from connectors.connector import Answer, Citation, DownReason, VerdictKind
from connectors.events import RecordId


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSource:
    """A passage that an answer was given."""

    n: int
    record_id: str
    file_id: str | None
    chunk: int
    page: str | None
    channel_id: str
    quote: str
    cited: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAnswer:
    """Everything about an answer that is kept."""

    answer_id: str
    asked_at: datetime
    channel_id: str | None
    person_id: str | None
    question_record_id: str | None
    question: str
    language: Language
    text: str
    abstained: bool
    reason: str | None
    model: str
    prompt_version: str
    sources: tuple[StoredSource, ...]
    searched_at: datetime | None = None
    """When the sources were read, by this machine's clock; what was deleted or edited since is noticed."""
    trace: dict[str, Any] = field(default_factory=dict)
    timings_ms: dict[str, int] = field(default_factory=dict)
    standard_answer_id: str | None = None
    withdrawn_at: datetime | None = None
    """When a source was deleted or changed: then text, trace and quotes are gone."""


class Answers:
    """Stores answers and what people think of them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def store(self, answer: StoredAnswer) -> bool:
        """Keep an answer with its sources, before it is shown.

        False when a source was deleted or changed while the answer was made: then it is kept without its words, and
        must not be shown.
        """

        def insert(session: Session) -> bool:
            stands = _sources_stand(session, answer)
            asked = session.get(MessageRow, answer.question_record_id) if answer.question_record_id else None
            session.add(
                AnswerRow(
                    answer_id=answer.answer_id,
                    asked_at=answer.asked_at,
                    channel_id=answer.channel_id,
                    person_id=answer.person_id,
                    question_record_id=answer.question_record_id,
                    question="" if asked is not None and asked.deleted_at is not None else answer.question,
                    language=answer.language,
                    text=answer.text if stands else "",
                    abstained=answer.abstained,
                    reason=answer.reason if stands else "source_deleted",
                    model=answer.model,
                    prompt_version=answer.prompt_version,
                    trace=answer.trace if stands else {},
                    timings_ms=dict(answer.timings_ms),
                    withdrawn_at=None if stands else datetime.now(UTC),
                    standard_answer_id=answer.standard_answer_id,
                    first_token_ms=answer.timings_ms.get("first_token"),
                    total_ms=answer.timings_ms.get("total"),
                )
            )
            session.flush()
            session.add_all(
                AnswerSourceRow(
                    answer_id=answer.answer_id,
                    n=source.n,
                    record_id=source.record_id,
                    file_id=source.file_id,
                    chunk=source.chunk,
                    page=source.page,
                    channel_id=source.channel_id,
                    quote=source.quote if stands else "",
                    cited=source.cited,
                )
                for source in answer.sources
            )
            note(session, answer.answer_id)
            session.flush()
            return stands

        async with self._database.begin() as connection:
            return await connection.run_sync(lambda sync: insert(Session(sync)))

    async def get(self, answer_id: str) -> StoredAnswer:
        """Everything kept about an answer; raises ``NotFound``."""

        def read(session: Session) -> StoredAnswer:
            row = session.get(AnswerRow, answer_id)
            if row is None:
                raise NotFound(answer_id)
            sources = session.scalars(
                select(AnswerSourceRow).where(AnswerSourceRow.answer_id == answer_id).order_by(AnswerSourceRow.n)
            )
            return StoredAnswer(
                answer_id=row.answer_id,
                asked_at=row.asked_at,
                channel_id=row.channel_id,
                person_id=row.person_id,
                question_record_id=row.question_record_id,
                question=row.question,
                language="zh" if row.language == "zh" else "en",
                text=row.text,
                abstained=row.abstained,
                reason=row.reason,
                model=row.model,
                prompt_version=row.prompt_version,
                sources=tuple(
                    StoredSource(
                        n=source.n,
                        record_id=source.record_id,
                        file_id=source.file_id,
                        chunk=source.chunk,
                        page=source.page,
                        channel_id=source.channel_id,
                        quote=source.quote,
                        cited=source.cited,
                    )
                    for source in sources
                ),
                trace=row.trace,
                timings_ms=row.timings_ms,
                standard_answer_id=row.standard_answer_id,
                withdrawn_at=row.withdrawn_at,
            )

        async with self._database.read() as connection:
            return await connection.run_sync(lambda sync: read(Session(sync)))

    async def judge(
        self,
        *,
        answer_id: str,
        person_id: str,
        kind: VerdictKind,
        reasons: Sequence[DownReason] = (),
        comment: str = "",
    ) -> None:
        """Store a verdict; the last one of a person on an answer counts. Raises ``NotFound``."""

        def judge(session: Session) -> None:
            if session.get(AnswerRow, answer_id) is None:
                raise NotFound(answer_id)
            session.merge(
                VerdictRow(
                    answer_id=answer_id,
                    person_id=person_id,
                    kind=kind,
                    reasons=list(reasons) if kind == "down" else [],
                    comment=comment[:2000] if kind == "down" else "",
                    judged_at=datetime.now(UTC),
                )
            )
            note(session, answer_id)
            session.flush()

        async with self._database.begin() as connection:
            await connection.run_sync(lambda sync: judge(Session(sync)))

    async def channel_of(self, answer_id: str) -> str | None:
        """The channel an answer was given in; raises ``NotFound``."""
        async with self._database.read() as connection:
            row = (
                await connection.execute(select(AnswerRow.channel_id).where(AnswerRow.answer_id == answer_id))
            ).first()
        if row is None:
            raise NotFound(answer_id)
        return row[0]


def _sources_stand(session: Session, answer: StoredAnswer) -> bool:
    records = {source.record_id for source in answer.sources}
    alive = select(func.count()).where(MessageRow.record_id.in_(records), MessageRow.deleted_at.is_(None))
    if answer.searched_at is not None:
        alive = alive.where(or_(MessageRow.edited.is_(False), MessageRow.applied_at < answer.searched_at))
    files = {source.file_id for source in answer.sources if source.file_id}
    present = select(func.count()).where(FileRow.file_id.in_(files), FileRow.removed_at.is_(None))
    return session.scalar(alive) == len(records) and session.scalar(present) == len(files)


def answer_views(session: Session, answer_ids: Sequence[str]) -> dict[str, Answer]:
    """Answers as people see them, by id; citations to what was deleted are left out."""
    rows = session.scalars(select(AnswerRow).where(AnswerRow.answer_id.in_(answer_ids))).all()
    sources = session.execute(
        select(AnswerSourceRow, MessageRow, PersonRow.name, ChannelRow.name, FileRow.name)
        .join(MessageRow, MessageRow.record_id == AnswerSourceRow.record_id)
        .join(PersonRow, PersonRow.person_id == MessageRow.author_id, isouter=True)
        .join(ChannelRow, ChannelRow.channel_id == AnswerSourceRow.channel_id)
        .join(FileRow, FileRow.file_id == AnswerSourceRow.file_id, isouter=True)
        .where(AnswerSourceRow.answer_id.in_(answer_ids), AnswerSourceRow.cited, MessageRow.deleted_at.is_(None))
        .order_by(AnswerSourceRow.n)
    ).all()
    named = named_beside(session, answer_ids)
    citations: dict[str, list[Citation]] = {}
    for source, message, author, channel_name, file_name in sources:
        citations.setdefault(source.answer_id, []).append(
            Citation(
                n=source.n,
                record_id=RecordId(source.record_id),
                quote=source.quote,
                author=author or "",
                channel_name=channel_name,
                time=message.sent_at or message.version_at,
                permalink=message.permalink,
                file_id=RecordId(source.file_id) if source.file_id else None,
                file_name=file_name,
                page=source.page,
            )
        )
    return {
        row.answer_id: Answer(
            answer_id=row.answer_id,
            question=row.question,
            text=row.text,
            abstained=row.abstained,
            reason=row.reason,
            citations=tuple(citations.get(row.answer_id, ())),
            model=row.model,
            language="zh" if row.language == "zh" else "en",
            meant=named.get(row.answer_id, ""),
        )
        for row in rows
    }
