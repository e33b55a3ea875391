"""Reads a Slack export ZIP into events, day by day, without ever holding more than one day.

    with SlackExport(Path("export.zip")) as export:
        for event, position in export.events():
            ...                       # position / export.total is the progress
        for part in export.skipped:
            print(part.path, part.reason("en"))

Nothing here awaits: run it in a thread. Event ids are made from the export's ids, so reading it again gives the same
events, and a newer export of the same workspace adds what is new and what was edited.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from operator import attrgetter
from pathlib import Path
from types import TracebackType
from typing import Self

from connectors.events import ChannelChanged, Event
from connectors.slack.export_archive import DAY_FILE, Entry, ExportArchive, ExportLimits, is_attachment
from connectors.slack.export_directory import INDEX_VISIBILITY, USER_LISTS, Conversation, ExportDirectory
from connectors.slack.export_files import ExportFiles, FileSink
from connectors.slack.export_json import BrokenJsonError, NotAListError, items
from connectors.slack.export_messages import ExportMessages
from connectors.slack.export_skipped import ExportRefused, SkippedParts
from connectors.slack.ids import moment

_DAY = re.compile(rf"([^/]+)/{DAY_FILE.pattern}")
_UNUSED = ("integration_logs.json", "canvases.json", "content_flags.json", "lists.json", "huddle_transcripts.json")
_KNOWN = frozenset((*INDEX_VISIBILITY, *USER_LISTS, *_UNUSED))
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class SlackExport:
    """An opened export. Raises ``ExportRefused`` when the file as a whole cannot be read."""

    def __init__(
        self,
        path: Path,
        *,
        sink: FileSink | None = None,
        limits: ExportLimits | None = None,
        workspace_url: str | None = None,
    ) -> None:
        """``sink`` takes the bytes of shared files; ``workspace_url`` (``https://team.slack.com``) makes permalinks."""
        self.skipped = SkippedParts()
        """What was left out so far; complete when ``events`` has ended."""
        self._archive = ExportArchive(path, skipped=self.skipped, limits=limits or ExportLimits())
        try:
            self._folders = self._find_folders()
            if not self._folders and not any(name in self._archive.entries for name in INDEX_VISIBILITY):
                raise ExportRefused("nothing_to_import")
            self._directory = ExportDirectory(self._archive, skipped=self.skipped)
            files = ExportFiles(self._archive, sink=sink, skipped=self.skipped)
            self._messages = ExportMessages(self._directory, files, workspace_url=workspace_url)
        except BaseException:
            self._archive.close()
            raise
        self.total = sum(entry.size for days in self._folders.values() for entry in days)
        """Size of all day files, unpacked, in bytes: what positions count towards."""
        self.fingerprint = self._archive.fingerprint
        """Tells whether a stored position belongs to this very export."""

    def events(self, *, start: int = 0) -> Iterator[tuple[Event, int]]:
        """Every event with its position. A position given as ``start`` skips the days that end before it.

        The day in which ``start`` lies is read again from its beginning.
        """
        seen: set[str] = set()
        position = 0
        for folder, days in self._folders.items():
            conversation = self._directory.conversation(folder)
            seen.add(conversation.slack_id)
            newest = moment(conversation.created) or _LONG_AGO
            for entry in days:
                end = position + entry.size
                if end > start:
                    for event, part in self._day(entry, conversation):
                        newest = max(newest, event.occurred_at)
                        yield event, position + int(entry.size * part)
                position = end
            if position >= start:
                yield self._state(conversation, newest), position
        for conversation in self._directory.conversations:
            if conversation.slack_id not in seen:
                yield self._state(conversation, moment(conversation.created) or _LONG_AGO), position

    def close(self) -> None:
        """Close the ZIP."""
        self._archive.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _find_folders(self) -> dict[str, list[Entry]]:
        folders: dict[str, list[Entry]] = {}
        for path, entry in self._archive.entries.items():
            day = _DAY.fullmatch(path)
            if day and not is_attachment(path):
                folders.setdefault(day.group(1), []).append(entry)
            elif path not in _KNOWN and not is_attachment(path):
                self.skipped.add(path, "not_recognised")
        return {folder: sorted(folders[folder], key=attrgetter("path")) for folder in sorted(folders)}

    def _day(self, entry: Entry, conversation: Conversation) -> Iterator[tuple[Event, float]]:
        raw = self._archive.read(entry)
        if raw is None:
            return
        try:
            for item, part in items(raw):
                try:
                    if isinstance(item, dict):
                        for event in self._messages.events(item, conversation):
                            yield event, part
                    else:
                        self.skipped.add(entry.path, "message_not_readable")
                except (ValueError, RecursionError):  # pydantic's ValidationError is a ValueError
                    self.skipped.add(entry.path, "message_not_readable")
        except BrokenJsonError:
            self.skipped.add(entry.path, "broken_json")
        except NotAListError:
            self.skipped.add(entry.path, "not_a_list")

    def _state(self, conversation: Conversation, at: datetime) -> ChannelChanged:
        """The channel as the lists describe it; true as of its newest message, so that later live changes win."""
        members = self._directory.member_refs(conversation)
        at = min(at, datetime.now(UTC))  # one wrong clock in a message must not outlast every later change
        event = ChannelChanged(event_id="-", occurred_at=at, channel=conversation.ref, members=members)
        digest = sha256(event.model_dump_json().encode()).hexdigest()[:16]
        return event.model_copy(update={"event_id": f"slack:export:{conversation.slack_id}:channel:{digest}"})
