"""Which tools each target runs, without running them."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy import commands
from deploy.checks import SetupError
from deploy.environment import Environment

_ROOT = Path(__file__).parents[3]


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Commands that would have run, without their folder."""
    seen: list[str] = []

    def remember(command: tuple[object, ...], **_: object) -> int:
        seen.append(" ".join(Path(str(part)).name if "/bin/" in str(part) else str(part) for part in command))
        return 0

    monkeypatch.setattr(subprocess, "call", remember)
    monkeypatch.setattr(Environment, "set_up", lambda _, *, dev: seen.append(f"set up, dev={dev}"))
    return seen


def test_test_pulls_the_small_models_and_runs_pytest(called: list[str]) -> None:
    assert commands.run_command(["test", "-k", "models", "--help"]) == 0
    assert called == [
        "set up, dev=True",
        "shiguang models pull --small",
        "python -m pytest -n 3 --dist loadfile -k models --help",
    ]


def test_check_formats_lints_checks_types_and_tests(called: list[str]) -> None:
    assert commands.run_command(["check"]) == 0
    tools = [command.split(" ")[2] for command in called if command.startswith("python -m")]
    assert tools == ["ruff", "ruff", "mypy", "pytest"]


@pytest.mark.parametrize("models_there", [True, False])
def test_run_pulls_what_is_missing_and_ends_as_the_demo(
    called: list[str], monkeypatch: pytest.MonkeyPatch, models_there: bool
) -> None:
    monkeypatch.chdir(_ROOT)
    remember: Callable[..., int] = subprocess.call

    def ask(command: tuple[object, ...], **_: object) -> int:
        remember(command)
        return int("bot.models.ready" in command and not models_there)

    monkeypatch.setattr(subprocess, "call", ask)
    monkeypatch.setattr(os, "execv", lambda program, arguments: called.append(" ".join(arguments[1:])))
    commands.run_command(["run", "--port", "0"])
    pulled = [] if models_there else ["shiguang models pull"]
    assert called == ["set up, dev=False", "python -m bot.models.ready", *pulled, "demo --port 0"]


def test_a_failing_tool_gives_its_status(called: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "call", lambda *_, **__: 5)
    assert commands.run_command(["test"]) == 5


def test_lock_files_hold_no_address_and_agree(called: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: "/bin/uv")
    commands.run_command(["lock"])
    assert len(called) == 2
    assert all("--no-emit-index-url" in command and "--generate-hashes" in command for command in called)
    assert "-c requirements-dev.lock -o requirements.lock" in called[1]


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (SetupError("no compiler", "没有编译器"), "error: no compiler\n错误：没有编译器"),
        (PermissionError(13, "Permission denied", "/x"), "error: Permission denied: /x"),
        (KeyboardInterrupt(), "Stopped"),
    ],
)
def test_no_failure_is_a_traceback(
    error: BaseException, sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(Environment, "set_up", fail)
    assert commands.run_command(["setup"]) in {1, 130}
    assert sentence in capsys.readouterr().err


def test_clean_leaves_a_folder_that_is_no_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "ROOT", tmp_path)
    (tmp_path / "precious").mkdir()
    (tmp_path / "bot" / "__pycache__").mkdir(parents=True)
    (tmp_path / "venv").mkdir()
    (tmp_path / "venv" / "pyvenv.cfg").write_text("")
    commands.run_command(["--venv", str(tmp_path / "precious"), "clean"])
    commands.run_command(["--venv", str(tmp_path / "venv"), "clean"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bot", "precious"]
    assert not (tmp_path / "bot" / "__pycache__").exists()


def test_the_makefile_and_the_script_know_the_same_targets() -> None:
    makefile = (_ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony is not None
    assert set(phony[1].split()) == set(commands._COMMANDS)


def test_a_missing_python_is_one_sentence() -> None:
    done = subprocess.run(
        ["make", "setup", "PYTHON=no-such-python"], cwd=_ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "no-such-python is not installed" in done.stderr
    assert "没有找到" in done.stderr


def test_the_ci_entry_calls_make_test() -> None:
    script = _ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert script.read_text(encoding="utf-8").rstrip().endswith("exec make test")
