"""An answer that only who asked sees: through the ``response_url`` of a command or a press."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from connectors.connector import Answer, Card, Citation, Language, Notice
from connectors.slack.answer_blocks import Shown, answer_messages, card_message, notice_message, progress_message
from connectors.slack.directs import direct_channel
from connectors.slack.errors import SlackAway, SlackError
from connectors.slack.reply import MoreBlocks
from connectors.slack.sending import send
from connectors.slack.site import Site

_log = logging.getLogger(__name__)
_MESSAGES: Final = 4
"""Slack takes five in half an hour, and one is the status."""


@dataclass(slots=True, kw_only=True)
class PrivateReply:
    """The ``Reply`` of a slash command: one status, then the end in its place. It is no message, so nobody archives it.

    An answer that comes after half an hour, when the address is dead, goes to the direct chat.
    """

    site: Site
    response_url: str
    user_id: str
    language: Language
    more: MoreBlocks = lambda _: ()
    has_ended: bool = False
    answer: Answer | None = None
    _is_status_shown: bool = False

    async def status(self, text: str) -> None:
        """The first one; more would use up the address."""
        if self._is_status_shown:
            return
        self._is_status_shown = True
        shown = progress_message(status=text, text="", citations=(), language=self.language)
        try:
            await self._respond(shown, replace=False)
        except (SlackError, SlackAway) as error:
            self._is_status_shown = False
            _log.info("a status could not be shown: %s", error)

    async def sources(self, citations: Sequence[Citation]) -> None:
        """Come with the answer."""

    async def delta(self, text: str) -> None:
        """Comes with the answer."""

    async def finish(self, answer: Answer) -> None:
        """The answer."""
        messages = answer_messages(answer, more=tuple(self.more(answer)))[:_MESSAGES]
        await self._end(messages, written=answer_messages(answer))
        self.answer = answer

    async def fail(self, notice: Notice) -> None:
        """Why there is none."""
        await self._end([notice_message(notice, self.language)])

    async def confirm(self, card: Card) -> None:
        """The card."""
        await self._end([card_message(card)])

    async def drop(self) -> None:
        """Take the status away."""
        self.has_ended = True
        if self._is_status_shown:
            try:
                await self.site.api.respond(self.response_url, delete_original=True)
            except (SlackError, SlackAway) as error:
                _log.info("a status could not be taken away: %s", error)

    async def _end(self, messages: Sequence[Shown], *, written: Sequence[Shown] = ()) -> None:
        """``written`` is what the direct chat gets: nothing can be shared from there to where it was asked."""
        replace = self._is_status_shown
        for at, shown in enumerate(messages):
            try:
                await self._respond(shown, replace=replace and at == 0)
            except SlackError as error:
                _log.info("the address of a command is dead, its person is written to: %s", error)
                await self._write((written or messages)[at:])
                break
        self.has_ended = True

    async def _respond(self, shown: Shown, *, replace: bool) -> None:
        await self.site.api.respond(
            self.response_url,
            response_type="ephemeral",
            replace_original=replace,
            text=shown.text,
            blocks=list(shown.blocks),
        )

    async def _write(self, messages: Sequence[Shown]) -> None:
        direct = await direct_channel(self.site, self.user_id)
        for shown in messages:
            await send(self.site, self.site.directory.slack_channel(direct.channel_id), shown)
