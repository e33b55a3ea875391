"""Text files, Markdown and CSV in any encoding: one page, the words untouched."""

import csv
import re
from collections.abc import Iterator
from io import StringIO
from typing import Final

from knowledge.filetext.encoding import decode_text
from knowledge.filetext.reading import Reading
from knowledge.filetext.tables import table_lines

_HEADING = re.compile(r"^#{1,2}\s+(\S.*)$|^title:\s*[\"']?(\S.*?)[\"']?\s*$", re.MULTILINE)
_ESCAPES = re.compile(r"(?<!\\)(?:\\u(?!00[0-7])[0-9a-fA-F]{4})+")
_DELIMITERS: Final = ",\t;|"
_FIELD_LIMIT: Final = 1_000_000


def read_plain(data: bytes, reading: Reading) -> None:
    """Read a text file as it is; in JSON, characters written as numbers become characters again."""
    text = decode_text(data)
    reading.add("", _ESCAPES.sub(_unescaped, text) if text.lstrip("\ufeff \t\r\n").startswith(("{", "[")) else text)


def _unescaped(found: re.Match[str]) -> str:
    # Pairs of surrogates are one character.
    units = bytes.fromhex(found[0].replace("\\u", ""))
    return units.decode("utf-16-be", errors="replace")


def read_markdown(data: bytes, reading: Reading) -> None:
    """Read Markdown as it is; its title is the first heading or the one of its front matter."""
    text = decode_text(data)
    heading = _HEADING.search(text[:4000])
    if heading:
        reading.title = (heading.group(1) or heading.group(2)).strip()[:300]
    reading.add("", text)


def read_csv(data: bytes, reading: Reading) -> None:
    """Read comma, tab, semicolon or bar separated values as a table."""
    text = decode_text(data)
    lines: list[str] = []
    chars = 0
    for line in table_lines(_rows(text)):
        lines.append(line)
        chars += len(line)
        if chars > reading.limits.max_chars:
            break
    reading.add("", "\n".join(lines))


def _rows(text: str) -> Iterator[list[str]]:
    """Rows; as soon as the quoting breaks down, the rest is taken line by line."""
    csv.field_size_limit(_FIELD_LIMIT)
    head = text[:10_000].split("\n")[:20]
    delimiter = max(_DELIMITERS, key=lambda candidate: sum(line.count(candidate) for line in head))
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    try:
        yield from reader
    except csv.Error:
        yield from (line.split(delimiter) for line in text.split("\n")[reader.line_num - 1 :])
