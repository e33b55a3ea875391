"""What an app posts, changes and takes back, whichever way it came."""

from collections.abc import Iterable

from tests.fakes.slack.agent_threads import AgentThreads
from tests.fakes.slack.app import Installation
from tests.fakes.slack.channel import Channel
from tests.fakes.slack.errors import Json, Refused
from tests.fakes.slack.ids import Ids
from tests.fakes.slack.message import Message
from tests.fakes.slack.message_events import MessageEvents
from tests.fakes.slack.posting import Content
from tests.fakes.slack.shared_file import SharedFile


class BotMessages:
    """``ephemeral`` are the messages that only one person sees; no history has them, and a reload loses them."""

    def __init__(self, *, ids: Ids, events: MessageEvents, threads: AgentThreads) -> None:
        self._ids = ids
        self._events = events
        self._threads = threads
        self.ephemeral: list[Message] = []

    def thread_of(self, channel: Channel, thread_ts: str | None) -> str | None:
        """The thread to reply in; its first message must be there, a reply's ts will not do."""
        if not thread_ts:
            return None
        parent = channel.messages.get(thread_ts)
        if parent is None:
            raise Refused("thread_not_found")
        if parent.is_reply:
            raise Refused("cannot_reply_to_message")
        return thread_ts

    def new(
        self,
        installation: Installation,
        channel: Channel,
        content: Content,
        *,
        thread_ts: str | None = None,
        is_broadcast: bool = False,
        files: Iterable[SharedFile] = (),
        custom: Json | None = None,
    ) -> Message:
        """Not yet posted."""
        shared = list(files)
        subtype = "file_share" if shared else "thread_broadcast" if is_broadcast and thread_ts else None
        if custom and subtype is None:
            subtype = "bot_message"
        return Message(
            channel=channel,
            ts=self._ids.ts(),
            user=installation.bot.id,
            text=content.text,
            subtype=subtype,
            thread_ts=thread_ts,
            is_broadcast=bool(is_broadcast and thread_ts),
            blocks=content.blocks,
            attachments=content.attachments,
            metadata=content.metadata,
            files=shared,
            bot=installation.author_fields(),
            extra=custom or {},
        )

    def post(self, message: Message) -> Message:
        """Put it in its conversation and tell."""
        self._events.posted(message)
        self._threads.message_posted(message.channel.id, message.thread_ts)
        return message

    def whisper(self, message: Message, person_id: str) -> Message:
        """Show it to one person."""
        message.ephemeral_for = person_id
        self.ephemeral.append(message)
        self._threads.message_posted(message.channel.id, message.thread_ts)
        return message

    def change(self, message: Message, content: Content, *, is_edit: bool) -> Message:
        """Other words in place; with blocks Slack shows no "(edited)"."""
        previous = message.core() | message.thread_fields()
        message.text, message.blocks, message.attachments = content.text, content.blocks, content.attachments
        message.metadata = content.metadata or message.metadata
        if is_edit:
            message.edited = {"user": message.user, "ts": self._ids.ts().split(".", maxsplit=1)[0] + ".000000"}
        if message.ephemeral_for is None:
            self._events.changed(message, previous)
        return message

    def take_back(self, message: Message) -> None:
        """Delete it, for everybody or for the one who saw it."""
        if message.ephemeral_for is None:
            self._events.removed(message)
        elif message in self.ephemeral:
            self.ephemeral.remove(message)
