"""What apps hear when messages come, change and go, with the twins, tombstones and gaps of the real events."""

from tests.fakes.slack.announcer import Announcer
from tests.fakes.slack.app import Installation
from tests.fakes.slack.channel import Channel
from tests.fakes.slack.errors import Json
from tests.fakes.slack.ids import Ids
from tests.fakes.slack.message import Message
from tests.fakes.slack.workspace import SLACKBOT


class MessageEvents:
    """Keeps the workspace and the events in step."""

    def __init__(self, *, announcer: Announcer, ids: Ids, installations: list[Installation]) -> None:
        self._announcer = announcer
        self._ids = ids
        self._installations = installations

    def posted(self, message: Message, *, with_channel_type: bool = True) -> None:
        """Keep it and tell; a mention in a channel yields a second event with the same ts."""
        message.channel.workspace.put(message)
        event = message.as_event(with_channel_type=with_channel_type)
        self._announcer.announce(message.channel.workspace, event, channel=message.channel)
        if (
            message.channel.kind in ("public", "private")
            and not message.bot
            and message.subtype in (None, "file_share")
        ):
            for installation in self._mentioned(message):
                self._tell_mention(installation, message)

    def changed(self, message: Message, previous: Json) -> None:
        """After an edit, an unfurl, a pin: the shape is the same, so only a comparison shows what it was."""
        self._announcer.announce(
            message.channel.workspace,
            self._change_event(message.channel)
            | {
                "subtype": "message_changed",
                "message": message.core() | message.thread_fields(),
                "previous_message": previous,
            },
            channel=message.channel,
        )

    def removed(self, message: Message, *, quietly: bool = False) -> None:
        """A parent with replies becomes a tombstone; a tombstone whose last reply goes, goes too."""
        channel = message.channel
        if message.replies and not message.is_reply:
            _become_tombstone(message)
            if not quietly:
                self._tell_tombstone(message)
            return
        previous = message.core() | message.thread_fields()
        channel.workspace.take_out(message)
        if not quietly:
            self._tell_deleted(channel, message.ts, previous)
        parent = channel.messages.get(message.thread_ts or "")
        if parent is not None and parent.is_tombstone and not parent.replies:
            self.removed(parent, quietly=quietly)

    def _tell_deleted(self, channel: Channel, ts: str, previous: Json) -> None:
        event = self._change_event(channel) | {
            "subtype": "message_deleted",
            "deleted_ts": ts,
            "previous_message": previous,
        }
        self._announcer.announce(channel.workspace, event, channel=channel)

    def _tell_tombstone(self, message: Message) -> None:
        """Without channel_type, as it has been seen."""
        event = self._change_event(message.channel)
        del event["channel_type"]
        event |= {"subtype": "message_changed", "message": message.core() | message.thread_fields()}
        self._announcer.announce(message.channel.workspace, event, channel=message.channel)

    def _change_event(self, channel: Channel) -> Json:
        ts = self._ids.ts()
        return {
            "type": "message",
            "hidden": True,
            "channel": channel.id,
            "channel_type": channel.event_type,
            "ts": ts,
            "event_ts": ts,
        }

    def _mentioned(self, message: Message) -> list[Installation]:
        return [
            installation
            for installation in self._installations
            if installation.workspace is message.channel.workspace
            and (f"<@{installation.bot.id}>" in message.text or f"<@{installation.bot.id}|" in message.text)
            and installation.bot.id in message.channel.members
        ]

    def _tell_mention(self, installation: Installation, message: Message) -> None:
        names = ("user", "text", "ts", "thread_ts", "team", "blocks", "files", "client_msg_id")
        core = message.core()
        event = {"type": "app_mention", **{name: core[name] for name in names if name in core}}
        event |= {
            "channel": message.channel.id,
            "event_ts": message.ts,
            "action_token": f"action.{installation.app.id}.{message.ts}",
        }
        self._announcer.offer(installation, event, channel=message.channel)


def _become_tombstone(message: Message) -> None:
    message.subtype = "tombstone"
    message.user, message.text, message.is_hidden = SLACKBOT, "This message was deleted.", True
    message.blocks, message.attachments, message.files, message.bot = [], [], [], {}
    message.edited, message.client_msg_id, message.metadata = None, "", None
    message.reactions.clear()
