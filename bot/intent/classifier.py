"""Telling apart what people want: rules first, then resemblance, and a question when in doubt."""

from typing import Final

from bot.intent.intent import Intent, IntentKind
from bot.intent.nearest import Nearest
from bot.intent.rules import NOISE, first_rule, is_talk
from bot.intent.wording import Wording, word
from knowledge.embedding import Embedder

_SURE = 0.95
_UNSURE = 0.5
_MARGIN: Final = 0.08
_MARGIN_OF_QUESTIONS: Final = 0.2
"""How much nearer than every question something that asks must be to be taken for no question."""
_LONGEST_RESEMBLED = 80
"""Characters; a longer text says too much to resemble an example."""


class Intents:
    """Tells what an utterance wants."""

    def __init__(self, embedder: Embedder) -> None:
        self._nearest = Nearest(embedder)

    async def of(self, text: str) -> Intent:
        """The intent of an utterance that is no command."""
        wording = word(text)
        if is_talk(wording):
            return Intent(kind="talk", confidence=_SURE, why="rule: nothing but small talk", rest="")
        rule = first_rule(wording)
        if rule is not None:
            return _intent(wording, rule.kind, _SURE, f"rule: {rule.name}")
        if len(wording.folded) > _LONGEST_RESEMBLED:
            return _question(wording, "otherwise")
        near = await self._nearest.of(wording.text)
        needed = _MARGIN_OF_QUESTIONS if wording.asks else _MARGIN
        chatty = near.kind in ("talk", "feedback") and wording.asks_what
        if near.kind == "question" or near.margin < needed or chatty:
            return _question(wording, f"like: {near.example}" if near.kind == "question" else "otherwise")
        return _intent(wording, near.kind, min(_SURE, 0.6 + near.margin), f"like: {near.example}")


def _intent(wording: Wording, kind: IntentKind, confidence: float, why: str) -> Intent:
    noise = NOISE.get(kind)
    return Intent(kind=kind, confidence=confidence, why=why, rest=wording.without(noise) if noise else wording.text)


def _question(wording: Wording, why: str) -> Intent:
    return Intent(kind="question", confidence=_SURE if wording.asks else _UNSURE, why=why, rest=wording.text)
