"""What a connector and the application promise each other.

A connector turns a platform's payloads into events and utterances, hands them to its ``Host`` and shows replies.
It knows nothing of the archive or the model. Adding one changes no other folder.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from connectors.events import ChannelRef, Event, PersonRef, RecordId

Language = Literal["zh", "en"]
VerdictKind = Literal["up", "down", "withdrawn"]
DownReason = Literal["irrelevant", "incomplete", "wrong", "outdated", "should_not_be_shown", "other"]
UtteranceKind = Literal["mention", "direct", "thread", "command"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A numbered source of an answer; ``n`` is the number in the text, as in ``[2]``."""

    n: int
    record_id: RecordId
    quote: str
    author: str
    channel_name: str
    time: datetime
    permalink: str | None = None
    file_id: RecordId | None = None
    file_name: str | None = None
    page: str | None = None
    outdated_by: RecordId | None = None
    """A newer message that replaced what this one says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is posted in the end. ``text`` is Markdown-free plain text with ``[n]`` marks; it replaces the stream."""

    answer_id: str
    question: str
    text: str
    abstained: bool
    reason: str | None
    """Error or abstention code when abstained; people see ``text``, operators look up the code."""
    citations: tuple[Citation, ...]
    model: str
    language: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A failure for people: a stable code, one sentence and a hint, in their language."""

    code: str
    sentence: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """Something said to the bot: a mention, a direct message, a turn in its thread, or a command."""

    kind: UtteranceKind
    text: str
    """Without the mention; commands keep their slash, as in ``/find budget``."""
    channel: ChannelRef
    person: PersonRef
    record_id: RecordId | None
    """The message that said it; None for commands that leave no message."""
    thread_id: RecordId | None
    said_at: datetime
    language: Language | None = None
    """The person's own setting where the platform tells; otherwise found from the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Something that the bot says by itself, such as a digest. Exactly one of ``channel`` and ``person`` is set."""

    post_id: str
    """The same whenever it is tried again: a connector posts it once, however often it is asked to."""
    channel: ChannelRef | None
    person: PersonRef | None
    """In the direct chat of this person with the bot, which is opened when there is none."""
    text: str
    """Markdown-free plain text with ``[n]`` marks, as of an answer."""
    citations: tuple[Citation, ...]
    language: Language
    thread_id: RecordId | None = None


class PostRefused(Exception):
    """Raised by ``Connector.post`` when the platform will never take it; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Reply(Protocol):
    """Where one answer is shown while it is made. Methods are awaited in the order given here."""

    async def status(self, text: str) -> None:
        """What happens now, in the asker's language (``searching …``, ``3 people are before you``)."""
        ...

    async def sources(self, citations: Sequence[Citation]) -> None:
        """The passages found, before the model has said a word."""
        ...

    async def delta(self, text: str) -> None:
        """The next piece of the answer."""
        ...

    async def finish(self, answer: Answer) -> None:
        """The checked answer; replaces everything streamed."""
        ...

    async def fail(self, notice: Notice) -> None:
        """No answer, and why."""
        ...


class Host(Protocol):
    """What the application offers every connector."""

    async def accept(self, events: Sequence[Event]) -> None:
        """Store events durably; when this returns the platform may be acknowledged. Duplicates change nothing."""
        ...

    async def converse(self, utterance: Utterance, reply: Reply) -> None:
        """Answer an utterance through ``reply``. Never raises for what the person can be told: it calls ``fail``.

        Cancelling the task stops the model.
        """
        ...

    async def judge(
        self,
        *,
        answer_id: str,
        person: PersonRef,
        verdict: VerdictKind,
        reasons: Sequence[DownReason] = (),
        comment: str = "",
    ) -> None:
        """Store a verdict: one per person and answer, the last one counts. Raises when the answer is unknown."""
        ...

    async def store_file(self, chunks: AsyncIterator[bytes]) -> tuple[str, int]:
        """Put bytes into the file store; returns sha256 and size. Raises ``ValueError`` above the size limit."""
        ...


class Connector(Protocol):
    """A platform. ``start`` returns when it is connected or listening; ``close`` leaves no task behind."""

    @property
    def name(self) -> str:
        """The name used in the ``connectors`` setting."""
        ...

    async def start(self) -> None:
        """Connect or listen."""
        ...

    async def post(self, post: Post) -> RecordId | None:
        """Post once for each ``post_id``, also after a restart, and return the record id of the message.

        The message comes back as an event of the bot's with ``answer_id`` set to ``post_id``. Raises ``PostRefused``
        when it can never be posted; whatever else is raised means that it is tried again later.
        """
        ...

    async def close(self) -> None:
        """Stop; everything owned is awaited or cancelled."""
        ...
