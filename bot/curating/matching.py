"""Whether a question is one that has a standard answer. A wrong one given for sure is worse than the model's own.

Vectors alone cannot tell: to "How do I book the big room?" the same question of the small room is nearer than any that
is asked in other words. So the nearest known questions are compared word by word (``matching_signs``) and piece by
piece (``matching_pieces``), and what was learnt from written questions says how likely they ask for the same fact.
The 1.5B chat model was tried as judge of what is in doubt: 13 of 100 more rewordings were given, 1.2 of 100 more other
facts wrongly, for a second and a half each.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from bot.curating.matching_model import MatchingModel
from bot.curating.matching_pieces import piece_signs
from bot.curating.matching_signs import Signs, signs
from bot.curating.matching_ways import NO_PIECES, Way, Ways, taken_apart
from bot.curating.standard_answers import StandardAnswer, StandardAnswers
from knowledge.embedding import Embedder, PieceEmbedder, Vectors
from knowledge.passage import Audience

_LONGEST: Final = 300
"""Characters: a longer question holds more than one standard answer knows."""
_APART: Final = 0.5
"""By how much the score of the best has to be above that of another answer which would be given or offered, too."""
_EMBEDDED_AT_ONCE: Final = 24
"""Ways to ask that were not embedded yet and are while somebody waits, 10 ms each."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question ready to be compared: taken apart, its vector, and its pieces where the model compares them."""

    way: Way
    vector: Vectors
    pieces: Vectors


@dataclass(frozen=True, slots=True)
class Match:
    """The standard answer that a question comes nearest to. What is not ``sure`` may be asked for, not given."""

    standard_answer: StandardAnswer
    sure: bool


class Matching:
    """Finds the standard answer of a question among those that its readers may be given."""

    def __init__(self, standard_answers: StandardAnswers, embedder: Embedder) -> None:
        self._standard_answers = standard_answers
        self._embedder = embedder
        self._model = MatchingModel.shipped(embedder.spec.identity, with_pieces=isinstance(embedder, PieceEmbedder))
        self._ways = Ways()

    async def find(self, question: str, *, audience: Audience, now: datetime) -> StandardAnswer | None:
        """The one in force that is surely meant, or None."""
        match = await self.match(question, audience=audience, now=now)
        return match.standard_answer if match is not None and match.sure else None

    async def match(self, question: str, *, audience: Audience, now: datetime) -> Match | None:
        """The one in force that is meant, surely or perhaps; None when none is near, or two are as near."""
        if len(question) > _LONGEST:
            return None
        known = [one for one in await self._in_force(now) if one.may_be_given(audience)]
        if not known:
            return None
        way_asked = await asyncio.to_thread(taken_apart, question)
        of_way = {way: one.standard_answer_id for one in reversed(known) for way in one.questions}
        by_id = {one.standard_answer_id: one for one in known}
        same = await asyncio.to_thread(self._ways.same_words, way_asked)
        for way in same:
            if way in of_way:
                return Match(by_id[of_way[way]], sure=True)
        asked = _Asked(way_asked, *await self._embedded(question))
        near = [by_id[one] for one in await asyncio.to_thread(self._ways.nearest, way_asked, asked.vector, of_way)]
        await self._embed([way for one in near for way in one.questions][:_EMBEDDED_AT_ONCE])
        return await asyncio.to_thread(self._nearest, asked, near)

    async def warm(self, now: datetime) -> None:
        """Make what comparing needs of all in force, 10 ms for each way to ask, so that no question waits for it."""
        await self._embed([way for one in await self._in_force(now) for way in one.questions])

    async def _in_force(self, now: datetime) -> list[StandardAnswer]:
        known = await self._standard_answers.in_force(now)
        await asyncio.to_thread(self._ways.prepare, [way for one in known for way in one.questions])
        return known

    async def _embed(self, ways: Sequence[str]) -> None:
        for way in self._ways.without_vector(ways):
            self._ways.remember(way, *await self._embedded(way))

    async def _embedded(self, text: str) -> tuple[Vectors, Vectors]:
        """Its vector, and its pieces where they are compared."""
        if self._model.pieces is None or not isinstance(self._embedder, PieceEmbedder):
            return await self._embedder.embed_query(text), NO_PIECES
        pieces = self._model.pieces.placed(await self._embedder.embed_pieces(text))
        return await self._embedder.embed_query(text), pieces

    def _nearest(self, asked: _Asked, near: Sequence[StandardAnswer]) -> Match | None:
        scored = sorted(((self._score(asked, one), one) for one in near), key=lambda pair: -pair[0])
        sure = bool(scored) and scored[0][0] >= self._model.sure
        # One that would not be given itself does not stand against one that is.
        rivals = [pair for pair in scored if pair[0] >= (self._model.sure if sure else self._model.doubtful)]
        alone = len(rivals) == 1 or (len(rivals) > 1 and rivals[0][0] - rivals[1][0] >= _APART)
        return Match(rivals[0][1], sure=sure) if alone else None

    def _score(self, asked: _Asked, one: StandardAnswer) -> float:
        return self._model.score([self._signs(asked, text) for text in one.questions])

    def _signs(self, asked: _Asked, text: str) -> Signs:
        of_words = signs(asked.way.wording, self._ways.way(text).wording, self._ways.cosine(text, asked.vector))
        if self._model.pieces is None:
            return of_words
        return np.concatenate([of_words, piece_signs(asked.pieces, self._ways.pieces(text))])
