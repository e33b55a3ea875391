"""What reading a file yields: its text by page, sheet, slide or member, or the reason why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, NamedTuple

from knowledge.filetext.reasons import Reason

FileKind = Literal[
    "pdf",
    "docx",
    "pptx",
    "spreadsheet",
    "office",
    "html",
    "markdown",
    "csv",
    "text",
    "email",
    "archive",
    "image",
    "unknown",
]
"""``spreadsheet`` is any workbook (xlsx, xls, ods); ``office`` any other document that has no pages of its own."""

Script = Literal["zh", "en"]


class PageText(NamedTuple):
    """The text of one page.

    ``label`` is what a citation names: ``"3"``, a sheet's name, ``"a.pdf · 2"`` in an archive; empty for a file without
    pages.
    """

    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileText:
    """The text of a file as the archive keeps it.

    ``pages`` may hold text even if ``reason`` is set: what could be read before the rest was given up. Tables are lines
    of ``| cell | cell |`` with a ``| --- |`` line under the header.
    """

    kind: FileKind
    media_type: str
    """Found by looking into the file, whatever its name or sender said."""
    pages: tuple[PageText, ...] = ()
    title: str = ""
    language: Script | None = None
    """Chinese or Latin letters, whichever prevail; None without letters."""
    metadata: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Small facts worth showing or searching: ``author``, ``created_at``, ``attachments`` …"""
    reason: Reason | None = None
    truncated: bool = False
    """Some text was left out because a limit was reached."""

    @property
    def text(self) -> str:
        """All pages in order."""
        return "\n\n".join(page.text for page in self.pages)


def prevailing_script(text: str) -> Script | None:
    """``zh`` as soon as a fifth of the letters are Chinese: Chinese prose is full of Latin names, not the reverse."""
    sample = text[:20_000]
    chinese = sum("\u3400" <= character <= "\u9fff" for character in sample)
    latin = sum(character.isascii() and character.isalpha() for character in sample)
    if not chinese + latin:
        return None
    return "zh" if chinese * 5 >= chinese + latin else "en"
