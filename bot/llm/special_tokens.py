"""Chat text is data: what looks like a control token of a model loses its power before it enters a prompt."""

import re
from collections.abc import Iterable
from typing import Final

_USUAL: Final = (
    r"<\|[^<>|\s]{1,40}\|>|<｜[^<>｜\s]{1,40}｜>|</?s>|\[/?INST\]|<</?SYS>>|</?think>|<(?:start|end)_of_turn>"
)


class SpecialTokens:
    """Breaks up the spelling of control tokens: ``<|im_end|>`` becomes ``< |im_end|>``.

    Knows the usual spellings; an in-process model adds those of its own vocabulary.
    """

    def __init__(self, spellings: Iterable[str] = ()) -> None:
        usual = re.compile(_USUAL, re.IGNORECASE)
        own = sorted(
            {text for text in spellings if len(text) > 2 and " " not in text and not usual.fullmatch(text)},
            key=len,
            reverse=True,
        )
        self._pattern = re.compile("|".join([_USUAL, *(re.escape(text) for text in own)]), re.IGNORECASE)

    def disarm(self, text: str) -> str:
        """The text with every control token spelt so that no tokenizer takes it for one."""
        while True:
            # again and again, because taking one apart may put another together
            broken = self._pattern.sub(lambda found: f"{found[0][0]} {found[0][1:]}", text)
            if broken == text:
                return text
            text = broken
