"""Finds the worker of a folder, or starts it. Everything that blocks on a process runs in a thread."""

import asyncio
import os
import random
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

import knowledge
from knowledge.qdrant.edge_connection import ConnectionLost, EdgeConnection
from knowledge.qdrant.edge_frames import PROTOCOL_VERSION
from knowledge.qdrant.edge_place import prepare_folder, read_address
from knowledge.qdrant.errors import VectorStoreRefused, VectorStoreUnavailable

_EXIT_SECONDS = 30.0
_LARGEST_LOG = 1_000_000


class EdgeLauncher:
    """At most one child process; a worker that another process started is used as it is."""

    def __init__(self, folder: Path, *, flush_seconds: float) -> None:
        self._folder = folder
        self._flush_seconds = flush_seconds
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def worker_pid(self) -> int | None:
        """Process id of the worker, if this process started it."""
        return self._process.pid if self._process else None

    async def connect(self) -> EdgeConnection:
        """A connection to the folder's worker; goes on until there is one (the caller sets a limit).

        When two processes start a worker at once, the folder's lock lets one win, and both connect to it.
        """
        while True:
            connection = await self._attach()
            if connection is not None:
                return connection
            outcome = await asyncio.to_thread(self._spawn)
            if outcome.startswith("failed"):
                raise VectorStoreUnavailable(f"the embedded engine did not start ({outcome})")
            if outcome != "ready":  # Another process was quicker, or a former worker is still closing.
                await asyncio.sleep(random.uniform(0.02, 0.1))  # noqa: S311  # jitter, not a secret

    def kill(self) -> None:
        """End our worker at once; it loses nothing acknowledged. Another's worker is left alone."""
        if self._process is not None:
            self._process.kill()

    async def release(self, *, wait: bool) -> None:
        """Let the worker go; ``wait`` until it has ended (it has said that it will)."""
        process, self._process = self._process, None
        if process is None:
            return
        await asyncio.to_thread(_let_go, process, wait=wait)

    async def _attach(self) -> EdgeConnection | None:
        address = await asyncio.to_thread(read_address, self._folder)
        if address is None:
            return None
        try:
            connection = await EdgeConnection.open(str(address))
        except OSError:
            return None
        try:
            hello = await connection.call("hello", {})
        except (ConnectionLost, VectorStoreRefused):
            await connection.close()
            return None
        except BaseException:
            await connection.close()
            raise
        if hello["protocol"] != PROTOCOL_VERSION:
            await connection.close()
            raise VectorStoreUnavailable("another release of Shiguang uses this archive; stop it first")
        return connection

    def _spawn(self) -> str:
        prepare_folder(self._folder)
        former, self._process = self._process, None
        if former is not None:
            _let_go(former, wait=False)
        with _open_log(self._folder / "worker.log") as log:
            process = _start(["--folder", str(self._folder), "--flush-seconds", str(self._flush_seconds)], log)
        self._process = process
        # Reaps the child whenever it ends, even after this object has forgotten it.
        threading.Thread(target=process.wait, name="edge-worker-reaper", daemon=True).start()
        with process.stdout as answers:  # type: ignore[union-attr]  # it is a pipe
            outcome = answers.readline().decode(errors="replace").strip()
        if outcome != "ready":
            self._process = None
            _let_go(process, wait=False)
        return outcome or "failed: it ended at once, see worker.log"


def _start(arguments: list[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603  # our own module, no shell
        [sys.executable, "-m", "knowledge.qdrant.edge_worker", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        env=_environment(),
        start_new_session=True,
    )


def _let_go(process: subprocess.Popen[bytes], *, wait: bool) -> None:
    """Close the pipe that says that the starter lives; the worker ends when nobody else is connected."""
    process.stdin.close()  # type: ignore[union-attr]  # it is a pipe
    if not wait:
        return
    try:
        process.wait(_EXIT_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


def _open_log(path: Path) -> IO[bytes]:
    too_large = path.exists() and path.stat().st_size > _LARGEST_LOG
    return path.open("wb" if too_large else "ab")


def _environment() -> dict[str, str]:
    """The worker finds the same code as we do, wherever that was imported from."""
    source = str(Path(knowledge.__path__[0]).parent)
    inherited = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (source, inherited)))}
