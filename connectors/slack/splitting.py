"""Long texts in pieces that read well: cut between paragraphs, else lines, else sentences, else words."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

_WHOLE: Final = re.compile(r"\[\d{1,3}\]|https?://[^\s<>|]+")
"""What is never cut: a mark of a source, an address."""
_ENDS: Final = (
    re.compile(r"\n[ \t]*\n+"),
    re.compile(r"\n+"),
    re.compile(r"(?:[。！？…；]|[.!?](?=[\s\[]))[”’\"')）】」]*(?:[ \t]?\[\d{1,3}\])*[ \t]*"),
    re.compile(r"[，、,;：:]\s*|[ \t]+"),
)
_JOINERS: Final = "\u200d\ufe0e\ufe0f\u20e3"
_LEAST_SHARE: Final = 0.4
"""A cut nearer to the beginning wastes too much: the next finer one is taken."""


def split(text: str, most: int) -> list[str]:
    """Pieces of at most ``most`` characters, without the white space where they were cut; never an empty one."""
    return [piece for piece in _pieces(text.strip(), most) if piece]


def cut(text: str, most: int) -> str:
    """The beginning of a text, and ``…`` when something is missing."""
    if len(text) <= most:
        return text
    return f"{text[: _safe(text, most - 1)].rstrip()}…"


def _pieces(text: str, most: int) -> Iterator[str]:
    while len(text) > most:
        end = _end(text, most)
        yield text[:end].strip()
        text = text[end:].strip()
    yield text


def _end(text: str, most: int) -> int:
    window, whole = text[:most], [found.span() for found in _WHOLE.finditer(text[: most + 3000])]
    for ends in _ENDS:
        best = 0
        for found in ends.finditer(window):
            end = found.end()
            # At the edge of the window the mark of a source may still follow the sentence.
            if not any(start < end < stop for start, stop in whole) and not text[end:].startswith("["):
                best = end
        if best >= most * _LEAST_SHARE:
            return best
    return _safe(text, most)


def _safe(text: str, end: int) -> int:
    """The last place not after ``end`` that is inside no mark, no short address and no visible character."""
    for found in _WHOLE.finditer(text[: end + 3000]):
        start, stop = found.span()
        if start < end < stop and start > 0:
            end = start
    at = end
    while at > max(1, end - 32) and (
        unicodedata.combining(text[at]) or text[at] in _JOINERS or text[at - 1] == "\u200d" or _is_skin_tone(text[at])
    ):
        at -= 1
    return at


def _is_skin_tone(character: str) -> bool:
    return "\U0001f3fb" <= character <= "\U0001f3ff"
