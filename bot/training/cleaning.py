"""Cleaning: secrets and personal numbers are masked, and the people of a prompt get numbers in place of names."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from bot.answering.claims import CJK
from bot.errors import Language
from bot.guarding.findings import LABELS
from bot.guarding.masking import mask
from bot.llm.interface import ChatMessage
from bot.training.example import Example, texts_of

_NUMBERED: Final[dict[Language, str]] = {"zh": "成员{number}", "en": "Person {number}"}
_SHORTEST_NAME: Final = 2


class Cleaning:
    """Cleans one example after the other; a person has the same number in all of them."""

    def __init__(self) -> None:
        self.masked: Counter[str] = Counter()
        """What is hidden in the rows, by its kind, before and by this."""
        self._numbers: dict[str, int] = {}

    @property
    def people(self) -> int:
        """How many people have a number."""
        return len(self._numbers)

    def clean(self, example: Example) -> Example:
        """The same without secrets and names."""
        language, called = example.language, self._called(example.names, example.language)

        def cleaned(text: str) -> str:
            return _renamed(mask(text, language), called)

        clean = replace(
            example,
            question=cleaned(example.question),
            prompt=tuple(
                message if message.role == "system" else ChatMessage(message.role, cleaned(message.content))
                for message in example.prompt
            ),
            completion=cleaned(example.completion),
            rejected=None if example.rejected is None else cleaned(example.rejected),
            names=(),
        )
        for text in texts_of(clean):
            self.masked.update(
                {kind: sum(text.count(one) for one in labels.values()) for kind, labels in LABELS.items()}
            )
        return clean

    def _called(self, names: Iterable[str], language: Language) -> dict[str, str]:
        called = {}
        for name in names:
            if len(name) >= _SHORTEST_NAME:
                number = self._numbers.setdefault(name, len(self._numbers) + 1)
                called[name] = _NUMBERED[language].format(number=number)
        return called


def _renamed(text: str, called: dict[str, str]) -> str:
    """The longest name first, so that nothing is left of it; Latin names only as whole words."""
    if not called:
        return text
    ordered = sorted(called, key=len, reverse=True)
    pattern = "|".join(
        re.escape(name) if CJK.search(name) else rf"(?<![^\W_]){re.escape(name)}(?![^\W_])" for name in ordered
    )
    return re.sub(pattern, lambda name: called[name[0]], text)
