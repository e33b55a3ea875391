"""What search finds, on the questions of the development chats: imported and measured by the command line."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.figures import Figures
from tests.benchmarks.processes import SHIGUANG, environment, finish
from tests.benchmarks.texts import data

pytestmark = [pytest.mark.bench, pytest.mark.model]


def _measure(home: Path, name: str, scope: str) -> dict[str, float]:
    folder = data(name)
    finish([SHIGUANG, "import", "jsonl", folder / "messages.jsonl", "--json"], environment(home))
    command: list[str | Path] = [SHIGUANG, "eval", "retrieval", folder / "questions.jsonl", "--scope", scope, "--json"]
    measured: dict[str, Any] = json.loads(finish(command, environment(home)).output)["all"]
    return {measure: estimate["mean"] for measure, estimate in measured.items()}


def test_retrieval_in_long_english_chats(home: Path, figures: Figures) -> None:
    measured = _measure(home, "locomo", "channel")
    figures.at_least("retrieval, locomo: recall@10", measured["recall@10"], 0.78)
    figures.at_least("retrieval, locomo: recall@20", measured["recall@20"], 0.86)


def test_retrieval_in_chinese_chats(home: Path, figures: Figures) -> None:
    measured = _measure(home, "zh_chat", "all")
    figures.at_least("retrieval, zh_chat: hit@1", measured["hit@1"], 0.70)
    figures.at_least("retrieval, zh_chat: hit@10", measured["hit@10"], 0.98)


@pytest.mark.parametrize("name", ["en_meetings", "zh_meetings"])
def test_retrieval_in_meetings(home: Path, figures: Figures, name: str) -> None:
    figures.state(f"retrieval, {name}: mrr@10", f"{_measure(home, name, 'channel')['mrr@10']:.3f}")
