"""Reads what people thought of answers out of the truth, as votes on passages.

Votes are never kept twice: an undone verdict, a withdrawn answer, an erased question and a reset are simply no longer
read.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Row, func, or_, select, union, union_all
from sqlalchemy.orm import Session

from bot.feedback.learning_votes import (
    PASSED_OVER,
    PICKED,
    SIGNS,
    Source,
    Vote,
    of_verdict,
    shares,
    votes_of,
)
from bot.feedback.vectors import in_full
from bot.truth.tables import AnswerRow, AnswerSourceRow, LearningResetRow, PreferenceRow, SignRow, VerdictRow

EVERYTHING: Final = ""
"""In place of a record: a reset of all that was learnt."""


@dataclass(frozen=True, slots=True)
class JudgedAnswer:
    """An answer's question in full, and the votes on what it rests on; none where nobody judged it."""

    answer_id: str
    question: str
    votes: tuple[Vote, ...]


def newest_judged(session: Session, *, limit: int, since: datetime | None = None) -> list[str]:
    """Answers that somebody judged, picked or gave a sign of, the last judged first; ``since`` then."""
    chosen = select(PreferenceRow.chosen.label("answer_id"), PreferenceRow.preferred_at.label("at"))
    other = select(PreferenceRow.other, PreferenceRow.preferred_at)
    verdicts = select(VerdictRow.answer_id, VerdictRow.judged_at)
    signs = select(SignRow.answer_id, SignRow.seen_at)
    if since is not None:
        chosen, other = (one.where(PreferenceRow.preferred_at >= since) for one in (chosen, other))
        verdicts = verdicts.where(VerdictRow.judged_at >= since)
        signs = signs.where(SignRow.seen_at >= since)
    judged = union_all(chosen, other, verdicts, signs).subquery()
    statement = (
        select(judged.c.answer_id).group_by(judged.c.answer_id).order_by(func.max(judged.c.at).desc()).limit(limit)
    )
    return list(session.scalars(statement))


def last_reset(session: Session) -> datetime | None:
    """When something was reset last."""
    return session.scalar(select(LearningResetRow.reset_at).order_by(LearningResetRow.reset_at.desc()).limit(1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the truth holds of some answers, as it was read: votes are made of it in a thread."""

    answers: Sequence[Row[str, str, Any, Any, str | None]]
    sources: Sequence[Row[str, int, str, str | None, int, bool]]
    verdicts: Sequence[Row[str, str, str, list[Any], datetime]]
    picks: Sequence[Row[str, str, str, datetime]]
    signs: Sequence[Row[str, str, str, str, datetime]]
    resets: Mapping[str, datetime]


def read_said(session: Session, answer_ids: Sequence[str]) -> Said:
    """Those of these answers that are known, stand and have a question, and what people thought of them."""
    pick = select(PreferenceRow.chosen, PreferenceRow.other, PreferenceRow.person_id, PreferenceRow.preferred_at)
    picks = session.execute(
        union(pick.where(PreferenceRow.chosen.in_(answer_ids)), pick.where(PreferenceRow.other.in_(answer_ids)))
    ).all()
    beside = {answer_id for one in picks for answer_id in (one.chosen, one.other)}
    source = AnswerSourceRow
    sources = select(source.answer_id, source.n, source.record_id, source.file_id, source.chunk, source.cited)
    verdict = VerdictRow
    verdicts = select(verdict.answer_id, verdict.person_id, verdict.kind, verdict.reasons, verdict.judged_at)
    signs = select(SignRow.answer_id, SignRow.person_id, SignRow.kind, SignRow.record_id, SignRow.seen_at)
    signs = signs.where(SignRow.answer_id.in_(answer_ids), SignRow.kind.in_(SIGNS))
    seen = session.execute(signs).all()
    # What was shown to the model and not used, most of the rows, tells nothing unless somebody opened it.
    telling = or_(source.cited, source.answer_id.in_({one.answer_id for one in seen if one.kind == "opened"}))
    row = AnswerRow
    answers = select(
        row.answer_id, row.question, row.trace["searches"], row.trace["checks"], row.standard_answer_id
    ).where(row.answer_id.in_(answer_ids), row.question != "", row.withdrawn_at.is_(None))
    return Said(
        answers=session.execute(answers).all(),
        sources=session.execute(
            sources.where(source.answer_id.in_({*answer_ids, *beside}), telling).order_by(source.answer_id, source.n)
        ).all(),
        verdicts=session.execute(verdicts.where(verdict.answer_id.in_(answer_ids))).all(),
        picks=picks,
        signs=seen,
        resets=_resets(session),
    )


def judged_answers(said: Said) -> list[JudgedAnswer]:
    """The answers with their votes. Blocks: 50 µs for each."""
    sources: dict[str, list[Source]] = defaultdict(list)
    for answer_id, n, record_id, file_id, chunk, cited in said.sources:
        sources[answer_id].append(Source(n=n, record_id=record_id, file_id=file_id, chunk=chunk, cited=cited))
    share = {
        answer_id: shares(sources[answer_id], {"checks": checks or ()}) for answer_id, _, _, checks, _ in said.answers
    }
    for answer_id, *_, standard_answer_id in said.answers:
        if standard_answer_id is not None:
            # It cites a page of a file, not a passage: nobody knows which passage of that file helped.
            sources[answer_id] = [source for source in sources[answer_id] if source.file_id is None]
    votes: dict[str, list[Vote]] = defaultdict(list)
    for answer_id, person_id, kind, reasons, at in said.verdicts:
        blame = of_verdict(kind, reasons)
        if blame is not None and answer_id in share:
            votes[answer_id] += votes_of(sources[answer_id], share[answer_id], blame, person_id=person_id, at=at)
    for chosen, other, person_id, at in said.picks:
        for answer_id, beside, blame in ((chosen, other, PICKED), (other, chosen, PASSED_OVER)):
            if answer_id in share:
                of_beside = {source.point_id for source in sources[beside] if source.cited}
                only = [source for source in sources[answer_id] if source.point_id not in of_beside]
                votes[answer_id] += votes_of(only, share[answer_id], blame, person_id=person_id, at=at)
    for answer_id, person_id, kind, record_id, at in said.signs:
        if answer_id in share:
            responsible = _opened(record_id, sources[answer_id]) if kind == "opened" else share[answer_id]
            votes[answer_id] += votes_of(sources[answer_id], responsible, SIGNS[kind], person_id=person_id, at=at)
    return [
        JudgedAnswer(
            answer_id,
            in_full(question, searches),
            tuple(vote for vote in votes[answer_id] if vote.at > _reset_at(vote, said.resets)),
        )
        for answer_id, question, searches, *_ in said.answers
    ]


def _opened(record_id: str, sources: Sequence[Source]) -> Mapping[int, float]:
    opened = [source for source in sources if record_id in (source.record_id, source.file_id)]
    return {source.n: 1 / len(opened) for source in opened}


def _resets(session: Session) -> dict[str, datetime]:
    return dict(session.execute(select(LearningResetRow.record_id, LearningResetRow.reset_at)).all())


def _reset_at(vote: Vote, resets: Mapping[str, datetime]) -> datetime:
    keys = (EVERYTHING, vote.record_id, vote.file_id or vote.record_id)
    return max((resets[key] for key in keys if key in resets), default=_NEVER)


_NEVER: Final = datetime.min.replace(tzinfo=UTC)
