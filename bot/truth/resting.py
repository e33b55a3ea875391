"""What standard answers rest on: their words go with a deleted source, and wait for a look when a source changed.

A standard answer was written from messages and asked in somebody's words. So its text is a copy of the former, its
questions may be a copy of the latter, and both go with them; what an operator wrote in other words stays.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from bot.truth.standard_offers import end_offers
from bot.truth.tables import AnswerRow, MessageEditRow, MessageRow, StandardAnswerRow, StandardAnswerSourceRow

QUESTION_CHARS: Final = 500
TEXT_CHARS: Final = 3000
_AT_ONCE = 500


def empty_those_on(session: Session, given: ColumnElement[bool], at: datetime) -> int:
    """Of each with a deleted source the words go; who approved it when, and by what it went, stays.

    ``given`` chooses ``StandardAnswerSourceRow``. Returns how many there were.
    """
    rows = session.execute(
        select(StandardAnswerRow, StandardAnswerSourceRow.record_id)
        .join(
            StandardAnswerSourceRow, StandardAnswerSourceRow.standard_answer_id == StandardAnswerRow.standard_answer_id
        )
        .where(given, StandardAnswerRow.state != "removed")
    ).all()
    gone = {row.standard_answer_id: (row, record_id) for row, record_id in rows}
    for row, record_id in gone.values():
        empty(session, row, at, because_of=record_id)
    return len(gone)


def empty(session: Session, row: StandardAnswerRow, at: datetime, *, because_of: str | None = None) -> None:
    """It is given no more, and its words go."""
    sources = StandardAnswerSourceRow.standard_answer_id == row.standard_answer_id
    places = session.scalars(select(StandardAnswerSourceRow.channel_id).where(sources))
    row.channel_ids = sorted({*map(str, row.channel_ids), *places})
    row.state, row.question, row.text, row.variants = "removed", "", "", []
    row.changed_at, row.contested_by, row.contested_at = at, because_of, at if because_of is not None else None
    session.execute(delete(StandardAnswerSourceRow).where(sources))
    session.flush()
    end_offers(session, row.standard_answer_id, at)


def contest_those_on(session: Session, given: ColumnElement[bool], at: datetime) -> None:
    """A source says something else now: what rests on it is not given until an operator has looked."""
    ids = session.execute(
        select(StandardAnswerSourceRow.standard_answer_id, StandardAnswerSourceRow.record_id).where(given)
    ).all()
    for standard_answer_id, record_id in ids:
        end_offers(session, standard_answer_id, at)
        session.execute(
            update(StandardAnswerRow)
            .where(
                StandardAnswerRow.standard_answer_id == standard_answer_id,
                StandardAnswerRow.state != "removed",
                StandardAnswerRow.contested_at.is_(None),
            )
            .values(contested_by=record_id, contested_at=at)
        )


class QuestionCopies:
    """Wordings of questions that standard answers carry, read once a transaction: most deletions touch none."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[str, set[str]] | None = None
        self._as_kept: list[str] = []

    def forget(self, record_ids: Collection[str], at: datetime) -> None:
        """These messages go: so do their words where they were taken for a question. Called while they stand."""
        if not self._wordings():
            return
        ids = list(record_ids)
        for start in range(0, len(ids), _AT_ONCE):
            part = ids[start : start + _AT_ONCE]
            said: list[str] = []
            for statement in (
                select(MessageRow.text).where(MessageRow.record_id.in_(part)),
                select(MessageEditRow.text).where(MessageEditRow.record_id.in_(part)),
                select(AnswerRow.question).where(AnswerRow.question_record_id.in_(part)),
            ):
                said += self._session.scalars(statement)
            self._drop(said, at, AnswerRow.question_record_id.in_(part))

    def forget_asked(self, going: ColumnElement[bool], at: datetime) -> None:
        """These answers go, whose questions may stand nowhere else. Called before they are deleted."""
        if not self._wordings():
            return
        for start in range(0, len(self._as_kept), _AT_ONCE):
            kept = AnswerRow.question.in_(self._as_kept[start : start + _AT_ONCE])
            self._drop(self._session.scalars(select(AnswerRow.question).where(going, kept)).all(), at, going)

    def _wordings(self) -> dict[str, set[str]]:
        if self._known is None:
            self._known = defaultdict(set)
            statement = select(
                StandardAnswerRow.standard_answer_id, StandardAnswerRow.question, StandardAnswerRow.variants
            ).where(StandardAnswerRow.state != "removed")
            for standard_answer_id, question, variants in self._session.execute(statement):
                for wording in (question, *map(str, variants)):
                    self._as_kept.append(wording)
                    self._known[asked_words(wording)].add(standard_answer_id)
        return self._known

    def _drop(self, said: Iterable[str], at: datetime, going: ColumnElement[bool]) -> None:
        known = self._wordings()
        for wording in {asked_words(text) for text in said if text} & known.keys():
            if self._is_asked_elsewhere(wording, going):
                continue
            for standard_answer_id in known.pop(wording):
                self._take_out(standard_answer_id, wording, at)

    def _is_asked_elsewhere(self, wording: str, going: ColumnElement[bool]) -> bool:
        """Others may have asked in the same words, which then are theirs, too."""
        others = select(AnswerRow.answer_id).where(
            AnswerRow.question == wording, or_(~going, going.is_(None)), ~_of_deleted_message()
        )
        return self._session.scalar(others.limit(1)) is not None

    def _take_out(self, standard_answer_id: str, wording: str, at: datetime) -> None:
        row = self._session.get(StandardAnswerRow, standard_answer_id)
        if row is None or row.state == "removed":
            return
        left = [way for way in (row.question, *map(str, row.variants)) if asked_words(way) != wording]
        if not left:
            empty(self._session, row, at, because_of="")
            return
        if left[0] != row.question:
            end_offers(self._session, standard_answer_id, at)
        row.question, row.variants, row.changed_at = left[0], left[1:], at
        self._session.flush()


def asked_words(text: str) -> str:
    """A message as a question: on one line, without the mention it begins with."""
    words = text.split()
    while words and words[0][0] in "@＠":
        words.pop(0)
    return " ".join(words)[:QUESTION_CHARS].strip()


def _of_deleted_message() -> ColumnElement[bool]:
    return exists().where(MessageRow.record_id == AnswerRow.question_record_id, MessageRow.deleted_at.is_not(None))
