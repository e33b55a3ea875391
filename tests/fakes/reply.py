"""A ``Reply`` that remembers what it was told, in order."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.connector import Answer, Card, Citation, Notice


@dataclass(slots=True)
class RecordingReply:
    """Implements ``connectors.connector.Reply``."""

    steps: list[tuple[str, Any]] = field(default_factory=list)

    async def status(self, text: str) -> None:
        self.steps.append(("status", text))

    async def sources(self, citations: Sequence[Citation]) -> None:
        self.steps.append(("sources", tuple(citations)))

    async def delta(self, text: str) -> None:
        self.steps.append(("delta", text))

    async def finish(self, answer: Answer) -> None:
        self.steps.append(("finish", answer))

    async def fail(self, notice: Notice) -> None:
        self.steps.append(("fail", notice))

    async def drop(self) -> None:
        self.steps.append(("drop", None))

    async def confirm(self, card: Card) -> None:
        self.steps.append(("confirm", card))

    @property
    def names(self) -> list[str]:
        """The steps' names, repetitions in a row taken together."""
        return [name for at, (name, _) in enumerate(self.steps) if at == 0 or self.steps[at - 1][0] != name]

    @property
    def answer(self) -> Answer:
        """The one answer that ended it."""
        [answer] = [value for name, value in self.steps if name == "finish"]
        assert isinstance(answer, Answer)
        return answer

    @property
    def notice(self) -> Notice:
        """The one failure that ended it."""
        [notice] = [value for name, value in self.steps if name == "fail"]
        assert isinstance(notice, Notice)
        return notice
