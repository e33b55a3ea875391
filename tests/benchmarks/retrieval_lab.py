"""A laboratory for search: the product's own parts over lists in memory, so that each part can be taken out.

The vectors, words, surroundings, fusion and ranking are those of ``knowledge``; only the engine is replaced by exact
search in memory, which finds the same (the engine is exact, too).
"""

import asyncio
import json
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.application import make_embedder
from bot.evaluation.measures import hit_at, recall_at, reciprocal_rank
from bot.settings import Settings
from knowledge.embedding import Vectors
from knowledge.language_centring import LanguageCentres
from knowledge.lexical import CONTEXT_AVERAGE_LENGTH, OWN_AVERAGE_LENGTH, terms
from knowledge.passage import ChannelId, Passage, PersonId, RecordId
from knowledge.qdrant.searches import ScoredPoint
from knowledge.ranking import DEFAULT_RANKING, Candidate, RankingWeights, rank
from knowledge.search import FusionWeights, fuse
from knowledge.surroundings import Line, Surroundings, context_vector, surround
from tests.benchmarks.texts import data

_CANDIDATES = 200
_RANKED = 60
_K1, _B = 1.2, 0.75

Words = Callable[[str], list[str]]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Variant:
    """How to search; what is not given is as in the product."""

    fusion: FusionWeights = field(default_factory=FusionWeights)
    ranking: RankingWeights | None = DEFAULT_RANKING
    """None leaves the order of the fusion."""
    words: Words = terms
    """What turns texts into terms."""
    rank_constant: int | None = None
    """Reciprocal-rank fusion with this constant instead of normalised scores."""
    name_people: bool = True
    centred: bool = True


class _Bm25:
    """BM25 of one collection, scored as the engine does."""

    def __init__(self, documents: Sequence[Sequence[str]], average_length: float) -> None:
        postings: dict[str, tuple[list[int], list[float]]] = defaultdict(lambda: ([], []))
        for number, document in enumerate(documents):
            scale = _K1 * (1 - _B + _B * len(document) / average_length)
            for term, count in Counter(document).items():
                numbers, weights = postings[term]
                numbers.append(number)
                weights.append(count * (_K1 + 1) / (count + scale))
        self._count = len(documents)
        self._postings = {
            term: (np.array(numbers), np.array(weights, np.float32)) for term, (numbers, weights) in postings.items()
        }

    def scores(self, question: Iterable[str]) -> Vectors:
        """BM25 of every document; shape [documents]."""
        scores = np.zeros(self._count, np.float32)
        for term in set(question):
            if term in self._postings:
                numbers, weights = self._postings[term]
                rarity = math.log(1 + (self._count - len(numbers) + 0.5) / (len(numbers) + 0.5))
                scores[numbers] += rarity * weights
        return scores


class Chats:
    """One set of the development data with everything that search needs."""

    def __init__(self, name: str, *, within_channel: bool) -> None:
        folder = data(name)
        self.name = name
        self.within_channel = within_channel
        messages = [json.loads(line) for line in (folder / "messages.jsonl").read_text("utf-8").splitlines()]
        messages.sort(key=lambda message: (message["channel"], message["ts"]))
        self._messages: list[dict[str, Any]] = messages
        questions = [json.loads(line) for line in (folder / "questions.jsonl").read_text("utf-8").splitlines()]
        self.questions = [
            question
            for question in questions
            if question["answer"] is not None and question["category"] != "adversarial" and question["evidence"]
        ]
        self._lines = [Line(message["id"], message["user"], _text(message)) for message in messages]
        self._surroundings = self._surround()
        self._passages = [self._passage(number) for number in range(len(messages))]
        self._channels = np.array([message["channel"] for message in messages])
        self._authors = {message["user"] for message in messages}
        self._vectors: dict[bool, tuple[Vectors, Vectors, Vectors]] = {}
        self._indexes: dict[Words, tuple[_Bm25, _Bm25]] = {}

    def texts(self) -> list[str]:
        """What was said, in order."""
        return [line.text for line in self._lines]

    def names(self) -> set[str]:
        """Of people and channels."""
        return {*self._authors, *self._channels.tolist()}

    def measure(self, variant: Variant) -> dict[str, dict[str, float]]:
        """Mean measures over all questions and by category."""
        values: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        for number, question in enumerate(self.questions):
            ranked = self.search(number, variant)
            evidence = question["evidence"]
            for group in ("all", question["category"]):
                values[group]["recall@10"].append(recall_at(ranked, evidence, 10))
                values[group]["recall@20"].append(recall_at(ranked, evidence, 20))
                values[group]["hit@1"].append(hit_at(ranked, evidence, 1))
                values[group]["hit@10"].append(hit_at(ranked, evidence, 10))
                values[group]["mrr@10"].append(reciprocal_rank(ranked, evidence))
        return {group: {name: float(np.mean(all_)) for name, all_ in named.items()} for group, named in values.items()}

    def asked(self, number: int) -> Vectors:
        """The vector of a question; shape [dimension]."""
        return np.asarray(self._embedded(centred=True)[2][number], np.float32)

    def search(self, number: int, variant: Variant) -> list[str]:
        """Message ids, best first, for the question of this number."""
        return [str(candidate.passage.record_id) for candidate in self.candidates(number, variant)]

    def candidates(self, number: int, variant: Variant) -> list[Candidate]:
        """The same with their scores; those whose words were not looked at come last."""
        question = self.questions[number]
        own, around, asked = self._embedded(centred=variant.centred)
        own_words, context_words = self._indexed(variant.words)
        words = variant.words(question["question"])
        within = self._channels == question["channel"] if self.within_channel else np.ones(len(own), bool)
        places = np.flatnonzero(within)
        lists = [
            self._first(places, (own @ asked[number])[places], dense=True),
            self._first(places, (around @ asked[number])[places], dense=True),
            self._first(places, own_words.scores(words)[places], dense=False),
            self._first(places, context_words.scores(words)[places], dense=False),
        ]
        weights = variant.fusion
        if variant.rank_constant is not None:
            used = (weights.own_vector, weights.context_vector, weights.own_words, weights.context_words)
            order = _by_ranks([points for points, weight in zip(lists, used, strict=True) if weight], variant)
        else:
            order = [(int(entry.point_id), entry.score) for entry in fuse(lists, weights)]
        found = [Candidate(self._passages[place], score) for place, score in order]
        if variant.ranking is None:
            return found
        people = self._named(words) if variant.name_people else frozenset[PersonId]()
        ranked = rank(question["question"], found[:_RANKED], people=people, weights=variant.ranking)
        return [*ranked, *found[_RANKED:]]

    def _first(self, places: Places, scores: Vectors, *, dense: bool) -> list[ScoredPoint]:
        order = np.argsort(-scores, kind="stable")[:_CANDIDATES]
        return [ScoredPoint(str(places[at]), float(scores[at])) for at in order.tolist() if dense or scores[at] > 0]

    def _named(self, words: Sequence[str]) -> frozenset[PersonId]:
        asked = set(words)
        return frozenset(PersonId(name) for name in self._authors if (own := set(terms(name))) and own <= asked)

    def _indexed(self, words: Words) -> tuple[_Bm25, _Bm25]:
        if words not in self._indexes:
            by_line = {line.record_id: words(line.spoken()) for line in self._lines}
            own = [by_line[line.record_id] for line in self._lines]
            context = [
                [term for line in [around.line, *_others(around)] for term in by_line[line.record_id]]
                for around in self._surroundings
            ]
            self._indexes[words] = (_Bm25(own, OWN_AVERAGE_LENGTH), _Bm25(context, CONTEXT_AVERAGE_LENGTH))
        return self._indexes[words]

    def _embedded(self, *, centred: bool) -> tuple[Vectors, Vectors, Vectors]:
        if centred not in self._vectors:
            own, asked = asyncio.run(
                _embed(
                    [line.spoken() for line in self._lines], [q["question"] for q in self.questions], centred=centred
                )
            )
            by_line = {line.record_id: vector for line, vector in zip(self._lines, own, strict=True)}
            around = np.stack([context_vector(surroundings, by_line) for surroundings in self._surroundings])
            self._vectors[centred] = (own, around, asked)
        return self._vectors[centred]

    def _surround(self) -> list[Surroundings]:
        talks: dict[tuple[str, str | None], list[int]] = defaultdict(list)
        places = {message["id"]: number for number, message in enumerate(self._messages)}
        for number, message in enumerate(self._messages):
            talks[(message["channel"], message["thread_id"])].append(number)
        found: dict[int, Surroundings] = {}
        for (_, thread_id), numbers in talks.items():
            head = self._lines[places[thread_id]] if thread_id in places else None
            lines = [self._lines[number] for number in numbers]
            found.update((number, surround(lines, at, head)) for at, number in enumerate(numbers))
        return [found[number] for number in range(len(self._messages))]

    def _passage(self, number: int) -> Passage:
        message = self._messages[number]
        return Passage(
            record_id=RecordId(message["id"]),
            chunk=0,
            kind="message",
            channel_id=ChannelId(message["channel"]),
            author_id=PersonId(message["user"]),
            sent_at=datetime.fromisoformat(message["ts"]),
            text=self._lines[number].text,
            context=self._surroundings[number].asked(),
        )


async def _embed(texts: Sequence[str], questions: Sequence[str], *, centred: bool) -> tuple[Vectors, Vectors]:
    embedder = make_embedder(Settings())
    await embedder.start()
    try:
        if not centred:
            nowhere = np.zeros(embedder.spec.dimension, np.float32)
            embedder._centres = LanguageCentres(nowhere, nowhere)  # type: ignore[attr-defined]  # only an ablation does so
        own = await embedder.embed_passages(list(texts))
        return own, np.stack([await embedder.embed_query(question) for question in questions])
    finally:
        await embedder.close()


def _text(message: Mapping[str, Any]) -> str:
    """As ``bot.truth.talk`` writes a message with what its files say about themselves."""
    files = [f"[{file['name']}] {file.get('caption', '')}".strip() if file.get("name") else file.get("caption", "")
             for file in message["files"]]  # fmt: skip
    return "\n".join(part for part in (message["text"], *files) if part)


def _others(surroundings: Surroundings) -> list[Line]:
    return [line for line in surroundings.lines() if line.record_id != surroundings.line.record_id]


def _by_ranks(lists: Sequence[Sequence[ScoredPoint]], variant: Variant) -> list[tuple[int, float]]:
    scores: dict[int, float] = defaultdict(float)
    for points in lists:
        for place, point in enumerate(points, start=1):
            scores[int(point.point_id)] += 1 / (variant.rank_constant + place)  # type: ignore[operator]
    best = max(scores.values(), default=1.0)
    # On the scale of the fused scores, so that the second stage has its usual say.
    return sorted(((place, 12 * score / best) for place, score in scores.items()), key=lambda entry: -entry[1])
