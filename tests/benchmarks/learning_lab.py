"""A simulated month: people ask questions of the development chats again and again, and judge what they are given.

Only the people are made up. Search, votes and memory are the product's own; a verdict is up when what an answer cites
holds the labelled evidence, and every tenth one is turned round.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

from bot.feedback.learning_asked import Asked
from bot.feedback.learning_memory import DEFAULT_RATES, Judged, LearningMemory, LearningRates
from bot.feedback.learning_votes import PLAIN_DOWN, UP, Source, Vote, shares, votes_of
from knowledge.priors import learned_bonuses, raised
from knowledge.ranking import Candidate
from tests.benchmarks.retrieval_lab import Chats, Variant

_END: Final = datetime(2026, 6, 30, tzinfo=UTC)
_RANKED: Final = 60
_PRODUCT: Final = Variant()


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """What happens in it."""

    times: int = 8
    """How often each question of the learning half is asked."""
    noise: float = 0.1
    """Share of verdicts that are turned round."""
    people: int = 30
    days: int = 30
    hostile: float = 0.0
    """Share of answers that one more person votes down, whatever they say."""
    seed: int = 0
    """Of the halves and of what happens by chance."""


@dataclass(slots=True)
class Hits:
    """Whether the first result holds the evidence, before and after the month, of each question of a kind."""

    before: list[float]
    after: list[float]

    @property
    def gains(self) -> list[float]:
        """In points."""
        return [100 * (after - before) for before, after in zip(self.before, self.after, strict=True)]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the month taught."""

    repeated: Hits
    """Questions that were asked in it, as they were asked."""
    reworded: Hits
    """The same with other words around them."""
    other_half: Hits
    """Questions that were not asked."""
    same_passages: Hits
    """Those of them whose evidence is that of a question that was."""


@cache
def _chats(name: str) -> Chats:
    """With each question a second time, reworded, behind them all: their vectors serve both scopes."""
    chats = Chats(name, within_channel=True)
    chats.questions += [_reworded(question) for question in chats.questions]
    return chats


class LearningLab:
    """Chats whose questions are asked over and over."""

    def __init__(self, name: str, *, within_channel: bool) -> None:
        self._chats = _chats(name)
        self._chats.within_channel = self._within_channel = within_channel
        self._count = len(self._chats.questions) // 2
        self._evidence = [frozenset(question["evidence"]) for question in self._chats.questions]
        numbers = range(2 * self._count)
        self._found = [self._chats.candidates(number, _PRODUCT) for number in numbers]
        self._asked = [
            Asked.of(self._chats.questions[number]["question"], self._chats.asked(number)) for number in numbers
        ]
        self._passages = {one.passage.point_id: one for found in self._found for one in found}

    def months(self, month: Month, rates: LearningRates = DEFAULT_RATES) -> Outcome:
        """Two months, so that each question is learnt in one and not asked in the other."""
        numbers = list(range(self._count))
        random.Random(month.seed).shuffle(numbers)
        half = len(numbers) // 2
        outcome = Outcome(*(Hits([], []) for _ in range(4)))
        for learnt, others in ((numbers[:half], numbers[half:]), (numbers[half:], numbers[:half])):
            memory = self._live(learnt, month, rates)
            shown = frozenset[str]().union(*(self._evidence[number] for number in learnt))
            self._measure(outcome.repeated, learnt, memory)
            self._measure(outcome.reworded, [number + self._count for number in learnt], memory)
            self._measure(outcome.other_half, others, memory)
            self._measure(outcome.same_passages, [n for n in others if self._evidence[n] & shown], memory)
        return outcome

    def _live(self, learnt: Sequence[int], month: Month, rates: LearningRates) -> LearningMemory:
        chance = random.Random(month.seed)
        memory = LearningMemory(rates)
        often = [1 / (1 + person) ** 0.7 for person in range(month.people)]
        asked = sorted((chance.random() * month.days, number) for number in learnt for _ in range(month.times))
        for answer, (day, number) in enumerate(asked):
            now = _END - timedelta(days=month.days - day)
            cited = self._search(number, memory, now)[: chance.choice((1, 1, 2))]
            fits = any(one.passage.record_id in self._evidence[number] for one in cited)
            is_up = fits != (chance.random() < month.noise)
            [person] = chance.choices(range(month.people), often)
            votes = _votes(cited, f"person-{person}", now, is_up=is_up)
            if chance.random() < month.hostile:
                votes += _votes(cited, "hostile", now, is_up=False)
            memory.put([Judged(f"a{answer}", self._asked[number], tuple(votes), now)])
        return memory

    def _search(self, number: int, memory: LearningMemory, now: datetime) -> list[Candidate]:
        found = self._found[number]
        learned = memory.recall(self._asked[number], now)
        first = {one.passage.point_id for one in found[:_RANKED]}
        later = {one.passage.point_id: one for one in found[_RANKED:]}
        last = found[-1].score if found else 0.0
        # Of the same set only: elsewhere the channel's filter would leave them out.
        within = {self._chats.questions[number]["channel"]} if self._within_channel else None
        promising = [
            later.get(one) or Candidate(self._passages[one].passage, last)
            for one in learned.promising()
            if one not in first and (within is None or self._passages[one].passage.channel_id in within)
        ]
        shown = [*found[:_RANKED], *promising]
        return raised(shown, learned_bonuses(shown, learned))

    def _measure(self, hits: Hits, numbers: Sequence[int], memory: LearningMemory) -> None:
        for number in numbers:
            for kept, found in (
                (hits.before, self._found[number]),
                (hits.after, self._search(number, memory, _END)),
            ):
                kept.append(float(any(one.passage.record_id in self._evidence[number] for one in found[:1])))


def _votes(cited: Sequence[Candidate], person_id: str, at: datetime, *, is_up: bool) -> list[Vote]:
    sources = [
        Source(n=n, record_id=str(one.passage.record_id), file_id=None, chunk=0, cited=True)
        for n, one in enumerate(cited, start=1)
    ]
    return votes_of(sources, shares(sources, {}), UP if is_up else PLAIN_DOWN, person_id=person_id, at=at)


def _reworded(question: dict[str, Any]) -> dict[str, Any]:
    words = question["question"].rstrip("?？。.")
    is_chinese = any("\u3400" <= character <= "\u9fff" for character in words)
    polite = f"你好，请问一下{words}？谢谢" if is_chinese else f"Hi! Could you please tell me: {words.lower()}, thanks"
    return {**question, "question": polite}
