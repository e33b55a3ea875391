"""A directory of Slack in memory, for tests that play literal payloads without a server."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from connectors.events import ChannelId, ChannelRef, Event, PersonRef, Visibility
from connectors.slack.configuration import SlackConfiguration
from connectors.slack.fields import Payload
from connectors.slack.identity import Identity
from connectors.slack.ids import channel_id, person_id

_MENTION = re.compile(r"<[@#]([A-Z0-9]+)")

ME = Identity(
    workspace_id="T1",
    enterprise_id=None,
    workspace_name="Acme",
    url="https://acme.slack.com/",
    bot_user_id="UBOT",
    bot_id="BBOT",
    app_id="A1",
    bot_name="shiguang",
    scopes=frozenset(),
)
CONFIGURATION = SlackConfiguration(workspaces=(), max_file_bytes=1_000_000)


@dataclass
class KnownDirectory:
    """Every channel exists: public, archived, and called like its id. A name is known once it was looked up."""

    people: dict[str, PersonRef] = field(
        default_factory=lambda: {
            "U1": _person("U1", "ann"),
            "U2": _person("U2", "Bob 王"),
            "U3": _person("U3", "gus", is_guest=True),
            "UBOT": _person("UBOT", "shiguang", is_bot=True),
        }
    )
    moved: dict[str, str] = field(default_factory=dict)
    """Slack's first id of channels by the present one."""
    external: set[str] = field(default_factory=set)
    visibility: Visibility = "public"
    learned: set[str] = field(default_factory=set)
    told: list[Event] = field(default_factory=list)
    """What ``events`` says."""

    async def person(self, user_id: str) -> PersonRef:
        self.learned.add(user_id)
        return self.people.get(user_id) or _person(user_id, user_id, is_guest=True)

    async def channel(self, slack_channel_id: str) -> ChannelRef:
        return ChannelRef(
            channel_id=self.our_channel(slack_channel_id),
            platform="slack",
            name=slack_channel_id.lower(),
            visibility=self.visibility,
            workspace_id="T1",
            external=slack_channel_id in self.external,
        )

    async def note(self, event: Payload) -> None:
        """Nothing changes."""

    async def events(self, event: Payload) -> Sequence[Event]:
        return self.told

    async def learn_names(self, text: str) -> None:
        self.learned.update(_MENTION.findall(text))

    def person_name(self, user_id: str) -> str | None:
        return self.people[user_id].name if user_id in self.people and user_id in self.learned else None

    def channel_name(self, slack_channel_id: str) -> str | None:
        return slack_channel_id.lower() if slack_channel_id in self.learned else None

    def is_archived_here(self, channel: ChannelRef) -> bool:
        return not channel.external

    def slack_channel(self, our_id: ChannelId) -> str:
        return our_id.removeprefix("slack:")

    def our_channel(self, slack_channel_id: str) -> ChannelId:
        return channel_id(self.moved.get(slack_channel_id, slack_channel_id))


def _person(user_id: str, name: str, *, is_bot: bool = False, is_guest: bool = False) -> PersonRef:
    return PersonRef(person_id=person_id(user_id), platform="slack", name=name, is_bot=is_bot, is_guest=is_guest)
