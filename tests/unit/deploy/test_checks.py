import importlib.util
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from deploy.checks import SetupError, check_compiler, check_disk, check_venv_module, check_writable


class _Disk(NamedTuple):
    total: int
    used: int
    free: int


def _program(folder: Path, name: str, script: str = "exit 0") -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def empty_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH with nothing on it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.delenv("CXX", raising=False)
    return folder


def test_both_compilers_are_needed(empty_path: Path) -> None:
    python = _program(empty_path, "python")
    _program(empty_path, "gcc")
    with pytest.raises(SetupError, match=r"no C\+\+ compiler") as raised:
        check_compiler(python, "0.3.36")
    assert "没有找到 C++ 编译器" in raised.value.zh
    _program(empty_path, "g++")
    check_compiler(python, "0.3.36")


def test_a_compiler_may_be_named_with_its_options(empty_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(empty_path, "mycc")
    monkeypatch.setenv("CC", "mycc -m64")
    monkeypatch.setenv("CXX", "mycc -m64")
    check_compiler(Path("python"), None)


def test_what_pip_compiled_before_needs_no_compiler(empty_path: Path) -> None:
    python = _program(empty_path, "python", "echo /cache/llama_cpp_python-0.3.36-cp311-cp311-linux_x86_64.whl")
    check_compiler(python, "0.3.36")
    with pytest.raises(SetupError):
        check_compiler(python, "0.4.0")


def test_a_full_disk_is_named_with_both_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: _Disk(9, 9, 1_000_000_000))
    with pytest.raises(SetupError, match=r"7\.0 GB are needed, 1\.0 GB are free"):
        check_disk(tmp_path / "venv", tmp_path / "home", tmp_path)


def test_models_that_are_there_need_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: _Disk(9, 9, 5_000_000_000))
    for name in ("chat", "embedding"):
        (tmp_path / "home" / "models" / name).mkdir(parents=True)
        (tmp_path / "home" / "models" / name / "manifest.json").write_text("{}")
    check_disk(tmp_path / "venv", tmp_path / "home", tmp_path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    check_writable(tmp_path / "new" / "deep")
    (tmp_path / "file").write_text("")
    with pytest.raises(SetupError, match="no permission to write"):
        check_writable(tmp_path / "file" / "venv")


def test_a_python_without_venv_says_which_package(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "ensurepip" else real(name))
    with pytest.raises(SetupError, match=rf"apt install python3\.{sys.version_info.minor}-venv"):
        check_venv_module()
