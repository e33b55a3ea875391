"""One running demo with real models for all tests that only talk to it."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.real_models import SETTINGS, home_with_models, is_settled
from tests.processes import environment

_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+(?=/)")
_REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demo."""

    base: str


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """``shiguang demo``, with its sample in the archive and its model loaded. Stopping it is a test of its own."""
    folder = tmp_path_factory.mktemp("demo")
    log = folder / "demo.log"
    env = environment(home_with_models(folder / "home"), **SETTINGS)
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "demo", "--port", "0"],
            stdin=subprocess.DEVNULL, stdout=file, stderr=file, cwd=_REPOSITORY, env=env,
        )  # fmt: skip
    try:
        base = _address(process, log)
        _wait_until_settled(process, base)
        yield Demo(base)
        process.terminate()
        assert process.wait(timeout=60) == 0, log.read_text("utf-8")
        assert "Traceback" not in log.read_text("utf-8")
    finally:
        process.kill()
        process.wait()


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    until = time.monotonic() + 180
    while time.monotonic() < until:
        if found := _ADDRESS.search(log.read_text("utf-8", "replace")):
            return found.group()
        assert process.poll() is None, log.read_text("utf-8")
        time.sleep(0.05)
    raise AssertionError(log.read_text("utf-8"))


def _wait_until_settled(process: subprocess.Popen[bytes], base: str) -> None:
    until = time.monotonic() + 240
    while not is_settled(base):
        assert process.poll() is None, "the demo has ended"
        assert time.monotonic() < until, "the sample is not archived, or the model not loaded"
        time.sleep(0.2)
