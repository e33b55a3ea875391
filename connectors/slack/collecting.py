"""A reply that nobody watches grow: what it ended with is shown in a form, or beside another answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.connector import Answer, Card, Citation, Notice


@dataclass(slots=True)
class CollectingReply:
    """Implements ``connectors.connector.Reply``; ``end`` is None after ``drop``."""

    end: Answer | Notice | Card | None = None

    async def status(self, text: str) -> None:
        """Nobody looks."""

    async def sources(self, citations: Sequence[Citation]) -> None:
        """They come again with the answer."""

    async def delta(self, text: str) -> None:
        """The checked answer is all that is shown."""

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
