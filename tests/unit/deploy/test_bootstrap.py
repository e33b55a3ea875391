"""The script that an old Python must be able to read."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy import bootstrap

_SCRIPT = Path(bootstrap.__file__)


def test_an_old_python_can_read_it() -> None:
    ast.parse(_SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 7))


def test_an_old_python_says_so_in_two_languages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 1))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert bootstrap.main() == 1
    error = capsys.readouterr().err
    assert "Python 3.9.1 is too old" in error
    assert "版本太低" in error


def test_a_newer_python_takes_over_if_it_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, script in (("python3.13", "exit 1"), ("python3.12", "exit 0")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    started: list[str] = []

    def remember(program: str, _: list[str]) -> None:
        started.append(program)
        raise SystemExit

    monkeypatch.setattr(sys, "version_info", (3, 9, 1))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "execv", remember)
    with pytest.raises(SystemExit):
        bootstrap.main()
    assert started == [str(tmp_path / "python3.12")]


def test_it_runs_with_nothing_installed(tmp_path: Path) -> None:
    """Isolated mode without site-packages: only the standard library and the project folder."""
    command = [sys.executable, "-I", "-S", str(_SCRIPT), "--help"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "test-all" in done.stdout
