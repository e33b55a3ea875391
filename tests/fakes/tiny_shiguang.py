"""``shiguang`` with a tiny embedder and a scripted model, as a process of its own that needs no model files.

    python -m tests.fakes.tiny_shiguang search hello --json

The name of the embedding model in the settings is the identity of the tiny one. The chat model says ``TINY_ANSWER``,
word by word; when that is ``forever`` it never comes to an end. With ``SHIGUANG_LLM__BACKEND=llamacpp`` the real
factory is used, so that a missing model can be played.
"""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

import bot.application
from bot.llm.factory import create_model
from bot.llm.interface import GREEDY, ChatMessage, LanguageModel, Sampling
from bot.llm.scripted import ScriptedModel
from bot.settings import Settings
from knowledge.embedding import EmbeddingSpec
from tests.fakes.embedder import TinyEmbedder


class EndlessModel(ScriptedModel):
    """Speaks until it is stopped."""

    async def stream(
        self, messages: Sequence[ChatMessage], *, sampling: Sampling = GREEDY, asker: str = ""
    ) -> AsyncGenerator[str, None]:
        """Yield one sentence and a word, and wait."""
        del messages, sampling, asker
        yield "The launch is on Tuesday. Well, "
        await asyncio.Event().wait()


def _embedder(settings: Settings) -> TinyEmbedder:
    return TinyEmbedder(settings.embedding.model)


def _spec(settings: Settings) -> EmbeddingSpec:
    return _embedder(settings).spec


def _model(settings: Settings) -> LanguageModel:
    if settings.llm.backend == "llamacpp":
        return create_model(settings)
    answer = os.environ.get("TINY_ANSWER", "The launch is on Tuesday [1].")
    return EndlessModel() if answer == "forever" else ScriptedModel(lambda _: answer)


REPLACED: Mapping[str, Any] = {"make_embedder": _embedder, "embedding_spec": _spec, "create_model": _model}
"""Names in ``bot.application`` that load model files, and what stands in for them."""


if __name__ == "__main__":
    for name, value in REPLACED.items():
        setattr(bot.application, name, value)
    from bot.cli import main

    sys.argv[0] = "shiguang"
    main()
