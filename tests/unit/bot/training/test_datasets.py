"""Hugging Face ``datasets`` loads exports as they are."""

from pathlib import Path
from typing import Any

import datasets
import pytest

from tests.unit.bot.training.conftest import Team


@pytest.mark.parametrize(
    ("wanted", "columns"),
    [
        ("sft", ["messages"]),
        ("dpo", ["prompt", "chosen", "rejected"]),
        ("kto", ["prompt", "completion", "label"]),
    ],
)
async def test_datasets_loads_it(team: Team, tmp_path: Path, wanted: Any, columns: list[str]) -> None:
    await team.allow()
    await team.answered("a", "The launch is on December 8.")
    await team.answered("b", "It is soon.", minutes=11)
    await team.votes("a", up=("Ann",))
    await team.votes("b", down=("Ann",))
    await team.picks("a", "b", by="Ann")
    made = await team.exports(wanted, tmp_path / "x.jsonl")
    for path in (made.out, made.llamafactory or made.out):
        loaded = datasets.load_dataset(
            "json", data_files=str(path), split="train", cache_dir=str(tmp_path / f"cache-{path.name}")
        )
        assert len(loaded) == made.counts.rows > 0
        if path == made.out:
            assert loaded.column_names == columns
