"""What a machine must have, checked before anything long begins; each missing thing is one sentence, twice."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

_ENVIRONMENT_BYTES = 3_500_000_000
_MODEL_BYTES = 2_500_000_000
_TEMPORARY_BYTES = 1_000_000_000
_COMPILER_COMMANDS = "Debian, Ubuntu: apt install g++; Fedora: dnf install gcc-c++; macOS: xcode-select --install"


class SetupError(Exception):
    """Setting up cannot go on; says what is missing in English and Chinese."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.en = en
        self.zh = zh


def shiguang_home() -> Path:
    """The same folder as in ``bot.settings``, which cannot be imported yet."""
    return Path(os.environ.get("SHIGUANG_HOME") or Path.home() / ".shiguang").expanduser()


def existing_parent(path: Path) -> Path:
    """``path`` or the nearest folder above it that exists."""
    return next(parent for parent in (path.absolute(), *path.absolute().parents) if parent.exists())


def check_writable(*folders: Path) -> None:
    """Every folder can be created and written to."""
    for folder in folders:
        parent = existing_parent(folder)
        if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
            raise SetupError(f"no permission to write to {parent}", f"没有写入权限：{parent}")


def check_disk(environment: Path, home: Path, temporary: Path) -> None:
    """Enough room for the packages, the models and pip's temporary files, added up for each disk."""
    needs: dict[int, tuple[Path, int]] = {}
    has_models = len(list((home / "models").glob("*/manifest.json"))) > 1
    wanted = [(environment, _ENVIRONMENT_BYTES), (temporary, _TEMPORARY_BYTES)]
    if not has_models:
        wanted.append((home, _MODEL_BYTES))
    for folder, size in wanted:
        parent = existing_parent(folder)
        device = parent.stat().st_dev
        needs[device] = (parent, size + needs.get(device, (parent, 0))[1])
    for folder, size in needs.values():
        free = shutil.disk_usage(folder).free
        if free < size:
            numbers = (f"{size / 1e9:.1f} GB", f"{free / 1e9:.1f} GB")
            raise SetupError(
                f"not enough disk space at {folder}: {numbers[0]} are needed, {numbers[1]} are free",
                f"{folder} 磁盘空间不足：需要 {numbers[0]}，只剩 {numbers[1]}",
            )


def check_venv_module() -> None:
    """Debian and Ubuntu put ``venv`` into a package of its own."""
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        package = f"python3.{sys.version_info.minor}-venv"
        raise SetupError(
            f"this Python cannot create virtual environments; on Debian or Ubuntu: apt install {package}",
            f"当前 Python 无法创建虚拟环境；Debian 或 Ubuntu 请运行：apt install {package}",
        )


def check_compiler(python: Path, pinned_version: str | None) -> None:
    """llama-cpp-python is compiled from source, unless it is installed or pip still has the wheel it built."""
    compilers = (os.environ.get("CC"), "cc", "gcc", "clang"), (os.environ.get("CXX"), "c++", "g++", "clang++")
    if all(any(name and shutil.which(name.split()[0]) for name in names) for names in compilers):
        return
    listing = subprocess.run(
        [python, "-m", "pip", "cache", "list", "llama_cpp_python", "--format=abspath"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    if pinned_version is not None and f"llama_cpp_python-{pinned_version}-" in listing.stdout:
        return
    raise SetupError(
        f"no C++ compiler found; {_COMPILER_COMMANDS}",
        f"没有找到 C++ 编译器；{_COMPILER_COMMANDS}",
    )
