"""Each backend is one setting away."""

from pathlib import Path

import pytest

from bot.errors import ModelMissing, SettingsError
from bot.llm.absent import AbsentModel
from bot.llm.factory import create_model
from bot.llm.llamacpp import LlamaCppModel
from bot.llm.openai import OpenAiModel
from bot.settings import LlmSettings, Settings


def settings(home: Path, **llm: object) -> Settings:
    return Settings(home=home, llm=LlmSettings.model_validate(llm))


def test_backends(tmp_path: Path) -> None:
    assert isinstance(create_model(settings(tmp_path, backend="none")), AbsentModel)
    server = create_model(settings(tmp_path, backend="openai", base_url="http://127.0.0.1:1/v1", model="tiny"))
    assert isinstance(server, OpenAiModel)
    assert server.info.name == "tiny"
    local = create_model(settings(tmp_path, context_tokens=2048))
    assert isinstance(local, LlamaCppModel)
    assert local.info.context_tokens == 2048


async def test_a_model_that_was_not_pulled_is_missing_at_the_start(tmp_path: Path) -> None:
    model = create_model(settings(tmp_path, backend="llamacpp"))
    with pytest.raises(ModelMissing):
        await model.start()
    await model.close()


async def test_a_name_that_means_nothing_is_told_at_the_start(tmp_path: Path) -> None:
    model = create_model(settings(tmp_path, backend="llamacpp", model="no such model"))
    with pytest.raises((SettingsError, ModelMissing)):
        await model.start()
    await model.close()
