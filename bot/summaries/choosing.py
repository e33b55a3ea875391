"""The telling sentences of a conversation: central in meaning, with cues of what people look for, none said twice."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.answering.sentences import split_sentences
from bot.answering.telling import is_repeated
from bot.summaries.talk import Talk, Turn
from bot.summaries.wording import said_words
from knowledge.categories.cues import CUES
from knowledge.categories.features import asks, plain_words
from knowledge.embedding import Embedder, Vectors

_SHORTEST = 4
"""Characters of a sentence that can tell something."""
_LONGEST = 400
_COMPARED = 160
"""Sentences that are compared by meaning; of more, those with the best cues."""
_CHATTER = ("greeting", "thanks", "laugh", "nod_first")
_CHATTER_CHARS = 24
_NUMBER = re.compile(r"\d")
_ONLY_SIGNS = re.compile(r"^[\W\d_]*$")
_WEIGHTS = {"decision": 0.35, "announcement": 0.3, "action_item": 0.25, "number": 0.15, "answer": 0.1}
_CUES = {"decided": 0.2, "promise": 0.1, "deadline": 0.1, "announced": 0.1, "amount": 0.1, "date": 0.05}
_SAME = 0.6
"""How much of its closeness to what is chosen already counts against a sentence."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a turn: ``at`` is the turn's place in the conversation."""

    at: int
    text: str
    weight: float


def is_chatter(turn: Turn) -> bool:
    """Greetings, thanks, nods and laughter, which no summary needs."""
    if turn.shared:
        return False
    words = plain_words(turn.text)
    if _ONLY_SIGNS.match(words):
        return not _NUMBER.search(words)
    # What people and models call small talk may still ask or tell something when it is long.
    short = len(words) <= _CHATTER_CHARS and not asks(turn.text)
    return short and ("small_talk" in turn.categories or any(CUES[cue].search(words) for cue in _CHATTER))


def sentences_of(talk: Talk) -> list[Sentence]:
    """Every sentence that could tell something, in order, weighed by its cues alone."""
    found: list[Sentence] = []
    for at, turn in enumerate(talk.turns):
        if is_chatter(turn):
            continue
        given = sum(_WEIGHTS.get(category, 0.0) for category in turn.categories)
        for text in split_sentences(said_words(turn.text)):
            if len(text) < _SHORTEST or _ONLY_SIGNS.match(text):
                continue
            cues = sum(weight for name, weight in _CUES.items() if CUES[name].search(text))
            found.append(Sentence(at, text[:_LONGEST], given + cues + _shape(text)))
    return found


async def choose(talk: Talk, embedder: Embedder, *, most: int, chars: int) -> list[Sentence]:
    """At most ``most`` sentences of about ``chars`` characters together, in the order in which they were said."""
    sentences = await asyncio.to_thread(sentences_of, talk)
    if len(sentences) <= most and sum(len(sentence.text) for sentence in sentences) <= chars:
        return sentences
    compared = sorted(sentences, key=lambda sentence: -sentence.weight)[:_COMPARED]
    vectors = await embedder.embed_passages([sentence.text for sentence in compared])
    chosen = await asyncio.to_thread(_chosen, compared, vectors, len(talk.turns), most=most, chars=chars)
    return list(dict.fromkeys(sentence for sentence in sentences if sentence in chosen))


def _chosen(sentences: Sequence[Sentence], vectors: Vectors, turns: int, *, most: int, chars: int) -> set[Sentence]:
    """Greedily the best one that says something new."""
    near = vectors @ vectors.T
    central = (near.sum(axis=1) - 1) / max(1, len(sentences) - 1)
    spread = float(central.std()) or 1.0
    score = np.array([sentence.weight + _place(sentence, turns) for sentence in sentences])
    score = score + 0.25 * (central - central.mean()) / spread
    said = np.zeros(len(sentences))
    words: list[frozenset[str]] = []
    left = np.ones(len(sentences), dtype=bool)
    chosen: set[Sentence] = set()
    room = chars
    while left.any() and len(chosen) < most:
        at = int(np.where(left, score - _SAME * said, -np.inf).argmax())
        left[at] = False
        if (len(sentences[at].text) > room and chosen) or is_repeated(sentences[at].text, words):
            continue
        chosen.add(sentences[at])
        room -= len(sentences[at].text)
        said = np.maximum(said, near[at])
    return chosen


def _place(sentence: Sentence, turns: int) -> float:
    """Conversations begin with what they are about and end with what came of it."""
    if sentence.at == 0:
        return 0.3
    return 0.1 if turns > 3 and sentence.at >= turns - 2 else 0.0


def _shape(text: str) -> float:
    weight = 0.1 if _NUMBER.search(text) else 0.0
    if len(text) < 12:
        weight -= 0.3
    if asks(text):
        weight -= 0.1
    return weight
