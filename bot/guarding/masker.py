"""Masking for one reader: who wrote a secret may read it again, in the channel where they wrote it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from bot.answering.evidence import Evidence, excerpt_of
from bot.errors import Language
from bot.guarding.masking import mask, secrets_of
from bot.truth.database import Database
from bot.truth.tables import MessageRow
from connectors.connector import Citation


@dataclass(frozen=True, slots=True)
class Masker:
    """Masks for the person who asked, in the channel they asked in; without either, for everybody."""

    database: Database
    language: Language
    person_id: str | None = None
    channel_id: str | None = None

    async def evidence(self, found: Sequence[Evidence], *, question: str) -> list[Evidence]:
        """Passages without the secrets of others, before a model or a person sees them."""
        own = await self._own([item.message_id for item in found if secrets_of(item.text)])
        return [item if item.message_id in own else self._masked(item, question) for item in found]

    def for_model(self, found: Sequence[Evidence], *, question: str) -> list[Evidence]:
        """Passages without anybody's secrets: no prompt holds one, whoever asks."""
        return [self._masked(item, question) for item in found]

    async def citations(self, citations: Sequence[Citation]) -> tuple[list[Citation], frozenset[str]]:
        """The same of citations, and the reader's own secrets among them."""
        secrets = {citation.record_id: secrets_of(citation.quote) for citation in citations}
        own = await self._own([str(record_id) for record_id, found in secrets.items() if found])
        masked = [
            citation
            if citation.record_id in own
            else replace(citation, quote=self.text(citation.quote), file_name=self._name(citation.file_name))
            for citation in citations
        ]
        return masked, frozenset[str]().union(
            *(secrets[citation.record_id] for citation in citations if citation.record_id in own)
        )

    def text(self, text: str, *, allowed: frozenset[str] = frozenset()) -> str:
        """A text that is nobody's own."""
        return mask(text, self.language, allowed=allowed)

    def _masked(self, item: Evidence, question: str) -> Evidence:
        text = self.text(item.text)
        excerpt = item.excerpt if text == item.text else excerpt_of(text, question)
        return replace(item, text=text, excerpt=self.text(excerpt), file_name=self._name(item.file_name))

    def _name(self, name: str | None) -> str | None:
        return None if name is None else self.text(name)

    async def _own(self, record_ids: Sequence[str]) -> set[str]:
        if not record_ids or self.person_id is None or self.channel_id is None:
            return set()
        statement = select(MessageRow.record_id).where(
            MessageRow.record_id.in_(record_ids),
            MessageRow.author_id == self.person_id,
            MessageRow.channel_id == self.channel_id,
        )
        async with self.database.read() as connection:
            return set(await connection.scalars(statement))
