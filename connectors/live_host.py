"""What the application offers connectors of live platforms beyond ``Host``: a durable mailbox, notes, and views."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from connectors.connector import Answer, Host, Language, Reply, Utterance, VerdictKind
from connectors.events import ChannelId, ChannelRef, Event, PersonId, PersonRef, Platform, RecordId

Json = Mapping[str, object]
"""A JSON object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A payload as the platform delivered it, kept before it was acknowledged and not handled yet."""

    key: str
    """The platform's own id of the happening: a second delivery has the same."""
    body: Json
    received_at: datetime
    attempts: int
    """How often handling it has failed."""


class Mailbox(Protocol):
    """Raw deliveries, durable. ``source`` names who they are for, such as ``slack:T1``; keys count within it."""

    async def keep(self, source: str, key: str, body: Json) -> bool:
        """Store durably; when this returns the platform may be acknowledged. False: this key was known already.

        Deliveries that come at the same moment share one commit.
        """
        ...

    async def waiting(self, source: str, *, limit: int) -> Sequence[Letter]:
        """What is to be handled now, in order of arrival; failed letters only after their pause."""
        ...

    async def done(self, source: str, keys: Sequence[str]) -> None:
        """Handled: the body is erased, the key stays known for three days."""
        ...

    async def failed(self, source: str, key: str, error: str) -> None:
        """Handling failed: it comes again after a growing pause, five times; then it is set aside and counted."""
        ...


class Notebook(Protocol):
    """Small facts that a connector must still know after a restart. Never words of messages."""

    async def read(self, source: str, key: str) -> Json | None:
        """The note, or None."""
        ...

    async def write(self, source: str, key: str, value: Json | None) -> None:
        """Write durably; None removes the note."""
        ...

    async def all(self, source: str, prefix: str) -> Mapping[str, Json]:
        """Every note whose key begins with ``prefix``, by key."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandView:
    """A command that people can type; ``name`` begins with a slash."""

    name: str
    usage: str
    summary: str
    also: tuple[str, ...] = ()
    """Other names that are understood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryView:
    """A category that a record can be put under by hand."""

    category_id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedChannel:
    """What is kept of a channel. ``complete``: its history was read to the beginning (of what the platform shows)."""

    channel_id: ChannelId
    name: str
    messages: int
    files: int
    since: datetime | None
    """Its oldest message here."""
    complete: bool
    answers_unasked: bool
    may_change: bool
    """Whether this person may change the settings of the channel: its members."""
    digest: str
    """When its digest comes, in words of the language asked for; empty when there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedFileView:
    """A file that was shared lately."""

    name: str
    channel_name: str
    author: str
    shared_at: datetime
    permalink: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeView:
    """What a person sees of the archive on a page of their own; only what they may read."""

    channels: tuple[ArchivedChannel, ...]
    """Those with the latest messages first, at most as many as asked for."""
    channels_left_out: int
    digests: tuple[str, ...]
    """A line each, of digests that come to this person or to their channels."""
    files: tuple[SharedFileView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPerson:
    """What the application believes of a person."""

    person: PersonRef
    active: bool
    channels: frozenset[ChannelId]
    """Those that they are believed to be in and that are not deleted."""


class LiveHost(Host, Protocol):
    """What Slack and WeCom need."""

    @property
    def mailbox(self) -> Mailbox:
        """Raw deliveries."""
        ...

    @property
    def notebook(self) -> Notebook:
        """Small facts."""
        ...

    async def accept_history(self, events: Sequence[Event]) -> None:
        """As ``accept``, for what was said long ago: what people write now is served before it.

        It may take its time, so that who reads a history does not run far ahead of the archive.
        """
        ...

    async def accept_and_apply(self, events: Sequence[Event]) -> None:
        """As ``accept``, and wait until they count, for at most ten seconds (``TimeoutError``)."""
        ...

    async def known_messages(
        self, channel_id: ChannelId, *, since: datetime, until: datetime
    ) -> Mapping[RecordId, datetime]:
        """Messages (not deleted) sent in ``since`` ≤ t < ``until``, each with the moment its text became true."""
        ...

    async def threads(self, channel_id: ChannelId, *, active_since: datetime) -> Mapping[RecordId, datetime]:
        """Heads of threads with something said since then, each with the moment of its last reply here."""
        ...

    async def latest_message(self, channel_id: ChannelId) -> datetime | None:
        """When the last message that is kept of a channel was sent."""
        ...

    async def known_channels(self, channel_ids: Collection[ChannelId]) -> Mapping[ChannelId, ChannelRef]:
        """Those of these channels that are known and not deleted, each as it is believed to be now."""
        ...

    async def known_members(self, channel_id: ChannelId) -> Sequence[PersonRef]:
        """Who is believed to be in a channel now, each as they are believed to be; nobody when that is not known."""
        ...

    async def known_person(self, person_id: PersonId) -> KnownPerson | None:
        """A person; None when nothing is known of them."""
        ...

    async def files_kept(self, file_ids: Sequence[RecordId]) -> Mapping[RecordId, int]:
        """Those of these files (``FileRef.file_id``) whose bytes are here and not removed, each with its size."""
        ...

    async def history_reached(
        self, channel_id: ChannelId, *, reached: datetime | None, complete: bool, at: datetime, partial: bool = False
    ) -> None:
        """How far back the history of a channel was read; people are told by ``status`` and at home.

        ``partial``: something is missing for good, of what was said before ``reached`` or, without that, at any time.
        Status, timeline and digests of the channel say so.
        """
        ...

    async def answer(self, answer_id: str) -> Answer | None:
        """An answer as people may see it now; None when unknown."""
        ...

    async def answer_shown_in(self, record_id: RecordId) -> str | None:
        """The answer that a message of the bot shows, by its record id."""
        ...

    async def verdict(self, answer_id: str, person: PersonRef) -> VerdictKind | None:
        """This person's verdict."""
        ...

    async def may_share(self, answer_id: str, channel_id: ChannelId) -> bool:
        """Whether everybody in a channel may read every source of an answer."""
        ...

    async def shared(self, *, answer_id: str, person: PersonRef, channel_id: ChannelId) -> None:
        """A person brought an answer before others, in this channel. Raises as ``judge``."""
        ...

    async def answer_again(self, answer_id: str, utterance: Utterance, reply: Reply) -> None:
        """Answer the question of an answer once more, made differently; ``reply`` ends as that of ``converse``."""
        ...

    async def meant(self, answer_id: str, utterance: Utterance, reply: Reply) -> bool:
        """The person meant the question named beside an answer: ``reply`` ends with its standard answer.

        False: that is shown already, and the reply is left alone. Raises ``LookupError`` when it can be given no more,
        and ``PermissionError`` when the person may not see the answer.
        """
        ...

    async def prefer(self, *, chosen: str, other: str, first_shown: str, person: PersonRef) -> None:
        """One of two answers to a question was picked. The last pick of a person on a pair counts."""
        ...

    async def wants_pair(self, answer_id: str, person: PersonRef, channel_id: ChannelId) -> bool:
        """Whether a second answer is to be put beside this one unasked, for the person who asked to pick one of two.

        It is so now and then, and said once; asked right after an answer was shown.
        """
        ...

    async def pair_shown(self, *, first: str, second: str, person: PersonRef) -> None:
        """The person sees the pair that they did not ask for, and can pick."""
        ...

    async def pair_declined(self, *, first: str, second: str, person: PersonRef) -> None:
        """The person does not want to pick."""
        ...

    async def propose_standard_answer(
        self, *, person: PersonRef, question: str, text: str, record_id: RecordId | None, answer_id: str | None
    ) -> str:
        """Propose an answer to be given from now on; returns one sentence for the person about what comes next.

        ``record_id`` is the message that says it, ``answer_id`` the answer that it replaces. Raises
        ``PermissionError`` when the person may not read the message.
        """
        ...

    async def proposed_by_tick(
        self, event_id: str, record_id: RecordId, person: PersonRef, language: Language
    ) -> str | None:
        """What came of a person's ✅ on a reply, in one sentence for them; None when it proposes nothing.

        ``event_id`` is that of the reaction, which was accepted. Raises ``TimeoutError`` when it does not count soon.
        """
        ...

    def commands(self, language: Language) -> Sequence[CommandView]:
        """Everything that can be typed, in that language."""
        ...

    async def categories(self, language: Language) -> Sequence[CategoryView]:
        """What records can be put under."""
        ...

    async def categorize(self, person: PersonRef, record_id: RecordId, category_id: str) -> None:
        """Put a record under a category. Raises ``PermissionError`` or ``LookupError``."""
        ...

    async def home(self, person: PersonRef, *, workspace_id: str, language: Language, channels: int) -> HomeView:
        """What this person may see of the archive."""
        ...

    async def workspace_gone(self, platform: Platform, workspace_id: str, *, reason: str, at: datetime) -> None:
        """The bot was thrown out: nothing of it is shown any more, and it is erased in time unless it comes back."""
        ...

    async def workspace_back(self, platform: Platform, workspace_id: str) -> None:
        """The bot is there (again): what was to be erased stays. Called at every start."""
        ...
