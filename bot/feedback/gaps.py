"""Gaps: what people ask about and nothing is in the archive, and what can be done about it."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Session

from bot.feedback.counting import ASKED, asked_in, directs, is_first
from bot.feedback.periods import Period
from bot.feedback.vectors import unpacked
from bot.feedback.wordings import FEWEST_PEOPLE, Wording, Wordings, read_wordings, told
from bot.truth.database import Database
from bot.truth.partly import partly_kept
from bot.truth.tables import AnswerRow, CaseAnswerRow, CaseRow, QuestionVectorRow, SignRow
from knowledge.embedding import Vectors

REASONS: Final = ("nothing_found", "not_in_records")
"""Not answered because the archive holds nothing about it, or nothing that answers it."""
Step = Literal["use_reply", "complete_channel", "invite", "upload", "write"]
ABOUT_THE_SAME: Final = 0.6
"""Cosine from which questions are about one subject; those that ask the same are nearer (``bot.feedback.grouping``)."""
_MOST_GROUPS: Final = 200
"""Groups of questions that are looked at, those that most people asked."""
_MOST_IDS: Final = 500
_Question: TypeAlias = Row[str | None, str, str | None, str | None, str | None, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Questions about one subject that were not answered."""

    groups: tuple[str, ...]
    wordings: Wordings
    asked: int
    people: int
    last_at: datetime
    reasons: Mapping[str, int]
    channel_ids: tuple[str, ...]
    """Where it was asked, but for direct chats; the most first."""
    case_id: str | None
    """An open case of the queue that holds one of the questions."""
    replies: int
    """Questions that somebody answered afterwards."""
    partial_channels: tuple[str, ...]
    """Names of the channels among these of which the archive is partial."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """What can be done about it, the surest first."""
        found: list[Step] = ["use_reply"] if self.replies else []
        if self.partial_channels:
            found.append("complete_channel")
        if 2 * self.reasons.get("nothing_found", 0) >= self.asked:
            found += ["invite", "upload"]
        return (*found, "write")


class Gaps:
    """Finds gaps."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def found(self, period: Period, *, channel_id: str | None = None, limit: int = 10) -> Sequence[Gap]:
        """Those that concern most people first. What only one person asked, alone with the bot, is left out."""
        async with self._database.read() as connection:
            failed = await _failed(connection, period, channel_id)
            direct = set(await connection.scalars(directs()))
            groups = _most_people(failed)
            subjects = _subjects(
                groups, await _vectors(connection, {group: failed[group][-1].answer_id for group in groups})
            )
            weighed = sorted(
                (
                    _Weighed.of([row for group in subject for row in failed[group]], subject, direct)
                    for subject in subjects
                ),
                key=lambda one: one.weight,
                reverse=True,
            )
            shown = [one for one in weighed if one.is_open or one.people >= FEWEST_PEOPLE][:limit]
            every = [group for one in shown for group in one.groups]
            asked = await connection.run_sync(lambda sync: read_wordings(Session(sync), every, period, reasons=REASONS))
            replied = await _replied(connection, period)
            around = await connection.run_sync(lambda sync: [_around(Session(sync), one) for one in shown])
        words = await asyncio.to_thread(lambda: [told(_together(one.groups, asked)) for one in shown])
        return [
            Gap(
                groups=one.groups,
                wordings=wordings,
                asked=len(one.answer_ids),
                people=one.people,
                last_at=one.last_at,
                reasons=one.reasons,
                channel_ids=one.channel_ids,
                case_id=case_id,
                replies=len(replied.intersection(one.answer_ids)),
                partial_channels=partial,
            )
            for one, wordings, (case_id, partial) in zip(shown, words, around, strict=True)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Weighed:
    groups: tuple[str, ...]
    answer_ids: tuple[str, ...]
    people: int
    is_open: bool
    """Somebody asked where others read along."""
    last_at: datetime
    reasons: Mapping[str, int]
    channel_ids: tuple[str, ...]

    @classmethod
    def of(cls, rows: Sequence[_Question], groups: Sequence[str], direct: Collection[str]) -> "_Weighed":
        channels = Counter(row.channel_id for row in rows if row.channel_id not in direct)
        return cls(
            groups=tuple(groups),
            answer_ids=tuple(row.answer_id for row in rows),
            people=_people(rows),
            is_open=bool(channels),
            last_at=max(row.asked_at for row in rows),
            reasons=Counter(row.reason for row in rows),
            channel_ids=tuple(channel_id for channel_id, _ in channels.most_common()),
        )

    @property
    def weight(self) -> tuple[int, int, datetime]:
        return self.people, len(self.answer_ids), self.last_at


def _people(rows: Sequence[_Question]) -> int:
    return len({row.person_id for row in rows if row.person_id})


async def _failed(
    connection: AsyncConnection, period: Period, channel_id: str | None
) -> Mapping[str, Sequence[_Question]]:
    """Questions that found nothing, by group."""
    columns = AnswerRow.answer_id, AnswerRow.person_id, AnswerRow.channel_id, AnswerRow.reason, AnswerRow.asked_at
    statement = (
        select(AnswerRow.question_group, *columns)
        .where(AnswerRow.asked_at >= period.since, AnswerRow.asked_at < period.until)
        .where(AnswerRow.reason.in_(REASONS), AnswerRow.question_group.is_not(None), is_first(AnswerRow.answer_id))
        .where(*asked_in(ASKED, channel_id))
    )
    found: defaultdict[str, list[_Question]] = defaultdict(list)
    for row in (await connection.execute(statement)).all():
        found[row.question_group].append(row)
    return found


def _most_people(failed: Mapping[str, Sequence[_Question]]) -> list[str]:
    return sorted(failed, key=lambda group: (-_people(failed[group]), -len(failed[group]), group))[:_MOST_GROUPS]


async def _vectors(connection: AsyncConnection, of: Mapping[str, str]) -> Mapping[str, tuple[str, Vectors]]:
    """The vector of one answer's question of each group, with its model."""
    groups = {answer_id: group for group, answer_id in of.items()}
    statement = select(QuestionVectorRow.answer_id, QuestionVectorRow.embedding_model, QuestionVectorRow.vector)
    rows = (await connection.execute(statement.where(QuestionVectorRow.answer_id.in_(groups)))).all()
    return {groups[answer_id]: (model, unpacked(vector)) for answer_id, model, vector in rows}


def _subjects(groups: Sequence[str], vectors: Mapping[str, tuple[str, Vectors]]) -> list[list[str]]:
    """Groups about one subject together: each goes to the nearest of those before it, if that is near enough."""
    subjects: list[list[str]] = []
    for group in groups:
        best, nearest = ABOUT_THE_SAME, None
        model, vector = vectors.get(group, ("", None))
        for subject in subjects:
            of, other = vectors.get(subject[0], ("", None))
            if vector is None or other is None or of != model:
                continue
            likeness = float(vector @ other)
            if likeness >= best:
                best, nearest = likeness, subject
        if nearest is None:
            subjects.append([group])
        else:
            nearest.append(group)
    return subjects


async def _replied(connection: AsyncConnection, period: Period) -> set[str]:
    """Answers after which somebody else answered."""
    statement = select(SignRow.answer_id).where(
        SignRow.asked_at >= period.since, SignRow.asked_at < period.until, SignRow.kind == "answered_by_person"
    )
    return set(await connection.scalars(statement))


def _around(session: Session, one: _Weighed) -> tuple[str | None, tuple[str, ...]]:
    """An open case about it, and the channels among those where it was asked that are partial."""
    case_id = session.scalar(
        select(CaseRow.case_id)
        .join(CaseAnswerRow, CaseAnswerRow.case_id == CaseRow.case_id)
        .where(CaseRow.state == "open", CaseAnswerRow.answer_id.in_(one.answer_ids[-_MOST_IDS:]))
        .order_by(CaseRow.changed_at.desc())
        .limit(1)
    )
    return case_id, partly_kept(session, one.channel_ids)


def _together(groups: Sequence[str], asked: Mapping[str, Sequence[Wording]]) -> list[Wording]:
    everything = [wording for group in groups for wording in asked.get(group, ())]
    return sorted(everything, key=lambda wording: wording.asked_at, reverse=True)
