"""What doctor says of an adapter before a model is loaded with it."""

from pathlib import Path

import pytest

from bot.cli.examination import _adapter
from bot.settings import LlmSettings, Settings
from tests.fakes.gguf_file import write_tiny_adapter, write_tiny_model


@pytest.mark.parametrize(
    ("adapter", "share", "state", "told"),
    [
        (None, 1.0, "ok", "none"),
        ("ours.gguf", 0.0, "ok", "none"),
        ("ours.gguf", 0.25, "ok", "25%"),
        ("tiny.gguf", 1.0, "warning", "no LoRA adapter"),
        ("absent.gguf", 1.0, "warning", "not there"),
    ],
)
async def test_adapter(tmp_path: Path, adapter: str | None, share: float, state: str, told: str) -> None:
    write_tiny_adapter(tmp_path / "ours.gguf")
    write_tiny_model(tmp_path / "tiny.gguf")
    llm = LlmSettings(adapter=None if adapter is None else str(tmp_path / adapter), adapter_share=share)
    finding = await _adapter(Settings(home=tmp_path, llm=llm))
    assert finding.state == state
    assert told in finding.fact


async def test_an_adapter_may_be_named_by_its_file_among_the_models(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    write_tiny_adapter(tmp_path / "models" / "team.gguf")
    finding = await _adapter(Settings(home=tmp_path, llm=LlmSettings(adapter="team")))
    assert finding.state == "ok"
