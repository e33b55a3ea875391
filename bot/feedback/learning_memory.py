"""Votes in memory, and what they amount to for a question: bonuses for passages, bounded whatever people do.

A passage gains or loses by the votes on it for the same or nearly the same question (the pair), and a little by all
votes on it (the passage). Both are ``bound * (up - down) / (up + down + doubt)``: the first votes move most, and no
number of them moves more than the bound. A person counts once for a pair and once for a passage; who votes much more
than the others counts less each time; votes fade with half of their weight after ``half_life``. What a similar question
taught is told with how like it is (``knowledge.priors``).
"""

import heapq
import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from bot.feedback.learning_asked import Asked, likeness_of
from bot.feedback.learning_votes import Vote
from knowledge.priors import Lesson

_COMPARED_AT_MOST: Final = 2000
"""Remembered questions that are compared with one, where thousands share their rarest words."""
_PROMISING: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningRates:
    """How fast and how far votes move the order. Bounds are in units of the fused score (``knowledge.search.fuse``)."""

    pair_bound: float = 12.0
    pair_doubt: float = 0.5
    """Votes' worth of doubt before any vote: with 0.5, a single one moves two thirds of the bound."""
    passage_bound: float = 1.0
    passage_doubt: float = 2.0
    half_life: timedelta = timedelta(days=75)
    near: float = 0.85
    """Cosine of two questions from which votes on one count for the other, in full at 1."""
    same_words: float = 0.4
    """Share of common words from which they do, in full at 1."""
    most_votes: float = 3.0
    """A person's votes weigh in total no more than this many times those of the median person …"""
    few_votes: int = 20
    """… or than this many votes, where people vote little."""


DEFAULT_RATES: Final = LearningRates()


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer that somebody judged: its question, and the votes that follow."""

    answer_id: str
    asked: Asked
    votes: tuple[Vote, ...]
    judged_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """What votes on a passage amount to."""

    up: float
    down: float

    def bonus(self, bound: float, doubt: float) -> float:
        """Between ``-bound`` and ``bound``."""
        return bound * (self.up - self.down) / (self.up + self.down + doubt)


@dataclass(frozen=True, slots=True)
class Recalled:
    """``knowledge.priors.Learned`` for one question."""

    memory: "LearningMemory"
    of_pair: Mapping[str, Sequence[Lesson]]
    now: datetime

    def lessons(self, point_id: str) -> Sequence[Lesson]:
        """Of the same question and of similar ones."""
        return self.of_pair.get(point_id, ())

    def of_passage(self, point_id: str) -> float:
        """In units of the fused score."""
        return self.memory.passage_bonus(point_id, self.now)

    def promising(self) -> Sequence[str]:
        """Point ids that helped with this question, the best first."""
        best = {
            point_id: max(lesson.bonus * lesson.likeness for lesson in lessons)
            for point_id, lessons in self.of_pair.items()
        }
        return heapq.nsmallest(_PROMISING, (one for one in best if best[one] > 0), key=lambda one: (-best[one], one))


class LearningMemory:
    """At most ``size`` judged answers, the newest. Safe to use from several threads."""

    def __init__(self, rates: LearningRates = DEFAULT_RATES, *, size: int = 20_000) -> None:
        self._rates = rates
        self._size = size
        self._lock = Lock()
        self._judged: dict[str, Judged] = {}
        self._questions: dict[frozenset[int], dict[str, Judged]] = {}
        """What was judged of the same question, in the same words."""
        self._holding: dict[int, set[frozenset[int]]] = defaultdict(set)
        """Questions by term."""
        self._by_point: dict[str, dict[str, Judged]] = defaultdict(dict)
        self._votes_of_person: Counter[str] = Counter()
        self._most: float | None = None
        self.changes = 0
        """Grows with whatever is put or dropped: what was worked out of the memory is still right while it stays."""

    def __len__(self) -> int:
        return len(self._judged)

    @property
    def rates(self) -> LearningRates:
        """How votes count."""
        return self._rates

    def put(self, judged: Iterable[Judged]) -> None:
        """Remember these as they are now, whatever was known of them; one without votes is forgotten."""
        with self._lock:
            self.changes += 1
            for one in judged:
                self._drop(one.answer_id)
                if one.votes:
                    self._add(one)
            for answer_id in heapq.nsmallest(len(self._judged) - self._size, self._judged, key=self._age):
                self._drop(answer_id)

    def keep_only(self, answer_ids: Collection[str]) -> None:
        """Forget all but these."""
        kept = set(answer_ids)
        self.drop([answer_id for answer_id in self.answer_ids() if answer_id not in kept])

    def drop(self, answer_ids: Iterable[str]) -> None:
        """Forget these."""
        with self._lock:
            self.changes += 1
            for answer_id in answer_ids:
                self._drop(answer_id)

    def recall(self, asked: Asked, now: datetime) -> Recalled:
        """What was learnt for a question; takes some milliseconds."""
        with self._lock:
            found: dict[str, list[Lesson]] = defaultdict(list)
            for likeness, judged in self._alike(asked):
                own_words = asked.terms - judged[0].asked.terms
                votes: dict[str, list[Vote]] = defaultdict(list)
                for one in judged:
                    for vote in one.votes:
                        if vote.of_pair:
                            votes[vote.point_id].append(vote)
                for point_id, some in votes.items():
                    found[point_id].append(Lesson(self._pair_bonus(some, now), likeness, own_words))
            return Recalled(self, found, now)

    def pair_bonus(self, votes: Iterable[Vote], now: datetime) -> float:
        """What these votes, all on one passage for one question, amount to by themselves."""
        with self._lock:
            return self._pair_bonus(votes, now)

    def passage_bonus(self, point_id: str, now: datetime) -> float:
        """What was learnt of a passage, whatever is asked."""
        return self.passage_standing(point_id, now).bonus(self._rates.passage_bound, self._rates.passage_doubt)

    def passage_standing(self, point_id: str, now: datetime) -> Standing:
        """What votes on a passage amount to, whatever was asked.

        To have answered one question is no reason to answer another: the question that praises it most is left out.
        """
        with self._lock:
            judged = self._by_point.get(point_id)
            if not judged:
                return Standing(0.0, 0.0)
            questions: dict[frozenset[int], list[tuple[float, Vote]]] = defaultdict(list)
            for one in judged.values():
                questions[one.asked.terms] += [
                    (vote.of_passage, vote) for vote in one.votes if vote.point_id == point_id
                ]
            standings = [self._standing(votes, now) for votes in questions.values()]
        gains = [standing.up for standing in standings]
        return Standing(sum(gains) - max(gains), sum(standing.down for standing in standings))

    def answer_ids(self) -> list[str]:
        """Of all that is remembered."""
        with self._lock:
            return list(self._judged)

    def passages(self) -> dict[str, list[Judged]]:
        """Point ids with the judged answers that rest on them."""
        with self._lock:
            return {point_id: list(judged.values()) for point_id, judged in self._by_point.items()}

    def _alike(self, asked: Asked) -> list[tuple[float, list[Judged]]]:
        """The same and similar questions: how like each is, and what was judged of it."""
        known = [list(self._questions[words].values()) for words in self._sharing(asked.terms)]
        near, same_words = self._rates.near, self._rates.same_words
        likenesses = [likeness_of(asked, judged[0].asked, near=near, same_words=same_words) for judged in known]
        return [(likeness, judged) for likeness, judged in zip(likenesses, known, strict=True) if likeness > 0]

    def _sharing(self, words: frozenset[int]) -> set[frozenset[int]]:
        """Questions that may share enough of these words: each of them holds one of the rarest."""
        rarest = sorted(words, key=lambda word: len(self._holding.get(word, ())))
        enough = len(rarest) - math.ceil(self._rates.same_words * len(rarest)) + 1
        found: set[frozenset[int]] = set()
        for word in rarest[:enough]:
            found |= self._holding.get(word, set())
            if len(found) > _COMPARED_AT_MOST:
                break
        return found

    def _pair_bonus(self, votes: Iterable[Vote], now: datetime) -> float:
        standing = self._standing([(vote.of_pair, vote) for vote in votes], now)
        return standing.bonus(self._rates.pair_bound, self._rates.pair_doubt)

    def _standing(self, said: Iterable[tuple[float, Vote]], now: datetime) -> Standing:
        """Votes, each with what it says; of a person only the strongest each way."""
        people: dict[str, tuple[float, float]] = {}
        for worth, vote in said:
            weight = worth * self._fading(vote, now)
            up, down = people.get(vote.person_id, (0.0, 0.0))
            people[vote.person_id] = max(up, weight), max(down, -weight)
        gained = lost = 0.0
        for person_id, (up, down) in people.items():
            net = (up - down) * self._weight(person_id)
            gained, lost = gained + max(0.0, net), lost + max(0.0, -net)
        return Standing(gained, lost)

    def _fading(self, vote: Vote, now: datetime) -> float:
        return float(0.5 ** max(0.0, (now - vote.at) / self._rates.half_life))

    def _weight(self, person_id: str) -> float:
        if self._most is None:
            counts = list(self._votes_of_person.values())
            median = statistics.median(counts) if counts else 0
            self._most = max(float(self._rates.few_votes), self._rates.most_votes * median)
        return min(1.0, self._most / max(1, self._votes_of_person[person_id]))

    def _add(self, one: Judged) -> None:
        self._judged[one.answer_id] = one
        words = one.asked.terms
        if words not in self._questions:
            self._questions[words] = {}
            for word in words:
                self._holding[word].add(words)
        self._questions[words][one.answer_id] = one
        for vote in one.votes:
            self._by_point[vote.point_id][one.answer_id] = one
        self._votes_of_person.update({vote.person_id for vote in one.votes})
        self._most = None

    def _drop(self, answer_id: str) -> None:
        one = self._judged.pop(answer_id, None)
        if one is None:
            return
        words = one.asked.terms
        del self._questions[words][answer_id]
        if not self._questions[words]:
            del self._questions[words]
            for word in words:
                self._holding[word].discard(words)
                if not self._holding[word]:
                    del self._holding[word]
        for point_id in {vote.point_id for vote in one.votes}:
            del self._by_point[point_id][answer_id]
            if not self._by_point[point_id]:
                del self._by_point[point_id]
        for person_id in {vote.person_id for vote in one.votes}:
            self._votes_of_person[person_id] -= 1
            if self._votes_of_person[person_id] <= 0:
                del self._votes_of_person[person_id]
        self._most = None

    def _age(self, answer_id: str) -> datetime:
        return self._judged[answer_id].judged_at
