"""The second stage of search: what only the words of the best candidates can tell.

Vectors and BM25 find what is *about* the same thing. Somebody who asks wants what *answers*, so:

- a question seldom answers a question, and the question itself, asked before, never does;
- what was said right after a similar question mostly answers it;
- a question that names a person is mostly about what that person said;
- of the first results, which are about the same things, the better one holds the words that the others lack.

Each weight is in units of the fused score (``knowledge.search.fuse``) and was chosen on the development chats; the
ablation in ``tests/benchmarks/test_ablation.py`` prints what each of them is worth.
"""

import math
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from knowledge.lexical import query_terms, terms
from knowledge.passage import Passage, PersonId
from knowledge.questions import asks, is_question

_SAME_QUESTION = 0.7
"""Share of common terms from which a message repeats the question."""
_READ_CHARS = 600


@dataclass(frozen=True, slots=True)
class RankingWeights:
    """What each observation adds to a candidate's score; 0 switches it off."""

    question: float = -3.0
    repeated_question: float = -10.0
    reply_to_question: float = 8.0
    """For a reply to the same question; less for one that is less alike."""
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
    asked = frozenset(query_terms(query))
    scored = [
        Candidate(candidate.passage, candidate.score + _bonus(query, asked, candidate.passage, people, weights))
        for candidate in candidates
    ]
    scored.sort(key=lambda candidate: -candidate.score)
    return [*_by_telling_words(asked, scored[: weights.first], weights.telling_words), *scored[weights.first :]]


def _bonus(
    query: str, asked: frozenset[str], passage: Passage, people: Collection[PersonId], weights: RankingWeights
) -> float:
    bonus = 0.0
    if passage.author_id in people:
        bonus += weights.named_person
    if not asks(query):
        return bonus
    if passage.kind == "message" and is_question(passage.text):
        bonus += weights.question
        if _likeness(asked, passage.text) >= _SAME_QUESTION:
            bonus += weights.repeated_question
    if passage.context:
        bonus += weights.reply_to_question * _likeness(asked, passage.context)
    return bonus


def _by_telling_words(asked: frozenset[str], first: Sequence[Candidate], weight: float) -> list[Candidate]:
    """Put the first results in order, keeping their scores descending.

    A word that all of them hold tells nothing; the weight of a word is the BM25 inverse document frequency among them.
    """
    if not first or not weight:
        return list(first)
    held = [asked & _terms(candidate.passage.text) for candidate in first]
    counts = Counter(term for words in held for term in words)
    telling = {term: math.log(1 + (len(first) + 0.5) / (count + 0.5)) for term, count in counts.items()}
    total = sum(telling.values()) or 1.0
    told = [
        Candidate(candidate.passage, candidate.score + weight * sum(telling[term] for term in words) / total)
        for candidate, words in zip(first, held, strict=True)
    ]
    return sorted(told, key=lambda candidate: -candidate.score)


def _likeness(asked: frozenset[str], text: str) -> float:
    words = _terms(text)
    return len(asked & words) / max(1, len(asked | words))


@lru_cache(maxsize=8192)
def _terms(text: str) -> frozenset[str]:
    return frozenset(terms(text[:_READ_CHARS]))
