"""The running server: how soon the page answers, and what it holds in memory with a model and 100,000 passages."""

import itertools
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.benchmarks.figures import Figures
from tests.benchmarks.processes import ROOT, SHIGUANG, Memory, environment, memory_of, running
from tests.benchmarks.texts import questions

pytestmark = [pytest.mark.bench, pytest.mark.model]

_POLL_SECONDS = 0.05
_PATIENCE_SECONDS = 600.0
_QUESTIONS = 4


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _until(process: subprocess.Popen[str], look: Callable[[], bool]) -> float:
    """Seconds until ``look`` sees what it looks for."""
    began = time.perf_counter()
    while not look():
        assert process.poll() is None, "the server has ended"
        assert time.perf_counter() - began < _PATIENCE_SECONDS
        time.sleep(_POLL_SECONDS)
    return time.perf_counter() - began


def _answers(address: str, path: str = "/") -> Callable[[], bool]:
    def look() -> bool:
        try:
            return httpx.get(address + path, timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    return look


def _gauge(address: str, name: str) -> float:
    lines = httpx.get(f"{address}/metrics", timeout=10).text.splitlines()
    [value] = [line.split()[-1] for line in lines if line.startswith(name) and not line.startswith("#")][:1]
    return float(value)


def test_the_second_make_run(home: Path, small_model: str, figures: Figures, tmp_path: Path) -> None:
    variables = environment(home, LLM__MODEL=small_model)
    bootstrap = [sys.executable, str(ROOT / "deploy/bootstrap.py"), "--venv", sys.prefix, "run"]
    took: list[float] = []
    for number in range(4):
        port = _free_port()
        address = f"http://127.0.0.1:{port}"
        with running([*bootstrap, "--port", str(port)], variables, tmp_path / f"run{number}.log") as process:
            took.append(_until(process, _answers(address)))
            if number == 0:
                _until(process, lambda at=address: _gauge(at, "shiguang_index_queue") == 0)  # type: ignore[misc]  # a lambda with a default
    figures.state("first make run on an empty home, environment and models there", f"{took[0]:.1f} s")
    figures.at_most("second make run: the page answers (median of 3)", sorted(took[1:])[1], 10, unit=" s")


def test_memory_of_the_server(large_home: Path, small_model: str, figures: Figures, tmp_path: Path) -> None:
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    variables = environment(large_home, LLM__MODEL=small_model, WEB__PORT=str(port))
    with running([SHIGUANG, "serve"], variables, tmp_path / "serve.log") as process:
        _until(process, _answers(address))
        figures.state("serve, page answers, model not yet loaded", str(memory_of(process.pid)))
        _until(process, _answers(address, "/readyz"))
        figures.state("serve, model loaded", str(memory_of(process.pid)))
        for number, question in enumerate(itertools.islice(questions(), _QUESTIONS), start=1):
            _ask(address, question)
            _until(process, lambda at=number: _gauge(address, "shiguang_answer_seconds_count") >= at)  # type: ignore[misc]  # a lambda with a default
        memory = memory_of(process.pid)
        figures.state(f"serve, after {_QUESTIONS} questions", str(memory))
        figures.at_most("serve, 0.5B model, 100,000 passages: memory", _gigabytes(memory), 2.0, unit=" GB")


def _gigabytes(memory: Memory) -> float:
    return memory.own / 1e9


def _ask(address: str, question: str) -> None:
    """In a direct chat, where every message is a question."""
    with httpx.Client(base_url=address, timeout=60) as client:
        entered = client.post("/api/people", json={"name": "Bench"}).raise_for_status().json()
        body = {"client_id": uuid.uuid4().hex, "channel_id": entered["direct_channel_id"], "text": question}
        asker = {"as": entered["person"]["person_id"]}
        client.post("/api/messages", params=asker, json=body).raise_for_status()
