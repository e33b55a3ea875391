"""Lines found on a picture, put into the order a person reads them, and lines of Chinese prose joined again."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

_MIN_COLUMN_LINES: Final = 4
_MIN_COLUMN_SHARE: Final = 0.2
_MIN_PROSE_CHARS: Final = 12
"""Shorter lines are labels, list items or short messages, however equal their lengths."""
_CHINESE: Final = r"[\u3400-\u9fff\uff0c\u3001\uff08\u201c\u300a]"
_WRAP = re.compile(rf"(?<={_CHINESE})\n(?=[\u3400-\u9fff\uff0c\u3002\u3001\uff1b\uff09\u201d\u300b])")


@dataclass(frozen=True, slots=True)
class TextLine:
    """A recognised line and its upright bounding box in pixels."""

    left: float
    top: float
    right: float
    bottom: float
    text: str


def page_text(lines: Sequence[TextLine]) -> str:
    """The text of a page: columns of prose one after the other, everything else row by row from the top."""
    return "\n".join(_ordered(list(lines)))


def _ordered(lines: list[TextLine]) -> list[str]:
    if not lines:
        return []
    gutter = _gutter(lines)
    if gutter is None:
        return _rows(lines)
    # Lines that cross the gutter (a headline, a wide table) separate what stands above them from what stands below.
    crossing = sorted((line for line in lines if line.left < gutter < line.right), key=lambda line: line.top)
    rest = [line for line in lines if line not in crossing]
    texts: list[str] = []
    for line in [*crossing, None]:
        above = [other for other in rest if line is None or other.top < line.top]
        rest = [other for other in rest if other not in above]
        texts += _ordered([o for o in above if o.right <= gutter]) + _rows([o for o in above if o.left >= gutter])
        if line is not None:
            texts.append(line.text)
    return texts


def _gutter(lines: Sequence[TextLine]) -> float | None:
    """Where a vertical gap parts two columns of prose; labels beside values (a receipt, a form) are no columns."""
    left, right = min(line.left for line in lines), max(line.right for line in lines)
    width = right - left
    height = median(line.bottom - line.top for line in lines)
    edges = sorted({line.right for line in lines if line.right < right - width * _MIN_COLUMN_SHARE})
    best: tuple[int, float] | None = None
    for edge in edges:
        if edge < left + width * _MIN_COLUMN_SHARE:
            continue
        middle = edge + height / 4
        crossing = sum(line.left < middle < line.right for line in lines)
        before = [line for line in lines if line.right <= middle]
        after = [line for line in lines if line.left >= middle]
        if min(len(before), len(after)) < _MIN_COLUMN_LINES or crossing * 5 > len(lines):
            continue
        if all(_is_prose(side, width) for side in (before, after)) and (best is None or crossing < best[0]):
            best = (crossing, middle)
    return best[1] if best else None


def _is_prose(lines: Sequence[TextLine], width: float) -> bool:
    return median(line.right - line.left for line in lines) >= width * _MIN_COLUMN_SHARE


def _rows(lines: Sequence[TextLine]) -> list[str]:
    """Lines from the top; those at the same height form one row from the left."""
    rows: list[list[TextLine]] = []
    for line in sorted(lines, key=lambda line: (line.top + line.bottom) / 2):
        last = rows[-1][-1] if rows else None
        middle = (line.top + line.bottom) / 2
        if last and last.top < middle < last.bottom and (last.top + last.bottom) / 2 > line.top:
            rows[-1].append(line)
        else:
            rows.append([line])
    return ["  ".join(line.text for line in sorted(row, key=lambda line: line.left)) for row in rows]


def join_wrapped_chinese(text: str) -> str:
    """Remove line breaks inside Chinese sentences, where a break would part a word; short lines stay apart."""
    lines = text.split("\n")
    longest = max(len(line) for line in lines)
    if longest < _MIN_PROSE_CHARS:
        return text
    joined = lines[:1]
    for before, line in itertools.pairwise(lines):
        full = len(before) * 10 >= longest * 7
        if full and _WRAP.search(f"{before[-1:]}\n{line[:1]}"):
            joined[-1] += line
        else:
            joined.append(line)
    return "\n".join(joined)
