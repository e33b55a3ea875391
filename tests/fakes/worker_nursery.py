"""Workers of the embedded engine, forked from one process that has imported everything.

Most tests open an archive, and starting an interpreter for each costs more processor time than the test itself. Tests
marked ``worker`` start them as the product does.
"""

import atexit
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import IO, NoReturn

from knowledge.qdrant import edge_launcher

_LONGEST_MESSAGE = 16_384


class ForkedWorker:
    """What ``EdgeLauncher`` uses of ``subprocess.Popen``."""

    def __init__(self, pid: int, stdin: IO[bytes], stdout: IO[bytes]) -> None:
        self.pid = pid
        self.stdin = stdin
        self.stdout = stdout

    def wait(self, timeout: float | None = None) -> None:
        """Until it has ended; raises ``subprocess.TimeoutExpired``."""
        try:
            watched = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return
        try:
            poll = select.poll()
            poll.register(watched, select.POLLIN)
            if not poll.poll(None if timeout is None else timeout * 1000):
                raise subprocess.TimeoutExpired("a forked worker", timeout or 0)
        finally:
            os.close(watched)

    def kill(self) -> None:
        """End it at once."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


class _Nursery:
    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.fakes.worker_nursery", str(theirs.fileno())],
                env=edge_launcher._environment(),
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        atexit.register(self._close)

    def start(self, arguments: list[str], log: IO[bytes]) -> ForkedWorker:
        """Fork a worker; its standard input and output are pipes, its errors go to the log."""
        its_input, our_output = os.pipe()
        our_input, its_output = os.pipe()
        try:
            with self._turn:
                socket.send_fds(self._control, ["\n".join(arguments).encode()], [its_input, its_output, log.fileno()])
                pid = int(self._control.recv(64))
        finally:
            os.close(its_input)
            os.close(its_output)
        return ForkedWorker(pid, os.fdopen(our_output, "wb", buffering=0), os.fdopen(our_input, "rb"))

    def _close(self) -> None:
        self._control.close()
        self._process.wait()


@cache
def _nursery() -> _Nursery:
    return _Nursery()


_starting: Callable[[list[str], IO[bytes]], object] = edge_launcher._start


def start_forked(arguments: list[str], log: IO[bytes]) -> object:
    """In place of starting an interpreter, where the system can tell of processes that are not our children."""
    return _nursery().start(arguments, log) if hasattr(os, "pidfd_open") else _starting(arguments, log)


def _serve(control: socket.socket) -> None:
    import knowledge.qdrant.edge_worker  # noqa: F401 - only here, and before the first fork

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # The kernel reaps them.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, _LONGEST_MESSAGE, 3)
        if not message:
            return
        pid = os.fork()
        if pid == 0:
            control.close()
            _become_worker(message.decode().split("\n"), descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        control.send(str(pid).encode())


def _become_worker(arguments: list[str], descriptors: list[int]) -> NoReturn:
    from knowledge.qdrant.edge_worker import main

    status = 1
    try:
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for standard, descriptor in enumerate(descriptors):
            os.dup2(descriptor, standard)
            os.close(descriptor)
        status = main(arguments)
    finally:
        os._exit(status)


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as given:
        _serve(given)
