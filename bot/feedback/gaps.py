"""Gaps: what people ask about and nothing is in the archive, and what can be done about it."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

import numpy as np
from sqlalchemy import Row, distinct, func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Session

from bot.feedback.counting import ASKED, asked_in, directs, is_first
from bot.feedback.periods import Period
from bot.feedback.vectors import unpacked
from bot.feedback.wordings import FEWEST_PEOPLE, Wording, Wordings, read_wordings, told
from bot.truth.database import Database
from bot.truth.partly import partial_names
from bot.truth.tables import AnswerRow, CaseAnswerRow, CaseRow, QuestionVectorRow, SignRow
from knowledge.embedding import Vectors

REASONS: Final = ("nothing_found", "not_in_records")
"""Not answered because the archive holds nothing about it, or nothing that answers it."""
Step = Literal["use_reply", "complete_channel", "invite", "upload", "write"]
ABOUT_THE_SAME: Final = 0.6
"""Cosine from which questions are about one subject; those that ask the same are nearer (``bot.feedback.grouping``)."""
_MOST_GROUPS: Final = 200
"""Groups of questions that are looked at, those that most people asked."""
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
            subjects = _subjects(
                list(failed), await _vectors(connection, {group: rows[-1].answer_id for group, rows in failed.items()})
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
            waiting = await _open_cases(connection, period)
            where = {channel_id for one in shown for channel_id in one.channel_ids}
            partial = await connection.run_sync(lambda sync: partial_names(Session(sync), where))
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
                case_id=_last_changed(one.answer_ids, waiting),
                replies=len(replied.intersection(one.answer_ids)),
                partial_channels=tuple(name for channel_id, name in partial.items() if channel_id in one.channel_ids),
            )
            for one, wordings in zip(shown, words, strict=True)
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
    """Questions that found nothing by group, the oldest first; the groups that most people asked, those first."""
    columns = AnswerRow.answer_id, AnswerRow.person_id, AnswerRow.channel_id, AnswerRow.reason, AnswerRow.asked_at
    every = (
        select(AnswerRow.question_group, *columns)
        .where(AnswerRow.asked_at >= period.since, AnswerRow.asked_at < period.until)
        .where(AnswerRow.reason.in_(REASONS), AnswerRow.question_group.is_not(None), is_first(AnswerRow.answer_id))
        .where(*asked_in(ASKED, channel_id))
    ).cte("failed")
    group = every.c.question_group
    most = select(group).group_by(group).limit(_MOST_GROUPS)
    most = most.order_by(func.count(distinct(every.c.person_id)).desc(), func.count().desc(), group)
    found: defaultdict[str, list[_Question]] = defaultdict(list)
    for row in (await connection.execute(select(every).where(group.in_(most)).order_by(every.c.asked_at))).all():
        found[row.question_group].append(row)
    order = sorted(found, key=lambda group: (-_people(found[group]), -len(found[group]), group))
    return {group: found[group] for group in order}


async def _vectors(connection: AsyncConnection, of: Mapping[str, str]) -> Mapping[str, tuple[str, Vectors]]:
    """The vector of one answer's question of each group, with its model."""
    groups = {answer_id: group for group, answer_id in of.items()}
    statement = select(QuestionVectorRow.answer_id, QuestionVectorRow.embedding_model, QuestionVectorRow.vector)
    rows = (await connection.execute(statement.where(QuestionVectorRow.answer_id.in_(groups)))).all()
    return {groups[answer_id]: (model, unpacked(vector)) for answer_id, model, vector in rows}


def _subjects(groups: Sequence[str], vectors: Mapping[str, tuple[str, Vectors]]) -> list[list[str]]:
    """Groups about one subject together: each goes to the nearest of those before it, if that is near enough."""
    subjects: list[list[str]] = []
    firsts: defaultdict[str, list[int]] = defaultdict(list)
    heads: dict[str, Vectors] = {}
    for group in groups:
        model, vector = vectors.get(group, ("", None))
        if vector is not None:
            known = heads.setdefault(model, np.empty((len(groups), len(vector)), np.float32))
            likeness = known[: len(firsts[model])] @ vector
            if likeness.size and likeness.max() >= ABOUT_THE_SAME:
                subjects[firsts[model][int(likeness.argmax())]].append(group)
                continue
            known[len(firsts[model])] = vector
            firsts[model].append(len(subjects))
        subjects.append([group])
    return subjects


async def _replied(connection: AsyncConnection, period: Period) -> set[str]:
    """Answers after which somebody else answered."""
    statement = select(SignRow.answer_id).where(
        SignRow.asked_at >= period.since, SignRow.asked_at < period.until, SignRow.kind == "answered_by_person"
    )
    return set(await connection.scalars(statement))


async def _open_cases(connection: AsyncConnection, period: Period) -> Mapping[str, tuple[int, str]]:
    """Open cases by the answers in them, numbered by when they were changed."""
    statement = (
        select(CaseAnswerRow.answer_id, CaseRow.case_id)
        .join(CaseRow, CaseRow.case_id == CaseAnswerRow.case_id)
        .where(CaseRow.state == "open", CaseAnswerRow.asked_at >= period.since, CaseAnswerRow.asked_at < period.until)
        .order_by(CaseRow.changed_at, CaseRow.case_id)
    )
    rows = (await connection.execute(statement)).all()
    return {answer_id: (number, case_id) for number, (answer_id, case_id) in enumerate(rows)}


def _last_changed(answer_ids: Sequence[str], cases: Mapping[str, tuple[int, str]]) -> str | None:
    found = [cases[answer_id] for answer_id in answer_ids if answer_id in cases]
    return max(found)[1] if found else None


def _together(groups: Sequence[str], asked: Mapping[str, Sequence[Wording]]) -> list[Wording]:
    everything = [wording for group in groups for wording in asked.get(group, ())]
    return sorted(everything, key=lambda wording: wording.asked_at, reverse=True)
