"""Real texts and questions of the shared development data, for archives and queries of any size."""

import json
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).parents[3] / "shared" / "data"
"""Beside the repository; not part of it."""


def data(name: str) -> Path:
    """A file or folder of the development data; skips the test when it is not there."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"../shared/data/{name} is not there")
    return path


@cache
def slack_lines() -> tuple[tuple[str, str], ...]:
    """Author and text of every message of the large Slack export, in the order of its days."""
    with zipfile.ZipFile(data("slack-export-dev.zip")) as archive:
        names = {
            user["id"]: user["profile"].get("display_name") or user["profile"].get("real_name") or user["name"]
            for user in json.loads(archive.read("users.json"))
        }
        days = sorted(name for name in archive.namelist() if name.count("/") == 1 and name.endswith(".json"))
        messages = [message for day in days for message in json.loads(archive.read(day))]
    return tuple((names.get(message.get("user", ""), "?"), message["text"]) for message in messages)


@cache
def spoken_lines() -> tuple[tuple[str, str], ...]:
    """Author and text of real messages in English and Chinese."""
    lines = list(slack_lines())
    for name in ("locomo", "zh_chat", "en_meetings", "irc_ubuntu", "zh_meetings"):
        lines += [(row["user"], row["text"]) for row in _rows(data(name) / "messages.jsonl")]
    return tuple((author, text) for author, text in lines if text.strip())


@cache
def questions() -> tuple[str, ...]:
    """Real questions, English and Chinese taking turns, each once."""
    english = [row["question"] for row in _rows(data("locomo") / "questions.jsonl")]
    chinese = [row["question"] for row in _rows(data("zh_chat") / "questions.jsonl")]
    return tuple(dict.fromkeys(question for pair in zip(english, chinese, strict=False) for question in pair))


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
