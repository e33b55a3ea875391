"""The questions that matching is trained and measured on, as pairs and as what an archive of standard answers gets."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from bot.curating.matching_model import MatchingModel
from bot.curating.matching_pieces import PieceSpace, piece_signs
from bot.curating.matching_signs import Signs, signs
from bot.curating.matching_words import Wording, worded
from knowledge.embedding import Embedder, PieceEmbedder, Vectors
from knowledge.language_centring import chinese_share

QUESTIONS = tuple(
    Path(__file__).with_name(name)
    for name in ("standard_questions.jsonl", "standard_questions_more.jsonl", "standard_questions_fresh.jsonl")
)
PASSAGES = Path(__file__).parents[3] / "shared" / "data" / "zh_chat" / "questions.jsonl"
_PASSAGE_COUNT = 150
_MIXED = (0.25, 0.75)
_NEIGHBOURS = 4
_CANDIDATES = 24
_MANNERS = {
    "zh": (("请问一下，", "大家好，", "有人知道吗，", "再问一遍："), ("呀，谢谢", "？？急", "，有人知道吗", "来着")),
    "en": (
        ("hi all, ", "anyone know: ", "sorry, ", "quick question: "),
        (" thanks", " pls??", "?? urgent", ", anyone?"),
    ),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """A question with a standard answer, other ways to ask it, and questions that it does not answer.

    ``near`` differ in one thing (another object, side, time, person), ``other`` are of the same corner.
    """

    half: str
    question: str
    text: str
    same: tuple[str, ...]
    near: tuple[str, ...]
    other: tuple[str, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """All of them."""
        return (self.question, *self.same, *self.near, *self.other, *self.retyped, *self.near_retyped)

    @property
    def retyped(self) -> tuple[str, ...]:
        """The question with other manners, and with a slip: what is near in letters is not always a near miss."""
        return _retyped(self.question)

    @property
    def near_retyped(self) -> tuple[str, ...]:
        """The same of a near miss, so that manners do not speak for the same fact."""
        return _retyped(self.near[0]) if self.near else ()


def facts(*halves: str) -> list[Fact]:
    """Those of ``develop``, ``more``, ``held-out`` and ``fresh``; without a name those of develop and held-out.

    These two were drawn by a hash before anything was tuned; the held-out ones have been looked at between tunings
    since. ``more`` were written to learn from; ``fresh`` are of other trades, and were written before that was tuned.
    """
    rows = [json.loads(line) for path in QUESTIONS for line in path.read_text("utf-8").splitlines()]
    made = [
        Fact(row["half"], row["question"], row["text"], tuple(row["same"]), tuple(row["near"]), tuple(row["other"]))
        for row in rows
    ]
    return [one for one in made if one.half in (halves or ("develop", "held-out"))]


def passages(half: str) -> list[Fact]:
    """Real questions that annotators asked about the same few sentences: none is another's. Empty without the data."""
    if not PASSAGES.is_file():
        return []
    threads: dict[str, list[str]] = {}
    for line in PASSAGES.read_text("utf-8").splitlines():
        row = json.loads(line)
        if row.get("thread"):
            threads.setdefault(row["thread"], []).append(row["question"])
    made = [
        Fact(half, questions[0], "", (), tuple(questions[1:]), ())
        for thread, questions in sorted(threads.items())
        if len(set(questions)) == len(questions) > 1
        and hashlib.sha256(thread.encode()).digest()[0] % 2 == (half == "held-out")
    ]
    return made[:_PASSAGE_COUNT]


def language(question: str) -> str:
    """zh, en or mixed."""
    share = chinese_share(question)
    return "mixed" if _MIXED[0] < share < _MIXED[1] else "zh" if share >= _MIXED[1] else "en"


async def vectors_of(texts: Iterable[str], embedder: Embedder) -> dict[str, Vectors]:
    """As questions are embedded."""
    return {text: await embedder.embed_query(text) for text in dict.fromkeys(texts)}


async def states_of(texts: Iterable[str], embedder: PieceEmbedder) -> dict[str, Vectors]:
    """What the model makes of the pieces of questions."""
    return {text: await embedder.embed_pieces(text) for text in dict.fromkeys(texts)}


class Pairs:
    """Signs of pairs of questions, computed once; those of pieces stand after those of words."""

    def __init__(self, vectors: Mapping[str, Vectors], states: Mapping[str, Vectors], space: PieceSpace) -> None:
        self.vectors = vectors
        self._pieces = {text: space.placed(one) for text, one in states.items()}
        self._known: dict[tuple[str, str], Signs] = {}

    def signs(self, asked: str, known: str) -> Signs:
        """Of a question and a way to ask."""
        pair = asked, known
        if pair not in self._known:
            of_words = signs(_worded(asked), _worded(known), self.cosine(asked, known))
            of_pieces = piece_signs(self._pieces[asked], self._pieces[known])
            self._known[pair] = np.concatenate([of_words, of_pieces])
        return self._known[pair]

    def cosine(self, one: str, other: str) -> float:
        """Of their vectors."""
        return float(self.vectors[one] @ self.vectors[other])

    def training(self, rows: Sequence[Fact], strangers: Sequence[Fact] = ()) -> tuple[Signs, Signs, Signs]:
        """Signs of pairs, whether they ask for the same fact, and how much each pair counts."""
        found: list[tuple[Signs, float, float]] = []
        for row in rows:
            ways = (row.question, *row.same)
            others = sorted(one.question for one in rows if one is not row)
            for way in ways:
                found.extend(
                    (self.signs(asked, way), 1.0, 1.0 if way == row.question else 0.5) for asked in ways if asked != way
                )
                found.extend((self.signs(asked, way), 0.0, 1.0) for asked in (*row.near, *row.other))
                found.extend((self.signs(asked, way), 0.0, 0.3) for asked in row.near_retyped)
                nearest = sorted(others, key=lambda one, way=way: -self.cosine(way, one))[:_NEIGHBOURS]  # type: ignore[misc]  # mypy cannot infer the default
                found.extend((self.signs(way, one), 0.0, 0.5) for one in nearest)
            found.extend((self.signs(asked, row.question), 1.0, 0.3) for asked in row.retyped)
            found.extend((self.signs(one, two), 0.0, 0.5) for at, one in enumerate(row.near) for two in row.near[:at])
        for passage in strangers:
            found.extend((self.signs(asked, passage.question), 0.0, 3.0) for asked in passage.near)
        features, truth, importance = zip(*found, strict=True)
        return np.stack(features), np.array(truth), np.array(importance)

    def asked(
        self, rows: Sequence[Fact], model: MatchingModel, *, pool: Sequence[Fact], variants: int = 0
    ) -> list["Asked"]:
        """What becomes of every question when all of ``pool`` have standard answers with so many variants each."""
        ways = {row.question: (row.question, *row.same[:variants]) for row in pool}
        names = [name for name, of_it in ways.items() for _ in of_it]
        matrix = np.stack([self.vectors[way] for of_it in ways.values() for way in of_it])
        found: list[Asked] = []
        for row in rows:
            for kind, texts in _kinds(row, variants):
                for text in texts:
                    nearest = np.argsort(-(matrix @ self.vectors[text]))[:_CANDIDATES]
                    near = list(dict.fromkeys(names[at] for at in nearest))
                    every = model.scores(np.stack([self.signs(text, way) for name in near for way in ways[name]]))
                    scores = model.combined(every.reshape(len(near), -1))
                    found.append(Asked(kind, text, row, float(scores.max()), near[int(scores.argmax())]))
        return found


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and the standard question that it comes nearest to."""

    kind: str
    question: str
    fact: Fact
    score: float
    nearest: str

    @property
    def is_right(self) -> bool:
        """Whether the nearest one's answer is the answer."""
        return self.kind in ("same", "retyped") and self.nearest == self.fact.question


def served(found: Sequence[Asked], at: float, *, kind: str = "same") -> tuple[int, int]:
    """How many of the same fact are given its answer when scores from ``at`` on are, and of how many."""
    same = [one for one in found if one.kind == kind]
    return sum(one.is_right and one.score >= at for one in same), len(same)


def wrongly_served(found: Sequence[Asked], at: float) -> tuple[int, int]:
    """How many of different facts are given an answer, and of how many."""
    different = [one for one in found if one.kind in ("near", "other")]
    return sum(one.score >= at for one in different), len(different)


def _kinds(row: Fact, variants: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "same", row.same[variants:]
    yield "near", row.near
    yield "other", row.other
    yield "retyped", row.retyped


def _retyped(question: str) -> tuple[str, ...]:
    """With manners, and with a slip of the fingers; always the same ones."""
    drawn = hashlib.sha256(question.encode()).digest()
    before, after = _MANNERS["en" if language(question) == "en" else "zh"]
    plain = question.rstrip("？?。. ")
    polite = f"{before[drawn[0] % len(before)]}{question}" if drawn[1] % 2 else f"{plain}{after[drawn[0] % len(after)]}"
    if len(plain) < 2:
        return (polite,)
    words = [word for word in re.findall(r"[A-Za-z]{5,}", plain) if word[1] != word[2]]
    if words:
        word = words[drawn[2] % len(words)]
        return polite, plain.replace(word, word[0] + word[2] + word[1] + word[3:], 1)
    small = [at for at, character in enumerate(plain) if character in "的了要是在有" and at]
    at = small[drawn[2] % len(small)] if small else drawn[2] % len(plain)
    return polite, plain[:at] + plain[at + 1 :] if small else plain[:at] + plain[at] + plain[at:]


@cache
def _worded(text: str) -> Wording:
    return worded(text)
