"""What the console needs of the application beyond ``Host``: it is also the window into the whole archive."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal, Protocol

from connectors.connector import Answer, Card, Host, Language, Reply, Utterance, VerdictKind
from connectors.events import ChannelId, PersonId, PersonRef, Platform, RecordId, Visibility
from connectors.live_host import CommandView


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


TimelinePeriod = Literal["day", "week", "month"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineQuery:
    """Filters of the timeline page. ``text`` searches, otherwise newest first; ``before`` is a cursor.

    ``period`` is the day, the week (from Monday) or the month that holds ``day``.
    """

    day: date | None = None
    period: TimelinePeriod = "day"
    channel_id: ChannelId | None = None
    author_id: PersonId | None = None
    kind: Literal["message", "file", "link"] | None = None
    category: str | None = None
    text: str = ""
    before: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineFile:
    """A shared file on the timeline; ``page`` is where a search found its words."""

    file_id: RecordId
    name: str
    page: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineLink:
    """A link on the timeline; it is never opened by the archive."""

    url: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineCategory:
    """A category of an entry and the records that have it: the message, or a file or link of it."""

    category_id: str
    record_ids: tuple[RecordId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """A message with what it shared. Entries of one ``conversation_id`` belong together."""

    record_id: RecordId
    channel_id: ChannelId
    channel_name: str
    author_id: PersonId
    author: str
    time: datetime
    text: str
    conversation_id: RecordId
    files: tuple[TimelineFile, ...] = ()
    links: tuple[TimelineLink, ...] = ()
    categories: tuple[TimelineCategory, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineChoice:
    """One value of a filter and how many records it would show under the other filters.

    ``names`` by language where they differ, else one under both.
    """

    value: str
    names: dict[Language, str]
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineChoices:
    """What the page can be narrowed to. Counts are of records this person may read, and of nothing else.

    ``days`` and ``today`` are those of ``zone``, the team's; days oldest first.
    """

    total: int
    zone: str
    today: date
    days: tuple[tuple[date, int], ...]
    channels: tuple[TimelineChoice, ...]
    authors: tuple[TimelineChoice, ...]
    kinds: tuple[TimelineChoice, ...]
    categories: tuple[TimelineChoice, ...]
    """All of the team's, those without a record included: they can be given by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelinePage:
    """A page of the timeline; ``next_before`` is None at its end. ``choices`` come with the first page."""

    entries: tuple[TimelineEntry, ...]
    next_before: str | None
    choices: TimelineChoices | None
    understood: str = ""
    """Which time the words of a search mean, in their language; empty when they name none."""
    partial: tuple[str, ...] = ()
    """With the first page: names of channels asked for of which something is missing for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryLine:
    """A telling record of a story; ``record_id`` is the message to open."""

    record_id: RecordId
    author: str
    time: datetime
    text: str
    file: TimelineFile | None
    categories: tuple[str, ...]
    permalink: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryScene:
    """A conversation of one day: its most telling records, oldest first, and how many were ``left_out``."""

    conversation_id: RecordId
    channel_id: ChannelId
    channel_name: str
    lines: tuple[StoryLine, ...]
    left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryView:
    """What happened with a topic, oldest first. ``records`` were about it; ``scenes_left_out`` were less telling."""

    topic: str
    scenes: tuple[StoryScene, ...]
    records: int
    scenes_left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedPlace:
    """Another message that shared the same bytes, in a channel the person may read."""

    record_id: RecordId
    """The message."""
    channel_name: str
    time: datetime


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
    also_in: tuple[SharedPlace, ...] = ()


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

    async def answer(self, answer_id: str) -> Answer | None:
        """An answer as people may see it now; None when unknown."""
        ...

    async def answer_again(self, answer_id: str, utterance: Utterance, reply: Reply) -> None:
        """As ``connectors.live_host.LiveHost.answer_again``; so are the five below."""
        ...

    async def meant(self, answer_id: str, utterance: Utterance, reply: Reply) -> bool:
        """Give the standard answer of the question that an answer names."""
        ...

    async def prefer(self, *, chosen: str, other: str, first_shown: str, person: PersonRef) -> None:
        """One of two answers was picked."""
        ...

    async def wants_pair(self, answer_id: str, person: PersonRef, channel_id: ChannelId) -> bool:
        """Whether a second answer is to be put beside this one unasked."""
        ...

    async def pair_shown(self, *, first: str, second: str, person: PersonRef) -> None:
        """The person sees the pair that they did not ask for, and can pick."""
        ...

    async def pair_declined(self, *, first: str, second: str, person: PersonRef) -> None:
        """The person does not want to pick."""
        ...

    async def open_cards(self, person: PersonId) -> Sequence[Card]:
        """Cards that this person can still decide, oldest first."""
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

    async def story(self, person: PersonId, query: TimelineQuery) -> StoryView:
        """What happened with ``query.text``, in order; the other filters narrow it."""
        ...

    async def categorize(self, person: PersonId, record: RecordId, category_id: str, *, present: bool) -> None:
        """Say that a record belongs to a category, or that it does not."""
        ...

    async def source_opened(self, *, answer_id: str, record_id: RecordId, person: PersonRef) -> None:
        """A person opened a source of an answer. Raises as ``judge``, also for what is no source of it."""
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
