"""Hybrid search: four signals of one round trip, fused into one order, whose beginning is then ranked by its words.

Signals: the passage's own vector, the vector of its surroundings, its own words (BM25), the words of its
surroundings (BM25). Scores are normalised within each list and added with fixed weights; ``knowledge.ranking`` orders
the first, then ``knowledge.reranking``, where it is set up, the very first, and ``knowledge.priors`` adds what people's
votes have taught. Of a record only the best passage is kept, unless more are asked for.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.embedding import Embedder, Vectors
from knowledge.lexical import sparse_query, terms
from knowledge.passage import NO_FILTER, Audience, PassageFilter, PersonId, RecordId, ScoredPassage
from knowledge.priors import Learned, Priors, learned_bonuses, learned_signal, raised
from knowledge.qdrant.schema import AROUND, CONTEXT, DENSE, TERMS
from knowledge.qdrant.searches import LexicalSearch, NearestSearch, ScoredPoint
from knowledge.qdrant.store import PassageStore
from knowledge.ranking import DEFAULT_RANKING, Candidate, RankingWeights, rank
from knowledge.reranking import Reranking

_QUERY_CHARS = 2000
"""A pasted page beyond what the embedding model reads would only make the search slow."""
_RANKED = 60
"""Candidates whose words are looked at."""


@dataclass(frozen=True, slots=True)
class FusionWeights:
    """How much each signal counts. Dense scores are in standard deviations above the list's last, lexical in 0 … 1."""

    own_vector: float = 0.4
    context_vector: float = 1.0
    own_words: float = 3.0
    context_words: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuery:
    """A question with its filters."""

    text: str
    audience: Audience
    where: PassageFilter = NO_FILTER
    limit: int = 10
    passages_per_record: int = 1
    """How many passages of one file or long message may be among the results."""
    people: frozenset[PersonId] = frozenset()
    """Whom the question names: what they said comes first among what fits equally well."""


class Searcher:
    """Finds passages. Filters and audience run inside the engine, in every list."""

    def __init__(
        self,
        store: PassageStore,
        embedder: Embedder,
        *,
        weights: FusionWeights = FusionWeights(),
        ranking: RankingWeights = DEFAULT_RANKING,
        reranking: Reranking | None = None,
        priors: Priors | None = None,
        candidates: int = 200,
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._weights = weights
        self._ranking = ranking
        self._reranking = reranking
        self._priors = priors
        self._candidates = candidates

    async def search(self, query: SearchQuery) -> list[ScoredPassage]:
        """Best first, at most ``limit`` records. An empty question or audience finds nothing."""
        text = query.text[:_QUERY_CHARS].strip()
        nobody = not query.audience.everything and not query.audience.channel_ids
        if not text or nobody or query.limit < 1:
            return []
        # Words in a thread: the first cut loads jieba's dictionary, and later ones wait for the indexer's.
        embedded, cut = await asyncio.gather(self._embedder.embed_query(text), asyncio.to_thread(terms, text))
        vector, words = embedded.tolist(), sparse_query(cut)
        searches: list[NearestSearch | LexicalSearch] = [
            NearestSearch(DENSE, vector),
            NearestSearch(AROUND, vector),
        ]
        if words.indices:
            searches += [LexicalSearch(TERMS, words), LexicalSearch(CONTEXT, words)]
        lists, learned = await asyncio.gather(
            self._store.search_batch(
                searches, audience=query.audience, where=query.where, limit=max(self._candidates, 2 * query.limit)
            ),
            self._recall(text, embedded),
        )
        return await self._best(fuse(lists, self._weights), query, learned)

    async def _recall(self, text: str, vector: Vectors) -> Learned | None:
        return await self._priors.recall(text, vector) if self._priors is not None else None

    async def _best(
        self, fused: Sequence["_Fused"], query: SearchQuery, learned: Learned | None
    ) -> list[ScoredPassage]:
        """The first passages, not too many of one record; fetched in parts, since mostly the first one is enough."""
        best: list[ScoredPassage] = []
        taken: Counter[RecordId] = Counter()
        start, size = 0, max(_RANKED, query.limit)
        if learned is not None:
            fused, size = _with_promising(fused, learned.promising(), size)
        while start < len(fused):
            part = {entry.point_id: entry for entry in fused[start : start + size]}
            # What was learnt names passages that no filter has seen yet.
            passages = await self._store.get(list(part), audience=query.audience, where=query.where)
            candidates = [Candidate(passage, part[passage.point_id].score) for passage in passages]
            if start == 0:
                text = query.text[:_QUERY_CHARS]
                candidates = await asyncio.to_thread(rank, text, candidates, people=query.people, weights=self._ranking)
                if self._reranking is not None:
                    candidates = await self._reranking.reorder(text, candidates)
            bonuses: dict[str, float] = {}
            if learned is not None:
                bonuses = await asyncio.to_thread(learned_bonuses, candidates, learned)
                candidates = raised(candidates, bonuses)
            start, size = start + size, 4 * size
            for candidate in candidates:
                passage = candidate.passage
                if taken[passage.record_id] < query.passages_per_record:
                    taken[passage.record_id] += 1
                    signals = part[passage.point_id].signals | learned_signal(bonuses, passage)
                    best.append(ScoredPassage(passage=passage, score=candidate.score, signals=signals))
                    if len(best) == query.limit:
                        return best
        return best


@dataclass(slots=True)
class _Fused:
    point_id: str
    score: float
    signals: dict[str, float]


def _with_promising(fused: Sequence[_Fused], promising: Sequence[str], size: int) -> tuple[Sequence[_Fused], int]:
    """The fused with these passages among the first, and how many those now are; as good as the last where they are
    in no list."""
    first = {entry.point_id for entry in fused[:size]}
    wanted = [point_id for point_id in promising if point_id not in first]
    if not wanted:
        return fused, size
    later = {entry.point_id: entry for entry in fused[size:] if entry.point_id in wanted}
    last = fused[-1].score if fused else 0.0
    added = [later.get(point_id) or _Fused(point_id, last, {}) for point_id in wanted]
    rest = [entry for entry in fused[size:] if entry.point_id not in later]
    return [*fused[:size], *added, *rest], len(fused[:size]) + len(added)


def fuse(lists: Sequence[Sequence[ScoredPoint]], weights: FusionWeights) -> list[_Fused]:
    """Add the normalised scores of the lists (own vector, context vector, own words, context words), best first.

    A dense score becomes its distance above the end of its list in standard deviations of the list, since cosines of
    one model differ only in the second decimal; a BM25 score becomes its share of the best one.
    """
    weight_of = (weights.own_vector, weights.context_vector, weights.own_words, weights.context_words)
    names = (DENSE, AROUND, TERMS, CONTEXT)
    found: dict[str, _Fused] = {}
    for number, points in enumerate(lists):
        if not points:
            continue
        scores = np.array([point.score for point in points], dtype=np.float64)
        normal = _deviations(scores) if number < 2 else _shares(scores)
        for point, value in zip(points, normal.tolist(), strict=True):
            entry = found.setdefault(point.point_id, _Fused(point.point_id, 0.0, {}))
            entry.score += weight_of[number] * value
            entry.signals[names[number]] = point.score
    return sorted(found.values(), key=lambda entry: (-entry.score, entry.point_id))


def _deviations(
    scores: "np.ndarray[tuple[int], np.dtype[np.float64]]",
) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    spread = float(scores.std())
    return (scores - scores.min()) / spread if spread > 1e-9 else np.ones_like(scores)


def _shares(scores: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    best = float(scores.max())
    return scores / best if best > 0 else np.zeros_like(scores)
