"""All ways to ask what has a standard answer, ready to be compared: taken apart once, their vectors kept in memory.

Nothing of it is written to disk: a way that is asked no more is forgotten with the next question.
"""

import heapq
import math
import re
import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from bot.curating.matching_words import Unit, Wording, worded
from knowledge.embedding import Vectors
from knowledge.lexical import normalize, terms

_BY_MEANING: Final = 8
_BY_WORDS: Final = 8
"""Known questions that are looked at closely, of those with the nearest vectors and with the most in common."""
NO_PIECES: Final[Vectors] = np.zeros((0, 1), np.float32)
_POLITE: Final = re.compile(r"请问|麻烦|一下|[的吗呢啊呀请]|\b(?:the|an?|please|pls|hi|hello|is|are)\b")
"""Words that change no question; taken out before Chinese is cut into pairs of characters."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to ask."""

    wording: Wording
    words: frozenset[str]

    @property
    def said(self) -> tuple[frozenset[str], frozenset[str], bool]:
        """The same for the same words in any order; those that ask (who, when) are none to search for, but count."""
        return self.words, self.wording.asked, self.wording.negated


def taken_apart(question: str) -> Way:
    """A question ready to be compared; less than a ms."""
    return Way(worded(question), frozenset(terms(_POLITE.sub(" ", normalize(question)))))


class Ways:
    """The ways to ask, by their text. Every method blocks for some ms: for threads, one at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ways: dict[str, Way] = {}
        self._vectors: dict[str, Vectors] = {}
        self._pieces: dict[str, Vectors] = {}
        self._by_name: dict[str, list[str]] = {}
        self._by_said: dict[tuple[frozenset[str], frozenset[str], bool], list[str]] = {}
        self._texts: tuple[str, ...] = ()
        self._matrix: Vectors | None = None
        self._matrix_texts: list[str] = []

    def prepare(self, texts: Iterable[str]) -> None:
        """Know exactly these ways."""
        with self._lock:
            wanted = tuple(dict.fromkeys(texts))
            if wanted == self._texts:
                return
            self._ways = {text: self._ways.get(text) or taken_apart(text) for text in wanted}
            self._vectors = {text: vector for text, vector in self._vectors.items() if text in self._ways}
            self._pieces = {text: pieces for text, pieces in self._pieces.items() if text in self._ways}
            self._by_name, self._by_said = {}, {}
            for text, way in self._ways.items():
                self._by_said.setdefault(way.said, []).append(text)
                for name in _names(way.wording.units):
                    self._by_name.setdefault(name, []).append(text)
            self._texts, self._matrix = wanted, None

    @property
    def texts(self) -> tuple[str, ...]:
        """The ways that are known."""
        return self._texts

    def remember(self, text: str, vector: Vectors, pieces: Vectors) -> None:
        """Keep the vector of a way, and its pieces as they are compared."""
        with self._lock:
            if text in self._ways:
                self._vectors[text], self._pieces[text] = vector, pieces.astype(np.float16)
                self._matrix = None

    def without_vector(self, texts: Iterable[str]) -> list[str]:
        """Those of the ways whose vectors are not known."""
        return [text for text in texts if text not in self._vectors]

    def way(self, text: str) -> Way:
        """A way; one that another question made forgotten meanwhile is taken apart again."""
        return self._ways.get(text) or taken_apart(text)

    def cosine(self, text: str, vector: Vectors) -> float:
        """Of the vector of a way and another; 0 when it is not known."""
        known = self._vectors.get(text)
        return 0.0 if known is None else float(known @ vector)

    def pieces(self, text: str) -> Vectors:
        """The pieces of a way; none when they are not known."""
        return self._pieces.get(text, NO_PIECES).astype(np.float32)

    def same_words(self, asked: Way) -> list[str]:
        """The ways that say the same in the same words, whatever their order."""
        return self._by_said.get(asked.said, []) if asked.words else []

    def nearest(self, asked: Way, vector: Vectors, among: Mapping[str, str]) -> list[str]:
        """The known questions that a question may be; ``among`` tells of which known question a way is."""
        with self._lock:
            by_words = self._by_words(asked)
            by_meaning = self._by_meaning(vector)
        found = _first(by_meaning, among, _BY_MEANING)
        return list(dict.fromkeys([*found, *_first(by_words, among, _BY_WORDS)]))

    def _by_words(self, asked: Way) -> list[str]:
        shared: defaultdict[str, float] = defaultdict(float)
        for unit in asked.wording.units:
            texts = {text for name in unit.names for text in self._by_name.get(name, ())}
            # What stands in few questions tells more of a question than what stands in many.
            for text in texts:
                shared[text] += 1.0 / math.sqrt(1 + len(texts))
        return heapq.nlargest(_BY_WORDS * 8, shared, key=shared.__getitem__)

    def _by_meaning(self, vector: Vectors) -> list[str]:
        if self._matrix is None:
            self._matrix_texts = [text for text in self._texts if text in self._vectors]
            self._matrix = (
                np.stack([self._vectors[text] for text in self._matrix_texts])
                if self._matrix_texts
                else np.zeros((0, len(vector)), np.float32)
            )
        if not len(self._matrix):
            return []
        likeness = self._matrix @ vector
        count = min(len(likeness), _BY_MEANING * 16)
        nearest = np.argpartition(-likeness, count - 1)[:count]
        return [self._matrix_texts[at] for at in nearest[np.argsort(-likeness[nearest])]]


def _names(units: Sequence[Unit]) -> set[str]:
    return {name for unit in units for name in unit.names if unit.kind != "common"}


def _first(texts: Iterable[str], among: Mapping[str, str], most: int) -> list[str]:
    found: dict[str, None] = {}
    for text in texts:
        if text in among:
            found.setdefault(among[text])
            if len(found) == most:
                break
    return list(found)
