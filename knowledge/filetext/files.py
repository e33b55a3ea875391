"""Reading one file in this very process: find out what it is, choose the reader, say why if nothing came of it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import assert_never

from knowledge.filetext.archive import read_archive
from knowledge.filetext.extraction import extract, keep_metadata
from knowledge.filetext.kinds import NOTEBOOK, ODF_SLIDES, OFD, FoundKind, find_kind
from knowledge.filetext.limits import ReadLimits
from knowledge.filetext.mail import read_mail, read_outlook_mail
from knowledge.filetext.ofd import read_ofd
from knowledge.filetext.package import Package
from knowledge.filetext.pages import FileKind, FileText, PageText, prevailing_script
from knowledge.filetext.pdf import read_pdf
from knowledge.filetext.picture import read_picture
from knowledge.filetext.plain import read_csv, read_markdown, read_plain
from knowledge.filetext.reading import EnoughRead, Reading
from knowledge.filetext.reasons import Reason, UnreadableFile
from knowledge.filetext.slides import read_odf_slides, read_slides
from knowledge.filetext.spreadsheet import read_spreadsheet
from knowledge.filetext.webpage import read_webpage
from knowledge.filetext.word import read_word

_UNKNOWN = FoundKind("unknown", "application/octet-stream")


def read_file(
    path: Path,
    *,
    name: str = "",
    media_type: str = "",
    limits: ReadLimits | None = None,
    on_kind: Callable[[FileKind, str], None] | None = None,
    on_page: Callable[[PageText], None] | None = None,
) -> FileText:
    """Read a file here and now. Hostile files belong into a ``FileReader``, which does this in a process of its own.

    ``name`` and ``media_type`` are what the sender said; they only tell text files apart. ``on_kind`` and ``on_page``
    hear of the kind and of each page as soon as they are known. Never raises because of what
    is in the file, apart from ``MemoryError``; raises ``OSError`` if the file cannot be opened.

    >>> read_file(Path("minutes.pdf"), name="minutes.pdf").pages[0].label
    '1'
    """
    limits = limits or ReadLimits()
    size = path.stat().st_size
    if size > limits.max_bytes:
        return FileText(kind="unknown", media_type=_UNKNOWN.media_type, reason="too_large")
    if not size:
        return FileText(kind="unknown", media_type=_UNKNOWN.media_type, reason="empty")
    reading = Reading(limits=limits, on_page=on_page)
    found = _UNKNOWN
    try:
        data = path.read_bytes()
        found = find_kind(data, name=name or path.name, media_type=media_type)
        if on_kind:
            on_kind(found.kind, found.media_type)
        _read(data, found, name or path.name, reading)
    except EnoughRead as enough:
        reading.truncated = True
        reading.note(enough.reason)
    except UnreadableFile as unreadable:
        reading.note(unreadable.reason)
    except RecursionError:
        reading.note("hostile")
    return _result(found, reading)


def _result(found: FoundKind, reading: Reading) -> FileText:
    reason = reading.reason
    if not reading.pages and reason is None:
        reason = _why_empty(found)
    return FileText(
        kind=found.kind,
        media_type=found.media_type,
        pages=tuple(reading.pages),
        title=reading.title,
        language=prevailing_script("\n".join(page.text for page in reading.pages[:50])),
        metadata=MappingProxyType(dict(reading.metadata)),
        reason=reason,
        truncated=reading.truncated,
    )


def _why_empty(found: FoundKind) -> Reason:
    return "no_text" if found.kind in {"image", "pdf"} else "empty"


def _read(data: bytes, found: FoundKind, name: str, reading: Reading) -> None:  # noqa: C901  # a flat match over kinds
    if found.reason:
        raise UnreadableFile(found.reason)
    member = partial(_read_member, reading=reading)
    match found.kind:
        case "pdf":
            read_pdf(data, reading)
        case "docx":
            read_word(data, reading)
        case "pptx" if found.media_type == ODF_SLIDES:
            read_odf_slides(data, reading)
        case "pptx":
            read_slides(data, reading)
        case "spreadsheet":
            read_spreadsheet(data, found.media_type, reading)
        case "office" if found.media_type == OFD:
            read_ofd(data, reading)
        case "office":
            _read_office(data, found.media_type, reading)
        case "html":
            read_webpage(data, reading)
        case "markdown":
            read_markdown(data, reading)
        case "csv":
            read_csv(data, reading)
        case "text":
            read_plain(data, reading)
        case "email" if found.media_type == "message/rfc822":
            read_mail(data, reading, member)
        case "email":
            read_outlook_mail(data, found.media_type, reading)
        case "archive":
            read_archive(data, found.media_type, name, reading, member)
        case "image":
            read_picture(data, reading)
        case "unknown":
            raise UnreadableFile("unsupported", found.media_type)
        case _:
            assert_never(found.kind)


def _read_office(data: bytes, media_type: str, reading: Reading) -> None:
    """Documents without pages of their own: rtf, doc, ppt, odt, epub, notebooks."""
    if data.startswith(b"PK"):
        with Package(data, reading):
            pass  # checked, then read by the library
    try:
        result = extract(data, media_type)
    except UnreadableFile:
        if media_type != NOTEBOOK:
            raise
        read_plain(data, reading)
        return
    reading.title, reading.metadata = keep_metadata(result.metadata)
    reading.add("", str(result.content))


def _read_member(data: bytes, name: str, *, reading: Reading) -> None:
    """A member of an archive or an attachment. What cannot be read is left out; how the whole fares is not changed."""
    if not data:
        return
    with reading.inside(name):
        try:
            _read(data, find_kind(data, name=name), name, reading)
        except UnreadableFile as unreadable:
            if unreadable.reason in {"encrypted", "hostile", "too_large"}:
                reading.note(unreadable.reason)
