"""A draft: a passage before its vectors."""

from collections.abc import Iterable
from dataclasses import dataclass

from knowledge.passage import Passage
from knowledge.surroundings import Line, Surroundings


@dataclass(slots=True)
class Draft:
    """A passage before its vectors."""

    passage: Passage
    line: Line
    """What is embedded."""
    own_words: str
    context_words: str
    surroundings: Surroundings | None = None
    alone: bool = False
    """The other passages of its record stay as they are."""

    def lines(self) -> Iterable[Line]:
        """Everything whose vector the passage needs."""
        yield self.line
        if self.surroundings is not None:
            yield from self.surroundings.lines()
