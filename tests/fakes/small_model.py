"""Finds the small chat model for tests that need a real one."""

from functools import cache
from pathlib import Path

import pytest

from bot.errors import ModelMissing
from bot.models.resolve import resolve_chat_model
from bot.settings import LlmSettings, Settings

SMALL_MODEL = "qwen2.5-coder-0.5b-instruct-q4_k_m"


@cache
def _path() -> Path | None:
    try:
        return resolve_chat_model(Settings(llm=LlmSettings(model=SMALL_MODEL)))
    except ModelMissing:
        return None


def small_chat_model() -> Path:
    """The path of the 0.5B model; skips the test when it was not pulled."""
    path = _path()
    if path is None:
        pytest.skip(f"{SMALL_MODEL} is not there; run: shiguang models pull {SMALL_MODEL}")
    return path
