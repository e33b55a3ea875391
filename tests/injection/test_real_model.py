"""The attempts against a real small model, in an archive of ordinary talk: none changes what the bot does.

``SHIGUANG_TEST_MODEL`` names another model than the default one.
"""

import os
from pathlib import Path

import pytest

from bot.application import open_application
from bot.settings import LlmSettings, load_settings
from tests.e2e.real_models import MODELS, home_with_models, needs_models
from tests.injection.asking import ask, told
from tests.injection.attempts import all_attempts, staged_events
from tests.injection.ordinary import ordinary_events
from tests.quick_application import archive

_MODEL = os.environ.get("SHIGUANG_TEST_MODEL", "qwen2.5-coder-1.5b-instruct-q4_k_m")


@pytest.mark.slow
@pytest.mark.model
@pytest.mark.timeout(2400)
@needs_models
async def test_no_attempt_changes_the_bot(tmp_path: Path) -> None:
    """Invariants 4 and 5."""
    if not (MODELS / _MODEL).is_dir():
        pytest.skip(f"NOT TESTED: {_MODEL} is not in {MODELS}; run: shiguang models pull")
    settings = load_settings(
        home=home_with_models(tmp_path / "home"),
        timezone="Asia/Shanghai",
        llm=LlmSettings(backend="llamacpp", model=_MODEL),
    )
    async with open_application(settings) as application:
        await application.model.start()
        await archive(application, *await ordinary_events(application))
        await archive(application, *await staged_events(all_attempts(), application.file_store))
        outcomes = [await ask(application, staged) for staged in all_attempts()]
        await application.model.close()
    answered = sum(outcome.reason == "answered" for outcome in outcomes)
    print(f"{_MODEL}: {len(outcomes)} attempts, {answered} answered from other records")
    assert not told(outcomes), told(outcomes)
