"""The virtual environment: created once, filled from the lock files, and left alone while nothing changed.

A stamp in the environment holds the hashes of what was installed, so that a repeat takes no time and no network, and
an interrupted setup goes on (pip keeps what it downloaded and compiled).
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from bot.models.pip_failure import pip_failure
from deploy.checks import (
    SetupError,
    check_compiler,
    check_disk,
    check_venv_module,
    check_writable,
    shiguang_home,
)
from deploy.visible_process import run_visibly

_LOCKS = {"run": "requirements.lock", "dev": "requirements-dev.lock"}
_INSTALLED_SECTIONS = ("build-system", "project")


class Environment:
    """A project folder and its virtual environment."""

    def __init__(self, root: Path, folder: Path) -> None:
        self._root = root
        self.folder = folder if folder.is_absolute() else root / folder
        self._stamp_file = self.folder / ".shiguang-setup.json"

    @property
    def python(self) -> Path:
        """The environment's interpreter."""
        return self.folder / "bin" / "python"

    def program(self, name: str) -> Path:
        """An installed program."""
        return self.folder / "bin" / name

    def set_up(self, *, dev: bool) -> None:
        """Make the environment fit the lock file; raises ``SetupError``."""
        lock = "dev" if dev else "run"
        wanted = self._wanted()
        stamp = self._stamp()
        if self.python.exists() and stamp.get(lock) == wanted[lock] and stamp.get("project") == wanted["project"]:
            return
        check_writable(self.folder, self._root, shiguang_home())
        if stamp.get(lock) != wanted[lock] or not self.python.exists():
            check_disk(self.folder, shiguang_home(), Path(tempfile.gettempdir()))
            self._create()
            self._install_lock(lock)
            # Versions in the development lock are those of the other one, so it stands for both.
            stamp = {lock: wanted[lock]} if lock == "run" else {"run": wanted["run"], "dev": wanted["dev"]}
            self._write_stamp(stamp)
        self._install_project()
        self._write_stamp({**stamp, "project": wanted["project"]})

    def _wanted(self) -> dict[str, str]:
        """Hashes of what decides the environment."""
        hashes = {name: _digest((self._root / file).read_bytes()) for name, file in _LOCKS.items()}
        project = tomllib.loads((self._root / "pyproject.toml").read_text(encoding="utf-8"))
        sections = {name: project.get(name) for name in _INSTALLED_SECTIONS}
        sections["packages"] = project.get("tool", {}).get("setuptools")
        hashes["project"] = _digest(json.dumps([str(self._root), sections], sort_keys=True).encode())
        return hashes

    def _stamp(self) -> dict[str, str]:
        try:
            stamp = json.loads(self._stamp_file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return stamp if isinstance(stamp, dict) else {}

    def _write_stamp(self, stamp: dict[str, str]) -> None:
        temporary = self._stamp_file.with_suffix(".tmp")
        temporary.write_text(json.dumps(stamp), encoding="utf-8")
        temporary.replace(self._stamp_file)

    def _create(self) -> None:
        if self._works():
            return
        check_venv_module()
        print(f"Creating the virtual environment {self.folder} …", flush=True)
        clear = ["--clear"] if self.folder.exists() and (self.folder / "pyvenv.cfg").exists() else []
        command: tuple[str, ...] = (sys.executable, "-m", "venv", *clear, str(self.folder))
        status, output = run_visibly(command, cwd=self._root)
        if status != 0:
            failure = pip_failure(output)
            if failure.kind == "other":
                raise SetupError("the virtual environment could not be created", "无法创建虚拟环境")
            raise SetupError(failure.en, failure.zh)

    def _works(self) -> bool:
        """An interpreter that starts, is new enough and has pip: half-made and moved environments have none."""
        code = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
        try:
            done = subprocess.run([self.python, "-c", code], capture_output=True, check=False, timeout=60)
        except OSError:
            return False
        return done.returncode == 0

    def _install_lock(self, lock: str) -> None:
        lock_file = self._root / _LOCKS[lock]
        self._drop_half_installed()
        pinned = re.search(r"^llama-cpp-python==(\S+)", lock_file.read_text(encoding="utf-8"), re.MULTILINE)
        if pinned and not list(self.folder.glob(f"lib/python*/site-packages/llama_cpp_python-{pinned[1]}.dist-info")):
            check_compiler(self.python, pinned[1])
            cores = os.cpu_count() or 1
            minutes = max(2, round(10 / cores))
            print(
                f"Installing the locked packages. llama.cpp is compiled here, once: about {minutes} minutes on {cores}"
                " cores, unless pip has kept it.\n正在安装锁定的软件包；llama.cpp 需要在本机编译一次，"
                f"约 {minutes} 分钟（pip 缓存中已有时除外）。",
                flush=True,
            )
        else:
            print("Installing the locked packages …", flush=True)
        self._pip("--require-hashes", "-r", str(lock_file))

    def _drop_half_installed(self) -> None:
        """pip writes RECORD last; without it a package was interrupted, and pip would take it for installed."""
        for described in self.folder.glob("lib/python*/site-packages/*.dist-info"):
            if not (described / "RECORD").exists():
                shutil.rmtree(described)

    def _install_project(self) -> None:
        print("Installing Shiguang itself …", flush=True)
        self._pip("--quiet", "--no-deps", "-e", ".")

    def _pip(self, *arguments: str) -> None:
        command: list[str | Path] = [
            self.python,
            "-m",
            "pip",
            "--disable-pip-version-check",
            "--no-input",
            "install",
            *arguments,
        ]
        status, output = run_visibly(command, cwd=self._root)
        if status != 0:
            failure = pip_failure(output)
            raise SetupError(failure.en, failure.zh)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
