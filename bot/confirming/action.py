"""What a card can ask for. A new kind is one class and one line in ``bot.application``."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from bot.errors import Language
from connectors.events import PersonRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody asked for: ``details`` is JSON with ids, numbers and times, never words of messages."""

    person: PersonRef
    details: Mapping[str, Any]
    language: Language


class Action(Protocol):
    """One kind of change. Carrying it out twice must do no more than once: a crash may come between."""

    deletes: ClassVar[bool]
    """Whether it cannot be undone."""

    def question(self, asked: Asked) -> str:
        """What will happen, as a question."""
        ...

    async def carry_out(self, asked: Asked) -> str:
        """Do it and return what to tell; raises the ``ShiguangError`` that says why it cannot be done."""
        ...
