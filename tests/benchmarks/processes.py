"""Processes under measurement: their time, and the memory of the whole tree."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

SHIGUANG = Path(sys.executable).with_name("shiguang")
ROOT = Path(__file__).parents[2]
_SAMPLE_SECONDS = 0.5


@dataclass(slots=True)
class Memory:
    """Bytes of a process and its children. ``own`` counts a page that several share once (PSS), ``resident`` often."""

    own: int = 0
    resident: int = 0

    def __str__(self) -> str:
        return f"{self.own / 1e9:.2f} GB, RSS {self.resident / 1e9:.2f} GB"


@dataclass(slots=True)
class Finished:
    """What a command took."""

    seconds: float
    output: str
    peak: Memory


def memory_of(pid: int) -> Memory:
    """The memory of a process and its children now; files mapped into memory count as far as they are resident."""
    memory = Memory()
    try:
        root = psutil.Process(pid)
        tree = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return memory
    for process in tree:
        try:
            memory.resident += process.memory_info().rss
            memory.own += process.memory_full_info().pss
        except psutil.Error:
            continue
    return memory


def environment(home: Path, **settings: str) -> dict[str, str]:
    """The environment of a command on this home; nothing else of ``SHIGUANG_*`` reaches it."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("SHIGUANG_")}
    return {**kept, "SHIGUANG_HOME": str(home), **{f"SHIGUANG_{key}": value for key, value in settings.items()}}


def finish(command: Sequence[str | Path], variables: Mapping[str, str]) -> Finished:
    """Run to the end and watch the memory; raises ``CalledProcessError`` with what it said."""
    began = time.perf_counter()
    with subprocess.Popen(
        command, env=dict(variables), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        peak = Memory()
        watching = threading.Thread(target=_watch, args=(process, peak))
        watching.start()
        output, errors = process.communicate()
        seconds = time.perf_counter() - began
        watching.join()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, list(command), output, errors)
    return Finished(seconds, output, peak)


@contextmanager
def running(command: Sequence[str | Path], variables: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[str]]:
    """A server; it is asked to stop in the end. What it says is in ``log``."""
    with (
        log.open("w") as said,
        subprocess.Popen(command, env=dict(variables), cwd=ROOT, stdout=said, stderr=said, text=True) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()


def _watch(process: subprocess.Popen[str], peak: Memory) -> None:
    while process.poll() is None:
        now = memory_of(process.pid)
        peak.own, peak.resident = max(peak.own, now.own), max(peak.resident, now.resident)
        time.sleep(_SAMPLE_SECONDS)
