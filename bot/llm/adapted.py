"""How models speak with an adapter: a LoRA file in this process, or a name that a server serves."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING

import structlog

from bot.errors import ModelError
from bot.llm.arms import name_with
from bot.llm.interface import GREEDY, ChatMessage, ModelInfo, Sampling
from bot.llm.llamacpp import LlamaCppModel

if TYPE_CHECKING:  # aiohttp: not for those who search on the command line
    from bot.llm.openai import OpenAiModel

_log = structlog.get_logger(__name__)


class AdaptedLlamaCpp:
    """The model of this process with its LoRA adapter."""

    def __init__(self, model: LlamaCppModel, *, adapter: str) -> None:
        self._model = model
        self._adapter = adapter

    @property
    def is_ready(self) -> bool:
        """Whether the adapter was loaded with the model."""
        return self._model.has_adapter

    async def start(self) -> None:
        """Loaded with the model."""

    @property
    def info(self) -> ModelInfo:
        """Named after both."""
        base = self._model.info
        return ModelInfo(name=name_with(base.name, self._adapter), context_tokens=base.context_tokens)

    async def stream(
        self, messages: Sequence[ChatMessage], *, sampling: Sampling = GREEDY, asker: str = ""
    ) -> AsyncGenerator[str, None]:
        """With the adapter."""
        speech = self._model.stream_as(messages, sampling=sampling, asker=asker, adapted=True)
        async with aclosing(speech) as pieces:
            async for piece in pieces:
                yield piece

    async def count_tokens(self, text: str) -> int:
        """As the model counts."""
        return await self._model.count_tokens(text)


class AdaptedOpenAi:
    """An adapter that a server serves under a name of its own."""

    def __init__(self, model: "OpenAiModel", *, adapter: str) -> None:
        self._base = model
        self._model = model.called(adapter)
        self._adapter = adapter
        self._is_ready = False

    @property
    def is_ready(self) -> bool:
        """Whether the server had it at the start."""
        return self._is_ready

    async def start(self) -> None:
        """Look whether the server has it."""
        try:
            await self._model.start()
        except ModelError as error:
            _log.error("the adapter is not served: answers are made without it", adapter=self._adapter, code=error.code)
        else:
            self._is_ready = True

    @property
    def info(self) -> ModelInfo:
        """Named after both."""
        base = self._base.info
        return ModelInfo(name=name_with(base.name, self._adapter), context_tokens=base.context_tokens)

    async def stream(
        self, messages: Sequence[ChatMessage], *, sampling: Sampling = GREEDY, asker: str = ""
    ) -> AsyncGenerator[str, None]:
        """With the adapter."""
        async with aclosing(self._model.stream(messages, sampling=sampling, asker=asker)) as pieces:
            async for piece in pieces:
                yield piece

    async def count_tokens(self, text: str) -> int:
        """As the model counts."""
        return await self._model.count_tokens(text)
