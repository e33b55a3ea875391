"""Pages of the past: what ``conversations.history`` and ``conversations.replies`` show, asked for by time."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.events import ChannelId, Event, MessagePosted
from connectors.slack.errors import SlackError
from connectors.slack.fields import Payload, is_set, object_of, objects_of, text_of
from connectors.slack.ids import moment
from connectors.slack.site import Site

MESSAGES_PER_PAGE = 200
REPLIES_PER_PAGE = 1_000
GONE = frozenset({"channel_not_found", "not_in_channel", "access_denied", "no_permission", "team_access_not_granted"})
"""Codes by which Slack says that the bot is not there (any more)."""

_SCARCE_PAGE = 15
_SCARCE_NOTE = "history-limit"
_BATCH = 100

_log = logging.getLogger(__name__)

Wanted = Callable[[Sequence[Payload]], Awaitable[None]]
"""Sees to it that the bytes of these file objects are fetched."""


async def nobody_wants(files: Sequence[Payload]) -> None:
    """Names are kept all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """``messages`` are newest first in a channel and oldest first in a thread, each with a valid ``ts``."""

    messages: tuple[Payload, ...] = ()
    has_more: bool = False
    is_limited: bool = False
    """The plan of the workspace hides what is older."""


class Pages:
    """Always asked for by ``ts``, never by a stored cursor, and in the background.

    ``is_scarce``: Slack gives this app 15 messages at a time, once a minute (apps that are distributed, and not
    listed in its marketplace).
    """

    def __init__(self, site: Site, *, wanted: Wanted = nobody_wants) -> None:
        self._site = site
        self._wanted = wanted
        self.is_scarce = False

    async def load(self) -> None:
        """Remember what was found out before a restart."""
        self.is_scarce = await self._site.host.notebook.read(self._site.source, _SCARCE_NOTE) is not None

    async def before(self, channel: ChannelId, *, latest: str | None, oldest: str | None) -> Page:
        """What was said in a channel before ``latest`` and after ``oldest``, replies left out."""
        cursor = None
        while True:
            found = await self._ask("history", channel, MESSAGES_PER_PAGE, latest=latest, oldest=oldest, cursor=cursor)
            messages = [m for m in _messages(found) if latest is None or text_of(m, "ts") < latest]
            cursor = text_of(object_of(found, "response_metadata"), "next_cursor")
            has_more = is_set(found, "has_more")
            if messages or not has_more or not cursor:
                messages.sort(key=lambda message: text_of(message, "ts"), reverse=True)
                return Page(
                    messages=tuple(messages),
                    has_more=has_more and bool(messages),
                    is_limited=is_set(found, "is_limited"),
                )

    async def replies(self, channel: ChannelId, *, thread: str, after: str | None) -> Page:
        """Replies of a thread after a ``ts``, without its first message. A thread that is gone has none."""
        try:
            found = await self._ask("replies", channel, REPLIES_PER_PAGE, ts=thread, oldest=after)
        except SlackError as error:
            if error.code == "thread_not_found":
                return Page()
            raise
        messages = [m for m in _messages(found) if text_of(m, "ts") != thread and text_of(m, "ts") > (after or "")]
        messages.sort(key=lambda message: text_of(message, "ts"))
        return Page(messages=tuple(messages), has_more=is_set(found, "has_more") and bool(messages))

    async def exists(self, channel: ChannelId, ts: str) -> bool:
        """Whether a message, or a reply, is there."""
        try:
            found = await self._ask("replies", channel, 1, ts=ts)
        except SlackError as error:
            if error.code in ("thread_not_found", "message_not_found"):
                return False
            raise
        return any(text_of(message, "ts") == ts for message in _messages(found))

    async def hand_over(self, channel: ChannelId, messages: Sequence[Payload]) -> frozenset[str]:
        """Give messages to the archive; comes back when it has them, so that reading never runs ahead of it.

        Returns the ``ts`` of those in which somebody says something: not the bot, nor Slack itself.
        """
        slack_channel = self._site.directory.slack_channel(channel)
        said: set[str] = set()
        for start in range(0, len(messages), _BATCH):
            events: list[Event] = []
            files: list[Payload] = []
            for message in messages[start : start + _BATCH]:
                found = await self._site.translator.history(message, slack_channel)
                if any(isinstance(event, MessagePosted) and not _is_aside(event) for event in found):
                    said.add(text_of(message, "ts"))
                events += found
                files += objects_of(message, "files") if found else ()
            if events:
                await self._site.host.accept_history(events)
            await self._wanted(files)
        return frozenset(said)

    async def _ask(self, what: str, channel: ChannelId, limit: int, **arguments: Any) -> Payload:
        found = await self._site.api.call(
            f"conversations.{what}",
            background=True,
            channel=self._site.directory.slack_channel(channel),
            limit=limit,
            **{name: value for name, value in arguments.items() if value},
        )
        count = sum(1 for _ in objects_of(found, "messages"))
        if count == _SCARCE_PAGE < limit and is_set(found, "has_more"):
            await self._found_scarce(True)
        elif count > _SCARCE_PAGE:
            await self._found_scarce(False)
        return found

    async def _found_scarce(self, is_scarce: bool) -> None:
        if is_scarce == self.is_scarce:
            return
        self.is_scarce = is_scarce
        if is_scarce:
            _log.warning(
                "Slack gives this app 15 messages of the past a minute: it counts as distributed outside the"
                " marketplace. An app that the organisation made for itself reads 200 at a time, 50 times a minute."
            )
        note = {"messages_per_minute": _SCARCE_PAGE} if is_scarce else None
        await self._site.host.notebook.write(self._site.source, _SCARCE_NOTE, note)


def _is_aside(event: MessagePosted) -> bool:
    return event.system or event.answer_id is not None


def _messages(found: Payload) -> list[Payload]:
    return [message for message in objects_of(found, "messages") if moment(text_of(message, "ts")) is not None]
