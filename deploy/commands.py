"""What the targets of the Makefile do."""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from deploy.checks import SetupError
from deploy.environment import Environment

ROOT = Path(__file__).absolute().parent.parent
_PACKAGES = ("bot", "connectors", "knowledge", "deploy", "tests")
_SIDE_BY_SIDE = ("-n", "3", "--dist", "loadfile")
"""Three processes for two cores, each file in one of them: many tests wait for others. Those that measure run alone."""
_RUBBISH = (".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", "build", "dist", "tests/.artifacts")


def run_command(arguments: Sequence[str]) -> int:
    """Run one command; a missing thing is told in one sentence in two languages."""
    parser = argparse.ArgumentParser(prog="bootstrap.py", description="Sets up, runs and tests Shiguang.")
    parser.add_argument("--venv", default=os.environ.get("VENV") or ".venv", help="folder of the virtual environment")
    parser.add_argument("command", choices=sorted(_COMMANDS))
    parser.add_argument("rest", nargs=argparse.REMAINDER, help="goes to the tool")
    chosen = parser.parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):  # a terminal that has no Chinese must not end in a traceback
        getattr(stream, "reconfigure", lambda **_: None)(errors="replace")
    try:
        return _COMMANDS[chosen.command](Environment(ROOT, Path(chosen.venv).expanduser()), chosen.rest)
    except SetupError as error:
        sys.stdout.flush()
        print(f"\nerror: {error.en}\n错误：{error.zh}", file=sys.stderr)
        return 1
    except OSError as error:
        reason = f"{error.strerror or type(error).__name__}: {error.filename or ROOT}"
        print(f"\nerror: {reason}\n错误：{reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; the same command goes on from here.\n已停止；再次运行同一命令即可继续。", file=sys.stderr)
        return 130


def _call(*command: str | Path) -> int:
    return subprocess.call(command, cwd=ROOT)


def _setup(environment: Environment, rest: list[str]) -> int:
    environment.set_up(dev="--dev" in rest)
    return 0


def _run(environment: Environment, rest: list[str]) -> int:
    environment.set_up(dev=False)
    shiguang = environment.program("shiguang")
    there = _call(environment.python, "-m", "bot.models.ready") == 0
    status = 0 if there else _call(shiguang, "models", "pull")
    if status == 0:
        os.chdir(ROOT)
        os.execv(shiguang, [str(shiguang), "demo", *rest])  # noqa: S606  # signals go straight to it
    return status


def _prepare_tests(environment: Environment, *, models: str) -> int:
    environment.set_up(dev=True)
    return _call(environment.program("shiguang"), "models", "pull", models)


def _pytest(environment: Environment, *arguments: str) -> int:
    return _call(environment.python, "-m", "pytest", *arguments)


def _test(environment: Environment, rest: list[str]) -> int:
    return _prepare_tests(environment, models="--small") or _pytest(environment, *_SIDE_BY_SIDE, *rest)


def _test_all(environment: Environment, rest: list[str]) -> int:
    return _prepare_tests(environment, models="--all") or _pytest(environment, "-m", "not bench", *rest)


def _bench(environment: Environment, rest: list[str]) -> int:
    return _prepare_tests(environment, models="--all") or _pytest(
        environment, "-m", "bench", "-s", "--timeout=0", *rest
    )


def _check(environment: Environment, rest: list[str]) -> int:
    """Every tool runs, so that one run shows all there is to mend."""
    status = _prepare_tests(environment, models="--small")
    if status:
        return status
    python = environment.python
    steps: tuple[tuple[str | Path, ...], ...] = (
        (python, "-m", "ruff", "format", *_PACKAGES),
        (python, "-m", "ruff", "check", *_PACKAGES),
        (python, "-m", "mypy", *_PACKAGES),
        (python, "-m", "pytest", *_SIDE_BY_SIDE, *rest),
    )
    return max(_call(*step) for step in steps)


def _lock(environment: Environment, rest: list[str]) -> int:
    """Write both lock files without any index address; the shorter one is held to the versions of the longer."""
    uv = shutil.which("uv") or shutil.which("uv", path=str(environment.folder / "bin"))
    if uv is None:
        raise SetupError("uv is needed to write the lock files: pip install uv", "生成锁文件需要 uv：pip install uv")
    common = [uv, "pip", "compile", "pyproject.toml", "--universal", "--python-version", "3.11", "--generate-hashes"]
    common += ["--quiet", "--no-header", "--no-emit-index-url", "--no-annotate", *rest]
    return _call(*common, "--group", "dev", "-o", "requirements-dev.lock") or _call(
        *common, "-c", "requirements-dev.lock", "-o", "requirements.lock"
    )


def _clean(environment: Environment, rest: list[str]) -> int:
    """Remove what the other commands made here; models and archives in SHIGUANG_HOME stay."""
    if (environment.folder / "pyvenv.cfg").is_file():
        shutil.rmtree(environment.folder)
    for name in _RUBBISH:
        shutil.rmtree(ROOT / name, ignore_errors=True)
    for path in (
        *ROOT.glob("*.egg-info"),
        *(found for name in _PACKAGES for found in ROOT.glob(f"{name}/**/__pycache__")),
    ):
        shutil.rmtree(path, ignore_errors=True)
    return 0


_COMMANDS: dict[str, Callable[[Environment, list[str]], int]] = {
    "bench": _bench,
    "check": _check,
    "clean": _clean,
    "lock": _lock,
    "run": _run,
    "setup": _setup,
    "test": _test,
    "test-all": _test_all,
}
