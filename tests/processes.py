"""Real ``shiguang`` processes for tests, each with an environment of its own."""

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.waiting import eventually

_REPOSITORY = Path(__file__).parents[1]
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+(?=/)")
"""Told to its end: what a process has written so far may break off in the middle of the port."""


@dataclass(frozen=True, slots=True)
class Finished:
    """What a process left behind."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which must be one JSON document and nothing else."""
        return json.loads(self.out)


def environment(home: Path, **more: str) -> dict[str, str]:
    """The tests' own environment without any setting of ours, in English, with this home."""
    plain = {key: value for key, value in os.environ.items() if not key.startswith("SHIGUANG_")}
    return {**plain, "LC_ALL": "C.UTF-8", "SHIGUANG_HOME": str(home), "SHIGUANG_LLM__BACKEND": "none", **more}


async def shiguang(
    *arguments: str, env: Mapping[str, str], module: str = "tests.fakes.tiny_shiguang", seconds: float = 200
) -> Finished:
    """Run a command to its end."""
    process = await _start(module, arguments, env, asyncio.subprocess.PIPE)
    try:
        async with asyncio.timeout(seconds):
            out, err = await process.communicate()
    finally:
        await end(process)
    return Finished(process.returncode or 0, out.decode(), err.decode())


@dataclass(slots=True)
class Serving:
    """A running server."""

    process: asyncio.subprocess.Process
    base: str
    log: Path

    async def stop(self, number: signal.Signals = signal.SIGTERM, *, seconds: float = 60) -> int:
        """Send a signal and wait for the end; returns the exit status."""
        self.process.send_signal(number)
        async with asyncio.timeout(seconds):
            return await self.process.wait()


async def serve(
    command: str,
    *arguments: str,
    env: Mapping[str, str],
    log: Path,
    module: str = "tests.fakes.tiny_shiguang",
    seconds: float = 180,
) -> Serving:
    """Start ``serve`` or ``demo`` and wait until it has told its address; its words go to the file ``log``."""
    with log.open("wb") as file:
        process = await _start(module, [command, *arguments], env, file.fileno())

    async def address() -> str | None:
        said = await asyncio.to_thread(log.read_text, "utf-8", "replace")
        found = _ADDRESS.search(said)
        assert found or process.returncode is None, said
        return found.group() if found else None

    try:
        base = await eventually(address, seconds=seconds)
    except BaseException:
        await end(process)
        raise
    return Serving(process, str(base), log)


async def end(process: asyncio.subprocess.Process) -> None:
    """Make sure that nothing is left running."""
    if process.returncode is None:
        process.kill()
        await process.wait()


async def _start(module: str, arguments: Any, env: Mapping[str, str], output: int) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments,
        stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output if output > 0 else asyncio.subprocess.PIPE,
        cwd=_REPOSITORY, env=dict(env),
    )  # fmt: skip
