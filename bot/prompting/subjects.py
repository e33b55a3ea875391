"""What a draft of a prompt is tried on: past questions, or conversations that were summed up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, defer

from bot.prompts import PromptKey
from bot.truth.tables import AnswerRow, ConversationSummaryRow, StandardAnswerRow, VerdictRow

Choice = Literal["recent", "down", "up"]
"""The latest, those with 👎, or those with 👍 or a standard answer, which must not get worse."""

_LOOKED_AT: Final = 8
"""Times as many as are wanted: the same thing is asked again and again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One thing to try a draft on. ``subject_id`` is of an answer, or of a kept summary."""

    subject_id: str
    question: str
    """Of an answer; of a summary it is empty."""
    at: datetime
    channel_id: str
    verdicts: tuple[str, ...] = ()
    told: str = ""
    """What a kept summary, or the searches of a question, say."""
    about: str = ""
    """The conversation of a summary, or what was said before a question."""


def subjects_of(session: Session, key: PromptKey, *, choice: Choice, count: int) -> list[Subject]:
    """What a prompt can be tried on, the newest first; what was withdrawn or deleted is none."""
    if key[0].startswith("summary_"):
        return _summaries(session, key, count)
    if key[0] == "rewrite":
        return _rewritten(session, key, choice, count)
    return _answers(session, key, choice, count)


def standing(session: Session, subjects: Sequence[Subject]) -> set[str]:
    """Ids of those whose words are still there (invariant 3)."""
    ids = [subject.subject_id for subject in subjects]
    asked = {subject.subject_id: subject.question for subject in subjects}
    answers = session.execute(
        select(AnswerRow.answer_id, AnswerRow.question).where(
            AnswerRow.answer_id.in_(ids), AnswerRow.withdrawn_at.is_(None)
        )
    )
    summaries = select(ConversationSummaryRow.summary_id).where(ConversationSummaryRow.summary_id.in_(ids))
    return {answer_id for answer_id, question in answers if question == asked[answer_id]} | set(
        session.scalars(summaries)
    )


def _answers(session: Session, key: PromptKey, choice: Choice, count: int) -> list[Subject]:
    found: dict[str, Subject] = {}
    for row in _asked(session, key, choice, count * _LOOKED_AT):
        # Without prompt no model was asked, and nothing can be asked again.
        if row.prompt_version and " ".join(row.question.split()) not in found:
            found[" ".join(row.question.split())] = _subject(session, row)
        if len(found) == count:
            break
    return list(found.values())


def _rewritten(session: Session, key: PromptKey, choice: Choice, count: int) -> list[Subject]:
    """Questions that were completed from what was said before."""
    completed = AnswerRow.trace["before"].as_string().is_not(None)
    return [
        _subject(
            session,
            row,
            told=" / ".join(map(str, row.trace.get("searches", ()))),
            about=str(row.trace.get("before", "")),
        )
        for row in _asked(session, key, choice, count, completed)
    ]


def _asked(
    session: Session, key: PromptKey, choice: Choice, limit: int, *more: ColumnElement[bool]
) -> Sequence[AnswerRow]:
    """Without their traces, which are large."""
    statement = (
        select(AnswerRow)
        .options(defer(AnswerRow.trace))
        .where(
            AnswerRow.language == key[1],
            AnswerRow.channel_id.is_not(None),
            AnswerRow.withdrawn_at.is_(None),
            AnswerRow.question != "",
            *_judged(choice),
            *more,
        )
        .order_by(AnswerRow.asked_at.desc())
        .limit(limit)
    )
    return session.scalars(statement).all()


def _judged(choice: Choice) -> list[ColumnElement[bool]]:
    def has(kind: str) -> ColumnElement[bool]:
        return exists().where(and_(VerdictRow.answer_id == AnswerRow.answer_id, VerdictRow.kind == kind))

    if choice == "recent":
        return []
    if choice == "down":
        return [has("down")]
    standard = exists().where(
        StandardAnswerRow.replaces_answer_id == AnswerRow.answer_id, StandardAnswerRow.state == "approved"
    )
    return [or_(has("up"), standard)]


def _subject(session: Session, row: AnswerRow, *, told: str = "", about: str = "") -> Subject:
    kinds = select(VerdictRow.kind).where(VerdictRow.answer_id == row.answer_id).distinct()
    return Subject(
        subject_id=row.answer_id,
        question=row.question,
        at=row.asked_at,
        channel_id=row.channel_id or "",
        verdicts=tuple(sorted(kind for kind in session.scalars(kinds) if kind in ("up", "down"))),
        told=told,
        about=about,
    )


def _summaries(session: Session, key: PromptKey, count: int) -> list[Subject]:
    """Conversations whose gist a model phrased; each once."""
    statement = (
        select(ConversationSummaryRow)
        .where(ConversationSummaryRow.language == key[1], ConversationSummaryRow.model != "")
        .order_by(ConversationSummaryRow.made_at.desc())
        .limit(count * _LOOKED_AT)
    )
    found: dict[str, Subject] = {}
    for row in session.scalars(statement):
        told = " ".join(line["text"] for line in row.lines if line["section"] == "talk" and not line["quoted"])
        if told and row.conversation_id not in found:
            found[row.conversation_id] = Subject(
                subject_id=row.summary_id,
                question="",
                at=row.made_at,
                channel_id=row.channel_id,
                told=told,
                about=row.conversation_id,
            )
        if len(found) == count:
            break
    return list(found.values())
