"""Finding what an archive talks about: conversations that mean alike, named by the words that set them apart."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]

FEWEST_CONVERSATIONS = 5
"""Fewer about one thing are no topic."""
_FEWEST_WITH_WORD = 3
"""Conversations that a word must occur in before it may name a topic: no name rests on what one person said once."""
_SMALLEST_SHARE = 0.12
"""Of a topic's conversations: a word of fewer does not name them all."""
_MOST_TOPICS = 60
_STEPS = 25
_NAMED_BY = 3
_FEWEST_WORDS = 2
_WORDS = 8
_CLOSE_QUANTILE = 0.25
"""The loosest quarter of the conversations belongs to no topic."""
_TELLING = 2.0
"""How many times as frequent as elsewhere the best word of a topic must be."""


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation: its words, and the mean of its messages' vectors."""

    talk_id: str
    words: Sequence[str]
    vector: Vectors


@dataclass(frozen=True, slots=True)
class Topic:
    """Conversations about one thing, largest topics first; ``words`` most telling first."""

    label: str
    words: tuple[str, ...]
    talk_ids: tuple[str, ...]


def find(talks: Sequence[Talk], *, seed: int = 0) -> list[Topic]:
    """The topics of these conversations; the same ones give the same topics. Blocks: seconds for thousands.

    Spherical k-means on the vectors, names by class-based TF-IDF. A cluster without telling words is dropped.
    """
    told = [talk for talk in talks if talk.words]
    count = min(_MOST_TOPICS, round(math.sqrt(len(told) / 2)))
    if count < 2:
        return []
    vectors = _unit(np.stack([talk.vector for talk in told]).astype(np.float32))
    # What all talk has in common sets nothing apart.
    vectors = _unit(vectors - vectors.mean(axis=0))
    cluster, closeness = _clusters(vectors, count, np.random.default_rng(seed))
    limit = float(np.quantile(closeness, _CLOSE_QUANTILE))
    everywhere = Counter(word for talk in told for word in set(talk.words))
    topics: list[Topic] = []
    for number in range(count):
        members = [
            talk
            for talk, mine, close in zip(told, cluster, closeness, strict=True)
            if mine == number and close >= limit
        ]
        words = _telling_words(members, everywhere, len(told))
        if len(members) >= FEWEST_CONVERSATIONS and len(words) >= _FEWEST_WORDS:
            topics.append(Topic(" · ".join(words[:_NAMED_BY]), tuple(words), tuple(talk.talk_id for talk in members)))
    return sorted(topics, key=lambda topic: (-len(topic.talk_ids), topic.label))


def _telling_words(members: Sequence[Talk], everywhere: Counter[str], talks: int) -> list[str]:
    here = Counter(word for talk in members for word in set(talk.words))
    scored: list[tuple[float, str]] = []
    for word, count in here.items():
        if count < max(_FEWEST_WITH_WORD, _SMALLEST_SHARE * len(members)):
            continue
        lift = (count / len(members)) / (everywhere[word] / talks)
        if lift >= _TELLING:
            # Pairs are rarer than their words and read better.
            scored.append((count / len(members) * math.log(1 + lift) * (1.5 if " " in word else 1.0), word))
    chosen: list[str] = []
    for _, word in sorted(scored, key=lambda one: (-one[0], one[1])):
        if not any(_says_the_same(word, other) for other in chosen):
            chosen.append(word)
        if len(chosen) == _WORDS:
            break
    return chosen


def _says_the_same(word: str, other: str) -> bool:
    """A part of a pair, a plural or a longer form of a word that stands already."""
    return bool(set(word.split()) & set(other.split())) or word.startswith(other) or other.startswith(word)


def _clusters(vectors: Vectors, count: int, chance: np.random.Generator) -> tuple[npt.NDArray[np.intp], Vectors]:
    centres = _spread(vectors, count, chance)
    cluster = np.zeros(len(vectors), dtype=np.intp)
    for step in range(_STEPS):
        near = vectors @ centres.T
        following = near.argmax(axis=1)
        if step and (following == cluster).all():
            break
        cluster = following
        for number in range(count):
            members = vectors[cluster == number]
            if len(members):
                centres[number] = _unit(members.mean(axis=0, keepdims=True))[0]
    near = vectors @ centres.T
    cluster = near.argmax(axis=1)
    return cluster, near.max(axis=1)


def _spread(vectors: Vectors, count: int, chance: np.random.Generator) -> Vectors:
    """First centres far from each other (k-means++)."""
    chosen = [int(chance.integers(len(vectors)))]
    far = 1.0 - vectors @ vectors[chosen[0]]
    for _ in range(count - 1):
        weight = np.clip(far, 1e-9, None).astype(np.float64) ** 2
        chosen.append(int(chance.choice(len(vectors), p=weight / weight.sum())))
        far = np.minimum(far, 1.0 - vectors @ vectors[chosen[-1]])
    return vectors[chosen].copy()


def _unit(vectors: Vectors) -> Vectors:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9), dtype=np.float32)
