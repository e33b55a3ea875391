"""A model as judge of two answers. It is asked in both orders, and believed only when both times it says the same."""

from typing import Final

from bot.errors import ShiguangError
from bot.evaluation.comparisons import Side
from bot.evaluation.from_use import QuestionFromUse
from bot.llm.interface import ChatMessage, LanguageModel, Sampling
from bot.prompts import prompt_text

_SCHEMA: Final = {
    "type": "object",
    "properties": {"better": {"type": "string", "enum": ["A", "B", "neither"]}},
    "required": ["better"],
    "additionalProperties": False,
}
_SAMPLING: Final = Sampling(max_tokens=24)
_CHARS: Final = 1000
_ASKER: Final = "judge"


async def judged(model: LanguageModel, question: QuestionFromUse, *, left: str, right: str) -> Side:
    """The side that is better whichever is read first; neither when that is not so, or when the model fails."""
    first = await _better(model, question, left, right)
    second = await _better(model, question, right, left)
    if (first, second) == ("A", "B"):
        return "left"
    return "right" if (first, second) == ("B", "A") else "neither"


async def _better(model: LanguageModel, question: QuestionFromUse, a: str, b: str) -> str:
    told = "\n\n".join(
        f"{name}:\n{text[:_CHARS]}"
        for name, text in (("Question", question.question), ("Reference", question.expected), ("A", a), ("B", b))
    )
    messages = [ChatMessage("system", prompt_text("judge", question.language).text), ChatMessage("user", told)]
    try:
        answer = await model.generate_json(messages, schema=_SCHEMA, sampling=_SAMPLING, asker=_ASKER)
    except ShiguangError:  # too long for it, or busy: no verdict
        return "neither"
    return str(answer["better"])
