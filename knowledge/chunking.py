"""Pages of a file cut into chunks of the size that is embedded and quoted: along paragraphs, rows and sentences."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

MAX_WEIGHT: Final = 480.0
"""About the tokens of a chunk: 480 Chinese characters or 1,200 of English prose. The embedding model takes 512."""
_PARAGRAPH_SHARE: Final = 0.62
"""From this share of the limit on a chunk ends with the paragraph, from the next one on with the sentence."""
_SENTENCE_SHARE: Final = 0.85
_SENTENCE_MARKS: Final = tuple("。！？；…!?.;")
_LETTER_WEIGHT: Final = 0.4
_SPACE_WEIGHT: Final = 0.3
_MARK_WEIGHT: Final = 1.0
_OTHER_WEIGHT: Final = 1.0
_MAX_HEADER_WEIGHT: Final = 160.0
_SENTENCE_END = re.compile(r"(?<=[。！？；!?…])(?![”’」』）)\"'。！？；!?…])|(?<=[.;:][\s\"'”’)])(?=\S)|(?<=\n)")
_CLAUSE_END = re.compile(r"(?<=[，、：])|(?<=\s)")
_PARAGRAPH_END = re.compile(r"(?<=\n)(?=[^\n])")
_RULE = re.compile(r"^\|(?: *:?-{3,}:? *\|)+\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A piece of one page. ``label`` is the page's, None for a file without pages.

    The first ``repeated_chars`` characters of ``text`` repeat the header of the table that the rows belong to; without
    them the chunks hold every character of the file but white space exactly once, in order.
    """

    label: str | None
    text: str
    repeated_chars: int = 0


@dataclass(frozen=True, slots=True)
class _Piece:
    """Text that is not cut any further; ``header`` is set for the rows of a table."""

    text: str
    weight: float
    header: str = ""
    ends_paragraph: bool = False


def text_weight(text: str) -> float:
    """Roughly the tokens of ``text`` for a multilingual model: a Chinese character one, an English word about two."""
    weight = 0.0
    for character in text:
        if not character.isascii():
            weight += _OTHER_WEIGHT
        elif character.isalpha():
            weight += _LETTER_WEIGHT
        elif character.isspace():
            weight += _SPACE_WEIGHT
        else:
            weight += _MARK_WEIGHT
    return weight


def chunk_pages(pages: Iterable[tuple[str, str]], *, max_weight: float = MAX_WEIGHT) -> list[Chunk]:
    """Chunks of all pages, each a label and a text, in order.

    No chunk spans two pages, none is heavier than ``max_weight``.

    >>> [chunk.text for chunk in chunk_pages([PageText("1", "预算已通过。")])]
    ['预算已通过。']
    """
    return [
        Chunk(label=label or None, text=text, repeated_chars=repeated)
        for label, page in pages
        for text, repeated in _page_chunks(page, max_weight)
    ]


def chunk_text(text: str, *, max_weight: float = MAX_WEIGHT) -> list[str]:
    """A message cut into chunks; one that fits stays exactly as it is, and one without text gives none."""
    if text_weight(text) <= max_weight:
        return [text] if text.strip() else []
    return [chunk for chunk, _ in _page_chunks(text, max_weight)]


def _page_chunks(text: str, max_weight: float) -> Iterator[tuple[str, int]]:
    parts: list[str] = []
    repeated = ""
    weight = 0.0
    enough = max_weight
    for piece in _pieces(text, max_weight):
        if parts and (weight + piece.weight > max_weight or weight >= enough):
            yield from _joined(parts, repeated)
            parts, repeated, weight = [], "", 0.0
        if not parts and piece.header:
            repeated, weight = piece.header, text_weight(piece.header)
        parts.append(piece.text)
        weight += piece.weight
        enough = max_weight * _share(piece)
    if parts:
        yield from _joined(parts, repeated)


def _share(piece: _Piece) -> float:
    if piece.ends_paragraph:
        return _PARAGRAPH_SHARE
    return _SENTENCE_SHARE if piece.text.rstrip().endswith(_SENTENCE_MARKS) else 1.0


def _joined(parts: list[str], repeated: str) -> Iterator[tuple[str, int]]:
    text = "".join(parts).strip()
    if text:
        yield repeated + text, len(repeated)


def _pieces(text: str, max_weight: float) -> Iterator[_Piece]:
    """Paragraphs as sentences, tables as rows that know their header."""
    header = ""
    lines = _PARAGRAPH_END.split(text)
    for number, line in enumerate(lines):
        following = lines[number + 1] if number + 1 < len(lines) else ""
        if not line.startswith("|"):
            header = ""
        if not header and line.startswith("|") and _RULE.match(following.rstrip()):
            header = _header(line, following)
            yield from _cut(line, max_weight, "", ends_paragraph=False)
            continue
        if header and _RULE.match(line.rstrip()):
            yield from _cut(line, max_weight, "", ends_paragraph=False)
            continue
        room = max_weight - text_weight(header)
        yield from _cut(line, room, header, ends_paragraph=line.endswith("\n\n") or bool(header))


def _header(line: str, rule: str) -> str:
    """What is repeated above later rows; a header that would fill a good part of each chunk is not."""
    header = f"{line.rstrip()}\n{rule.rstrip()}\n"
    return header if text_weight(header) <= _MAX_HEADER_WEIGHT else ""


def _cut(text: str, room: float, header: str, *, ends_paragraph: bool) -> Iterator[_Piece]:
    """A line as it is if it fits into ``room``, as sentences, clauses or bare characters otherwise."""
    weight = text_weight(text)
    if weight <= room and header:
        yield _Piece(text, weight, header, ends_paragraph)
        return
    sentences = [part for part in _SENTENCE_END.split(text) if part]
    for number, sentence in enumerate(sentences):
        last = ends_paragraph and number == len(sentences) - 1
        for part in _fitting(sentence, room):
            yield _Piece(part, text_weight(part), header, last)


def _fitting(text: str, room: float) -> Iterator[str]:
    """``text`` in parts that fit, cut after a comma or a space where there is one."""
    if text_weight(text) <= room:
        yield text
        return
    part, weight = "", 0.0
    for clause in (clause for clause in _CLAUSE_END.split(text) if clause):
        clause_weight = text_weight(clause)
        if part and weight + clause_weight > room:
            yield part
            part, weight = "", 0.0
        if clause_weight > room:
            *whole, clause = _by_characters(clause, room)
            yield from whole
            clause_weight = text_weight(clause)
        part += clause
        weight += clause_weight
    if part:
        yield part


def _by_characters(text: str, room: float) -> Iterator[str]:
    start, weight = 0, 0.0
    for position, character in enumerate(text):
        character_weight = text_weight(character)
        if weight + character_weight > room and position > start:
            yield text[start:position]
            start, weight = position, 0.0
        weight += character_weight
    yield text[start:]
