"""PDF: the text layer of each page, and text recognition for pages that are scans."""

import re
import unicodedata
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from knowledge.filetext.extraction import extract, keep_metadata
from knowledge.filetext.layout import join_wrapped_chinese
from knowledge.filetext.ocr import MAX_SIDE, image_text, open_image
from knowledge.filetext.reading import Reading
from knowledge.filetext.reasons import UnreadableFile

_FEW_CHARS: Final = 24
"""A page with fewer characters is looked at: scans often carry a stamp or a page number as their only text."""
_BROKEN_SHARE: Final = 0.2
_PICTURE = re.compile(rb"/Subtype\s*/Image\b")
"""Pictures are objects of their own, whose dictionaries are in clear even in a compressed or encrypted file."""
_RECOGNITION_SHARE: Final = 0.8
"""Of the time for the whole file: then the pages that need no recognition are still read."""
_POINTS_PER_INCH: Final = 72
_MAX_DPI: Final = 150
_DEFAULT_SIZE: Final = (595.0, 842.0)


def read_pdf(data: bytes, reading: Reading) -> None:
    """Read a PDF; a page's label is its number counted from one."""
    result = extract(data, "application/pdf", extract_pages=True)
    reading.title, reading.metadata = keep_metadata(result.metadata)
    sizes = _page_sizes(result.metadata)
    pages = result.pages or [{"page_number": 1, "content": result.content}]
    # A scan has a picture a page; where there are fewer, few characters are all that stands on such a page.
    with_few = sum(_has_few(str(page["content"])) for page in pages)
    may_be_scans = len(_PICTURE.findall(data)) >= with_few
    with TemporaryDirectory() as folder:
        path = Path(folder) / "document.pdf"
        for page in pages:
            number = int(page["page_number"])
            text = str(page["content"]).replace("\r\n", "\n").replace("\r", "\n")
            if not text.strip() or _is_broken(text) or (may_be_scans and _has_few(text)):
                if reading.limits.ocr and reading.spent_share > _RECOGNITION_SHARE:
                    reading.note("too_slow")
                    reading.truncated = True
                elif reading.limits.ocr:
                    if not path.exists():
                        path.write_bytes(data)
                    recognised = _recognise(path, number, sizes.get(number, _DEFAULT_SIZE), reading)
                    text = recognised if len(recognised) > 2 * len(text) or _is_broken(text) else text
                elif not text.strip():
                    reading.note("ocr_off")
            reading.add(str(number), join_wrapped_chinese(text))


def _page_sizes(metadata: dict[str, Any]) -> dict[int, tuple[float, float]]:
    infos = (metadata.get("pages") or {}).get("pages") or []
    return {int(info["number"]): tuple(info["dimensions"]) for info in infos if info.get("dimensions")}


def _has_few(text: str) -> bool:
    return len("".join(text.split())) < _FEW_CHARS


def _is_broken(text: str) -> bool:
    """Fonts without a table of characters give private-use or control characters instead of words."""
    shown = [character for character in text if not character.isspace()]
    bad = sum(character == "\ufffd" or unicodedata.category(character) in {"Co", "Cn", "Cc"} for character in shown)
    return bool(shown) and bad > len(shown) * _BROKEN_SHARE


def _recognise(path: Path, number: int, size: tuple[float, float], reading: Reading) -> str:
    import kreuzberg  # 100 MB: only in the process that reads files

    reading.check_time()
    dpi = max(1, min(_MAX_DPI, int(MAX_SIDE * _POINTS_PER_INCH / max(*size, 1.0))))
    try:
        picture = kreuzberg.render_pdf_page(path, number - 1, dpi=dpi)
    except (kreuzberg.KreuzbergError, RuntimeError, ValueError, OSError):
        return ""
    try:
        return image_text(open_image(picture, reading), reading)
    except UnreadableFile as unreadable:
        if unreadable.reason == "too_slow":
            raise
        return ""
