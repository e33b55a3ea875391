"""A workspace: its people, conversations and files. Changes here are silent; who announces them is elsewhere."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.fakes.slack.channel import Channel, Kind
from tests.fakes.slack.clock import Clock
from tests.fakes.slack.ids import Ids
from tests.fakes.slack.message import Message
from tests.fakes.slack.person import Person
from tests.fakes.slack.shared_file import SharedFile

SLACKBOT = "USLACKBOT"


@dataclass(kw_only=True, eq=False)
class Workspace:
    """One team. ``file_host`` is where its files' addresses point."""

    id: str
    name: str
    domain: str
    clock: Clock
    ids: Ids
    file_host: str = ""
    people: dict[str, Person] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    files: dict[str, SharedFile] = field(default_factory=dict)
    emoji: dict[str, str] = field(default_factory=dict)
    hides_older_than_days: int | None = None
    """90 on the free plan: older messages are there but not shown."""
    user_groups: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.people[SLACKBOT] = Person(id=SLACKBOT, name="slackbot", real_name="Slackbot", team_id=self.id)

    def add_person(
        self,
        name: str,
        *,
        real_name: str | None = None,
        team_id: str | None = None,
        is_bot: bool = False,
        is_guest: bool = False,
        is_single_channel_guest: bool = False,
        is_stranger: bool = False,
        is_admin: bool = False,
        locale: str = "zh-CN",
    ) -> Person:
        """Somebody new; another ``team_id`` makes an outsider."""
        person = Person(
            id=self.ids.new("U"),
            name=name,
            real_name=real_name or name.title(),
            team_id=team_id or self.id,
            email=f"{name}@{self.domain}.example",
            is_bot=is_bot,
            is_restricted=is_guest or is_single_channel_guest,
            is_ultra_restricted=is_single_channel_guest,
            is_stranger=is_stranger,
            is_admin=is_admin,
            locale=locale,
            bot_id=self.ids.new("B") if is_bot else "",
            updated=int(self.clock.now()),
        )
        self.people[person.id] = person
        return person

    def add_channel(
        self, name: str, *, members: Iterable[Person] = (), kind: Kind = "public", created: float | None = None
    ) -> Channel:
        """A conversation that has always been there; the first member made it."""
        people = [member.id for member in members]
        channel = Channel(
            workspace=self,
            id=self.ids.new("D" if kind == "im" else "C"),
            name=name,
            kind=kind,
            creator=people[0] if people else SLACKBOT,
            created=int(self.clock.now() if created is None else created),
            members=people,
            is_general=name == "general",
        )
        self.channels[channel.id] = channel
        return channel

    def direct_channel(self, one: str, other: str) -> Channel | None:
        """The direct message of these two, if there is one."""
        pair = {one, other}
        return next((c for c in self.channels.values() if c.kind == "im" and set(c.members) == pair), None)

    def group_channel(self, members: set[str]) -> Channel | None:
        """The group direct message of exactly these, if there is one."""
        return next((c for c in self.channels.values() if c.kind == "mpim" and set(c.members) == members), None)

    def open_direct_channel(self, one: str, other: str) -> Channel:
        """The direct message of these two, made if need be."""
        found = self.direct_channel(one, other)
        if found is None:
            found = self.add_channel("", members=[self.people[one], self.people[other]], kind="im")
        found.is_open = True
        return found

    def put(self, message: Message) -> None:
        """Keep a message in its place by time; the first reply makes its parent a thread."""
        channel = message.channel
        channel.messages = _with(channel.messages, message)
        if message.is_reply and message.thread_ts is not None:
            channel.threads[message.thread_ts] = _with(channel.threads.get(message.thread_ts, {}), message)
            parent = channel.messages.get(message.thread_ts)
            if parent is not None:
                parent.thread_ts = parent.ts

    def take_out(self, message: Message) -> None:
        """The message is gone without a trace."""
        del message.channel.messages[message.ts]
        message.channel.threads.get(message.thread_ts or "", {}).pop(message.ts, None)

    def permalink(self, message: Message) -> str:
        """The address of a message."""
        link = f"https://{self.domain}.slack.com/archives/{message.channel.id}/p{message.ts.replace('.', '')}"
        return f"{link}?thread_ts={message.thread_ts}&cid={message.channel.id}" if message.is_reply else link


def _with(messages: dict[str, Message], message: Message) -> dict[str, Message]:
    is_last = not messages or message.ts > next(reversed(messages))
    messages[message.ts] = message
    return messages if is_last else dict(sorted(messages.items()))
