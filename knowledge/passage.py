"""Passages: what Qdrant stores and returns, and the filters that decide who may see them."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Literal, NewType
from uuid import UUID, uuid5

ChannelId = NewType("ChannelId", str)
PersonId = NewType("PersonId", str)
RecordId = NewType("RecordId", str)

PassageKind = Literal["message", "file", "link", "digest", "curated"]

_PASSAGE_NAMESPACE = UUID("8a6e4a0c-5f5b-4c55-9f0e-6b1f5c1d2a77")


@lru_cache(maxsize=16384)
def passage_id(record_id: RecordId, chunk: int = 0) -> str:
    """The point id of a chunk of a record: deterministic, so retries, replays and edits overwrite themselves."""
    return str(uuid5(_PASSAGE_NAMESPACE, f"{record_id}#{chunk}"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A message or a chunk of a file with everything search, timeline and citations need.

    ``text`` is what is shown and quoted. ``context`` is the question that it may answer, when somebody asked right
    before: it helps to rank the passage and is never quoted as its words.
    """

    record_id: RecordId
    chunk: int
    kind: PassageKind
    channel_id: ChannelId
    author_id: PersonId
    sent_at: datetime
    text: str
    context: str = ""
    categories: tuple[str, ...] = ()
    thread_id: RecordId | None = None
    file_id: RecordId | None = None
    """The shared file the chunk was read from; deleting the file deletes by this key."""
    page: str | None = None
    """Page number, sheet or slide inside the file."""

    @property
    def point_id(self) -> str:
        """Deterministic point id of this passage."""
        return passage_id(self.record_id, self.chunk)


@dataclass(frozen=True, slots=True)
class Audience:
    """The channels that everybody who will read the result may read.

    A mandatory argument of every read: there is no way to ask the archive without saying for whom. ``everything``
    is for the operator's own command line only.
    """

    channel_ids: frozenset[ChannelId] = frozenset()
    everything: bool = False

    @classmethod
    def operator(cls) -> "Audience":
        """The command line on the machine that holds the archive: its user could read the files anyway."""
        return cls(everything=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageFilter:
    """Narrows a search; empty fields do not narrow. Times are timezone-aware, ``until`` is exclusive."""

    channel_ids: frozenset[ChannelId] = frozenset()
    author_ids: frozenset[PersonId] = frozenset()
    kinds: frozenset[PassageKind] = frozenset()
    categories: frozenset[str] = frozenset()
    record_ids: frozenset[RecordId] = frozenset()
    since: datetime | None = None
    until: datetime | None = None


NO_FILTER = PassageFilter()
"""Narrows nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SparseTerms:
    """A sparse vector: unique token ids (u32) and their weights, equally long."""

    indices: tuple[int, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedPassage:
    """A passage with its vectors, ready for Qdrant. Names of the vectors are those of ``knowledge.qdrant.schema``."""

    passage: Passage
    dense: dict[str, list[float]] = field(default_factory=dict)
    sparse: dict[str, SparseTerms] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredPassage:
    """A passage that a search found; ``score`` orders results of one search and means nothing between searches."""

    passage: Passage
    score: float
    signals: dict[str, float] = field(default_factory=dict)
