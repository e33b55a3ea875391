"""Workbooks (xlsx, xls, xlsb, ods): one page a sheet, one line a row, values as a person reads them."""

import re
from collections.abc import Iterable
from itertools import chain, groupby
from typing import Any, Final

from knowledge.filetext.extraction import extract, keep_metadata
from knowledge.filetext.ocr import picture_text
from knowledge.filetext.package import Package
from knowledge.filetext.reading import Reading
from knowledge.filetext.tables import table_lines

_LONG_FLOAT = re.compile(r"-?\d+\.\d{12,}")
_MIDNIGHT: Final = " 00:00:00"
_PICTURES: Final = "xl/media/"


def read_spreadsheet(data: bytes, media_type: str, reading: Reading) -> None:
    """Read a workbook; a page's label is the sheet's name."""
    pictures: list[bytes] = []
    if data.startswith(b"PK"):
        with Package(data, reading) as package:
            names = sorted(name for name in package.names if name.startswith(_PICTURES))
            pictures = [part for part in map(package.read, names) if part]
    result = extract(data, media_type)
    reading.title, reading.metadata = keep_metadata(result.metadata)
    sheets = [str(name) for name in result.metadata.get("sheet_names") or []]
    for number, tables in groupby(result.tables, key=lambda table: int(table.page_number)):
        label = sheets[number - 1] if 0 < number <= len(sheets) else str(number)
        rows = chain.from_iterable(table.cells for table in tables)
        reading.add(label, _sheet_text(rows, reading))
    for number, picture in enumerate(pictures, start=1):
        reading.add(f"image {number}", picture_text(picture, reading))


def _sheet_text(rows: Iterable[Any], reading: Reading) -> str:
    lines: list[str] = []
    chars = 0
    for line in table_lines([_value(cell) for cell in row] for row in rows):
        lines.append(line)
        chars += len(line)
        if chars > reading.limits.max_chars:
            break
    return "\n".join(lines)


def _value(cell: str) -> str:
    if cell.endswith(_MIDNIGHT):
        return cell.removesuffix(_MIDNIGHT)
    if _LONG_FLOAT.fullmatch(cell):
        return f"{float(cell):.12g}"  # 0.1 + 0.2 is stored as 0.30000000000000004 and shown as 0.3
    return cell
