"""The root command: it starts without the libraries that commands need later, and says its version."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot import __version__
from bot.cli.main import app

_HEAVY = {
    "alembic", "dateparser", "fastembed", "jieba", "kreuzberg", "llama_cpp", "numpy", "onnx", "onnxruntime",
    "qdrant_client", "rapidocr", "slack_bolt", "sqlalchemy", "wechatpy",
}  # fmt: skip
_RARE = {"alembic", "dateparser", "kreuzberg", "llama_cpp", "onnx", "rapidocr", "slack_bolt", "wechatpy"}


def _imported(module: str) -> set[str]:
    code = f"import {module}, sys, json; print(json.dumps([name.split('.')[0] for name in sys.modules]))"
    finished = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parents[4], capture_output=True, check=True, timeout=60
    )
    return set(json.loads(finished.stdout))


@pytest.mark.parametrize(("module", "unwanted"), [("bot.cli.main", _HEAVY), ("bot.cli.searching", _RARE)])
def test_nothing_heavy_is_imported_before_it_is_needed(module: str, unwanted: set[str]) -> None:
    assert not _imported(module) & unwanted


def test_version_and_help() -> None:
    assert CliRunner().invoke(app, ["--version"]).stdout.strip() == __version__
    shown = CliRunner().invoke(app, ["--help"]).stdout
    for command in [
        "serve",
        "demo",
        "import",
        "search",
        "ask",
        "timeline",
        "extract",
        "eval",
        "models",
        "reindex",
        "doctor",
    ]:
        assert command in shown
