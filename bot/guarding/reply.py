"""The last thing before a chat: whatever the bot says goes through here, so that no handler can forget it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.guarding.masker import Masker
from bot.guarding.masking import secrets_of
from bot.guarding.mentions import without_mass_mentions
from connectors.connector import Answer, Card, Citation, Notice, Reply


@dataclass(slots=True)
class GuardedReply:
    """Hands a reply through without mass mentions and the secrets of others.

    Nothing waits for the next piece of an answer: each is a whole sentence that passed the check of ``bot.answering``.
    """

    reply: Reply
    masker: Masker
    asked: str
    """What the person said: they may read it again."""
    _allowed: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self._allowed = secrets_of(self.asked)

    async def status(self, text: str) -> None:
        """What happens now."""
        await self.reply.status(self._said(text))

    async def sources(self, citations: Sequence[Citation]) -> None:
        """What was found."""
        await self.reply.sources(await self._cited(citations))

    async def delta(self, text: str) -> None:
        """The next sentence."""
        await self.reply.delta(self._said(text))

    async def finish(self, answer: Answer) -> None:
        """The answer."""
        citations = tuple(await self._cited(answer.citations))
        said = replace(answer, text=self._said(answer.text), citations=citations, meant=self._said(answer.meant))
        await self.reply.finish(said)

    async def fail(self, notice: Notice) -> None:
        """Why there is none."""
        await self.reply.fail(replace(notice, sentence=self._said(notice.sentence), hint=self._said(notice.hint)))

    async def drop(self) -> None:
        """Nothing is said."""
        await self.reply.drop()

    async def confirm(self, card: Card) -> None:
        """A question back."""
        await self.reply.confirm(replace(card, text=self._said(card.text)))

    async def _cited(self, citations: Sequence[Citation]) -> list[Citation]:
        masked, own = await self.masker.citations(citations)
        self._allowed |= own
        return [replace(citation, quote=without_mass_mentions(citation.quote)) for citation in masked]

    def _said(self, text: str) -> str:
        return without_mass_mentions(self.masker.text(text, allowed=self._allowed))
