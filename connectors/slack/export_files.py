"""Files shared in an export: references as Slack writes them, bytes where a third-party exporter put them in.

Links are never kept: those of an export carry a download token, which is a credential.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Final, Protocol

from connectors.connector import Language
from connectors.events import FileRef
from connectors.slack import file_reasons
from connectors.slack.export_archive import ENTRY_ERRORS, Entry, ExportArchive
from connectors.slack.export_skipped import SkippedParts
from connectors.slack.fields import Payload, number_of
from connectors.slack.file_refs import file_caption, file_name, files_named_in, media_type
from connectors.slack.ids import file_id

FILE_REASONS: Final[dict[str, dict[Language, str]]] = file_reasons.FILE_REASONS | {
    "file_not_in_export": {"zh": "导出中只有文件名，没有内容", "en": "the export holds the file's name, not its bytes"},
    "file_damaged": {"zh": "文件在导出中已损坏", "en": "the file is damaged inside the export"},
}
"""Codes that this module writes into ``FileRef.unavailable_reason``, with their texts."""

_UPLOAD = re.compile(r"__uploads/([A-Z0-9]{2,40})/(.+)")
_ATTACHMENT = re.compile(r"[^/]+/attachments/([A-Z0-9]{2,40})-(.+)")


class ByteReader(Protocol):
    """What a sink reads from."""

    def read(self, size: int = -1, /) -> bytes:
        """At most ``size`` bytes; empty at the end."""
        ...


class FileSink(Protocol):
    """Where bytes go: the file store of the application."""

    def put_stream(self, stream: ByteReader) -> tuple[str, int]:
        """Store a stream; returns sha256 and size. Raises ``ValueError`` above the size limit."""
        ...


@dataclass(frozen=True, slots=True)
class SharedFiles:
    """The living files of a message, and the ids of those that were deleted since."""

    present: tuple[FileRef, ...]
    removed: tuple[str, ...]


NO_FILES = SharedFiles((), ())


class ExportFiles:
    """Finds the files of messages; bytes are stored once, however often they are shared."""

    def __init__(self, archive: ExportArchive, *, sink: FileSink | None, skipped: SkippedParts) -> None:
        self._archive = archive
        self._sink = sink
        self._skipped = skipped
        self._entries = dict(_entries_with_bytes(archive))
        self._stored: dict[str, tuple[str | None, int | None, str | None]] = {}

    def shared(self, message: Payload) -> SharedFiles:
        """The files of a message, in old exports the single ``file``."""
        named = files_named_in(message)
        if not named.present and not named.removed:
            return NO_FILES
        present = (self._reference(slack_id, payload) for slack_id, payload in named.present.items())
        return SharedFiles(tuple(present), named.removed)

    def _reference(self, slack_id: str, payload: Payload) -> FileRef:
        sha256, size, reason = self._bytes(slack_id, payload)
        return FileRef(
            file_id=file_id(slack_id),
            name=file_name(slack_id, payload),
            media_type=media_type(payload),
            size_bytes=size if sha256 else number_of(payload, "size"),
            sha256=sha256,
            caption=file_caption(payload),
            unavailable_reason=reason,
        )

    def _bytes(self, slack_id: str, payload: Payload) -> tuple[str | None, int | None, str | None]:
        entry = self._entries.get(slack_id)
        if entry is None or self._sink is None:
            return None, None, _why_absent(payload)
        if slack_id not in self._stored:
            self._stored[slack_id] = self._store(entry, self._sink)
        return self._stored[slack_id]

    def _store(self, entry: Entry, sink: FileSink) -> tuple[str | None, int | None, str | None]:
        try:
            stream = self._archive.stream(entry)
        except ENTRY_ERRORS:
            self._skipped.add(entry.path, "damaged_entry")
            return None, None, "file_damaged"
        with stream:
            try:
                sha256, size = sink.put_stream(_Reader(stream))
            except _DamagedError:
                self._skipped.add(entry.path, "damaged_entry")
                return None, None, "file_damaged"
            except ValueError:
                self._skipped.add(entry.path, "file_not_stored")
                return None, None, "file_too_large"
        return sha256, size, None


class _DamagedError(Exception):
    """The ZIP entry breaks while it is read: told apart from a failing disk, which must stop the import."""


class _Reader:
    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def read(self, size: int = -1, /) -> bytes:
        try:
            return self._stream.read(size)
        except ENTRY_ERRORS:
            raise _DamagedError from None


def _entries_with_bytes(archive: ExportArchive) -> Iterator[tuple[str, Entry]]:
    for path, entry in archive.entries.items():
        found = _UPLOAD.fullmatch(path) or _ATTACHMENT.fullmatch(path)
        if found:
            yield found.group(1), entry


def _why_absent(payload: Payload) -> str:
    """An export has no bytes of anything; that there are none elsewhere either is said where it is so."""
    reason = file_reasons.why_never_fetched(payload, max_bytes=sys.maxsize)
    return reason if reason in ("file_external", "file_hidden_by_limit") else "file_not_in_export"
