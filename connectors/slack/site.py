"""What every part of the connector is given of one workspace."""

from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from connectors.events import ChannelId, ChannelRef, Event, PersonRef
from connectors.live_host import LiveHost
from connectors.slack.clock import SlackClock
from connectors.slack.configuration import SlackConfiguration
from connectors.slack.fields import Payload
from connectors.slack.identity import Identity
from connectors.slack.markup import Names


class Api(Protocol):
    """The Web API with the bot's token: paced by method, waiting as long as a 429 says, retried when it makes sense."""

    async def call(self, method: str, /, *, background: bool = False, **arguments: Any) -> Payload:
        """Call a method such as ``conversations.info`` and return its answer.

        ``background`` calls (history) leave room for what people wait for, and wait out any ``Retry-After``; others
        give up after some seconds. Raises ``connectors.slack.errors.SlackError`` with Slack's code, or
        ``SlackAway`` when Slack cannot be reached or does not answer in time.
        """
        ...

    @property
    def clock(self) -> SlackClock:
        """Slack's time, as its answers tell."""
        ...

    async def respond(self, response_url: str, **message: Any) -> None:
        """Post to a ``response_url``; raises as ``call``. Not Bolt's ``respond``, which disregards ``NO_PROXY``."""
        ...


class Tasks(Protocol):
    """Work that goes on by itself, owned: cancelled and awaited when the connector closes."""

    def spawn(self, work: Coroutine[Any, Any, None], *, name: str) -> None:
        """Run it. What it raises is logged, never lost. Too many at once: it waits for its turn."""
        ...


class Directory(Names, Protocol):
    """People and channels of the workspace, from a cache that events keep true."""

    async def person(self, user_id: str) -> PersonRef:
        """A user (or, under a ``B…`` id, an integration); one that cannot be looked up counts as a guest."""
        ...

    async def channel(self, slack_channel_id: str) -> ChannelRef:
        """A channel; one that Slack does not tell about counts as private and external.

        Raises ``SlackAway`` when nothing is known of it and Slack cannot be asked now.
        """
        ...

    async def note(self, event: Payload) -> None:
        """Take in what an inner event says of people and channels. Called for each, in order, before translating it."""
        ...

    async def events(self, event: Payload) -> Sequence[Event]:
        """What an inner event means to the archive as far as it is about people and channels; nothing of messages.

        Also of the system messages that tell of a channel's name or privacy. The same each time it is asked.
        Raises ``SlackAway`` when Slack must be asked and cannot be.
        """
        ...

    async def learn_names(self, text: str) -> None:
        """Look up everybody and every channel that a text mentions, so that ``Names`` knows them."""
        ...

    def is_archived_here(self, channel: ChannelRef) -> bool:
        """Whether what is said there is kept: not in external channels, unless the settings say so."""
        ...

    def slack_channel(self, channel_id: ChannelId) -> str:
        """Slack's present id of a channel of ours (ids change when channels are moved; ours stay)."""
        ...

    def our_channel(self, slack_channel_id: str) -> ChannelId:
        """Our id of a channel, the one it had first."""
        ...


class Memberships(Protocol):
    """Who is where. Unknown means no: both raise ``MembershipUnknown`` when Slack cannot be asked and the last
    answer is too old."""

    def note(self, event: Payload) -> None:
        """Take in what an inner event says of who is where, after ``Directory.note``."""
        ...

    async def refresh_channel(self, slack_channel_id: str) -> None:
        """See to it that the truth has the members of a channel, not older than the settings allow."""
        ...

    async def refresh_person(self, user_id: str) -> None:
        """See to it that the truth has which private channels a person is in, before a reply to them alone."""
        ...


class Translator(Protocol):
    """Slack's payloads become events."""

    async def events(self, event: Payload, *, event_time: float) -> Sequence[Event]:
        """What one inner event of the Events API means, in order; nothing when it means nothing to the archive."""
        ...

    async def history(self, message: Payload, slack_channel_id: str) -> Sequence[Event]:
        """What a message from ``conversations.history`` or ``.replies`` means, with its reactions and files."""
        ...


class Listener(Protocol):
    """A part that acts on inner events after the archive has them."""

    async def heard(self, event: Payload, body: Payload) -> None:
        """Called in order of arrival, one at a time; must be quick and spawn what takes longer.

        After a crash the same event may be heard again. ``body`` is the outer payload.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One workspace."""

    me: Identity
    configuration: SlackConfiguration
    host: LiveHost
    api: Api
    tasks: Tasks
    directory: Directory
    memberships: Memberships
    translator: Translator

    @property
    def source(self) -> str:
        """The name of its letters and notes."""
        return f"slack:{self.me.workspace_id}"
