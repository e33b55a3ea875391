"""What votes have taught search, for operators to look at, and to have forgotten."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.feedback.learning import Learning
from bot.feedback.learning_memory import Judged
from bot.feedback.learning_reading import EVERYTHING
from bot.feedback.learning_votes import Vote
from bot.feedback.vectors import asked_about
from bot.truth.database import Database
from bot.truth.tables import ChannelRow, FileRow, LearningResetRow, MessageRow, PersonRow

_SHOWN_CHARS: Final = 280
_SHOWN_QUESTIONS: Final = 20
_KEPT_SECONDS: Final = 60.0
"""Votes fade by the day. What was worked out serves whoever turns the page, as long as the memory does not change: of
20,000 judged answers it takes a quarter of a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedPassage:
    """A message or a shared file, and what votes on its passages have come to."""

    record_id: str
    """The message that said it or shared the file: what ``reset`` takes."""
    file_id: str | None
    file_name: str | None
    text: str
    """Its beginning; empty for what was deleted."""
    author: str
    channel_id: str | None
    channel_name: str
    permalink: str | None
    sent_at: datetime | None
    bonus: float
    """For the question that moves it most, in units of the fused score, whose bound is ``Inspecting.bound``."""
    bonus_of_passage: float
    """Of that, what it gets whatever is asked."""
    up: int
    down: int
    """Votes: verdicts, picks and signs."""
    people: int
    questions: int
    """Different ones."""
    judged_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedQuestion:
    """A question whose answers were judged, and what that does to one record."""

    question: str
    bonus: float
    up: int
    down: int
    people: int
    answer_ids: tuple[str, ...]
    judged_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedSummary:
    """All of it."""

    answers: int
    """Judged ones that are remembered."""
    votes: int
    people: int
    passages: int
    last_reset_at: datetime | None
    """When everything was reset last."""


@dataclass(frozen=True, slots=True)
class _WorkedOut:
    """The memory by record, as of a moment ago."""

    judged: Sequence[Judged]
    by_record: Mapping[str, Sequence[Judged]]
    scores: Mapping[str, tuple[float, float]]
    """The bonus for the question that moves a record most, and what of it any question gives."""
    at: float
    """On the monotonic clock."""
    changes: int
    """Of the memory, when it was read."""


class Inspecting:
    """Reads the memory, and resets it. ``operator`` is who does it: the caller audits."""

    def __init__(self, database: Database, learning: Learning) -> None:
        self._database = database
        self._learning = learning
        self._worked_out: _WorkedOut | None = None

    @property
    def bound(self) -> float:
        """The most that votes can move a passage, either way."""
        rates = self._learning.memory.rates
        return rates.pair_bound + rates.passage_bound

    async def summary(self) -> LearnedSummary:
        """How much was learnt."""
        judged = (await self._looked()).judged
        async with self._database.read() as connection:
            statement = select(LearningResetRow.reset_at).where(LearningResetRow.record_id == EVERYTHING)
            reset_at = (await connection.execute(statement)).scalar()
        votes = [vote for one in judged for vote in one.votes]
        return LearnedSummary(
            answers=len(judged),
            votes=len(votes),
            people=len({vote.person_id for vote in votes}),
            passages=len({vote.point_id for vote in votes}),
            last_reset_at=reset_at,
        )

    async def passages(self, *, limit: int = 50, offset: int = 0, worst_first: bool = False) -> list[LearnedPassage]:
        """Records that were moved, the most raised first, or the most lowered."""
        looked = await self._looked()
        by_record, scores = looked.by_record, looked.scores
        order = sorted(scores, key=lambda one: (scores[one][0] if worst_first else -scores[one][0], one))
        shown = order[offset : offset + limit]
        async with self._database.read() as connection:
            return await connection.run_sync(
                lambda sync: [_passage(Session(sync), one, by_record[one], *scores[one]) for one in shown]
            )

    async def questions(self, record_id: str) -> list[LearnedQuestion]:
        """What was asked where this record was judged, the last first."""
        by_record = (await self._looked()).by_record
        newest = sorted(
            _by_question(by_record.get(record_id, ())),
            key=lambda group: max(one.judged_at for one in group),
            reverse=True,
        )[:_SHOWN_QUESTIONS]
        async with self._database.read() as connection:
            words = await connection.run_sync(
                lambda sync: asked_about(Session(sync), [one.answer_id for group in newest for one in group])
            )
        now = datetime.now(UTC)
        return [self._question(record_id, group, words, now) for group in newest]

    async def reset(self, record_id: str | None, operator: str) -> None:
        """Votes so far count no longer for this record, or, with None, for any; verdicts themselves are kept."""

        def write(session: Session) -> None:
            session.merge(
                LearningResetRow(record_id=record_id or EVERYTHING, reset_at=datetime.now(UTC), reset_by=operator)
            )
            session.flush()

        async with self._database.begin() as connection:
            await connection.run_sync(lambda sync: write(Session(sync)))
        await self._learning.load()

    async def _looked(self) -> "_WorkedOut":
        await self._learning.ready()
        known = self._worked_out
        changes = self._learning.memory.changes
        if known is None or known.changes != changes or time.monotonic() - known.at > _KEPT_SECONDS:
            known = self._worked_out = await asyncio.to_thread(self._work_out)
        return known

    def _work_out(self) -> "_WorkedOut":
        now, changes = datetime.now(UTC), self._learning.memory.changes
        everything = _distinct(self._learning.memory.passages())
        by_record: dict[str, list[Judged]] = defaultdict(list)
        for one in everything:
            for record_id in {vote.record_id for vote in one.votes}:
                by_record[record_id].append(one)
        scores = {
            record_id: max(
                (self._bonus(record_id, group, now) for group in _by_question(judged)), key=lambda one: abs(one[0])
            )
            for record_id, judged in by_record.items()
        }
        return _WorkedOut(everything, by_record, scores, time.monotonic(), changes)

    def _bonus(self, record_id: str, group: Sequence[Judged], now: datetime) -> tuple[float, float]:
        """Of the record's passage that one question moves most; similar questions are not looked at."""
        memory = self._learning.memory
        by_point: dict[str, list[Vote]] = defaultdict(list)
        for vote in _votes(record_id, group):
            by_point[vote.point_id].append(vote)
        of_passage = {point_id: memory.passage_bonus(point_id, now) for point_id in by_point}
        found = [(memory.pair_bonus(votes, now) + of_passage[one], of_passage[one]) for one, votes in by_point.items()]
        return max(found, key=lambda one: abs(one[0]))

    def _question(
        self, record_id: str, group: Sequence[Judged], words: Mapping[str, str], now: datetime
    ) -> LearnedQuestion:
        newest = max(group, key=lambda one: one.judged_at)
        votes = _votes(record_id, group)
        return LearnedQuestion(
            question=words.get(newest.answer_id, ""),
            bonus=self._bonus(record_id, group, now)[0],
            up=_ups(votes),
            down=len(votes) - _ups(votes),
            people=len({vote.person_id for vote in votes}),
            answer_ids=tuple(one.answer_id for one in sorted(group, key=lambda one: one.judged_at, reverse=True)),
            judged_at=newest.judged_at,
        )


def _distinct(passages: Mapping[str, Sequence[Judged]]) -> list[Judged]:
    return list({one.answer_id: one for judged in passages.values() for one in judged}.values())


def _votes(record_id: str, judged: Sequence[Judged]) -> list[Vote]:
    return [vote for one in judged for vote in one.votes if vote.record_id == record_id]


def _by_question(judged: Sequence[Judged]) -> list[list[Judged]]:
    groups: dict[frozenset[int], list[Judged]] = defaultdict(list)
    for one in judged:
        groups[one.asked.terms].append(one)
    return list(groups.values())


def _ups(votes: Sequence[Vote]) -> int:
    return sum(vote.of_pair > 0 for vote in votes)


def _passage(
    session: Session, record_id: str, judged: Sequence[Judged], bonus: float, of_passage: float
) -> LearnedPassage:
    votes = _votes(record_id, judged)
    file_id = next((vote.file_id for vote in votes if vote.file_id), None)
    said = session.execute(
        select(MessageRow, PersonRow.name, ChannelRow.name)
        .join(PersonRow, PersonRow.person_id == MessageRow.author_id, isouter=True)
        .join(ChannelRow, ChannelRow.channel_id == MessageRow.channel_id, isouter=True)
        .where(MessageRow.record_id == record_id)
    ).first()
    message, author, channel = said if said is not None else (None, "", "")
    return LearnedPassage(
        record_id=record_id,
        file_id=file_id,
        file_name=session.scalar(select(FileRow.name).where(FileRow.file_id == file_id)) if file_id else None,
        text=message.text[:_SHOWN_CHARS] if message is not None else "",
        author=author or "",
        channel_id=message.channel_id if message is not None else None,
        channel_name=channel or "",
        permalink=message.permalink if message is not None else None,
        sent_at=message.sent_at if message is not None else None,
        bonus=bonus,
        bonus_of_passage=of_passage,
        up=_ups(votes),
        down=len(votes) - _ups(votes),
        people=len({vote.person_id for vote in votes}),
        questions=len({one.asked.terms for one in judged}),
        judged_at=max(vote.at for vote in votes),
    )
