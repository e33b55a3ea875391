"""A folder of files: each becomes a message in one channel, with the file itself in the store.

The message is known by the file's path inside the folder, so a second run changes nothing, and a file that changed
since (by content and time) replaces what was there.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256 as new_sha256
from mimetypes import guess_type
from pathlib import Path
from typing import IO

from bot.errors import Language
from bot.file_store import FileStore, FileTooLargeError
from bot.importing.refusal import REFUSALS, InputRefused
from bot.importing.source import Skipped, SkippedList
from connectors.events import ChannelId, ChannelRef, Event, FileRef, MessagePosted, PersonId, PersonRef, RecordId

_MAX_DEPTH = 64
_NAME_LIMIT = 200
_REASONS: dict[str, dict[Language, str]] = {
    "hidden": {"zh": "是隐藏文件，已跳过", "en": "it is hidden; skipped"},
    "symbolic_link": {"zh": "是符号链接，已跳过", "en": "it is a symbolic link; skipped"},
    "not_a_file": {"zh": "不是普通文件，已跳过", "en": "it is not an ordinary file; skipped"},
    "unreadable": {"zh": "无法读取，已跳过", "en": "it cannot be read; skipped"},
    "too_large": {"zh": "太大，已跳过", "en": "it is too large; skipped"},
    "empty": {"zh": "是空文件，已跳过", "en": "it is empty; skipped"},
    "too_deep": {"zh": "文件夹层级太深，已跳过", "en": "the folders are nested too deeply; skipped"},
    "name_not_text": {"zh": "文件名不是有效文本，已跳过", "en": "its name is no valid text; skipped"},
}
_IMPORTER = PersonRef(person_id=PersonId("console:import"), platform="console", name="import", is_bot=True)


def open_folder(path: Path, channel: str, file_store: FileStore) -> "FolderSource":
    """Look through a folder (blocking). Raises ``ImportRefused`` when it is none or the channel has no name."""
    channel = channel.strip().lstrip("#")
    if not channel or len(channel) > _NAME_LIMIT or not channel.isprintable():
        raise InputRefused(path.name, REFUSALS["no_channel"])
    try:
        if not path.exists():
            raise InputRefused(path.name, REFUSALS["not_found"])
        if not path.is_dir():
            raise InputRefused(path.name, REFUSALS["not_a_folder"])
        os.scandir(path).close()
    except (OSError, ValueError):
        raise InputRefused(path.name, REFUSALS["not_found"]) from None
    return FolderSource(path, channel, file_store)


@dataclass(frozen=True, slots=True)
class _Found:
    """A file that was seen: its path inside the folder and what the system said of it then."""

    relative: str
    size: int
    modified_ns: int


class FolderSource:
    """A folder that was looked through; see ``ImportSource``. Files are read in the order of their paths."""

    def __init__(self, root: Path, channel: str, file_store: FileStore) -> None:
        self.name = root.name or str(root)
        self._root = root
        self._store = file_store
        self._channel = ChannelRef(
            channel_id=ChannelId(f"console:{channel}"), platform="console", name=channel, visibility="public"
        )
        self._skipped = SkippedList(_REASONS)
        self._files = list(self._walk(root, "", depth=0))
        self.total = sum(found.size for found in self._files)
        """Bytes of all files found."""
        listing = (f"{found.relative}\n{found.size}\n{found.modified_ns}" for found in self._files)
        self.fingerprint = "folder-" + _digest(channel, str(root.resolve()), *listing)
        """From names, sizes and times of all files."""

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """Files left out so far."""
        return self._skipped.listed

    @property
    def skipped_total(self) -> int:
        """Listed or not."""
        return self._skipped.total

    def events(self, *, start: int = 0) -> Iterator[tuple[Event, int]]:
        """One event a file, after its bytes are in the store."""
        position = 0
        for found in self._files:
            position += found.size
            if position <= start:
                continue
            event = self._event(found)
            if event is not None:
                yield event, position

    def close(self) -> None:
        """Nothing is kept open between files."""

    def _walk(self, folder: Path, prefix: str, *, depth: int) -> Iterator[_Found]:
        try:
            with os.scandir(folder) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError:
            self._skipped.add(prefix or ".", "unreadable")
            return
        for entry in entries:
            relative = f"{prefix}{entry.name}"
            try:
                code = _why_not(entry)
                if code is not None:
                    self._skipped.add(relative, code)
                elif entry.is_dir(follow_symlinks=False):
                    if depth >= _MAX_DEPTH:
                        self._skipped.add(relative, "too_deep")
                    else:
                        yield from self._walk(Path(entry.path), f"{relative}/", depth=depth + 1)
                else:
                    seen = entry.stat(follow_symlinks=False)
                    yield _Found(relative, seen.st_size, seen.st_mtime_ns)
            except OSError:
                self._skipped.add(relative, "unreadable")

    def _event(self, found: _Found) -> MessagePosted | None:
        try:
            # Neither follows a link nor waits for a pipe that took the file's place meanwhile.
            descriptor = os.open(self._root / found.relative, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            self._skipped.add(found.relative, "unreadable")
            return None
        with os.fdopen(descriptor, "rb") as stream:
            now = os.fstat(stream.fileno())
            if not stat.S_ISREG(now.st_mode):
                self._skipped.add(found.relative, "not_a_file")
                return None
            try:
                sha256, size = self._store.put_stream(_InputFile(stream))
            except FileTooLargeError:
                self._skipped.add(found.relative, "too_large")
                return None
            except _UnreadableError:
                self._skipped.add(found.relative, "unreadable")
                return None
        return self._message(found.relative, sha256, size, now.st_mtime_ns)

    def _message(self, relative: str, sha256: str, size: int, modified_ns: int) -> MessagePosted:
        record_id = "folder:" + _digest(self._channel.channel_id, relative)
        name = relative.rpartition("/")[2]
        return MessagePosted(
            event_id=f"{record_id}:{sha256[:24]}:{modified_ns}",
            occurred_at=_moment(modified_ns),
            record_id=RecordId(record_id),
            channel=self._channel,
            author=_IMPORTER,
            text=relative,
            files=(
                FileRef(
                    file_id=RecordId(f"{record_id}:{sha256[:24]}"),
                    name=name,
                    media_type=guess_type(name)[0] or "",
                    size_bytes=size,
                    sha256=sha256,
                ),
            ),
        )


class _UnreadableError(Exception):
    """The input file fails while it is read: told apart from a failing store, which must stop the import."""


class _InputFile:
    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def read(self, size: int = -1, /) -> bytes:
        try:
            return self._stream.read(size)
        except OSError:
            raise _UnreadableError from None


def _why_not(entry: os.DirEntry[str]) -> str | None:
    try:
        entry.name.encode()
    except UnicodeEncodeError:
        return "name_not_text"
    if entry.is_symlink():
        return "symbolic_link"
    if entry.name.startswith("."):
        return "hidden"
    if entry.is_dir(follow_symlinks=False):
        return None
    if not entry.is_file(follow_symlinks=False):
        return "not_a_file"
    return "empty" if entry.stat(follow_symlinks=False).st_size == 0 else None


def _moment(modified_ns: int) -> datetime:
    """The file's time; one that no calendar holds becomes the epoch."""
    try:
        return datetime.fromtimestamp(modified_ns / 1e9, tz=UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, tz=UTC)


def _digest(*parts: str) -> str:
    return new_sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:32]
