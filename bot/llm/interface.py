"""The language model as the application sees it: one small interface, several implementations."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One turn of the prompt."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How tokens are drawn. The default is greedy: the same question gives the same answer."""

    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 7
    max_tokens: int = 320
    stop: tuple[str, ...] = ()


GREEDY: Final = Sampling()


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo:
    """Which model answers: stored with every answer."""

    name: str
    context_tokens: int


class SpeakingModel(Protocol):
    """As much of a chat model as phrasing needs."""

    @property
    def info(self) -> ModelInfo:
        """Name and context size, known after ``start``."""
        ...

    def stream(
        self, messages: Sequence[ChatMessage], *, sampling: Sampling = GREEDY, asker: str = ""
    ) -> AsyncGenerator[str, None]:
        """Yield pieces of the answer as they are made, without any ``<think>`` text.

        ``asker`` is whom the fair queue counts the request against. Closing the stream (``contextlib.aclosing``) or
        cancelling the task stops the generation. Raises ``bot.errors.ModelBusy`` when the queue is full,
        ``ModelUnavailable`` when the model cannot be reached, ``ModelTimeout`` when it takes too long.
        """
        ...

    async def count_tokens(self, text: str) -> int:
        """Tokens of the text in this model, estimated where the server has no tokenizer endpoint."""
        ...


class LanguageModel(SpeakingModel, Protocol):
    """A chat model.

    Callers put the stable part of the prompt first so that the prefix cache of the implementation works.
    """

    @property
    def waiting(self) -> int:
        """How many requests are queued or running: shown to people who wait."""
        ...

    def position(self, asker: str) -> int:
        """How many requests are begun before the next waiting one of ``asker``; 0 when it waits for nothing."""
        ...

    async def start(self) -> None:
        """Load or reach the model; raises ``bot.errors.ModelUnavailable`` with a hint."""
        ...

    async def close(self) -> None:
        """Cancel what runs and free the model."""
        ...

    async def generate_json(
        self,
        messages: Sequence[ChatMessage],
        *,
        schema: Mapping[str, Any],
        sampling: Sampling = GREEDY,
        asker: str = "",
    ) -> Any:
        """One JSON value that fits the JSON schema, by grammar or JSON-schema constrained decoding."""
        ...
