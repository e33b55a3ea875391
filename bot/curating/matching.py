"""Whether a question is one that has a standard answer. A wrong one given for sure is worse than the model's own."""

import asyncio
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import numpy as np

from bot.curating.standard_answers import EVERYBODY, StandardAnswer, StandardAnswers
from knowledge.embedding import Embedder
from knowledge.lexical import normalize, terms
from knowledge.passage import Audience

NEAR: Final = 0.9
"""Cosine of centred multilingual-e5-small vectors of two questions. Among 30 questions in two languages with 90 near
misses ("of the small room" for "of the big room") one is above it, and 4 of 90 rewordings are; see
``tests/benchmarks/standard_questions.jsonl``. Other wordings are added as variants."""
_LONGEST = 300
"""Characters: a longer question holds more than one standard answer knows."""
_POLITE = re.compile(r"请问|麻烦|一下|[的吗呢啊呀请]|\b(?:the|an?|please|pls|hi|hello|is|are)\b")
"""Words that change no question; taken out before Chinese is cut into pairs of characters."""


class Matching:
    """Finds the standard answer of a question among those that its readers may be given."""

    def __init__(self, standard_answers: StandardAnswers, embedder: Embedder) -> None:
        self._standard_answers = standard_answers
        self._embedder = embedder

    async def find(self, question: str, *, audience: Audience, now: datetime) -> StandardAnswer | None:
        """The nearest one in force, or None."""
        if len(question) > _LONGEST:
            return None
        known = [one for one in await self._standard_answers.in_force(now) if _may_be_given(one, audience)]
        if not known:
            return None
        # Cutting every way to ask into words takes milliseconds each: not on the event loop.
        same = await asyncio.to_thread(_in_the_same_words, question, known)
        return same or await self._nearest(question, known)

    async def _nearest(self, question: str, known: Sequence[StandardAnswer]) -> StandardAnswer | None:
        ways = [(one, way) for one in known for way in one.questions]
        vectors = np.stack(await asyncio.gather(*(self._embedder.embed_query(way) for _, way in ways)))
        likeness = vectors @ await self._embedder.embed_query(question)
        best = int(likeness.argmax())
        one, way = ways[best]
        return one if likeness[best] >= NEAR and _figures(way) == _figures(question) else None


def _may_be_given(one: StandardAnswer, audience: Audience) -> bool:
    if audience.everything or EVERYBODY in one.channel_ids:
        return True
    return bool(one.channel_ids) and one.channel_ids <= {str(channel_id) for channel_id in audience.channel_ids}


def _in_the_same_words(question: str, known: Sequence[StandardAnswer]) -> StandardAnswer | None:
    asked = _words(question)
    return next((one for one in known if asked and any(_words(way) == asked for way in one.questions)), None)


def _words(question: str) -> frozenset[str]:
    return frozenset(terms(_POLITE.sub(" ", normalize(question))))


def _figures(question: str) -> frozenset[str]:
    """Numbers and codes: P1 is not P2, however alike the questions are."""
    return frozenset(term for term in terms(normalize(question)) if any(character.isdigit() for character in term))
