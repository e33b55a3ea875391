"""The second stage of search: what only the words of the best candidates can tell.

Vectors and BM25 find what is *about* the same thing. Somebody who asks wants what *answers*, so:

- a question seldom answers a question; the same question, asked before, is shown after what may answer it;
- what was said right after a similar question mostly answers it;
- an address without a word about it tells little;
- a question that names a person is mostly about what that person said;
- of the first results, which are about the same things, the better one holds the words that the others lack.

Each weight is in units of the fused score (``knowledge.search.fuse``) and was chosen on the development chats; the
ablation in ``tests/benchmarks/test_ablation.py`` prints what each of them is worth.
"""

import math
import re
from collections import Counter
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from knowledge.lexical import terms
from knowledge.passage import Passage, PersonId
from knowledge.questions import asks, is_question

_SAME_QUESTION = 0.7
"""Share of common terms from which a message repeats the question."""
_READ_CHARS = 600
_Term = TypeVar("_Term", bound=Hashable)
_BARE_ADDRESS = re.compile(r"(?:\s*https?://\S+)+\s*")


@dataclass(frozen=True, slots=True)
class RankingWeights:
    """What each observation adds to a candidate's score; 0 switches it off."""

    question: float = -3.0
    repeated_question: int | None = 2
    """Results before the same question asked before: whoever opens it sees what followed. None: no rule for it."""
    reply_to_question: float = 8.0
    """For a reply to the same question; less for one that is less alike."""
    bare_address: float = -2.0
    """Judged by reading results of a real Slack archive: the development chats hold no addresses."""
    named_person: float = 1.0
    telling_words: float = 4.0
    """For holding all words of the question that the other first results do not all hold."""
    first: int = 10
    """How many results the telling words put in order."""


DEFAULT_RANKING = RankingWeights()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage with the score of the first stage."""

    passage: Passage
    score: float


def rank(
    query: str,
    candidates: Sequence[Candidate],
    *,
    people: Collection[PersonId] = (),
    weights: RankingWeights = DEFAULT_RANKING,
) -> list[Candidate]:
    """The candidates in their final order with their final scores; ``people`` are those whom the query names.

    Blocks for some milliseconds: cuts words.
    """
    asked = frozenset(terms(query))
    scored = [
        Candidate(candidate.passage, candidate.score + _bonus(query, asked, candidate.passage, people, weights))
        for candidate in candidates
    ]
    scored.sort(key=lambda candidate: -candidate.score)
    repeated: list[Candidate] = []
    if weights.repeated_question is not None and asks(query):
        repeated = [candidate for candidate in scored if _repeats(asked, candidate.passage)]
        scored = [candidate for candidate in scored if candidate not in repeated]
    best = _by_telling_words(asked, scored[: weights.first], weights.telling_words)
    ranked = [*best, *scored[weights.first :]]
    if not repeated:
        return ranked
    before, after = ranked[: weights.repeated_question], ranked[weights.repeated_question :]
    # With the score of its place, so that scores descend.
    score = before[-1].score if before else repeated[0].score
    return [*before, *(Candidate(candidate.passage, score) for candidate in repeated), *after]


def _bonus(
    query: str, asked: frozenset[str], passage: Passage, people: Collection[PersonId], weights: RankingWeights
) -> float:
    bonus = 0.0
    if passage.author_id in people:
        bonus += weights.named_person
    if _BARE_ADDRESS.fullmatch(passage.text):
        bonus += weights.bare_address
    if not asks(query):
        return bonus
    if passage.kind == "message" and is_question(passage.text):
        bonus += weights.question
    if passage.context:
        bonus += weights.reply_to_question * _likeness(asked, passage.context)
    return bonus


def _repeats(asked: frozenset[str], passage: Passage) -> bool:
    is_asked = passage.kind == "message" and is_question(passage.text)
    return is_asked and _likeness(asked, passage.text) >= _SAME_QUESTION


def _by_telling_words(asked: frozenset[str], first: Sequence[Candidate], weight: float) -> list[Candidate]:
    """Put the first results in order, keeping their scores descending."""
    if not first or not weight:
        return list(first)
    held = [asked & passage_terms(candidate.passage.text) for candidate in first]
    telling = telling_weights(held)
    total = sum(telling.values()) or 1.0
    told = [
        Candidate(candidate.passage, candidate.score + weight * sum(telling[term] for term in words) / total)
        for candidate, words in zip(first, held, strict=True)
    ]
    return sorted(told, key=lambda candidate: -candidate.score)


def telling_weights(held: Sequence[Collection[_Term]]) -> dict[_Term, float]:
    """How much the words that results hold tell of them: the BM25 inverse document frequency among the results.

    A word that all of them hold tells least.
    """
    counts = Counter(term for words in held for term in words)
    return {term: math.log(1 + (len(held) + 0.5) / (count + 0.5)) for term, count in counts.items()}


def _likeness(asked: frozenset[str], text: str) -> float:
    words = passage_terms(text)
    return len(asked & words) / max(1, len(asked | words))


@lru_cache(maxsize=8192)
def passage_terms(text: str) -> frozenset[str]:
    """The terms of the beginning of a text."""
    return frozenset(terms(text[:_READ_CHARS]))
