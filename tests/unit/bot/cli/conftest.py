"""Commands inside the test's own process, on a home of their own, with a tiny embedder and a scripted model."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import bot.archive.rebuild
import bot.cli.examination
import bot.cli.safekeeping
from bot.cli.main import app
from tests.fakes import tiny_shiguang

Shiguang = Callable[..., Result]
Lines = Callable[..., Path]


@pytest.fixture
def home(tmp_path: Path, quick_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh home that the environment names."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SHIGUANG_CONFIG", raising=False)
    monkeypatch.setenv("SHIGUANG_HOME", str(quick_home))
    monkeypatch.setenv("SHIGUANG_LLM__BACKEND", "none")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    return quick_home


@pytest.fixture
def shiguang(home: Path, monkeypatch: pytest.MonkeyPatch) -> Shiguang:
    """Run a command: ``shiguang("search", "hello")``."""
    for module in (bot.application, bot.archive.rebuild, bot.cli.examination, bot.cli.safekeeping):
        for name, value in tiny_shiguang.REPLACED.items():
            monkeypatch.setattr(module, name, value, raising=False)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, arguments)

    return run


@pytest.fixture
def lines(tmp_path: Path) -> Lines:
    """Write messages as JSON lines: ``lines("first", "second")`` by Ann in the channel ``launch``, a minute apart."""

    def write(*texts: str, user: str = "Ann", channel: str = "launch", first: int = 1) -> Path:
        path = tmp_path / f"{channel}-{first}.jsonl"
        path.write_text("".join(_line(at, text, user, channel) for at, text in enumerate(texts, first)), "utf-8")
        return path

    return write


def _line(number: int, text: str, user: str, channel: str) -> str:
    message: dict[str, object] = {
        "id": f"jsonl:{number}",
        "platform": "console",
        "channel": channel,
        "user": user,
        "ts": f"2026-11-{2 + number // 60:02}T09:{number % 60:02}:00+00:00",
        "thread_id": None,
        "text": text,
        "files": [],
    }
    return json.dumps(message, ensure_ascii=False) + "\n"
