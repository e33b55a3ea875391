"""Two arms of one model: with an adapter and without, so that people's verdicts can compare them.

A conversation stays with one arm. Only answers to questions are given by both; everything else is made without the
adapter.
"""

import hashlib
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any, Final, Protocol

from bot.llm.interface import GREEDY, ChatMessage, LanguageModel, ModelInfo, Sampling, SpeakingModel

_HASHES: Final = 1 << 64


class Adapted(SpeakingModel, Protocol):
    """The model as it speaks with its adapter; ``info`` names both."""

    @property
    def is_ready(self) -> bool:
        """Whether it can be asked; known after ``start``."""
        ...

    async def start(self) -> None:
        """Make ready after the model itself was; a failure is logged, not raised."""
        ...


class ArmedModel:
    """A model with an adapter that speaks in a ``share`` of the conversations; otherwise the model itself."""

    def __init__(self, base: LanguageModel, adapted: Adapted, *, adapter: str, share: float) -> None:
        self._base = base
        self._adapted = adapted
        self._adapter = adapter
        self._share = share

    def of(self, conversation: str) -> SpeakingModel:
        """The arm of a conversation: the same one as long as adapter and share are; of none the model itself.

        With a larger share it stays with the adapter where it was.
        """
        digest = hashlib.sha256(f"{self._adapter}\0{conversation}".encode()).digest()
        is_chosen = bool(conversation) and int.from_bytes(digest[:8]) < self._share * _HASHES
        return self._adapted if is_chosen and self._adapted.is_ready else self._base

    def named(self, name: str) -> SpeakingModel:
        """The arm that an answer was kept under, if it is there; otherwise the model itself."""
        return self._adapted if self._adapted.is_ready and self._adapted.info.name == name else self._base

    @property
    def info(self) -> ModelInfo:
        """Of the model without the adapter."""
        return self._base.info

    @property
    def waiting(self) -> int:
        """Of both arms, which share a queue."""
        return self._base.waiting

    def position(self, asker: str) -> int:
        """In the queue of both arms."""
        return self._base.position(asker)

    async def start(self) -> None:
        """Load or reach the model, then the adapter, without which it goes on."""
        await self._base.start()
        await self._adapted.start()

    async def close(self) -> None:
        """Free both."""
        await self._base.close()

    async def stream(
        self, messages: Sequence[ChatMessage], *, sampling: Sampling = GREEDY, asker: str = ""
    ) -> AsyncGenerator[str, None]:
        """Without the adapter."""
        async with aclosing(self._base.stream(messages, sampling=sampling, asker=asker)) as pieces:
            async for piece in pieces:
                yield piece

    async def generate_json(
        self,
        messages: Sequence[ChatMessage],
        *,
        schema: Mapping[str, Any],
        sampling: Sampling = GREEDY,
        asker: str = "",
    ) -> Any:
        """Without the adapter."""
        return await self._base.generate_json(messages, schema=schema, sampling=sampling, asker=asker)

    async def count_tokens(self, text: str) -> int:
        """The same for both arms."""
        return await self._base.count_tokens(text)


def arm_of(model: LanguageModel, conversation: str) -> SpeakingModel:
    """What speaks in a conversation."""
    return model.of(conversation) if isinstance(model, ArmedModel) else model


def arm_named(model: LanguageModel, name: str) -> SpeakingModel:
    """What spoke under this name, as far as it is there."""
    return model.named(name) if isinstance(model, ArmedModel) else model


def name_with(model: str, adapter: str) -> str:
    """Under which an answer of the adapter is kept."""
    return f"{model}+{adapter}"
