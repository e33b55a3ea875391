"""The last thing before a chat: whatever the bot says goes through here, so that no handler can forget it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from bot.answering.links import links
from bot.guarding.leaking import reveals_prompt
from bot.guarding.links import without_foreign_links
from bot.guarding.masker import Masker
from bot.guarding.masking import secrets_of
from bot.guarding.mentions import without_mass_mentions
from connectors.connector import Answer, Citation, Notice, Reply

_UNFINISHED: Final = re.compile(r"(?:[!-~]{1,3000}|[@＠][\u3400-\u9fff]{0,4}|<!?[^<>\n]{0,200})$")
"""The end of a stream that may still become a mention, a link or a secret."""
_SEEN: Final = 400


@dataclass(slots=True)
class GuardedReply:
    """Hands a reply through without mass mentions, the secrets of others, foreign links and the bot's own prompt."""

    reply: Reply
    masker: Masker
    asked: str
    """What the person said: they may read it again."""
    _known_links: frozenset[str] = frozenset()
    _allowed: frozenset[str] = frozenset()
    _waiting: str = ""
    _seen: str = ""
    _is_silent: bool = field(default=False)

    def __post_init__(self) -> None:
        self._allowed = secrets_of(self.asked)

    async def status(self, text: str) -> None:
        """What happens now."""
        await self.reply.status(self._said(text))

    async def sources(self, citations: Sequence[Citation]) -> None:
        """What was found."""
        shown = await self._cited(citations)
        self._known_links = links(self.asked).union(*(links(citation.quote) for citation in shown))
        await self.reply.sources(shown)

    async def delta(self, text: str) -> None:
        """The next piece, as far as it can be judged; the finished answer replaces it all."""
        self._seen = (self._seen + text)[-_SEEN:]
        self._is_silent = self._is_silent or reveals_prompt(self._seen)
        if self._is_silent:
            return
        whole = self._waiting + text
        unfinished = _UNFINISHED.search(whole)
        at = unfinished.start() if unfinished else len(whole)
        self._waiting = whole[at:]
        if whole[:at]:
            await self.reply.delta(
                self._said(without_foreign_links(whole[:at], self._known_links, self.masker.language))
            )

    async def finish(self, answer: Answer) -> None:
        """The answer."""
        citations = tuple(await self._cited(answer.citations))
        await self.reply.finish(replace(answer, text=self._said(answer.text), citations=citations))

    async def fail(self, notice: Notice) -> None:
        """Why there is none."""
        await self.reply.fail(replace(notice, sentence=self._said(notice.sentence), hint=self._said(notice.hint)))

    async def _cited(self, citations: Sequence[Citation]) -> list[Citation]:
        masked, own = await self.masker.citations(citations)
        self._allowed |= own
        return [replace(citation, quote=without_mass_mentions(citation.quote)) for citation in masked]

    def _said(self, text: str) -> str:
        return without_mass_mentions(self.masker.text(text, allowed=self._allowed))
