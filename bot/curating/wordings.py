"""Other words for what has a standard answer: questions beside whose answers it was named, and people said yes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from bot.curating.standard_answer import StandardAnswer
from bot.curating.writing import VARIANTS, row_of
from bot.errors import BadInput, NotFound
from bot.truth.resting import asked_words
from bot.truth.tables import AnswerRow, SignRow

_LATEST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmedWording:
    """The words of a question, read from it, so that they go with it."""

    question: str
    answer_id: str
    """One of the answers to it."""
    people: int
    """Who said that the standard answer was meant."""
    last_at: datetime


def confirmed_wordings(session: Session, one: StandardAnswer) -> list[ConfirmedWording]:
    """Those that are no way to ask it yet, confirmed by the most people first."""
    statement = (
        select(AnswerRow.question, AnswerRow.answer_id, SignRow.person_id, SignRow.seen_at)
        .join(SignRow, SignRow.answer_id == AnswerRow.answer_id)
        .where(_meant(one.standard_answer_id), AnswerRow.question != "")
        .order_by(SignRow.seen_at.desc())
        .limit(_LATEST)
    )
    known = {asked_words(way).casefold() for way in one.questions}
    found: dict[str, ConfirmedWording] = {}
    people: dict[str, set[str]] = {}
    for question, answer_id, person_id, seen_at in session.execute(statement):
        words = asked_words(question)
        if not words or words.casefold() in known:
            continue
        people.setdefault(words, set()).add(person_id)
        found.setdefault(words, ConfirmedWording(question=words, answer_id=answer_id, people=0, last_at=seen_at))
    told = [
        ConfirmedWording(question=words, answer_id=it.answer_id, people=len(people[words]), last_at=it.last_at)
        for words, it in found.items()
    ]
    return sorted(told, key=lambda it: it.people, reverse=True)


def how_many_confirmed(session: Session, shown: Sequence[StandardAnswer]) -> dict[str, int]:
    """Of each that has some: how many wordings people confirmed that are no way to ask it yet."""
    ids = [one.standard_answer_id for one in shown]
    meant = select(SignRow.record_id).where(SignRow.kind == "meant", SignRow.record_id.in_(ids)).distinct()
    known = set(session.scalars(meant))
    counts = {
        it.standard_answer_id: len(confirmed_wordings(session, it)) for it in shown if it.standard_answer_id in known
    }
    return {this: count for this, count in counts.items() if count}


def add_confirmed(session: Session, standard_answer_id: str, answer_id: str, *, operator: str) -> None:
    """Whoever asks in the words of this answer's question is given it from now on.

    Raises ``NotFound`` when nobody said that it was meant or the words are gone, and ``BadInput`` for too many.
    """
    row = row_of(session, standard_answer_id)
    signs = select(AnswerRow.question).join(SignRow, SignRow.answer_id == AnswerRow.answer_id)
    question = session.scalar(signs.where(_meant(standard_answer_id), AnswerRow.answer_id == answer_id).limit(1))
    words = asked_words(question or "")
    if not words:
        raise NotFound(answer_id)
    if words in (row.question, *row.variants):
        return
    if len(row.variants) >= VARIANTS:
        raise BadInput(f"{VARIANTS} other wordings are enough")
    row.variants = [*row.variants, words]
    row.changed_at, row.changed_by = datetime.now(UTC), operator
    session.flush()


def _meant(standard_answer_id: str) -> ColumnElement[bool]:
    return and_(SignRow.kind == "meant", SignRow.record_id == standard_answer_id)
