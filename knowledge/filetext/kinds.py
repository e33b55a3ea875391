"""What a file is, told by its content: names and media types that senders give are only a tie-break for plain text."""

import re
import zipfile
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from knowledge.filetext.package import ZIP_FAILURES
from knowledge.filetext.pages import FileKind
from knowledge.filetext.reasons import Reason

_OOXML: Final = "application/vnd.openxmlformats-officedocument."
ODF_SLIDES: Final = "application/vnd.oasis.opendocument.presentation"
OFD: Final = "application/ofd"
NOTEBOOK: Final = "application/x-ipynb+json"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEAD_BYTES: Final = 4096


@dataclass(frozen=True, slots=True)
class FoundKind:
    """The kind a reader is chosen by and the media type that goes with it."""

    kind: FileKind
    media_type: str
    reason: Reason | None = None
    """Set if the file shows at first sight that it cannot be read."""


_MAGIC: Final = (
    (b"\x89PNG\r\n\x1a\n", FoundKind("image", "image/png")),
    (b"\xff\xd8\xff", FoundKind("image", "image/jpeg")),
    (b"GIF8", FoundKind("image", "image/gif")),
    (b"II*\0", FoundKind("image", "image/tiff")),
    (b"MM\0*", FoundKind("image", "image/tiff")),
    (b"\x1f\x8b", FoundKind("archive", "application/gzip")),
    (b"BZh", FoundKind("archive", "application/x-bzip2")),
    (b"\xfd7zXZ\0", FoundKind("archive", "application/x-xz")),
    (b"{\\rtf", FoundKind("office", "application/rtf")),
    (b"7z\xbc\xaf\x27\x1c", FoundKind("archive", "application/x-7z-compressed")),
    (b"Rar!\x1a\x07", FoundKind("unknown", "application/vnd.rar")),
    (b"MZ", FoundKind("unknown", "application/vnd.microsoft.portable-executable")),
    (b"\x7fELF", FoundKind("unknown", "application/x-elf")),
    (b"ID3", FoundKind("unknown", "audio/mpeg")),
    (b"OggS", FoundKind("unknown", "application/ogg")),
    (b"#!AMR", FoundKind("unknown", "audio/amr")),
    (b"\x1aE\xdf\xa3", FoundKind("unknown", "video/webm")),
    (b"SQLite format 3\0", FoundKind("unknown", "application/vnd.sqlite3")),
)
_ZIP_PARTS: Final = (
    ("ofd.xml", FoundKind("office", OFD)),
    ("word/document", FoundKind("docx", f"{_OOXML}wordprocessingml.document")),
    ("ppt/presentation", FoundKind("pptx", f"{_OOXML}presentationml.presentation")),
    ("xl/workbook.bin", FoundKind("spreadsheet", "application/vnd.ms-excel.sheet.binary.macroEnabled.12")),
    ("xl/workbook", FoundKind("spreadsheet", f"{_OOXML}spreadsheetml.sheet")),
)
_ZIP_MEDIA_TYPES: Final = {
    "application/vnd.oasis.opendocument.text": FoundKind("office", "application/vnd.oasis.opendocument.text"),
    "application/vnd.oasis.opendocument.spreadsheet": FoundKind(
        "spreadsheet", "application/vnd.oasis.opendocument.spreadsheet"
    ),
    ODF_SLIDES: FoundKind("pptx", ODF_SLIDES),
    "application/epub+zip": FoundKind("office", "application/epub+zip"),
}
_OLE_STREAMS: Final = (
    ("__substg1.0_", FoundKind("email", "application/vnd.ms-outlook")),
    ("WordDocument", FoundKind("office", "application/msword")),
    ("PowerPoint Document", FoundKind("office", "application/vnd.ms-powerpoint")),
    ("Workbook", FoundKind("spreadsheet", "application/vnd.ms-excel")),
    ("Book", FoundKind("spreadsheet", "application/vnd.ms-excel")),
)
_MAIL_HEADER = re.compile(
    rb"^(?:from|to|cc|date|subject|received|return-path|delivered-to|mime-version|message-id|content-type"
    rb"|content-transfer-encoding|reply-to|sender|dkim-signature|x-[\w-]+):",
    re.IGNORECASE | re.MULTILINE,
)
_MAIL_HEADERS_NEEDED: Final = 3
_MARKUP = re.compile(rb"<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)
_ANY_TAG = re.compile(rb"<[a-z][a-z0-9]*[\s>/]", re.IGNORECASE)


def find_kind(data: bytes, *, name: str = "", media_type: str = "") -> FoundKind:
    """The kind of ``data``; ``name`` and ``media_type`` only tell plain text, Markdown, CSV, HTML and e-mail apart."""
    if b"%PDF-" in data[:1024]:
        return FoundKind("pdf", "application/pdf")
    for magic, found in _MAGIC:
        if data.startswith(magic) and not (magic == b"MZ" and _is_text(data)):
            return found
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _zip_kind(data)
    if data.startswith(_OLE):
        return _ole_kind(data)
    return _media_container(data) or _text_kind(data, name=name.lower(), media_type=media_type.lower())


def _zip_kind(data: bytes) -> FoundKind:
    try:
        with zipfile.ZipFile(BytesIO(data)) as container:
            names = container.namelist()
            stated = container.read("mimetype")[:100].decode("ascii", "ignore").strip() if "mimetype" in names else ""
    except ZIP_FAILURES:
        return _broken_zip_kind(data)
    for part, found in _ZIP_PARTS:
        if any(member.lower().replace("\\", "/").startswith(part) for member in names):
            return found
    return _ZIP_MEDIA_TYPES.get(stated, FoundKind("archive", "application/zip"))


def _broken_zip_kind(data: bytes) -> FoundKind:
    """A cut-off office file still holds the names of its first parts in clear."""
    for part, found in _ZIP_PARTS:
        if part.encode() in data:
            return found
    return FoundKind("archive", "application/zip")


def _ole_kind(data: bytes) -> FoundKind:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return FoundKind("office", "application/x-ole-storage", reason="encrypted")
    for stream, found in _OLE_STREAMS:
        if stream.encode("utf-16-le") in data:
            return found
    return FoundKind("unknown", "application/x-ole-storage")


def _media_container(data: bytes) -> FoundKind | None:
    head = data[:16]
    if head.startswith(b"RIFF"):
        if head[8:12] == b"WEBP":
            return FoundKind("image", "image/webp")
        return FoundKind("unknown", "audio/wav" if head[8:12] == b"WAVE" else "video/x-msvideo")
    if head[4:8] == b"ftyp":
        if head[8:12] == b"avif":
            return FoundKind("image", "image/avif")
        still = head[8:12] in {b"heic", b"heix", b"mif1"}
        return FoundKind("unknown", "image/heic" if still else "video/mp4")
    if head.startswith(b"BM") and len(data) > 26 and data[14] in {12, 40, 52, 56, 108, 124}:  # header
        return FoundKind("image", "image/bmp")
    if data[257:262] == b"ustar":
        return FoundKind("archive", "application/x-tar")
    return None


def _is_text(data: bytes) -> bool:
    head = data[:_HEAD_BYTES]
    controls = sum(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head)  # below the space
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    if head.count(0):
        from knowledge.filetext.encoding import decode_text  # heavy, and rarely needed

        text = decode_text(data[: len(data) & ~1][:_HEAD_BYTES])
        return "\0" not in text and "\ufffd" not in text
    return controls * 50 <= len(head)


def _text_kind(data: bytes, *, name: str, media_type: str) -> FoundKind:
    if not _is_text(data):
        return FoundKind("unknown", "application/octet-stream")
    head = data[:_HEAD_BYTES]
    headers = head.replace(b"\r\n", b"\n").lstrip().split(b"\n\n")[0]
    named_mail = name.endswith((".eml", ".mht", ".mhtml")) or media_type == "message/rfc822"
    found = len({match.lower() for match in _MAIL_HEADER.findall(headers)})
    if _MAIL_HEADER.match(headers) and found >= (1 if named_mail else _MAIL_HEADERS_NEEDED):
        return FoundKind("email", "message/rfc822")
    if _MARKUP.search(head) or (
        (name.endswith((".html", ".htm")) or media_type == "text/html") and _ANY_TAG.search(head)
    ):
        return FoundKind("html", "text/html")
    if name.endswith(".ipynb") and head.lstrip().startswith(b"{"):
        return FoundKind("office", NOTEBOOK)
    if name.endswith((".csv", ".tsv")) or media_type in {"text/csv", "text/tab-separated-values"}:
        return FoundKind("csv", "text/csv")
    if name.endswith((".md", ".markdown")) or media_type == "text/markdown":
        return FoundKind("markdown", "text/markdown")
    return FoundKind("text", "text/plain")
