"""Chooses the language model that the settings name. Switching is a setting, never a code change."""

from typing import assert_never

from bot.errors import SettingsError
from bot.llm.absent import AbsentModel
from bot.llm.interface import LanguageModel
from bot.llm.llamacpp import LlamaCppModel
from bot.models.resolve import resolve_chat_model
from bot.settings import Settings


def create_model(settings: Settings) -> LanguageModel:
    """The model of ``settings.llm``; nothing is loaded or reached before its ``start``."""
    llm = settings.llm
    match llm.backend:
        case "none":
            return AbsentModel()
        case "llamacpp":
            return LlamaCppModel(
                lambda: resolve_chat_model(settings),
                name=llm.model,
                context_tokens=llm.context_tokens,
                threads=llm.threads,
                gpu_layers=llm.gpu_layers,
                queue_size=llm.queue_size,
                timeout_seconds=llm.timeout_seconds,
            )
        case "openai":
            if llm.base_url is None:
                raise SettingsError("llm.base_url")
            from bot.llm._openai_server import TimeLimits  # aiohttp: not for those who search on the command line
            from bot.llm.openai import OpenAiModel

            return OpenAiModel(
                llm.base_url,
                model=llm.model,
                api_key=llm.api_key,
                context_tokens=llm.context_tokens,
                queue_size=llm.queue_size,
                limits=TimeLimits(total=llm.timeout_seconds),
            )
    assert_never(llm.backend)
