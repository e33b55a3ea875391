"""Setting up a tiny project, with real pip, a real virtual environment and no network."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deploy import environment as module
from deploy.checks import SetupError
from deploy.environment import Environment
from tests.fakes.wheelhouse import write_wheel

_BACKEND = '''\
"""A build backend that needs nothing: editable means a .pth file."""
import zipfile
from pathlib import Path


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    name = "tiny-0-py3-none-any.whl"
    with zipfile.ZipFile(Path(wheel_directory) / name, "w") as wheel:
        wheel.writestr("tiny.pth", str(Path.cwd()))
        wheel.writestr("tiny-0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: tiny\\nVersion: 0\\n")
        wheel.writestr("tiny-0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("tiny-0.dist-info/RECORD", "")
    return name
'''
_PROJECT = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "tiny"
version = "0"
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose one dependency lies in the only folder where pip looks."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "backend.py").write_text(_BACKEND)
    (project / "pyproject.toml").write_text(_PROJECT)
    wheel = write_wheel(tmp_path / "wheelhouse", "needed", "1.0", {"needed.py": b"answer = 42\n"})
    line = f"needed==1.0 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"
    for lock in ("requirements.lock", "requirements-dev.lock"):
        (project / lock).write_text(line)
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheelhouse"))
    monkeypatch.setenv("SHIGUANG_HOME", str(tmp_path / "home"))
    return project


def _answer(environment: Environment) -> str:
    code = "import backend, needed; print(needed.answer)"
    return subprocess.run([environment.python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_setting_up_repeating_and_changing(
    root: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    environment = Environment(root, Path(".venv"))
    environment.set_up(dev=True)
    assert _answer(environment) == "42"
    assert "Installing the locked packages" in capfd.readouterr().out

    shutil.rmtree(root.parent / "wheelhouse")  # no network any more
    with monkeypatch.context() as patched:
        patched.setattr(module, "run_visibly", lambda *_, **__: pytest.fail("a repeat runs nothing"))
        environment.set_up(dev=True)
        environment.set_up(dev=False)  # the development lock stands for both
        (root / "pyproject.toml").write_text(_PROJECT + "\n[tool.ruff]\nline-length = 100\n")
        environment.set_up(dev=True)

    (root / "pyproject.toml").write_text(_PROJECT.replace('version = "0"', 'version = "1"'))
    environment.set_up(dev=True)  # only the project itself, which needs no index
    assert "Installing the locked packages" not in capfd.readouterr().out

    half_installed = next(environment.folder.glob("lib/python*/site-packages")) / "needed-1.0.dist-info"
    (half_installed / "RECORD").unlink()
    (root / "requirements.lock").write_text((root / "requirements.lock").read_text() + "# changed\n")
    with pytest.raises(SetupError, match="does not offer"):
        environment.set_up(dev=False)
    assert not half_installed.exists()


def test_a_changed_package_is_refused(root: Path) -> None:
    (root / "requirements.lock").write_text(f"needed==1.0 --hash=sha256:{'0' * 64}\n")
    environment = Environment(root, root.parent / "elsewhere")
    with pytest.raises(SetupError, match="checksum of the lock file") as raised:
        environment.set_up(dev=False)
    assert raised.value.zh
    assert not (environment.folder / ".shiguang-setup.json").exists()


def test_a_half_made_environment_is_made_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = Environment(root, Path(".venv"))
    (environment.folder / "bin").mkdir(parents=True)
    (environment.folder / "pyvenv.cfg").write_text("")
    environment.python.symlink_to(sys.executable + ".gone")
    commands: list[list[str]] = []

    def remember(command: list[object], *, cwd: Path) -> tuple[int, str]:
        commands.append([str(part) for part in command])
        return 1, "No space left on device"

    monkeypatch.setattr(module, "run_visibly", remember)
    with pytest.raises(SetupError, match="the disk is full"):
        environment.set_up(dev=False)
    assert commands == [[sys.executable, "-m", "venv", "--clear", str(environment.folder)]]
