"""Cases as operators see them: the queue, and one case with its answers and what people said."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import ColumnElement, String, and_, cast, func, or_, select
from sqlalchemy.orm import Session

from bot.feedback.failing import Cause
from bot.feedback.vectors import in_full
from bot.truth.tables import (
    AnswerRow,
    CaseAnswerRow,
    CaseRow,
    ChannelRow,
    MessageRow,
    PersonRow,
    SignRow,
    StandardAnswerRow,
    VerdictRow,
)

CaseState = Literal["open", "mended", "dismissed", "merged"]

_SHOWN_ANSWERS: Final = 100
_SHOWN_REPLIES: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """A case in the queue. ``answers``, ``people`` and ``causes`` count those that the filters let through."""

    case_id: str
    state: str
    question: str
    """The newest one, in full; of a case about a standard answer alone, that one's."""
    language: str
    answers: int
    people: int
    """Who asked."""
    causes: Mapping[str, int]
    opened_at: datetime
    changed_at: datetime
    asked_at: datetime | None
    """When it was asked last."""
    decided_by: str | None
    standard_answer_id: str | None
    merged_into: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseVerdict:
    """What a person said about an answer; an undone verdict is left out."""

    person_id: str
    person_name: str
    kind: str
    reasons: tuple[str, ...]
    comment: str
    judged_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HumanReply:
    """What somebody said after the bot had failed: often the right answer."""

    record_id: str
    person_id: str
    person_name: str
    text: str
    sent_at: datetime
    permalink: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAnswer:
    """An answer in a case."""

    answer_id: str
    question: str
    """As it was asked."""
    searched: str
    """The question in full, as it was searched for; the same where it stands alone."""
    text: str
    language: str
    asked_at: datetime
    person_id: str | None
    person_name: str
    channel_id: str
    channel_name: str
    permalink: str | None
    """Of the message that shows it."""
    abstained: bool
    reason: str | None
    standard_answer_id: str | None
    causes: tuple[str, ...]
    verdicts: tuple[CaseVerdict, ...]
    replies: tuple[HumanReply, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDetail:
    """A case with its newest answers, at most a hundred."""

    case: CaseView
    answers: tuple[CaseAnswer, ...]


def narrowed(*, cause: Cause | None, channel_id: str | None, since: datetime | None) -> list[ColumnElement[bool]]:
    """Filters of the queue, on the answers of a case."""
    narrow: list[ColumnElement[bool]] = []
    if cause is not None:
        narrow.append(cast(CaseAnswerRow.causes, String).like(f'%"{cause}"%'))
    if channel_id is not None:
        narrow.append(CaseAnswerRow.channel_id == channel_id)
    if since is not None:
        narrow.append(CaseAnswerRow.asked_at >= since)
    return narrow


def listed(
    session: Session, state: CaseState, narrow: Sequence[ColumnElement[bool]], *, limit: int, offset: int
) -> list[CaseView]:
    """Cases in a state that hold an answer which the filters let through; what failed most people comes first."""
    answers, people, asked_at = (
        func.count(CaseAnswerRow.asked_at).label("answers"),
        func.count(CaseAnswerRow.person_id.distinct()).label("people"),
        func.max(CaseAnswerRow.asked_at).label("asked_at"),
    )
    rows = session.execute(
        select(CaseRow.case_id, answers, people, asked_at)
        .join(CaseAnswerRow, CaseAnswerRow.case_id == CaseRow.case_id, isouter=True)
        .where(CaseRow.state == state, or_(CaseRow.standard_answer_id.is_not(None), CaseAnswerRow.case_id.is_not(None)))
        .where(*narrow)
        .group_by(CaseRow.case_id)
        .order_by(people.desc(), answers.desc(), asked_at.desc(), CaseRow.case_id)
        .limit(limit)
        .offset(offset)
    ).all()
    counted = {row.case_id: (row.answers, row.people) for row in rows}
    return _views(session, counted, narrow)


def _views(
    session: Session, counted: Mapping[str, tuple[int, int]], narrow: Sequence[ColumnElement[bool]]
) -> list[CaseView]:
    """In the order of ``counted``."""
    cases = {row.case_id: row for row in session.scalars(select(CaseRow).where(CaseRow.case_id.in_(counted)))}
    causes: dict[str, Counter[str]] = defaultdict(Counter)
    within = select(CaseAnswerRow.case_id, CaseAnswerRow.causes).where(CaseAnswerRow.case_id.in_(counted), *narrow)
    for case_id, of_answer in session.execute(within):
        causes[case_id].update(of_answer)
    questions = _newest_questions(session, counted) | _standard_questions(session, cases)
    views = []
    for case_id, (answers, people) in counted.items():
        case = cases[case_id]
        question, language, asked_at = questions.get(case_id, ("", "", None))
        views.append(
            CaseView(
                case_id=case_id,
                state=case.state,
                question=question,
                language=language,
                answers=answers,
                people=people,
                causes=dict(causes[case_id].most_common()),
                opened_at=case.opened_at,
                changed_at=case.changed_at,
                asked_at=asked_at,
                decided_by=case.decided_by,
                standard_answer_id=case.standard_answer_id,
                merged_into=case.merged_into,
            )
        )
    return views


_Told = tuple[str, str, datetime | None]
"""A question, its language, and when it was asked last."""


def _newest_questions(session: Session, case_ids: Collection[str]) -> dict[str, _Told]:
    place = func.row_number().over(
        partition_by=CaseAnswerRow.case_id, order_by=(CaseAnswerRow.asked_at.desc(), CaseAnswerRow.answer_id)
    )
    placed = (
        select(CaseAnswerRow.case_id, CaseAnswerRow.answer_id, place.label("place"))
        .where(CaseAnswerRow.case_id.in_(case_ids))
        .subquery()
    )
    rows = session.execute(
        select(placed.c.case_id, AnswerRow.question, AnswerRow.trace["searches"], AnswerRow.language)
        .add_columns(AnswerRow.asked_at)
        .join(AnswerRow, AnswerRow.answer_id == placed.c.answer_id)
        .where(placed.c.place == 1)
    )
    return {
        case_id: (in_full(question, searches), language, asked_at)
        for case_id, question, searches, language, asked_at in rows
    }


def _standard_questions(session: Session, cases: Mapping[str, CaseRow]) -> dict[str, _Told]:
    """Of cases that are about a standard answer alone."""
    about = {case.standard_answer_id: case.case_id for case in cases.values() if case.standard_answer_id is not None}
    held = set(session.scalars(select(CaseAnswerRow.case_id).where(CaseAnswerRow.case_id.in_(about.values()))))
    columns = (StandardAnswerRow.standard_answer_id, StandardAnswerRow.question, StandardAnswerRow.language)
    rows = session.execute(select(*columns).where(StandardAnswerRow.standard_answer_id.in_(about)))
    return {about[one]: (question, language, None) for one, question, language in rows if about[one] not in held}


def detail(session: Session, case: CaseRow) -> CaseDetail:
    """A case with its answers, newest first."""
    of_case = CaseAnswerRow.case_id == case.case_id
    answers, people = session.execute(
        select(func.count(), func.count(CaseAnswerRow.person_id.distinct())).where(of_case)
    ).one()
    [view] = _views(session, {case.case_id: (answers, people)}, ())
    rows = session.execute(
        select(CaseAnswerRow, AnswerRow, PersonRow.name, ChannelRow.name, MessageRow.permalink)
        .join(AnswerRow, AnswerRow.answer_id == CaseAnswerRow.answer_id)
        .join(PersonRow, PersonRow.person_id == AnswerRow.person_id, isouter=True)
        .join(ChannelRow, ChannelRow.channel_id == AnswerRow.channel_id, isouter=True)
        .join(MessageRow, MessageRow.record_id == AnswerRow.answer_record_id, isouter=True)
        .where(of_case, AnswerRow.withdrawn_at.is_(None), AnswerRow.question != "")
        .order_by(CaseAnswerRow.asked_at.desc(), AnswerRow.answer_id)
        .limit(_SHOWN_ANSWERS)
    ).all()
    ids = [answer.answer_id for _, answer, *_ in rows]
    verdicts, replies = _verdicts(session, ids), _replies(session, ids)
    return CaseDetail(
        case=view,
        answers=tuple(
            CaseAnswer(
                answer_id=answer.answer_id,
                question=answer.question,
                searched=in_full(answer.question, answer.trace.get("searches")),
                text=answer.text,
                language=answer.language,
                asked_at=answer.asked_at,
                person_id=answer.person_id,
                person_name=person or "",
                channel_id=answer.channel_id or "",
                channel_name=channel or "",
                permalink=permalink,
                abstained=answer.abstained,
                reason=answer.reason,
                standard_answer_id=answer.standard_answer_id,
                causes=tuple(row.causes),
                verdicts=tuple(verdicts[answer.answer_id]),
                replies=tuple(replies[answer.answer_id]),
            )
            for row, answer, person, channel, permalink in rows
        ),
    )


def _verdicts(session: Session, answer_ids: Sequence[str]) -> dict[str, list[CaseVerdict]]:
    found: dict[str, list[CaseVerdict]] = defaultdict(list)
    rows = session.execute(
        select(VerdictRow, PersonRow.name)
        .join(PersonRow, PersonRow.person_id == VerdictRow.person_id, isouter=True)
        .where(VerdictRow.answer_id.in_(answer_ids), VerdictRow.kind != "withdrawn")
        .order_by(VerdictRow.judged_at)
    )
    for verdict, name in rows:
        found[verdict.answer_id].append(
            CaseVerdict(
                person_id=verdict.person_id,
                person_name=name or "",
                kind=verdict.kind,
                reasons=tuple(map(str, verdict.reasons)),
                comment=verdict.comment,
                judged_at=verdict.judged_at,
            )
        )
    return found


def _replies(session: Session, answer_ids: Sequence[str]) -> dict[str, list[HumanReply]]:
    found: dict[str, list[HumanReply]] = defaultdict(list)
    rows = session.execute(
        select(SignRow.answer_id, MessageRow, PersonRow.name)
        .join(MessageRow, and_(MessageRow.record_id == SignRow.record_id, MessageRow.deleted_at.is_(None)))
        .join(PersonRow, PersonRow.person_id == MessageRow.author_id, isouter=True)
        .where(SignRow.answer_id.in_(answer_ids), SignRow.kind == "answered_by_person")
        .order_by(MessageRow.sent_at)
        .limit(_SHOWN_REPLIES)
    )
    for answer_id, message, name in rows:
        found[answer_id].append(
            HumanReply(
                record_id=message.record_id,
                person_id=message.author_id or "",
                person_name=name or "",
                text=message.text,
                sent_at=message.sent_at or message.version_at,
                permalink=message.permalink,
            )
        )
    return found
