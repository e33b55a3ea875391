"""A standard answer as it is kept, what it rests on, and who may be given it."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from bot.errors import Language
from knowledge.passage import Audience

State = Literal["proposed", "approved", "removed"]
Concern = Literal["expired", "source_edited", "contradicted", "source_deleted", "question_deleted"]
"""Why one that was approved is given no more."""

EVERYBODY: Final = "*"
"""In place of channels: whoever may ask may be given it. Only for one that rests on no source."""
_MARK = re.compile(r"\[(\d{1,3})\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardSource:
    """A message, or a page of a file shared with it, that a standard answer rests on; ``[n]`` in the text."""

    n: int
    record_id: str
    file_id: str | None = None
    page: str | None = None
    channel_id: str = ""
    """Where it stands now; filled in when it is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardAnswer:
    """An answer to be given as it is. ``channel_ids``: who may read all of them may be given it."""

    standard_answer_id: str
    question: str
    variants: tuple[str, ...]
    text: str
    language: Language
    sources: tuple[StandardSource, ...]
    proposed_by: str
    owner: str
    state: State
    proposed_at: datetime
    approved_at: datetime | None
    valid_until: datetime | None
    channel_ids: frozenset[str]
    """The channels of its sources and those that it was narrowed to; ``EVERYBODY`` only without sources."""
    narrowed_to: frozenset[str]
    """As an operator set it."""
    replaces_answer_id: str | None = None
    changed_at: datetime | None = None
    changed_by: str | None = None
    contested_by: str | None = None
    """A newer message that seems to say something else, or the source that was edited."""
    contested_at: datetime | None = None

    @property
    def questions(self) -> tuple[str, ...]:
        """Every way to ask it."""
        return (self.question, *self.variants)

    def may_be_given(self, audience: Audience) -> bool:
        """Whether everybody in the audience may read everything that it rests on."""
        if audience.everything:
            return True
        if not self.sources and EVERYBODY in self.channel_ids:
            return True
        return bool(self.channel_ids) and self.channel_ids <= audience.channel_ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """One that was approved and is given no more until an operator has looked."""

    standard_answer: StandardAnswer
    concern: Concern
    since: datetime
    record_id: str | None
    """The message by which it was contested, or the source that was edited or deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an answer would be as a standard answer; an operator edits it."""

    question: str
    text: str
    sources: tuple[StandardSource, ...]
    channel_ids: tuple[str, ...]
    """Where the question was asked; only for an answer that rests on no source."""
    language: Language
    replaces_answer_id: str
    standard_answer_id: str | None
    """The one that was given as this answer, to be edited instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uses:
    """How often a standard answer was given in chat, and what people thought of it."""

    given: int = 0
    up: int = 0
    down: int = 0


def effective_channels(sources: Collection[StandardSource], narrowed_to: Collection[str]) -> frozenset[str]:
    """The channels that a reader must be able to read: nobody is let in by a setting who may not read a source."""
    if not sources:
        return frozenset(narrowed_to)
    return frozenset(source.channel_id for source in sources) | (frozenset(narrowed_to) - {EVERYBODY})


def marks_in(text: str) -> list[int]:
    """The numbers of the sources that a text cites, in order, each once."""
    return list(dict.fromkeys(int(number) for number in _MARK.findall(text)))


def renumbered(text: str, numbers: dict[int, int]) -> str:
    """The text with other numbers in its marks; a mark without a new number is left out."""

    def mark(found: re.Match[str]) -> str:
        number = numbers.get(int(found[1]))
        return f"[{number}]" if number is not None else ""

    return _MARK.sub(mark, text)
