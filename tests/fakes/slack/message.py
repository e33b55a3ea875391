"""A message and its two forms: as the history shows it and as an event carries it."""

from dataclasses import dataclass, field

from tests.fakes.slack.channel import Channel
from tests.fakes.slack.errors import Json
from tests.fakes.slack.shared_file import SharedFile

REACTORS_SHOWN = 25
"""History names at most so many people of one emoji; the count is right all the same."""


@dataclass(kw_only=True, eq=False)
class Message:
    """``extra`` are fields that only this subtype has; a reply has a ``thread_ts`` that is not its ``ts``."""

    channel: Channel
    ts: str
    user: str | None
    text: str
    subtype: str | None = None
    thread_ts: str | None = None
    is_broadcast: bool = False
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    files: list[SharedFile] = field(default_factory=list)
    bot: Json = field(default_factory=dict)
    client_msg_id: str = ""
    edited: Json | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    metadata: Json | None = None
    streaming_state: str | None = None
    is_hidden: bool = False
    ephemeral_for: str | None = None
    pinned_to: list[str] = field(default_factory=list)
    extra: Json = field(default_factory=dict)

    @property
    def is_reply(self) -> bool:
        """In a thread, and not its first message."""
        return self.thread_ts is not None and self.thread_ts != self.ts

    @property
    def is_tombstone(self) -> bool:
        """A deleted first message of a thread that has replies."""
        return self.subtype == "tombstone"

    @property
    def replies(self) -> list["Message"]:
        """Of the thread that this message begins, oldest first."""
        return list(self.channel.threads.get(self.ts, {}).values())

    def core(self) -> Json:
        """What both forms share. Files of an outsider in a shared channel are stubs to be looked up."""
        message: Json = {"type": "message"}
        if self.subtype:
            message["subtype"] = self.subtype
        if self.user is not None:
            message["user"] = self.user
        message |= {"text": self.text, "ts": self.ts, "team": self.channel.workspace.id, **self.bot, **self.extra}
        optional: Json = {
            "client_msg_id": self.client_msg_id,
            "blocks": self.blocks,
            "attachments": self.attachments,
            "files": [file.payload_in_message() for file in self.files],
            "edited": self.edited,
            "streaming_state": self.streaming_state,
            "pinned_to": list(self.pinned_to),
            "hidden": self.is_hidden,
        }
        message |= {name: value for name, value in optional.items() if value}
        if self.files:
            message |= {"upload": False, "display_as_bot": False}
        if self.thread_ts is not None:
            message["thread_ts"] = self.thread_ts
        if self.is_reply:
            parent = self.channel.messages.get(self.thread_ts or "")
            message["parent_user_id"] = parent.user if parent else "USLACKBOT"
        return message

    def in_history(self, *, with_metadata: bool = False) -> Json:
        """With reactions and, on the first message of a thread, the reply counts."""
        message = self.core()
        if self.metadata is not None:
            message["metadata"] = self.metadata if with_metadata else {"event_type": self.metadata.get("event_type")}
        if self.reactions:
            message["reactions"] = [
                {"name": name, "users": people[:REACTORS_SHOWN], "count": len(people)}
                for name, people in self.reactions.items()
            ]
        if self.is_broadcast:
            message["root"] = self.root_payload()
        return message | self.thread_fields()

    def thread_fields(self) -> Json:
        """Reply counts; a first message keeps its ``thread_ts`` even when all replies are gone."""
        if self.is_reply or self.thread_ts is None:
            return {}
        replies = self.replies
        people = list(dict.fromkeys(reply.user for reply in replies))
        fields: Json = {
            "reply_count": len(replies),
            "reply_users_count": len(people),
            "reply_users": people[:5],
            "is_locked": False,
            "subscribed": False,
        }
        if replies:
            fields["latest_reply"] = replies[-1].ts
        return fields

    def root_payload(self) -> Json:
        """The first message of this reply's thread."""
        parent = self.channel.messages.get(self.thread_ts or "")
        return parent.core() | parent.thread_fields() if parent else {}

    def as_event(self, *, with_channel_type: bool = True) -> Json:
        """The inner event of a new message."""
        event = self.core() | {"channel": self.channel.id, "event_ts": self.ts}
        if with_channel_type:
            event["channel_type"] = self.channel.event_type
        if self.is_broadcast:
            event["root"] = self.root_payload()
        if self.metadata is not None:
            event["metadata"] = self.metadata
        return event
