"""Typed events: what every platform payload becomes, and the only thing the application sees of a platform.

Events are frozen pydantic models because they are stored as JSON in the inbox before the platform is acknowledged.
Each carries an ``event_id`` that is the same on every redelivery, so that twice is once.
"""

from datetime import datetime
from typing import Annotated, Final, Literal, NewType

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

ChannelId = NewType("ChannelId", str)
PersonId = NewType("PersonId", str)
RecordId = NewType("RecordId", str)

Platform = Literal["console", "slack", "wecom"]
Visibility = Literal["public", "private", "direct"]


FILE_NOT_FETCHED_YET: Final = "file_not_fetched_yet"
"""The ``unavailable_reason`` of a file whose ``FileFetched`` is still to come."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ChannelRef(_Frozen):
    """A channel as the platform describes it now; ``channel_id`` is unique over all platforms."""

    channel_id: ChannelId
    platform: Platform
    name: str
    visibility: Visibility
    workspace_id: str = ""
    archived: bool = False
    external: bool = False
    """Shared with another organisation: a reply here uses this channel alone, and only its members read it."""


class PersonRef(_Frozen):
    """A person or bot; ``person_id`` is unique over all platforms."""

    person_id: PersonId
    platform: Platform
    name: str
    is_bot: bool = False
    is_guest: bool = False


class FileRef(_Frozen):
    """A file shared with a message.

    ``sha256`` names bytes already put into the file store by the connector; without it only name and people are
    archived, and ``unavailable_reason`` is an error code that says why.
    """

    file_id: RecordId
    name: str
    media_type: str = ""
    size_bytes: int | None = None
    sha256: str | None = None
    caption: str = ""
    unavailable_reason: str | None = None


class _Event(_Frozen):
    event_id: str = Field(min_length=1)
    """The same on every redelivery of the same happening."""
    occurred_at: AwareDatetime


class MessagePosted(_Event):
    """A message was written. Re-sent after an edit by some platforms: the greatest ``version_at`` wins."""

    type: Literal["message_posted"] = "message_posted"
    record_id: RecordId
    channel: ChannelRef
    author: PersonRef
    text: str
    thread_id: RecordId | None = None
    """Record id of the first message of the thread; None outside threads and on the first message itself."""
    files: tuple[FileRef, ...] = ()
    permalink: str | None = None
    edited_at: AwareDatetime | None = None
    system: bool = False
    """True for joins, topic changes and the like: kept, but neither searched nor summarised."""
    answer_id: str | None = None
    """Set on the bot's own answers and posts: shown as such, and not searched, so that no answer cites another."""

    @property
    def version_at(self) -> datetime:
        """The moment this text became true."""
        return self.edited_at or self.occurred_at


class MessageEdited(_Event):
    """The text (and files, when not None) of a message was replaced; ``occurred_at`` is the moment of the edit."""

    type: Literal["message_edited"] = "message_edited"
    record_id: RecordId
    text: str
    files: tuple[FileRef, ...] | None = None


class MessageDeleted(_Event):
    """A message was deleted or recalled. It stays deleted, even when its ``MessagePosted`` arrives later."""

    type: Literal["message_deleted"] = "message_deleted"
    record_id: RecordId


class FileRemoved(_Event):
    """A shared file was deleted on the platform; with ``channel_id`` it was only taken out of that channel."""

    type: Literal["file_removed"] = "file_removed"
    file_id: RecordId
    channel_id: ChannelId | None = None


class ReactionChanged(_Event):
    """Somebody added (``present``) or removed an emoji, named without colons."""

    type: Literal["reaction_changed"] = "reaction_changed"
    record_id: RecordId
    person: PersonRef
    emoji: str
    present: bool


class ChannelChanged(_Event):
    """A channel was created, renamed, archived or changed its visibility. With ``members`` the list is complete."""

    type: Literal["channel_changed"] = "channel_changed"
    channel: ChannelRef
    members: tuple[PersonRef, ...] | None = None


class PersonChanged(_Event):
    """A person got another name, became a guest or stopped being one, or was deactivated (``active`` is false).

    Who is not active has left every channel and may read nothing.
    """

    type: Literal["person_changed"] = "person_changed"
    person: PersonRef
    active: bool = True


class FileFetched(_Event):
    """The bytes of a shared file have arrived (``sha256``), or never will (``unavailable_reason``).

    It counts for every message that shared the file, those that arrive later included; ``occurred_at`` decides between
    several. A removed file stays removed.
    """

    type: Literal["file_fetched"] = "file_fetched"
    file_id: RecordId
    """As in ``FileRef.file_id``."""
    sha256: str | None = None
    size_bytes: int | None = None
    unavailable_reason: str | None = None
    name: str | None = None
    """What it is called now, when that was looked up; with ``media_type`` and ``caption`` as in ``FileRef``."""
    media_type: str | None = None
    caption: str | None = None


class ChannelDeleted(_Event):
    """A channel is gone, with everything in it."""

    type: Literal["channel_deleted"] = "channel_deleted"
    channel_id: ChannelId


class MembershipChanged(_Event):
    """A person joined (``present``) or left a channel."""

    type: Literal["membership_changed"] = "membership_changed"
    channel: ChannelRef
    person: PersonRef
    present: bool


Event = Annotated[
    MessagePosted
    | MessageEdited
    | MessageDeleted
    | FileRemoved
    | ReactionChanged
    | ChannelChanged
    | ChannelDeleted
    | MembershipChanged
    | PersonChanged
    | FileFetched,
    Field(discriminator="type"),
]
EVENT_ADAPTER: TypeAdapter[Event] = TypeAdapter(Event)
"""Parses and prints the JSON form of any event."""
