"""A reply whose end is shown elsewhere: in a card, or beside another answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.connector import Answer, Card, Citation, Notice, Reply


@dataclass(slots=True)
class CollectingReply:
    """Keeps how it ended; None after ``drop``. What happens meanwhile is shown by ``progress``, if there is one."""

    progress: Reply | None = None
    end: Answer | Notice | Card | None = None

    async def status(self, text: str) -> None:
        """Hand through."""
        if self.progress is not None:
            await self.progress.status(text)

    async def sources(self, citations: Sequence[Citation]) -> None:
        """Hand through."""
        if self.progress is not None:
            await self.progress.sources(citations)

    async def delta(self, text: str) -> None:
        """Hand through."""
        if self.progress is not None:
            await self.progress.delta(text)

    async def finish(self, answer: Answer) -> None:
        """Keep it."""
        self.end = answer

    async def fail(self, notice: Notice) -> None:
        """Keep it."""
        self.end = notice

    async def confirm(self, card: Card) -> None:
        """Keep it."""
        self.end = card

    async def drop(self) -> None:
        """Nothing is to be shown."""
