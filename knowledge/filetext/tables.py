"""Tables as text: one row a line, the header marked, so that people, chunking and language models can all read it."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

_HEADER_SEARCH_ROWS = 10


def _cells(row: Iterable[str]) -> list[str]:
    return [" ".join(cell.split()) for cell in row]


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _header_index(rows: Sequence[Sequence[str]]) -> int:
    """The first row that is nearly as full as the fullest: a title or a note above a table fills one cell or two."""
    filled = [sum(bool(cell) for cell in row) for row in rows]
    fullest = max(filled)
    return next(index for index, count in enumerate(filled) if count * 5 >= fullest * 3)


def table_lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Lines of a table; rows and trailing cells without text are left out. Lazy, so a caller may stop at a limit."""
    cleaned = (_cells(row) for row in rows)
    full = (row for row in cleaned if any(row))
    head = list(islice(full, _HEADER_SEARCH_ROWS))
    if not head:
        return
    if max(len(row) for row in head) == 1:
        yield from (row[0] for row in head)
        yield from (" ".join(cell for cell in row if cell) for row in full)
        return
    used = [index for index in range(max(len(row) for row in head)) if any(index < len(r) and r[index] for r in head)]
    last_used = used[-1]
    header = _header_index(head)
    for row in head[:header]:
        yield " ".join(cell for cell in row if cell)
    yield _line(head[header][: last_used + 1])
    yield "|" + " --- |" * min(len(head[header]), last_used + 1)
    for rest in (head[header + 1 :], full):
        for row in rest:
            end = max(index for index, cell in enumerate(row) if cell)
            yield _line(row[: end + 1])
