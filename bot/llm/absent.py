"""No language model: only search is on."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, ClassVar

from bot.errors import Language, ModelUnavailable
from bot.llm.interface import GREEDY, ChatMessage, ModelInfo, Sampling


class NoModelChosen(ModelUnavailable):
    """``llm.backend`` is ``none``: the operator wants search without answers."""

    code = "no_model"
    texts: ClassVar[dict[Language, str]] = {
        "zh": "这里没有启用语言模型，只能搜索。",
        "en": "No language model is switched on here; only search is.",
    }
    hints: ClassVar[dict[Language, str]] = {
        "zh": "下面是搜到的原文；管理员可以用 llm.backend 启用模型。",
        "en": "What was found is below; your operator can switch a model on with llm.backend.",
    }


class AbsentModel:
    """Starts and stops like any model; every question raises ``NoModelChosen``."""

    @property
    def info(self) -> ModelInfo:
        """A model named ``none`` without any context."""
        return ModelInfo(name="none", context_tokens=0)

    @property
    def waiting(self) -> int:
        """Nobody waits for nothing."""
        return 0

    def position(self, asker: str) -> int:
        """Nobody is before anybody."""
        del asker
        return 0

    async def start(self) -> None:
        """Nothing to load."""

    async def close(self) -> None:
        """Nothing to free."""

    async def stream(
        self, messages: Sequence[ChatMessage], *, sampling: Sampling = GREEDY, asker: str = ""
    ) -> AsyncGenerator[str, None]:
        """Raise ``NoModelChosen``."""
        del messages, sampling, asker
        pieces: tuple[str, ...] = ()
        for piece in pieces:
            yield piece
        raise NoModelChosen

    async def generate_json(
        self,
        messages: Sequence[ChatMessage],
        *,
        schema: Mapping[str, Any],
        sampling: Sampling = GREEDY,
        asker: str = "",
    ) -> Any:
        """Raise ``NoModelChosen``."""
        del messages, schema, sampling, asker
        raise NoModelChosen

    async def count_tokens(self, text: str) -> int:
        """An estimate, so that callers need no special case."""
        return estimate_tokens(text)


def estimate_tokens(text: str) -> int:
    """Rather too many than too few: a token for each Chinese, Japanese or Korean character, one for 3 others."""
    wide = sum(1 for character in text if ord(character) >= 0x2E80)  # CJK radicals begin here
    return wide + (len(text) - wide + 2) // 3
