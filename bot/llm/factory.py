"""Chooses the language model that the settings name. Switching is a setting, never a code change."""

from pathlib import Path
from typing import assert_never

from bot.errors import SettingsError
from bot.llm.absent import AbsentModel
from bot.llm.adapted import AdaptedLlamaCpp, AdaptedOpenAi
from bot.llm.arms import ArmedModel
from bot.llm.interface import LanguageModel
from bot.llm.llamacpp import Adapter, LlamaCppModel
from bot.models.resolve import resolve_adapter, resolve_chat_model
from bot.settings import Settings


def create_model(settings: Settings) -> LanguageModel:
    """The model of ``settings.llm``; nothing is loaded or reached before its ``start``."""
    llm = settings.llm
    adapter = llm.adapter if llm.adapter_share > 0 else None
    match llm.backend:
        case "none":
            return AbsentModel()
        case "llamacpp":
            local = LlamaCppModel(
                lambda: resolve_chat_model(settings),
                name=llm.model,
                context_tokens=llm.context_tokens,
                threads=llm.threads,
                gpu_layers=llm.gpu_layers,
                queue_size=llm.queue_size,
                timeout_seconds=llm.timeout_seconds,
                adapter=Adapter(locate=lambda: resolve_adapter(settings), scale=llm.adapter_scale) if adapter else None,
            )
            if not adapter:
                return local
            name = Path(adapter).stem
            return ArmedModel(local, AdaptedLlamaCpp(local, adapter=name), adapter=name, share=llm.adapter_share)
        case "openai":
            if llm.base_url is None:
                raise SettingsError("llm.base_url")
            from bot.llm._openai_server import TimeLimits  # aiohttp: not for those who search on the command line
            from bot.llm.openai import OpenAiModel

            served = OpenAiModel(
                llm.base_url,
                model=llm.model,
                api_key=llm.api_key,
                context_tokens=llm.context_tokens,
                queue_size=llm.queue_size,
                limits=TimeLimits(total=llm.timeout_seconds),
            )
            if not adapter:
                return served
            return ArmedModel(served, AdaptedOpenAi(served, adapter=adapter), adapter=adapter, share=llm.adapter_share)
    assert_never(llm.backend)
