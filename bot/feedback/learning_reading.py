"""Reads what people thought of answers out of the truth, as votes on passages.

Votes are never kept twice: an undone verdict, a withdrawn answer, an erased question and a reset are simply no longer
read.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import func, select, union_all
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


def judged_answers(session: Session, answer_ids: Sequence[str]) -> list[JudgedAnswer]:
    """These answers with their votes; those that are withdrawn, unknown or without a question are left out."""
    picks = session.execute(
        select(PreferenceRow.chosen, PreferenceRow.other, PreferenceRow.person_id, PreferenceRow.preferred_at).where(
            PreferenceRow.chosen.in_(answer_ids) | PreferenceRow.other.in_(answer_ids)
        )
    ).all()
    sources = _sources(session, {*answer_ids, *(one.chosen for one in picks), *(one.other for one in picks)})
    rows = session.execute(
        select(AnswerRow.answer_id, AnswerRow.question, AnswerRow.trace["searches"], AnswerRow.trace["checks"]).where(
            AnswerRow.answer_id.in_(answer_ids), AnswerRow.question != "", AnswerRow.withdrawn_at.is_(None)
        )
    ).all()
    share = {answer_id: shares(sources[answer_id], {"checks": checks or ()}) for answer_id, _, _, checks in rows}
    votes: dict[str, list[Vote]] = defaultdict(list)
    for verdict in session.scalars(select(VerdictRow).where(VerdictRow.answer_id.in_(share))):
        blame = of_verdict(verdict.kind, verdict.reasons)
        if blame is not None:
            votes[verdict.answer_id] += votes_of(
                sources[verdict.answer_id],
                share[verdict.answer_id],
                blame,
                person_id=verdict.person_id,
                at=verdict.judged_at,
            )
    for chosen, other, person_id, at in picks:
        for answer_id, beside, blame in ((chosen, other, PICKED), (other, chosen, PASSED_OVER)):
            if answer_id in share:
                of_beside = {source.point_id for source in sources[beside] if source.cited}
                only = [source for source in sources[answer_id] if source.point_id not in of_beside]
                votes[answer_id] += votes_of(only, share[answer_id], blame, person_id=person_id, at=at)
    for sign in session.scalars(select(SignRow).where(SignRow.answer_id.in_(share), SignRow.kind.in_(SIGNS))):
        votes[sign.answer_id] += _of_sign(sign, sources[sign.answer_id], share[sign.answer_id])
    resets = _resets(session)
    return [
        JudgedAnswer(
            answer_id,
            in_full(question, searches),
            tuple(vote for vote in votes[answer_id] if vote.at > _reset_at(vote, resets)),
        )
        for answer_id, question, searches, _ in rows
    ]


def _sources(session: Session, answer_ids: set[str]) -> Mapping[str, list[Source]]:
    found: dict[str, list[Source]] = defaultdict(list)
    statement = (
        select(
            AnswerSourceRow.answer_id,
            AnswerSourceRow.n,
            AnswerSourceRow.record_id,
            AnswerSourceRow.file_id,
            AnswerSourceRow.chunk,
            AnswerSourceRow.cited,
        )
        .where(AnswerSourceRow.answer_id.in_(answer_ids))
        .order_by(AnswerSourceRow.answer_id, AnswerSourceRow.n)
    )
    for answer_id, n, record_id, file_id, chunk, cited in session.execute(statement):
        found[answer_id].append(Source(n=n, record_id=record_id, file_id=file_id, chunk=chunk, cited=cited))
    return found


def _of_sign(sign: SignRow, sources: Sequence[Source], share: Mapping[int, float]) -> list[Vote]:
    if sign.kind == "opened":
        opened = [source for source in sources if sign.record_id in (source.record_id, source.file_id)]
        share = {source.n: 1 / len(opened) for source in opened}
    return votes_of(sources, share, SIGNS[sign.kind], person_id=sign.person_id, at=sign.seen_at)


def _resets(session: Session) -> dict[str, datetime]:
    return dict(session.execute(select(LearningResetRow.record_id, LearningResetRow.reset_at)).all())


def _reset_at(vote: Vote, resets: Mapping[str, datetime]) -> datetime:
    keys = (EVERYTHING, vote.record_id, vote.file_id or vote.record_id)
    return max((resets[key] for key in keys if key in resets), default=_NEVER)


_NEVER: Final = datetime.min.replace(tzinfo=UTC)
