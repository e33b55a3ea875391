"""Now and then a second answer beside the first, unasked, for who asked to pick from.

A message of a robot cannot be changed once it has ended. So the second answer is made before the first one ends, while
that is read already; when it takes long, or says the same, the first one ends alone.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from connectors.collecting import CollectingReply
from connectors.connector import Answer, Card, Citation, Notice, Utterance
from connectors.wecom.again import Again, is_same
from connectors.wecom.reply import WeComReply
from connectors.wecom.site import Site

_log = logging.getLogger(__name__)

_SECONDS: Final = 60.0
"""Longer nobody waits for what they did not ask for."""


@dataclass(frozen=True, slots=True)
class PairingReply:
    """Hands everything through, but that an answer may end as one of two."""

    site: Site
    again: Again
    reply: WeComReply
    utterance: Utterance
    seconds: float = _SECONDS

    async def status(self, text: str) -> None:
        """Hand through."""
        await self.reply.status(text)

    async def sources(self, citations: Sequence[Citation]) -> None:
        """Hand through."""
        await self.reply.sources(citations)

    async def delta(self, text: str) -> None:
        """Hand through."""
        await self.reply.delta(text)

    async def finish(self, answer: Answer) -> None:
        """The answer, or both and a vote."""
        second = await self._second(answer) if self.reply.voice.streams else None
        if second is None:
            await self.reply.finish(answer)
        else:
            await self.again.show_unasked(answer, second, self.utterance, self.reply)

    async def fail(self, notice: Notice) -> None:
        """Hand through."""
        await self.reply.fail(notice)

    async def confirm(self, card: Card) -> None:
        """Hand through."""
        await self.reply.confirm(card)

    async def drop(self) -> None:
        """Hand through."""
        await self.reply.drop()

    async def _second(self, first: Answer) -> Answer | None:
        host, person, channel_id = self.site.host, self.utterance.person, self.utterance.channel.channel_id
        collecting = CollectingReply()
        try:
            if not await host.wants_pair(first.answer_id, person, channel_id):
                return None
            async with asyncio.timeout(self.seconds):
                await host.answer_again(first.answer_id, self.utterance, collecting)
        except Exception as error:  # noqa: BLE001 - the first answer is there, and must be shown
            _log.info("a pair could not be offered: %s", type(error).__name__)
            return None
        second = collecting.end
        return second if isinstance(second, Answer) and not second.abstained and not is_same(first, second) else None
