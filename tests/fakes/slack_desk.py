"""A part of the connector that people press, connected to the fake Slack through Bolt over a real socket."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from connectors.slack.api import SlackApi
from connectors.slack.kit import Block
from connectors.slack.site import Site
from tests.fakes.slack import Channel, Message, Person
from tests.fakes.slack_site import SiteInTest, slack_site


class Part(Protocol):
    """What is put on the desk."""

    def register(self, app: AsyncApp) -> None:
        """Listen."""


PartT = TypeVar("PartT", bound=Part)


@dataclass(frozen=True, kw_only=True)
class Desk(Generic[PartT]):
    """``part`` is the one under test."""

    it: SiteInTest
    part: PartT

    async def quiet(self) -> None:
        """Wait until everything pressed so far is acknowledged and all its work is done."""
        await self.it.slack.acknowledged()
        await self.it.tasks.idle()

    def whispers_to(self, person: Person) -> list[Message]:
        """What only this person sees, in order."""
        return [found for found in self.it.slack.bot_messages.ephemeral if found.ephemeral_for == person.id]

    def post(self, channel: Channel, text: str, blocks: list[Block], *, thread: Message | None = None) -> Message:
        """Something that the bot said before."""
        message = Message(
            channel=channel,
            ts=self.it.slack.ids.ts(),
            user=self.it.bot.id,
            text=text,
            blocks=blocks,
            thread_ts=thread.ts if thread else None,
            bot=self.it.installation.author_fields(),
        )
        channel.workspace.put(message)
        return message

    def refusals(self) -> list[Any]:
        """What Slack did not take."""
        return list(self.it.slack.journal.refusals)


@asynccontextmanager
async def at_desk(make: Callable[[Site], PartT], **options: Any) -> AsyncIterator[Desk[PartT]]:
    """``options`` are those of ``slack_site``."""
    async with slack_site(**options) as it:
        assert isinstance(it.site.api, SlackApi)
        app = AsyncApp(
            client=AsyncWebClient(base_url=it.site.api.client.base_url),
            authorize=_authorize(it),
            ignoring_self_events_enabled=False,
        )
        part = make(it.site)
        part.register(app)
        app.event(re.compile(".*"))(_nothing)
        handler = AsyncSocketModeHandler(app, it.app.app_token)
        await handler.connect_async()  # type: ignore[no-untyped-call]
        try:
            await it.slack.connected()
            yield Desk(it=it, part=part)
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]


def _authorize(it: SiteInTest) -> Callable[[], Awaitable[AuthorizeResult]]:
    """As a workspace does it: Bolt's own asks Slack first, and presses at once would overtake each other there."""

    async def authorize() -> AuthorizeResult:
        me = it.site.me
        return AuthorizeResult(
            enterprise_id=me.enterprise_id,
            team_id=me.workspace_id,
            bot_user_id=me.bot_user_id,
            bot_id=me.bot_id,
            bot_token=it.installation.bot_token,
        )

    return authorize


async def _nothing() -> None:
    """What happens in channels is acknowledged."""


def words_of(message: Message | Block) -> str:
    """All words of a message or a view, a line each, as somebody reads them."""
    blocks = message.blocks if isinstance(message, Message) else message["blocks"]
    return "\n".join(_words(blocks))


def _words(part: Any) -> list[str]:
    if isinstance(part, dict):
        return [
            word
            for key, value in part.items()
            for word in ([value] if key == "text" and isinstance(value, str) else _words(value))
        ]
    return [word for item in part for word in _words(item)] if isinstance(part, list) else []
