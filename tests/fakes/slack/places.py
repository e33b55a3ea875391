"""What happens to conversations: people and bots come and go, names and walls change."""

from tests.fakes.slack.app import Installation
from tests.fakes.slack.channel import Channel, Kind
from tests.fakes.slack.errors import Json
from tests.fakes.slack.message import Message
from tests.fakes.slack.person import Person
from tests.fakes.slack.workspace import Workspace
from tests.fakes.slack.world import World


class Places:
    """The driver for channels; each change brings its events and its system message."""

    def __init__(self, world: World) -> None:
        self._world = world

    def create(
        self, creator: Person, name: str, *, kind: Kind = "public", workspace: Workspace | None = None
    ) -> Channel:
        """A new channel with one member."""
        home = workspace or self._world.workspaces[0]
        channel = home.add_channel(name, members=[creator], kind=kind)
        if kind == "public":
            self._tell_all(channel, {"type": "channel_created", "channel": channel.short_payload()})
        return channel

    def join(self, person: Person, channel: Channel, *, inviter: Person | None = None) -> None:
        """Somebody (or the bot, which is how it is invited) becomes a member."""
        if person.id in channel.members:
            return
        channel.members.append(person.id)
        event: Json = {"type": "member_joined_channel", "user": person.id} | self._membership(channel)
        if inviter is not None:
            event["inviter"] = inviter.id
        self._tell(channel, event)
        text = f"<@{person.id}> has joined the channel"
        self._system(channel, person, "join", text, **({"inviter": inviter.id} if inviter else {}))

    def invite(self, inviter: Person, installation: Installation, channel: Channel) -> None:
        """``/invite @bot``."""
        self.join(installation.bot, channel, inviter=inviter)

    def leave(self, person: Person, channel: Channel, *, removed_by: Person | None = None) -> None:
        """Somebody goes, or is removed; a removed bot hears only ``channel_left``."""
        channel.members.remove(person.id)
        event: Json = {"type": "member_left_channel", "user": person.id} | self._membership(channel)
        self._tell(channel, event)
        self._system(channel, person, "leave", f"<@{person.id}> has left the channel")
        for installation in self._world.installations:
            if installation.bot is person:
                kind = "channel_left" if channel.kind == "public" else "group_left"
                actor = (removed_by or person).id
                left: Json = {"type": kind, "channel": channel.id, "actor_id": actor}
                self._world.announcer.offer(installation, left, channel=channel)

    def rename(self, person: Person, channel: Channel, name: str) -> None:
        """The id stays."""
        old, channel.name = channel.name, name
        channel.previous_names.insert(0, old)
        self._tell_all(channel, {"type": self._word(channel, "rename"), "channel": channel.short_payload()})
        self._system(channel, person, "name", f"has renamed the channel from {old} to {name}", name=name, old_name=old)

    def set_topic(self, person: Person, channel: Channel, topic: str) -> None:
        """Only a system message tells."""
        channel.topic = topic
        self._system(channel, person, "topic", f"<@{person.id}> set the channel topic: {topic}", topic=topic)

    def set_purpose(self, person: Person, channel: Channel, purpose: str) -> None:
        """Only a system message tells."""
        channel.purpose = purpose
        self._system(
            channel, person, "purpose", f"<@{person.id}> set the channel description: {purpose}", purpose=purpose
        )

    def archive(self, person: Person, channel: Channel) -> None:
        """No more posts."""
        self._system(channel, person, "archive", f"<@{person.id}> archived the channel")
        channel.is_archived = True
        self._tell_all(channel, {"type": self._word(channel, "archive"), "channel": channel.id, "user": person.id})

    def unarchive(self, person: Person, channel: Channel) -> None:
        """Posts again."""
        channel.is_archived = False
        self._tell_all(channel, {"type": self._word(channel, "unarchive"), "channel": channel.id, "user": person.id})
        self._system(channel, person, "unarchive", f"<@{person.id}> un-archived the channel")

    def delete(self, person: Person, channel: Channel) -> None:
        """With everything in it."""
        self._tell_all(channel, {"type": self._word(channel, "deleted"), "channel": channel.id, "actor_id": person.id})
        del channel.workspace.channels[channel.id]

    def convert_to_private(self, person: Person, channel: Channel) -> None:
        """The id stays; only a system message tells."""
        channel.kind = "private"
        self._special(channel, person, "channel_convert_to_private", "made this channel private")

    def convert_to_public(self, person: Person, channel: Channel) -> None:
        """The id stays; only a system message tells."""
        channel.kind = "public"
        self._special(channel, person, "channel_convert_to_public", "made this channel public")

    def share_with(self, channel: Channel, team_id: str) -> None:
        """Slack Connect: another company's people may come in."""
        channel.is_ext_shared = True
        channel.connected_team_ids.append(team_id)
        self._tell(channel, {"type": "channel_shared", "channel": channel.id, "connected_team_id": team_id})

    def unshare_with(self, channel: Channel, team_id: str) -> None:
        """The other company is out."""
        channel.connected_team_ids.remove(team_id)
        channel.is_ext_shared = bool(channel.connected_team_ids)
        event: Json = {"type": "channel_unshared", "channel": channel.id, "is_ext_shared": channel.is_ext_shared}
        self._tell(channel, event | {"previously_connected_team_id": team_id})

    def change_id(self, channel: Channel) -> tuple[str, str]:
        """The old and the new id; everything keyed by the old one must move."""
        old = channel.id
        channel.id = self._world.ids.new("C")
        channels = channel.workspace.channels
        channels[channel.id] = channels.pop(old)
        for file in channel.workspace.files.values():
            if old in file.shares:
                file.shares[channel.id] = file.shares.pop(old)
        self._tell(channel, {"type": "channel_id_changed", "old_channel_id": old, "new_channel_id": channel.id})
        return old, channel.id

    def purge(self, channel: Channel, *, before: str) -> None:
        """Retention took everything before this ts: one ``*_history_changed``, no list of messages."""
        for message in [message for ts, message in channel.messages.items() if ts < before]:
            channel.workspace.take_out(message)
        word = {"public": "channel", "im": "im"}.get(channel.kind, "group")
        ts = self._world.ids.ts()
        event: Json = {"type": f"{word}_history_changed", "channel": channel.id, "latest": before, "ts": ts}
        self._tell(channel, event)

    def add_person(self, workspace: Workspace, name: str, *, is_guest: bool = False) -> Person:
        """Somebody new in the team: ``team_join``."""
        person = workspace.add_person(name, is_guest=is_guest)
        self._world.announcer.announce(workspace, {"type": "team_join", "user": person.payload()})
        return person

    def change_person(self, workspace: Workspace, person: Person, **changes: object) -> None:
        """``user_change``; ``deleted=True`` deactivates."""
        for field, value in changes.items():
            setattr(person, field, value)
        person.updated = int(self._world.clock.now())
        event: Json = {"type": "user_change", "user": person.payload(), "cache_ts": person.updated}
        self._world.announcer.announce(workspace, event)

    def _word(self, channel: Channel, change: str) -> str:
        return f"{'channel' if channel.kind == 'public' else 'group'}_{change}"

    def _membership(self, channel: Channel) -> Json:
        letter = "C" if channel.kind == "public" else "G"
        return {"channel": channel.id, "channel_type": letter, "team": channel.workspace.id}

    def _tell(self, channel: Channel, event: Json) -> None:
        self._world.announcer.announce(channel.workspace, event, channel=channel)

    def _tell_all(self, channel: Channel, event: Json) -> None:
        self._world.announcer.announce(channel.workspace, event, channel=channel, only_members=False)

    def _system(self, channel: Channel, person: Person, change: str, text: str, **extra: object) -> None:
        word = "channel" if channel.kind == "public" else "group"
        if channel.kind in ("public", "private"):
            self._special(channel, person, f"{word}_{change}", text, **extra)

    def _special(self, channel: Channel, person: Person, subtype: str, text: str, **extra: object) -> None:
        ts = self._world.ids.ts()
        self._world.message_events.posted(
            Message(channel=channel, ts=ts, user=person.id, text=text, subtype=subtype, extra=dict(extra))
        )
