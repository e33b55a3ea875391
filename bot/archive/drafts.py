"""Drafts: what a batch of records says, read from the truth in one moment and cut into passages without vectors."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from sqlalchemy.orm import Session

from bot.archive.draft import Draft
from bot.archive.shared import SharedFile, SharedLink, file_drafts, link_draft, read_shared
from bot.truth.talk import Placed, place_with_neighbours
from knowledge.chunking import chunk_text
from knowledge.embedding import Vectors
from knowledge.lexical import CONTEXT_AVERAGE_LENGTH, OWN_AVERAGE_LENGTH, sparse_document, terms
from knowledge.passage import ChannelId, IndexedPassage, Passage, PersonId, RecordId
from knowledge.qdrant.schema import AROUND, CONTEXT, DENSE, TERMS
from knowledge.surroundings import Line, context_vector

_EMBEDDED_CHARS = 2000
"""More is beyond the 512 tokens that the default embedding model reads."""


@dataclass(slots=True)
class Work:
    """What a batch of tickets means: messages, files and links to write, records to take out."""

    placed: list[Placed] = field(default_factory=list)
    files: list[SharedFile] = field(default_factory=list)
    links: list[SharedLink] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)


def read_work(session: Session, record_ids: Sequence[str]) -> Work:
    """What ``record_ids`` and their neighbours mean for the archive, of this moment."""
    work = Work(placed=place_with_neighbours(session, record_ids))
    placed = {one.spoken.record_id for one in work.placed}
    rest = [record_id for record_id in record_ids if record_id not in placed]
    work.files, work.links = read_shared(session, rest, work.placed)
    alive = {*(file.row.file_id for file in work.files), *(link.row.link_id for link in work.links)}
    work.gone = [record_id for record_id in rest if record_id not in alive]
    return work


def drafts_of(work: Work) -> list[Draft]:
    """The passages of a batch, those of one record together. Blocks: cuts text."""
    drafts: list[Draft] = []
    for placed in work.placed:
        drafts.extend(_message_drafts(placed))
    for file in work.files:
        drafts.extend(file_drafts(file))
    drafts.extend(link_draft(link) for link in work.links)
    return drafts


def _message_drafts(placed: Placed) -> Iterable[Draft]:
    spoken = placed.spoken
    context = placed.surroundings.context()
    for number, text in enumerate(chunk_text(spoken.text)):
        passage = Passage(
            record_id=RecordId(spoken.record_id),
            chunk=number,
            kind="message",
            channel_id=ChannelId(spoken.channel_id),
            author_id=PersonId(spoken.author_id),
            sent_at=spoken.sent_at,
            text=text,
            context=placed.surroundings.asked(),
            thread_id=RecordId(spoken.thread_id) if spoken.thread_id else None,
        )
        key = spoken.record_id if number == 0 and text == spoken.text else f"{spoken.record_id}#{number}"
        line = Line(record_id=key, author=spoken.author, text=text)
        yield Draft(passage, line, line.spoken(), f"{line.spoken()}\n{context}", placed.surroundings)


def without_words(work: Work, drafts: Sequence[Draft]) -> list[str]:
    """Records that must not be found: gone, or edited until nothing was left to find."""
    taken = [
        *(placed.spoken.record_id for placed in work.placed),
        *(file.row.file_id for file in work.files),
        *(link.row.link_id for link in work.links),
    ]
    spoken = {str(draft.passage.record_id) for draft in drafts}
    return [*work.gone, *(record_id for record_id in taken if record_id not in spoken)]


def indexed_records(session: Session, record_ids: Sequence[str]) -> set[str]:
    """Those of ``record_ids`` that the searched archive should hold: alive, and with words."""
    work = read_work(session, record_ids)
    return {str(draft.passage.record_id) for draft in drafts_of(work)}.intersection(record_ids)


def texts_to_embed(drafts: Iterable[Draft]) -> dict[str, str]:
    """By the key of its line, everything that ``with_vectors`` needs a vector of."""
    lines = {line.record_id: line for draft in drafts for line in draft.lines()}
    return {key: line.spoken()[:_EMBEDDED_CHARS] for key, line in lines.items()}


def with_vectors(drafts: Sequence[Draft], vectors: Mapping[str, Vectors]) -> list[IndexedPassage]:
    """The passages as they are written. Blocks: cuts words."""
    return [_with_vectors(draft, vectors) for draft in drafts]


def chunk_counts(drafts: Iterable[Draft]) -> dict[RecordId, int]:
    """How many chunks a record has now; former ones beyond it are left over."""
    counts: dict[RecordId, int] = {}
    for draft in (draft for draft in drafts if not draft.alone):
        counts[draft.passage.record_id] = max(counts.get(draft.passage.record_id, 0), draft.passage.chunk + 1)
    return counts


def _with_vectors(draft: Draft, vectors: Mapping[str, Vectors]) -> IndexedPassage:
    own = vectors[draft.line.record_id]
    around = own if draft.surroundings is None else context_vector(draft.surroundings, vectors)
    return IndexedPassage(
        passage=draft.passage,
        dense={DENSE: own.tolist(), AROUND: around.tolist()},
        sparse={
            TERMS: sparse_document(_terms_of_lines(draft.own_words), average_length=OWN_AVERAGE_LENGTH),
            CONTEXT: sparse_document(_terms_of_lines(draft.context_words), average_length=CONTEXT_AVERAGE_LENGTH),
        },
    )


def _terms_of_lines(text: str) -> list[str]:
    # By line: neighbours occur in five contexts each and are cut into words once.
    return [term for line in text.split("\n") for term in _line_terms(line)]


@lru_cache(maxsize=16384)
def _line_terms(line: str) -> tuple[str, ...]:
    return tuple(terms(line))
