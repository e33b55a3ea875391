"""A question completed by the chat model, where rules cannot tell what a pronoun means; checked word for word."""

import asyncio
import re
from contextlib import aclosing
from typing import Final

import structlog

from bot.errors import Language, ModelError
from bot.llm.interface import ChatMessage, LanguageModel, Sampling
from bot.prompts import prompt_text
from knowledge.lexical import is_stop_word, normalize

_log = structlog.get_logger(__name__)

_SECONDS: Final = 6.0
_SAMPLING: Final = Sampling(max_tokens=48, stop=("\n",))
_LONGEST = 160
_LATIN_WORD = re.compile(r"[^\W_\u3400-\u9fff][\w.\-]*")
_HAN = re.compile(r"[\u3400-\u9fff]")
_HAN_GLUE = frozenset("的了是在和与吗呢什么谁哪个里多少几时候为怎样有没被把由会要对")
_LABEL = re.compile(r"^\s*(?:question|rewritten(?: question)?|问题|改写(?:后的问题)?)\s*[:：]\s*", re.IGNORECASE)


async def phrased(question: str, *, context: str, model: LanguageModel, language: Language, asker: str) -> str | None:
    """The question in words that can be understood alone; None when the model is busy, late, or says other words."""
    if model.waiting:
        return None
    system = prompt_text("rewrite", language)
    headings = ("前文", "问题", "改写") if language == "zh" else ("Before", "Question", "Rewritten")
    user = f"{headings[0]}: {context}\n{headings[1]}: {question}\n{headings[2]}:"
    messages = (ChatMessage("system", system.text), ChatMessage("user", user))
    try:
        async with asyncio.timeout(_SECONDS), aclosing(model.stream(messages, sampling=_SAMPLING, asker=asker)) as said:
            pieces = [piece async for piece in said]
    except (ModelError, TimeoutError) as error:
        _log.debug("question not rewritten", error=type(error).__name__)
        return None
    rewritten = _LABEL.sub("", "".join(pieces).strip()).strip(" \"“”'")
    return rewritten if is_made_of(rewritten, f"{context} {question}") else None


def is_made_of(said: str, source: str) -> bool:
    """Whether every word of a text occurs in another, but for those that mean nothing alone."""
    if not said or len(said) > _LONGEST or "\n" in said:
        return False
    have = normalize(source)
    words = {word.rstrip(".-") for word in _LATIN_WORD.findall(normalize(said))}
    known = {word.rstrip(".-") for word in _LATIN_WORD.findall(have)}
    foreign = {word for word in words - known if not is_stop_word(word) and word.removesuffix("s") not in known}
    characters = set(_HAN.findall(normalize(said))) - set(_HAN.findall(have)) - _HAN_GLUE
    return not foreign and not characters
