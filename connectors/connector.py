"""What a connector and the application promise each other.

A connector turns a platform's payloads into events and utterances, hands them to its ``Host`` and shows replies.
It knows nothing of the archive or the model. Adding one changes no other folder.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from connectors.events import ChannelId, ChannelRef, Event, PersonRef, RecordId

Language = Literal["zh", "en"]
VerdictKind = Literal["up", "down", "withdrawn"]
DownReason = Literal["irrelevant", "incomplete", "wrong", "outdated", "should_not_be_shown", "other"]
UtteranceKind = Literal["mention", "direct", "thread", "command", "overheard"]
"""``overheard``: said to nobody, in a channel that the bot ``listens`` in; mostly the reply is dropped."""


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
    meant: str = ""
    """A question that was perhaps meant and has a standard answer, to be asked back in a line below; empty: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A failure for people: a stable code, one sentence and a hint, in their language."""

    code: str
    sentence: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """Something said to the bot: a mention, a direct message, a turn in its thread, a command; or overheard."""

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
    quoted: str = ""
    """The words of a message that this one quotes, where the platform tells nothing else of it."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What a message of the bot must say from now on, because something that it told of was deleted or changed."""

    answer_id: str
    """Of the answer, or the ``post_id``."""
    record_id: RecordId
    """The bot's message."""
    channel: ChannelRef
    text: str
    citations: tuple[Citation, ...]
    language: Language


class PostRefused(Exception):
    """Raised by ``Connector.post`` when the platform will never take it; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A question with two choices: something is changed or deleted only after the person who asked for it says yes."""

    card_id: str
    text: str
    confirm: str
    """What the button says that does it."""
    cancel: str
    deletes: bool
    """Whether it cannot be undone: the button that does it looks like it."""
    language: Language
    expires_at: datetime
    channel_id: ChannelId | None
    """Where it was asked for."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What came of a card. While it is ``running`` the same decision can be asked for again."""

    card_id: str
    state: Literal["done", "failed", "cancelled", "expired", "running"]
    text: str


class Reply(Protocol):
    """Where one answer is shown while it is made. Methods are awaited in the order given here.

    It ends in exactly one of ``finish``, ``fail``, ``confirm`` and ``drop``. Of an overheard utterance nothing is shown
    before the first call, so that silence is silent.
    """

    async def status(self, text: str) -> None:
        """What happens now, in the asker's language (``searching …``, ``3 people are before you``)."""
        ...

    async def sources(self, citations: Sequence[Citation]) -> None:
        """The passages found, before the model has said a word."""
        ...

    async def delta(self, text: str) -> None:
        """The next of the answer: whole sentences, each with its line end, so that each can be judged alone."""
        ...

    async def finish(self, answer: Answer) -> None:
        """The checked answer; replaces everything streamed."""
        ...

    async def fail(self, notice: Notice) -> None:
        """No answer, and why."""
        ...

    async def confirm(self, card: Card) -> None:
        """A question back instead of an answer; only the person who asked is given the choice."""
        ...

    async def drop(self) -> None:
        """Nothing is said: what asked was deleted or edited meanwhile, or only overheard. Take back what is shown."""
        ...


class Host(Protocol):
    """What the application offers every connector."""

    async def accept(self, events: Sequence[Event]) -> None:
        """Store events durably; when this returns the platform may be acknowledged. Duplicates change nothing.

        A deletion of the message that asked, or an edit of its words, stops its conversation, whose reply is dropped;
        a connector converses anew with the edited words.
        """
        ...

    async def converse(self, utterance: Utterance, reply: Reply) -> None:
        """Answer an utterance through ``reply``. Never raises for what the person can be told: it calls ``fail``.

        Cancelling the task stops the model.
        """
        ...

    async def listens(self, channel_id: ChannelId) -> bool:
        """Whether the bot may answer what nobody asked it in this channel: then messages are ``overheard``."""
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

    async def decide(self, card_id: str, person: PersonRef, *, accepted: bool) -> Decision:
        """Decide a card, once: deciding again tells what came of it.

        Raises ``LookupError`` for no such card and ``PermissionError`` for a card of somebody else.
        """
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

    async def revise(self, revision: Revision) -> None:
        """Replace what a posted message says. Doing it twice is the same; raises when it must be tried again later.

        A message that is gone on the platform is no error.
        """
        ...

    async def close(self) -> None:
        """Stop; everything owned is awaited or cancelled."""
        ...
