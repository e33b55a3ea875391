"""What surrounds a message: short messages mean nothing alone, so neighbours help to find them.

The context vector costs no embedding of its own: it is the weighted mean of the message's vector and those of its
neighbours and thread head. The weights were chosen on the LoCoMo and Chinese development chats.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.embedding import Vectors
from knowledge.questions import is_question

REACH = 2
"""Neighbours taken on either side."""

_OFFSET_WEIGHTS: Mapping[int, float] = {-2: 0.3, -1: 0.7, 0: 1.0, 1: 0.5, 2: 0.3}
_HEAD_WEIGHT = 0.5
_QUESTION_CHARS = 300
"""The end of a long message is where it asks."""


@dataclass(frozen=True, slots=True)
class Line:
    """One message as a line of talk."""

    record_id: str
    author: str
    text: str

    def spoken(self) -> str:
        """Speaker and words: what is embedded, since questions name people."""
        return f"{self.author}: {self.text}" if self.author else self.text


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A line with its neighbours by offset (-2 … 2, itself left out) and the head of its thread."""

    line: Line
    neighbours: Mapping[int, Line]
    head: Line | None = None

    def lines(self) -> list[Line]:
        """Everything around the line, in reading order, the head first; the line itself included."""
        around = {**self.neighbours, 0: self.line}
        ordered = [around[offset] for offset in sorted(around)]
        if self.head is not None and all(line.record_id != self.head.record_id for line in ordered):
            ordered.insert(0, self.head)
        return ordered

    def asked(self) -> str:
        """The question that the line may answer: the line before it or its thread's head.

        People answer themselves, too; a second question in a row is no answer to the first.
        """
        goes_on = is_question(self.line.text)
        for line in (self.neighbours.get(-1), self.head):
            if line is not None and is_question(line.text) and not (goes_on and line.author == self.line.author):
                return line.text[-_QUESTION_CHARS:]
        return ""

    def context(self) -> str:
        """The neighbours as text, without the line itself."""
        return "\n".join(line.spoken() for line in self.lines() if line.record_id != self.line.record_id)


def surround(talk: Sequence[Line], at: int, head: Line | None = None) -> Surroundings:
    """The surroundings of ``talk[at]`` within one channel or thread in order of time."""
    neighbours = {
        offset: talk[at + offset] for offset in range(-REACH, REACH + 1) if offset and 0 <= at + offset < len(talk)
    }
    return Surroundings(line=talk[at], neighbours=neighbours, head=head)


def context_vector(surroundings: Surroundings, vectors: Mapping[str, Vectors]) -> Vectors:
    """Mean of the line's and its neighbours' vectors (by record id), weighted and of length 1."""
    total = vectors[surroundings.line.record_id] * _OFFSET_WEIGHTS[0]
    for offset, line in surroundings.neighbours.items():
        total = total + vectors[line.record_id] * _OFFSET_WEIGHTS[offset]
    if surroundings.head is not None:
        total = total + vectors[surroundings.head.record_id] * _HEAD_WEIGHT
    norm = float(np.linalg.norm(total))
    return np.asarray(total / norm if norm > 0 else total, dtype=np.float32)
