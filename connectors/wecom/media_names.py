"""What a file is called and what it is: from the headers that it comes with, cleaned; else from its first bytes."""

import mimetypes
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote_to_bytes

from connectors.wecom.byte_text import byte_count

UNNAMED: Final[Mapping[str, str]] = {"image": "图片", "video": "视频", "file": "文件"}
"""What a file is called before its name is known: a robot is told none."""

_LONGEST_BYTES: Final = 200
_EXTENDED: Final = re.compile(r"filename\*\s*=\s*\"?([\w!#$%&+^`{}~-]*)'[^']*'([^;\"]+)", re.IGNORECASE)
_PLAIN: Final = re.compile(r"filename\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^;]+))", re.IGNORECASE)
_FORBIDDEN: Final = frozenset('"<>|*?:')
_STARTS: Final = (
    (b"\x89PNG\r\n\x1a\n", "png", "image/png"),
    (b"\xff\xd8\xff", "jpg", "image/jpeg"),
    (b"GIF8", "gif", "image/gif"),
    (b"%PDF-", "pdf", "application/pdf"),
)
_SAYS_NOTHING: Final = frozenset({"", "application/octet-stream", "binary/octet-stream", "text/plain"})


def name_in(headers: Mapping[str, str]) -> str:
    """The name that ``Content-Disposition`` gives, as a plain file name; empty when it gives none."""
    disposition = headers.get("Content-Disposition", "")
    if (extended := _EXTENDED.search(disposition)) is not None:
        raw = unquote_to_bytes(extended[2].strip())
        try:
            return cleaned(raw.decode(extended[1] or "utf-8"))
        except (LookupError, UnicodeDecodeError):
            return cleaned(raw.decode("utf-8", "replace"))
    if (plain := _PLAIN.search(disposition)) is None:
        return ""
    given = re.sub(r"\\(.)", r"\1", plain[1]) if plain[1] is not None else plain[2]
    # Header bytes that are no ASCII were read as Latin-1 or kept as surrogates.
    for encoding, errors in (("latin-1", "strict"), ("utf-8", "surrogateescape")):
        try:
            given = given.encode(encoding, errors).decode("utf-8")
            break
        except UnicodeError:
            continue
    return cleaned(unquote_to_bytes(given).decode("utf-8", "replace") if "%" in given else given)


def cleaned(name: str) -> str:
    """Without folders and signs that mean something elsewhere; of a long name the beginning and the ending."""
    name = name.encode("utf-8", "replace").decode().replace("\\", "/").rpartition("/")[2]
    shown = (" " if sign.isspace() else sign for sign in name if sign.isspace() or sign.isprintable())
    name = " ".join("".join(sign for sign in shown if sign not in _FORBIDDEN).split()).strip(". ")
    if byte_count(name) <= _LONGEST_BYTES:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or byte_count(ending) > 20:
        stem, dot, ending = name, "", ""
    kept = stem.encode()[: _LONGEST_BYTES - byte_count(dot + ending)].decode("utf-8", "ignore").rstrip(". ")
    return f"{kept}{dot}{ending}"


def with_ending(name: str, begin: bytes) -> str:
    """The name with the ending that the first bytes tell of, where it has none."""
    ending = next((ending for start, ending, _ in _STARTS if begin.startswith(start)), "")
    return f"{name}.{ending}" if ending and "." not in name else name


def media_type_of(name: str, begin: bytes, told: str) -> str:
    """The media type; WeCom's store calls most things ``application/octet-stream``."""
    told = told.partition(";")[0].strip().lower()
    if told not in _SAYS_NOTHING:
        return told
    by_bytes = next((media_type for start, _, media_type in _STARTS if begin.startswith(start)), "")
    return by_bytes or mimetypes.guess_type(name)[0] or told
