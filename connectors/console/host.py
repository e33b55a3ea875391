"""What the console needs of the application beyond ``Host``: it is also the window into the whole archive."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal, Protocol

from connectors.connector import Answer, Host, Language, VerdictKind
from connectors.events import ChannelId, PersonId, PersonRef, Platform, RecordId, Visibility


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelView:
    """A channel in the list at the side."""

    channel_id: ChannelId
    platform: Platform
    name: str
    visibility: Visibility
    message_count: int
    members: tuple[PersonRef, ...] = ()
    """Who reads a private channel; may stay empty for the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileView:
    """A shared file under a message. ``status`` is its reading: pending, read, or failed with a ``reason`` code."""

    file_id: RecordId
    name: str
    media_type: str
    size_bytes: int | None
    has_bytes: bool
    status: Literal["pending", "read", "failed"]
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionView:
    """An emoji under a message and who gave it."""

    emoji: str
    person_ids: tuple[PersonId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageView:
    """A message as one person sees it. A deleted thread head keeps its place with ``deleted`` and no text."""

    record_id: RecordId
    channel_id: ChannelId
    author: PersonRef
    text: str
    sent_at: datetime
    edited: bool
    deleted: bool
    system: bool
    thread_id: RecordId | None
    reply_count: int
    files: tuple[FileView, ...]
    reactions: tuple[ReactionView, ...]
    answer: Answer | None
    """Set on the bot's own answers."""
    verdict: VerdictKind | None
    """This person's verdict on that answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineQuery:
    """Filters of the timeline page; ``text`` searches, otherwise newest first. ``before`` is a cursor."""

    day: date | None = None
    channel_id: ChannelId | None = None
    kind: Literal["message", "file"] | None = None
    text: str = ""
    before: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """One record on the timeline; ``record_id`` is the message to open, for a file the one that shared it."""

    record_id: RecordId
    kind: str
    channel_id: ChannelId
    channel_name: str
    author: str
    time: datetime
    text: str
    thread_id: RecordId | None
    file_id: RecordId | None
    file_name: str | None
    page: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelinePage:
    """A page of the timeline; ``next_before`` is None at its end. ``days`` counts records a day under the filters."""

    entries: tuple[TimelineEntry, ...]
    next_before: str | None
    days: tuple[tuple[date, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePages:
    """A file opened from a citation: its bytes on disk (None when gone) and its text by page, sheet or slide."""

    file_id: RecordId
    name: str
    media_type: str
    path: Path | None
    pages: tuple[tuple[str, str], ...]
    """Label and text."""
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandView:
    """A slash command for completion."""

    name: str
    usage: str
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something in a channel changed; the page reads the message again (None: reload the channel list)."""

    channel_id: ChannelId
    record_id: RecordId | None


class ConsoleHost(Host, Protocol):
    """Reading for the console. Every method answers only what ``person`` may see and raises ``PermissionError``
    for a channel or file that the person may not, ``LookupError`` for one that does not exist."""

    @property
    def bot(self) -> PersonRef:
        """The bot itself, as a member of the console."""
        ...

    async def people(self) -> Sequence[PersonRef]:
        """Who can be chosen at the top of the page: the people of the console."""
        ...

    async def channels(self, person: PersonId) -> Sequence[ChannelView]:
        """Channels the person may read, imported ones included, by name."""
        ...

    async def messages(
        self,
        person: PersonId,
        channel: ChannelId,
        *,
        before: RecordId | None = None,
        around: RecordId | None = None,
        limit: int = 50,
    ) -> Sequence[MessageView]:
        """Top-level messages, oldest first: the newest ``limit``, those before a record, or those around one."""
        ...

    async def message(self, person: PersonId, record: RecordId) -> MessageView:
        """One message."""
        ...

    async def thread(self, person: PersonId, root: RecordId) -> Sequence[MessageView]:
        """The head and all replies, oldest first."""
        ...

    async def timeline(self, person: PersonId, query: TimelineQuery) -> TimelinePage:
        """A page of the timeline."""
        ...

    async def file(self, person: PersonId, file_id: RecordId) -> FilePages:
        """A shared file."""
        ...

    def commands(self, language: Language) -> Sequence[CommandView]:
        """Slash commands, for completion."""
        ...

    def changes(self) -> AsyncIterator[Change]:
        """Changes from now on, of every channel; the console forwards those that a person may see."""
        ...
