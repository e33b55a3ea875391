"""One call of a method: who calls, with what, and the questions every method asks."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from tests.fakes.slack.app import App, Installation
from tests.fakes.slack.arguments import Arguments
from tests.fakes.slack.channel import Channel
from tests.fakes.slack.errors import Refused
from tests.fakes.slack.message import Message
from tests.fakes.slack.person import Person
from tests.fakes.slack.workspace import Workspace

if TYPE_CHECKING:
    from tests.fakes.slack.world import World

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Call:
    """``installation`` is None only for methods of the app token or of no token."""

    world: "World"
    app: App | None
    granted: Installation | None
    arguments: Arguments

    @property
    def installation(self) -> Installation:
        """Whose bot token was sent."""
        assert self.granted is not None, "the method takes a bot token"
        return self.granted

    @property
    def workspace(self) -> Workspace:
        """The workspace of the bot token."""
        return self.installation.workspace

    @property
    def bot(self) -> Person:
        """The calling bot."""
        return self.installation.bot

    def need_scope(self, *alternatives: str) -> None:
        """Refuses when none of these is granted."""
        need_scope(self.installation, *alternatives)

    def channel(self, name: str = "channel", *, half: str | None = None, as_member: bool = False) -> Channel:
        """The conversation named; what the bot cannot see does not exist.

        ``half`` is the second half of the scope its kind needs (``history``, ``read``, ``write``); ``as_member``
        refuses a public channel that the bot is not in.
        """
        channel = self.workspace.channels.get(self.arguments.text(name))
        if channel is None or (channel.is_private and self.bot.id not in channel.members):
            raise Refused("channel_not_found")
        if half is not None:
            self.need_scope(f"{channel.scope_family}:{half}")
        if as_member and self.bot.id not in channel.members:
            raise Refused("not_in_channel")
        return channel

    def message(self, channel: Channel, name: str = "ts") -> Message:
        """A message of this conversation."""
        message = channel.messages.get(self.arguments.text(name))
        if message is None or message.is_tombstone:
            raise Refused("message_not_found")
        return message

    def person(self, name: str = "user") -> Person:
        """A user of the workspace."""
        person = self.workspace.people.get(self.arguments.text(name))
        if person is None:
            raise Refused("user_not_found")
        return person

    def page(self, items: Sequence[T], limit: int) -> tuple[Sequence[T], str]:
        """The page that ``cursor`` asks for, and the next cursor (empty on the last page)."""
        start = 0
        cursor = self.arguments.optional_text("cursor")
        if cursor:
            try:
                word, _, number = base64.b64decode(cursor, validate=True).decode().partition(":")
                start = int(number)
            except ValueError:
                raise Refused("invalid_cursor") from None
            if word != "offset" or start > len(items):
                raise Refused("invalid_cursor")
        end = start + limit
        more = base64.b64encode(f"offset:{end}".encode()).decode() if end < len(items) else ""
        return items[start:end], more


def need_scope(installation: Installation, *alternatives: str) -> None:
    """``missing_scope`` names what is needed and what is there."""
    if alternatives and not any(scope in installation.scopes for scope in alternatives):
        raise Refused("missing_scope", needed=alternatives[0], provided=",".join(sorted(installation.scopes)))
