"""What people do with messages: post, edit, delete, react. The driver of most tests."""

from collections.abc import Iterable

from tests.fakes.slack.channel import Channel
from tests.fakes.slack.errors import Json
from tests.fakes.slack.ids import ts_of
from tests.fakes.slack.markup import as_slack_keeps_it, rich_text_block
from tests.fakes.slack.message import Message
from tests.fakes.slack.person import Person
from tests.fakes.slack.shared_file import SharedFile
from tests.fakes.slack.workspace import Workspace
from tests.fakes.slack.world import World


class People:
    """``quietly`` changes the workspace and tells nobody: what an app finds only by reading the history."""

    def __init__(self, world: World) -> None:
        self._world = world

    def post(
        self,
        person: Person,
        channel: Channel,
        text: str,
        *,
        thread: Message | None = None,
        broadcast: bool = False,
        files: Iterable[SharedFile] = (),
        at: float | None = None,
        quietly: bool = False,
        with_channel_type: bool = True,
        extra: Json | None = None,
    ) -> Message:
        """A person writes; ``thread`` is the message to reply to, ``at`` a moment of the past."""
        kept, shared = as_slack_keeps_it(text), list(files)
        message = Message(
            channel=channel,
            ts=self._ts(channel, at),
            user=person.id,
            text=kept,
            subtype="file_share" if shared else "thread_broadcast" if broadcast else None,
            thread_ts=(thread.thread_ts or thread.ts) if thread else None,
            is_broadcast=broadcast,
            blocks=[rich_text_block(kept)] if kept else [],
            files=shared,
            client_msg_id=self._world.ids.envelope(),
            extra=_outsider_fields(person, channel) | (extra or {}),
        )
        for file in shared:
            file.shares.setdefault(channel.id, []).append(message.ts)
        if quietly:
            channel.workspace.put(message)
        else:
            self._world.message_events.posted(message, with_channel_type=with_channel_type)
        return message

    def write_to(self, person: Person, other: Person, text: str, *, thread: Message | None = None) -> Message:
        """A direct message."""
        channel = self._workspace_of(other).open_direct_channel(person.id, other.id)
        return self.post(person, channel, text, thread=thread)

    def say_of_oneself(self, person: Person, channel: Channel, text: str) -> Message:
        """``/me is away``."""
        message = self._special(channel, person.id, as_slack_keeps_it(text), "me_message")
        self._world.message_events.posted(message)
        return message

    def post_by_integration(
        self, channel: Channel, text: str, *, username: str = "ci", blocks: list[Json] | None = None
    ) -> Message:
        """An incoming webhook: ``bot_message``, with no user."""
        message = self._special(channel, None, text, "bot_message")
        message.blocks = blocks or []
        message.extra = {"username": username, "icons": {"emoji": ":robot_face:"}}
        message.bot = {"bot_id": self._world.ids.new("B")}
        self._world.message_events.posted(message)
        return message

    def special(self, channel: Channel, person: Person, text: str, subtype: str, **extra: object) -> Message:
        """Any other subtype: ``ekm_access_denied``, ``reminder_add``, ``document_mention`` …"""
        message = self._special(channel, person.id, text, subtype)
        message.extra = dict(extra)
        self._world.message_events.posted(message)
        return message

    def edit(self, message: Message, text: str, *, quietly: bool = False) -> None:
        """Other words."""
        previous = message.core() | message.thread_fields()
        message.text = as_slack_keeps_it(text)
        message.blocks = [rich_text_block(message.text)]
        message.edited = {"user": message.user, "ts": ts_of(float(int(self._world.clock.now())))}
        if not quietly:
            self._world.message_events.changed(message, previous)

    def delete(self, message: Message, *, quietly: bool = False) -> None:
        """Gone; a parent of replies stays as a tombstone."""
        self._world.message_events.removed(message, quietly=quietly)

    def unfurl(self, message: Message, *, title: str = "A page", text: str = "What it says") -> None:
        """Slack adds a preview: ``message_changed`` with the same text and no ``edited``."""
        previous = message.core() | message.thread_fields()
        message.attachments = [
            {"id": 1, "title": title, "text": text, "fallback": title, "from_url": "https://example.com/"}
        ]
        self._world.message_events.changed(message, previous)

    def recount_replies(self, parent: Message) -> None:
        """A ``message_changed`` that only brings the reply count, as Slack sometimes sends."""
        self._world.message_events.changed(parent, parent.core())

    def pin(self, person: Person, message: Message) -> None:
        """``pin_added``, and a ``message_changed`` that changes nothing to read."""
        previous = message.core() | message.thread_fields()
        message.pinned_to.append(message.channel.id)
        item = {"type": "message", "channel": message.channel.id, "message": message.core(), "created_by": person.id}
        self._world.announcer.announce(
            message.channel.workspace,
            {"type": "pin_added", "user": person.id, "channel_id": message.channel.id, "item": item},
            channel=message.channel,
        )
        self._world.message_events.changed(message, previous)

    def react(self, person: Person, message: Message, emoji: str) -> None:
        """``emoji`` without colons."""
        people = message.reactions.setdefault(emoji, [])
        if person.id not in people:
            people.append(person.id)
            self._tell_reaction("reaction_added", person, message, emoji)

    def unreact(self, person: Person, message: Message, emoji: str) -> None:
        """Take it back."""
        message.reactions[emoji].remove(person.id)
        if not message.reactions[emoji]:
            del message.reactions[emoji]
        self._tell_reaction("reaction_removed", person, message, emoji)

    def fill(
        self, channel: Channel, person: Person, count: int, *, since: float, step_s: float = 60.0
    ) -> list[Message]:
        """A history of so many messages that nobody was told of."""
        return [
            self.post(person, channel, f"history line {number}", at=since + number * step_s, quietly=True)
            for number in range(count)
        ]

    def _tell_reaction(self, kind: str, person: Person, message: Message, emoji: str) -> None:
        item = {"type": "message", "channel": message.channel.id, "ts": message.ts}
        event: Json = {"type": kind, "user": person.id, "reaction": emoji, "item": item}
        if message.user:
            event["item_user"] = message.user
        self._world.announcer.announce(message.channel.workspace, event, channel=message.channel)

    def _special(self, channel: Channel, user: str | None, text: str, subtype: str) -> Message:
        return Message(channel=channel, ts=self._world.ids.ts(), user=user, text=text, subtype=subtype)

    def _ts(self, channel: Channel, at: float | None) -> str:
        if at is None:
            return self._world.ids.ts()
        while (ts := ts_of(at)) in channel.messages:
            at += 0.0001
        return ts

    def _workspace_of(self, person: Person) -> Workspace:
        return next(workspace for workspace in self._world.workspaces if person.id in workspace.people)


def _outsider_fields(person: Person, channel: Channel) -> Json:
    """A message from another company says so, and brings the profile that users.list would not."""
    if person.team_id == channel.workspace.id:
        return {}
    profile = {
        "avatar_hash": "g0000",
        "image_72": "https://secure.gravatar.com/avatar/0.jpg",
        "first_name": person.real_name.split(" ")[0],
        "real_name": person.real_name,
        "display_name": person.name,
        "team": person.team_id,
        "name": person.name,
        "is_restricted": False,
        "is_ultra_restricted": False,
    }
    home = person.team_id
    return {"team": home, "user_team": home, "source_team": home, "user_profile": profile}
