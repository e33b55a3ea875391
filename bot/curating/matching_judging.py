"""The chat model as judge where words and vectors leave a doubt: does the standard answer answer this question?"""

import asyncio
import re
import time
from contextlib import aclosing
from typing import Final

import structlog

from bot.curating.standard_answer import StandardAnswer
from bot.errors import ModelError
from bot.llm.interface import ChatMessage, LanguageModel, Sampling

_log = structlog.get_logger(__name__)

_TASK: Final = (
    "A team keeps standard answers. Does the new question ask for exactly the fact that the known question asks for, "
    "in whatever words or language? No, if it is about another thing, place, person, time or version, or asks another "
    "side of it (who, when, where, how much, how, why). Reply with yes or no."
)
_EXAMPLES: Final = (
    ("Who approves travel costs?", "Your team lead.", "差旅费用找谁批", "yes"),
    ("生产库的备份几点跑？", "每天凌晨 3 点。", "测试库的备份几点跑？", "no"),
)
"""Not among the prompts that operators edit: how far it can be believed was measured with these words. Without the two
examples a small model says yes to nearly everything; more of them only cost time."""
_SECONDS: Final = 2.0
"""A judge that takes longer costs more than asking the model for an answer."""
_REST_SECONDS: Final = 600.0
"""Without asking a model that failed or was late: most likely it is too slow on this machine."""
_SAMPLING: Final = Sampling(max_tokens=2)
_READ_CHARS: Final = 160
"""Of a standard answer: enough to see what it is about."""
_YES: Final = re.compile(r"\W*yes\b", re.IGNORECASE)


class Judging:
    """Asks the model, unless others wait for it."""

    def __init__(self, model: LanguageModel) -> None:
        self._model = model
        self._rests_until = 0.0

    async def is_answered(self, question: str, known: StandardAnswer) -> bool:
        """Whether the model says yes in time; no when it is absent, busy or late."""
        if self._model.waiting or time.monotonic() < self._rests_until:
            return False
        text = " ".join(known.text.split())[:_READ_CHARS]
        messages = [ChatMessage("system", _TASK)]
        for *example, verdict in _EXAMPLES:
            messages += [ChatMessage("user", _asked(*example)), ChatMessage("assistant", verdict)]
        messages.append(ChatMessage("user", _asked(known.question, text, question)))
        try:
            async with (
                asyncio.timeout(_SECONDS),
                aclosing(self._model.stream(messages, sampling=_SAMPLING, asker="")) as said,
            ):
                answer = "".join([piece async for piece in said])
        except (ModelError, TimeoutError) as error:
            _log.debug("no judgement", error=type(error).__name__)
            self._rests_until = time.monotonic() + _REST_SECONDS
            return False
        return bool(_YES.match(answer))


def _asked(known: str, answer: str, question: str) -> str:
    return f"Known question: {known}\nStandard answer: {answer}\nNew question: {question}"
