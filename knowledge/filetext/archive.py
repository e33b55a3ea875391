"""Archives (zip, tar, gz, bz2, xz): members listed, and read within limits. Nothing is ever written under its name."""

import bz2
import gzip
import lzma
import re
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Final

from knowledge.filetext.encoding import decode_text
from knowledge.filetext.extraction import extract
from knowledge.filetext.package import ZIP_FAILURES
from knowledge.filetext.reading import Reading
from knowledge.filetext.reasons import UnreadableFile

_MAX_LISTED: Final = 2000
_DRIVE = re.compile(r"^[A-Za-z]:")
_JUNK: Final = ("__MACOSX/", ".DS_Store", "Thumbs.db")
SEVEN_ZIP: Final = "application/x-7z-compressed"
_SEVEN_ZIP_MEMBER = re.compile(r"^=== (.+) ===$", re.MULTILINE)
_FAILURES: Final = (*ZIP_FAILURES, tarfile.TarError, lzma.LZMAError)

ReadMember = Callable[[bytes, str], None]


@dataclass(frozen=True, slots=True)
class _Member:
    name: str
    size: int
    open: Callable[[], IO[bytes] | None] | None
    """None for what is listed only: links, devices, names that climb out."""


def read_archive(data: bytes, media_type: str, name: str, reading: Reading, read_member: ReadMember) -> None:
    """Read an archive: the first page lists its members, then come the pages of those that can be read."""
    if reading.depth >= reading.limits.max_depth:
        reading.truncated = True
        raise UnreadableFile("unsupported", "archive inside an archive")
    try:
        if media_type == "application/zip":
            with zipfile.ZipFile(BytesIO(data)) as container:
                _read_members(list(_zip_members(container, reading)), reading, read_member)
            return
        if media_type == SEVEN_ZIP:
            _read_seven_zip(data, reading)
            return
        unpacked = data if media_type == "application/x-tar" else _decompress(data, media_type, reading)
        if unpacked[257:262] == b"ustar":
            with tarfile.open(fileobj=BytesIO(unpacked), mode="r:") as tape:
                _read_members(list(_tar_members(tape, reading)), reading, read_member)
        else:
            read_member(unpacked, re.sub(r"\.(?:gz|bz2|xz)$", "", name, flags=re.IGNORECASE) or "content")
    except _FAILURES as error:
        raise UnreadableFile("corrupt", str(error)) from None


def _read_seven_zip(data: bytes, reading: Reading) -> None:
    """The library lists the members and reads those that are text."""
    listed, *members = _SEVEN_ZIP_MEMBER.split(str(extract(data, SEVEN_ZIP).content))
    reading.add("", "\n".join(line.removeprefix("- ") for line in listed.splitlines() if line.startswith("- ")))
    for name, text in zip(members[::2], members[1::2], strict=True):
        reading.add(name, text)


def _zip_members(container: zipfile.ZipFile, reading: Reading) -> Iterator[_Member]:
    for info in container.infolist():
        if info.is_dir():
            continue
        name = info.filename
        if not info.flag_bits & 0x800:
            # Without the UTF-8 flag names are in the packer's code page: GBK on a Chinese Windows.
            name = decode_text(info.orig_filename.encode("cp437", "replace")) if not name.isascii() else name
        encrypted = bool(info.flag_bits & 1)
        if encrypted:
            reading.note("encrypted")
        is_link = info.external_attr >> 16 & 0o170000 == 0o120000
        opener = None if encrypted or is_link else lambda info=info: container.open(info)
        yield _checked(name, info.file_size, opener, reading)


def _tar_members(tape: tarfile.TarFile, reading: Reading) -> Iterator[_Member]:
    for info in tape:
        if info.isdir():
            continue
        opener = (lambda info=info: tape.extractfile(info)) if info.isreg() else None
        name = info.name.encode("utf-8", "surrogateescape")
        yield _checked(decode_text(name), info.size, opener, reading)


def _checked(name: str, size: int, opener: Callable[[], IO[bytes] | None] | None, reading: Reading) -> _Member:
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or name.startswith(("/", "\\")) or _DRIVE.match(name):
        reading.note("hostile")
        opener = None
    shown = "".join(character if character.isprintable() else "?" for character in name)[:300]
    return _Member(shown, size, opener)


def _read_members(members: list[_Member], reading: Reading, read_member: ReadMember) -> None:
    members = [member for member in members if not member.name.startswith(_JUNK) and not member.name.endswith(_JUNK)]
    reading.metadata["members"] = str(len(members))
    listed = "\n".join(f"{member.name} ({member.size} bytes)" for member in members[:_MAX_LISTED])
    reading.add("", listed)
    readable = [member for member in members if member.open]
    reading.truncated = reading.truncated or len(readable) > reading.limits.max_members
    for member in readable[: reading.limits.max_members]:
        reading.check_time()
        try:
            read_member(_unpack(member, reading), member.name)
        except _FAILURES:
            reading.note("corrupt")
        except UnreadableFile as unreadable:
            reading.note(unreadable.reason)


def _unpack(member: _Member, reading: Reading) -> bytes:
    """Bytes of a member; the size it declares is not trusted, and one that declares too much is not begun."""
    if member.size > reading.unpacked_left or member.open is None:
        raise UnreadableFile("too_large", "unpacked size")
    stream = member.open()
    if stream is None:
        return b""
    with stream:
        content = stream.read(member.size + 1)
    reading.spend_unpacked(len(content))
    return content


def _decompress(data: bytes, media_type: str, reading: Reading) -> bytes:
    packed, most = BytesIO(data), reading.unpacked_left + 1
    if media_type == "application/gzip":
        with gzip.GzipFile(fileobj=packed) as stream:
            content = stream.read(most)
    elif media_type == "application/x-bzip2":
        with bz2.BZ2File(packed) as bz2_stream:
            content = bz2_stream.read(most)
    else:
        with lzma.LZMAFile(packed) as lzma_stream:
            content = lzma_stream.read(most)
    reading.spend_unpacked(len(content))
    return content
