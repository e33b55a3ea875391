"""What people do with files: share, change, withdraw, delete; and the states a bot can find them in."""

import mimetypes
from pathlib import PurePosixPath

from tests.fakes.slack.channel import Channel
from tests.fakes.slack.errors import Json
from tests.fakes.slack.message import Message
from tests.fakes.slack.people import People
from tests.fakes.slack.person import Person
from tests.fakes.slack.shared_file import Mode, Serving, SharedFile
from tests.fakes.slack.workspace import Workspace
from tests.fakes.slack.world import World


class Sharing:
    """The driver for files."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._people = People(world)

    def add(
        self,
        workspace: Workspace,
        person: Person,
        name: str | None,
        content: bytes,
        *,
        mode: Mode = "hosted",
        mimetype: str | None = None,
        serving: Serving = "plainly",
        file_access: str = "visible",
        is_stub_in_messages: bool = False,
        created: float | None = None,
    ) -> SharedFile:
        """A file that is not shared yet; an ``external`` one lies on the stranger host."""
        file_id = self._world.ids.new("F")
        extension = PurePosixPath(name or "").suffix.removeprefix(".") or "text"
        file = SharedFile(
            workspace=workspace,
            id=file_id,
            user=person.id,
            name=name,
            title=name or "",
            mimetype=mimetype or mimetypes.guess_type(name or "")[0] or "application/octet-stream",
            filetype=extension,
            content=content,
            created=int(self._world.clock.now() if created is None else created),
            mode=mode,
            serving=serving,
            file_access=file_access,
            is_stub_in_messages=is_stub_in_messages,
            external_url=f"{self._world.stranger_host}/drive/{file_id}" if mode == "external" else "",
        )
        workspace.files[file_id] = file
        return file

    def share(
        self,
        person: Person,
        channel: Channel,
        file: SharedFile,
        *,
        text: str = "",
        thread: Message | None = None,
        at: float | None = None,
        quietly: bool = False,
    ) -> Message:
        """A message with the file: ``file_share``, and ``file_shared`` beside it."""
        file.is_public = file.is_public or channel.kind == "public"
        message = self._people.post(person, channel, text, files=[file], thread=thread, at=at, quietly=quietly)
        if not quietly:
            self.tell_shared(file, channel, person.id)
        return message

    def tell_shared(self, file: SharedFile, channel: Channel, user_id: str) -> None:
        """``file_shared`` for one conversation."""
        event: Json = {"type": "file_shared", "file_id": file.id, "file": {"id": file.id}, "user_id": user_id}
        self._world.announcer.announce(channel.workspace, event | {"channel_id": channel.id}, channel=channel)

    def upload(self, person: Person, channel: Channel, name: str, content: bytes, *, text: str = "") -> Message:
        """The everyday case: add and share."""
        return self.share(person, channel, self.add(channel.workspace, person, name, content), text=text)

    def change(self, file: SharedFile, *, content: bytes | None = None, name: str | None = None) -> None:
        """``file_change``, which names neither channel nor person."""
        file.content = file.content if content is None else content
        if name is not None:
            file.name = file.title = name
        self._tell(file, {"type": "file_change", "file_id": file.id, "file": {"id": file.id}})

    def withdraw(self, file: SharedFile, channel: Channel, person: Person) -> None:
        """No longer in this conversation; the file itself stays."""
        event: Json = {"type": "file_unshared", "file_id": file.id, "file": {"id": file.id}, "user_id": person.id}
        self._world.announcer.announce(channel.workspace, event | {"channel_id": channel.id}, channel=channel)
        for message in self._messages_with(file):
            if message.channel is channel:
                previous = message.core() | message.thread_fields()
                message.files.remove(file)
                self._world.message_events.changed(message, previous)
        file.shares.pop(channel.id, None)

    def make_public(self, file: SharedFile, person: Person) -> None:
        """``file_public``."""
        file.is_public = True
        event: Json = {"type": "file_public", "file_id": file.id, "file": {"id": file.id}, "user_id": person.id}
        self._tell(file, event)

    def delete(self, file: SharedFile, *, with_channels: bool = True, quietly: bool = False) -> None:
        """``file_deleted`` (``channel_ids`` may be missing), and a tombstone in each message that had it."""
        event: Json = {"type": "file_deleted", "file_id": file.id}
        if with_channels:
            event["channel_ids"] = list(file.shares)
        messages = [] if quietly else self._messages_with(file)
        before = [message.core() | message.thread_fields() for message in messages]
        file.content, file.mode = b"", "tombstone"
        if not quietly:
            self._tell(file, event)
        for message, previous in zip(messages, before, strict=True):
            self._world.message_events.changed(message, previous)

    def hide_by_limit(self, file: SharedFile) -> None:
        """The free plan hides it; nobody is told."""
        file.mode = "hidden_by_limit"

    def _messages_with(self, file: SharedFile) -> list[Message]:
        channels = file.workspace.channels
        places = [
            (channels[channel_id], ts)
            for channel_id, moments in file.shares.items()
            for ts in moments
            if channel_id in channels
        ]
        return [channel.messages[ts] for channel, ts in places if ts in channel.messages]

    def _tell(self, file: SharedFile, event: Json) -> None:
        channels = file.workspace.channels
        places = [channels[channel_id] for channel_id in file.shares if channel_id in channels]
        if places:
            self._world.announcer.announce(file.workspace, event, anywhere_of=places)
