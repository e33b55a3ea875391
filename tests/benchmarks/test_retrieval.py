"""What search finds, on the questions of the development chats: imported and measured by the command line."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.figures import Figures
from tests.benchmarks.processes import SHIGUANG, environment, finish
from tests.benchmarks.texts import data

pytestmark = [pytest.mark.bench, pytest.mark.model]


def _measure(home: Path, name: str) -> dict[str, Any]:
    folder = data(name)
    finish([SHIGUANG, "import", "jsonl", folder / "messages.jsonl", "--json"], environment(home))
    command: list[str | Path] = [SHIGUANG, "eval", "retrieval", folder / "questions.jsonl", "--scope", "all", "--json"]
    measured: dict[str, Any] = json.loads(finish(command, environment(home)).output)["all"]
    return measured


def test_retrieval_in_long_english_chats(home: Path, figures: Figures) -> None:
    measured = _measure(home, "locomo")
    for name in ("recall@10", "recall@20"):
        figures.state(f"retrieval, locomo: {name}", f"{measured[name]['mean']:.3f}")


def test_retrieval_in_chinese_chats(home: Path, figures: Figures) -> None:
    measured = _measure(home, "zh_chat")
    for name in ("hit@1", "hit@10"):
        figures.state(f"retrieval, zh_chat: {name}", f"{measured[name]['mean']:.3f}")
