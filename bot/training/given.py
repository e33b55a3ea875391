"""Answers from use that may be learnt of: what the model was told, what it said, and whether it may be used."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.answering.grounding import Checked
from bot.answering.traced import sentences_of
from bot.errors import Language
from bot.llm.interface import ChatMessage
from bot.training.consent import Consents
from bot.training.example import Reason
from bot.truth.tables import AnswerRow, AnswerSourceRow, MessageRow, PersonRow

_MARKS: Final = re.compile(r"\s*[\[［]\d+[\]］]")
_ASKER: Final = re.compile(r"^(?:Question from (?P<en>.+?): |(?P<zh>.+?) 的问题：)", re.MULTILINE)
_DECLINED: Final = "not_in_records"
_NOBODY: Final = frozenset({"", "user"})
"""In the prompt of somebody whose name is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An answer that stands, with the prompt it was made of."""

    answer_id: str
    asked_at: datetime
    channel_id: str
    language: Language
    question: str
    prompt: tuple[ChatMessage, ...]
    """Empty where no model was asked."""
    said: str
    """As a model has to say it: without citation marks. Empty where people were shown something else."""
    records: frozenset[str]
    """Messages in the prompt."""
    names: tuple[str, ...]


def load(session: Session, answer_ids: Collection[str], consents: Consents) -> Mapping[str, Given | Reason]:
    """Each of these answers, or why it may not be used; those that were not given in a chat are left out."""
    rows = session.scalars(
        select(AnswerRow).where(AnswerRow.answer_id.in_(answer_ids), AnswerRow.channel_id.is_not(None))
    ).all()
    sources: dict[str, list[AnswerSourceRow]] = defaultdict(list)
    for source in session.scalars(select(AnswerSourceRow).where(AnswerSourceRow.answer_id.in_(answer_ids))):
        sources[source.answer_id].append(source)
    authors = authors_of(session, {source.record_id for some in sources.values() for source in some})
    askers = {row.person_id for row in rows if row.person_id}
    names = dict(
        session.execute(select(PersonRow.person_id, PersonRow.name).where(PersonRow.person_id.in_(askers))).all()
    )
    found: dict[str, Given | Reason] = {}
    for row in rows:
        given = sources[row.answer_id]
        reason = _obstacle(row, given, authors, consents)
        found[row.answer_id] = reason or _given(row, given, names.get(row.person_id or "", ""))
    session.expunge_all()
    return found


def authors_of(session: Session, record_ids: Collection[str]) -> dict[str, str | None]:
    """Who wrote each of these messages that are not deleted."""
    statement = select(MessageRow.record_id, MessageRow.author_id).where(
        MessageRow.record_id.in_(record_ids), MessageRow.deleted_at.is_(None)
    )
    return dict(session.execute(statement).all())


def without_marks(text: str) -> str:
    """A text without citation marks."""
    return _MARKS.sub("", text).strip()


def _obstacle(
    row: AnswerRow, sources: Sequence[AnswerSourceRow], authors: Mapping[str, str | None], consents: Consents
) -> Reason | None:
    if not row.question:
        return "question_deleted"
    if row.withdrawn_at is not None or not authors.keys() >= {source.record_id for source in sources}:
        return "withdrawn"
    if not consents.allow_channels({str(row.channel_id), *(source.channel_id for source in sources)}):
        return "channel"
    people = {row.person_id, *(authors[source.record_id] for source in sources)} - {None}
    return None if consents.allow_people({str(one) for one in people}) else "person"


def _given(row: AnswerRow, sources: Sequence[AnswerSourceRow], asker: str) -> Given:
    prompt = tuple(ChatMessage(one["role"], one["content"]) for one in row.trace.get("messages", ()))
    called = [match["en"] or match["zh"] for one in prompt for match in [_ASKER.search(one.content)] if match]
    authors = [str(passage.get("author", "")) for passage in row.trace.get("passages", ())]
    return Given(
        answer_id=row.answer_id,
        asked_at=row.asked_at,
        channel_id=str(row.channel_id),
        language="zh" if row.language == "zh" else "en",
        question=row.question,
        prompt=prompt,
        said=_said(row),
        records=frozenset(source.record_id for source in sources),
        names=tuple(dict.fromkeys(name for name in (asker, *called, *authors) if name not in _NOBODY)),
    )


def _said(row: AnswerRow) -> str:
    """What passed the check, or that nothing is in the records, in the words of the model."""
    trace: Mapping[str, Any] = row.trace
    if row.abstained:
        return str(trace.get("raw", "")) if row.reason == _DECLINED else ""
    return without_marks(Checked(tuple(sentences_of(trace))).text)
