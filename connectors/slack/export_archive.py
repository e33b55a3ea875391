"""An untrusted ZIP, opened within limits: nothing is ever written to a path it names.

Entries that are unsafe, encrypted, linked, doubled or suspicious are listed and left out; what is left can be read
by name, each within its own limit.
"""

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from lzma import LZMAError
from pathlib import Path
from typing import IO, BinaryIO

from connectors.slack.export_skipped import ExportRefused, SkippedParts

ENTRY_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    LZMAError,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
    IndexError,
    struct.error,
)
"""Everything that reading one damaged, encrypted or strangely compressed entry can raise."""

DAY_FILE = re.compile(r"\d{4}-\d{2}-\d{2}\.json")
"""The name, in the folder of its channel, of a file with the messages of one day."""

_JUNK = frozenset({".DS_Store", "Thumbs.db", "desktop.ini", ".gitkeep"})
_DRIVE = re.compile(r"[A-Za-z]:")
_NESTED = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar")
_END_RECORD = struct.Struct("<4s4H2LH")
_END_RECORD_64 = struct.Struct("<4sQ2H2L4Q")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportLimits:
    """How much an export may hold. Sizes are bytes; a ratio is unpacked size to packed size."""

    entries: int = 1_000_000
    index_bytes: int = 200_000_000
    """Size of the ZIP's own list of entries, which is read into memory."""
    json_bytes: int = 64_000_000
    """Largest JSON file; a day of 30,000 messages is about 20 MB."""
    total_bytes: int = 1_000_000_000_000
    ratio: float = 200.0
    """Largest allowed; real chat packs 5 to 30 times."""
    ratio_free_bytes: int = 20_000_000
    """Entries up to this size, and whole ZIPs up to fifty times of it, may have any ratio."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in the ZIP under its cleaned ``path``: relative, with ``/``, without the folder around everything."""

    path: str
    size: int
    info: zipfile.ZipInfo


class ExportArchive:
    """The safe view of a ZIP. Raises ``ExportRefused`` when it is none, or a bomb as a whole."""

    def __init__(self, path: Path, *, skipped: SkippedParts, limits: ExportLimits) -> None:
        self._limits = limits
        self._skipped = skipped
        self._file = _open(path)
        try:
            self._zip = _open_zip(self._file, limits)
            infos = self._zip.infolist()
            _check_totals(infos, packed_bytes=path.stat().st_size, limits=limits)
            found = {entry.path: entry for entry in self._safe_entries(infos)}
        except BaseException:
            self._file.close()
            raise
        self.entries: dict[str, Entry] = {e.path: e for e in _without_folder_around(list(found.values()))}
        """By cleaned path."""

    @property
    def fingerprint(self) -> str:
        """The same for the same content; tells whether a stored position still fits."""
        digest = sha256()
        for entry in self.entries.values():
            digest.update(f"{entry.path}\0{entry.info.CRC}\0{entry.size}\n".encode("utf-8", "replace"))
        return digest.hexdigest()[:32]

    def read(self, entry: Entry) -> bytes | None:
        """The bytes of a JSON entry, or None (listed) when it is too large or damaged."""
        if entry.size > self._limits.json_bytes:
            self._skipped.add(entry.path, "too_large")
            return None
        try:
            with self._zip.open(entry.info) as stream:
                return stream.read(self._limits.json_bytes)
        except ENTRY_ERRORS:
            self._skipped.add(entry.path, "damaged_entry")
            return None

    def stream(self, entry: Entry) -> IO[bytes]:
        """The entry as a readable stream; opening and reading raise any of ``ENTRY_ERRORS``."""
        return self._zip.open(entry.info)

    def close(self) -> None:
        """Close the file."""
        self._zip.close()
        self._file.close()

    def _safe_entries(self, infos: list[zipfile.ZipInfo]) -> Iterator[Entry]:
        seen: set[str] = set()
        for info in infos:
            path = _clean_path(_decoded_name(info))
            if path is None:
                self._skipped.add(_decoded_name(info), "unsafe_path")
            elif path and not info.is_dir() and not _is_junk(path) and self._is_readable(info, path):
                if path in seen:
                    self._skipped.add(path, "duplicate_entry")
                seen.add(path)
                yield Entry(path, info.file_size, info)

    def _is_readable(self, info: zipfile.ZipInfo, path: str) -> bool:
        if info.flag_bits & 0x1:
            self._skipped.add(path, "encrypted")
        elif stat.S_ISLNK(info.external_attr >> 16):
            self._skipped.add(path, "symbolic_link")
        elif path.lower().endswith(_NESTED) and not is_attachment(path):
            self._skipped.add(path, "nested_archive")
        elif info.file_size > self._limits.ratio_free_bytes and (
            info.file_size > self._limits.ratio * max(info.compress_size, 1)
        ):
            self._skipped.add(path, "suspicious_compression")
        else:
            return True
        return False


def is_attachment(path: str) -> bool:
    """Whether third-party exporters would keep the bytes of a shared file at ``path``."""
    return "/attachments/" in path or "__uploads/" in path


def _open(path: Path) -> BinaryIO:
    try:
        if not path.is_file():
            raise ExportRefused("not_found")
        return path.open("rb")
    except (OSError, ValueError):
        raise ExportRefused("not_found") from None


def _open_zip(file: BinaryIO, limits: ExportLimits) -> zipfile.ZipFile:
    try:
        _check_index(file, limits)
        return zipfile.ZipFile(file)
    except ENTRY_ERRORS:  # bad names in the index are UnicodeDecodeError, a ValueError
        raise ExportRefused("damaged") from None


def _check_index(file: BinaryIO, limits: ExportLimits) -> None:
    """Look at the size of the ZIP's index before ``zipfile`` reads all of it into memory."""
    if not zipfile.is_zipfile(file):
        raise ExportRefused("not_a_zip")
    length = file.seek(0, 2)
    tail_start = max(0, length - 65_536 - _END_RECORD.size)
    file.seek(tail_start)
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    record = tail[at : at + _END_RECORD.size]
    if at < 0 or len(record) < _END_RECORD.size:
        raise ExportRefused("damaged")
    end, index_bytes = tail_start + at, _END_RECORD.unpack(record)[5]
    wide_end = end - 20  # size of the locator that stands between the two end records of large ZIPs
    file.seek(max(0, wide_end - _END_RECORD_64.size))
    before = file.read(_END_RECORD_64.size + 20)
    if before.startswith(b"PK\x06\x06") and before[_END_RECORD_64.size :].startswith(b"PK\x06\x07"):
        end, index_bytes = wide_end - _END_RECORD_64.size, _END_RECORD_64.unpack(before[: _END_RECORD_64.size])[8]
    if index_bytes > limits.index_bytes:
        raise ExportRefused("too_many_entries")
    file.seek(max(0, end - index_bytes))
    if file.read(index_bytes).count(b"PK\x01\x02") > limits.entries:
        raise ExportRefused("too_many_entries")
    file.seek(0)


def _check_totals(infos: list[zipfile.ZipInfo], *, packed_bytes: int, limits: ExportLimits) -> None:
    total = sum(info.file_size for info in infos)
    is_large = total > 50 * limits.ratio_free_bytes
    if total > limits.total_bytes or (is_large and total > limits.ratio * max(packed_bytes, 1)):
        raise ExportRefused("zip_bomb")


def _decoded_name(info: zipfile.ZipInfo) -> str:
    """The name as its author wrote it: without the UTF-8 flag it may still be UTF-8, or a Chinese code page."""
    if info.flag_bits & 0x800 or info.filename.isascii():
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def _clean_path(name: str) -> str | None:
    """The relative path, or None when it is absolute, climbs out or holds what no path should."""
    name = name.replace("\\", "/")
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if name.startswith("/") or ".." in parts or "\0" in name or _DRIVE.match(name):
        return None
    return "/".join(parts)


def _is_junk(path: str) -> bool:
    parts = path.split("/")
    return "__MACOSX" in parts or parts[-1] in _JUNK or parts[-1].startswith("._")


def _without_folder_around(entries: list[Entry]) -> list[Entry]:
    """Take away folders that hold everything, as when a folder was packed; never the only channel's own folder."""
    for _ in range(5):
        tops = {entry.path.partition("/")[0] for entry in entries}
        if len(tops) != 1 or not all(entry.path.count("/") >= 1 for entry in entries):
            return entries
        inner = [Entry(entry.path.partition("/")[2], entry.size, entry.info) for entry in entries]
        if any(DAY_FILE.fullmatch(entry.path) for entry in inner):
            return entries
        entries = inner
    return entries
