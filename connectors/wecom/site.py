"""What every part of the connector is given, and what parts promise each other."""

from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from connectors.connector import Card, Language
from connectors.events import ChannelRef, FileFetched, PersonRef, RecordId
from connectors.live_host import LiveHost
from connectors.wecom.configuration import WeComConfiguration

Json = Mapping[str, Any]
Way = Literal["long_connection", "callback", "app"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaRef:
    """A file that somebody sent, to be fetched by ``Site.media`` within the five minutes that its address lives."""

    kind: Literal["image", "file", "video"]
    place: int
    """Which one of its message, from 0; files of a quoted message come last."""
    url: str = ""
    key: str = ""
    """``aeskey`` of the long connection, or the ``EncodingAESKey`` of the callback; empty for an app."""
    media_id: str = ""
    """Of an app."""
    name: str = ""
    quoted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Something said to a robot or an app, whatever way it came."""

    way: Way
    of: str
    """The robot or app, by its name in the settings."""
    msgid: str
    channel: ChannelRef
    person: PersonRef
    text: str
    """Without the mention of the robot; of voice its transcript."""
    said_at: datetime
    quoted_text: str = ""
    media: tuple[MediaRef, ...] = ()
    voice: bool = False

    @property
    def is_group(self) -> bool:
        """Whether others read the reply."""
        return self.channel.visibility != "direct"


class Voice(Protocol):
    """Where the reply to one message goes. Markdown in the dialect of its way, always the whole text so far."""

    @property
    def streams(self) -> bool:
        """Whether ``show`` is seen before ``finish``."""
        ...

    def judged_as(self, feedback_id: str) -> None:
        """What a ``feedback_event`` on this reply is to name; called at most once, before anything is shown."""
        ...

    async def show(self, markdown: str) -> None:
        """The text so far; frames in between may be dropped. Never raises ``ReplyExpired``: ``finish`` finds a way."""
        ...

    async def finish(self, markdown: str) -> None:
        """The whole text, for good; by another way where this one has expired; ``ReplyExpired`` when none is left.

        For an app it may be longer than one message: it is split by ``markdown.messages``.
        """
        ...

    async def card(self, card: Json) -> None:
        """A template card beside or instead of the text, seen by whoever reads the chat; called before ``finish``.

        ``ReplyExpired`` where no card can be shown: then the text says the same.
        """
        ...


class Speaker(Protocol):
    """A robot or app that can say something by itself."""

    @property
    def name(self) -> str:
        """Its name in the settings."""
        ...

    async def can_send(self, *, chat_id: str | None, user_id: str | None) -> bool:
        """Whether it may write there now: a robot only where somebody has written to it before."""
        ...

    async def send_markdown(
        self, markdown: str, *, chat_id: str | None, user_id: str | None, feedback_id: str | None
    ) -> None:
        """Send one message within its limits. Raises ``WeComError`` or ``WeComAway``."""
        ...

    async def send_card(self, card: Json, *, chat_id: str | None, user_id: str | None) -> None:
        """Send one template card."""
        ...


class Media(Protocol):
    """Files of messages."""

    async def fetch(self, heard: Heard, *, at: RecordId) -> Sequence[FileFetched]:
        """Fetch every file of a message and tell the archive; failures become a reason code. Returns what was told."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CardChange:
    """The card that takes the place of one whose button was pressed (``task_id`` is that of the click)."""

    card: Json
    alone: bool = False
    """Only who pressed it sees the change (``userids``)."""


class Conversing(Protocol):
    """What robots and apps share: archiving what was said to them, and answering."""

    async def heard(self, heard: Heard, voice: Voice) -> None:
        """Archive it and answer through ``voice``, until the reply has ended; the same ``msgid`` twice is once.

        Its letter is done when this returns: after a crash, or when this raises, it is heard again.
        """
        ...

    async def clicked(
        self, *, key: str, task_id: str, person: PersonRef, chosen: Mapping[str, Sequence[str]]
    ) -> CardChange:
        """A button of a card; returns within four seconds what takes its place. Never raises, whatever the key."""
        ...

    async def judged(
        self, *, feedback_id: str, person: PersonRef, kind: int, reasons: Sequence[int], comment: str
    ) -> None:
        """A ``feedback_event``: 1 up, 2 down, 3 taken back; an unknown ``feedback_id`` is logged and dropped."""
        ...

    def welcome(self, person: PersonRef) -> Json:
        """The card for somebody who opens the chat."""
        ...

    def card_of(self, card: Card, language: Language) -> Json:
        """A question with two buttons as a template card."""
        ...


class Tasks(Protocol):
    """Work that goes on by itself, owned: cancelled and awaited when the connector closes."""

    def spawn(self, work: Coroutine[Any, Any, None], *, name: str) -> None:
        """Run it. What it raises is logged, never lost."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The company."""

    configuration: WeComConfiguration
    host: LiveHost
    tasks: Tasks
    media: Media

    @property
    def source(self) -> str:
        """The name of its letters and notes."""
        return f"wecom:{self.configuration.workspace_id}"
