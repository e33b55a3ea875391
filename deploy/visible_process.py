"""Run a tool so that something always moves: its own output, and the elapsed time while it is silent."""

import contextlib
import fcntl
import os
import pty
import select
import shutil
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

_SILENT_SECONDS = 2.0
_LINE_SECONDS = 15.0
_TAIL_BYTES = 20_000


class _Ticker:
    """The elapsed time: rewritten in place on a terminal, a line now and then elsewhere."""

    def __init__(self, *, on_terminal: bool) -> None:
        self._on_terminal = on_terminal
        self._started = self._last_output = self._last_line = time.monotonic()
        self._shown = False

    def output(self, data: bytes) -> None:
        if self._shown and self._on_terminal:
            sys.stdout.buffer.write(b"\r\x1b[K")
        self._shown = False
        self._last_output = time.monotonic()
        sys.stdout.buffer.write(data)
        sys.stdout.flush()

    def tick(self) -> None:
        now = time.monotonic()
        if now - self._last_output < _SILENT_SECONDS:
            return
        text = f"  … {now - self._started:.0f} s"
        if self._on_terminal:
            sys.stdout.write(("\r\x1b[K" if self._shown else "\r\n") + text)
            self._shown = True
        elif now - max(self._last_line, self._last_output) >= _LINE_SECONDS:
            self._last_line = now
            sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


def run_visibly(command: Sequence[str | Path], *, cwd: Path) -> tuple[int, str]:
    """Exit status and the end of the output, which has been shown already.

    On a terminal the tool gets a terminal of its own, so that pip keeps its progress bars.
    """
    on_terminal = sys.stdout.isatty()
    ticker = _Ticker(on_terminal=on_terminal)
    tail = b""
    with _started(command, cwd, on_terminal=on_terminal) as (process, source):
        while True:
            if not select.select([source], [], [], 1.0)[0]:
                ticker.tick()
                continue
            try:
                data = os.read(source, 65536)
            except OSError:  # a closed terminal
                data = b""
            if not data:
                break
            tail = (tail + data)[-_TAIL_BYTES:]
            ticker.output(data)
        return process.wait(), tail.decode(errors="replace")


@contextlib.contextmanager
def _started(
    command: Sequence[str | Path], cwd: Path, *, on_terminal: bool
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    source, sink = pty.openpty() if on_terminal else os.pipe()
    if on_terminal:
        size = shutil.get_terminal_size()
        fcntl.ioctl(source, termios.TIOCSWINSZ, struct.pack("HHHH", size.lines, size.columns, 0, 0))
    process = subprocess.Popen(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink)
    os.close(sink)
    try:
        yield process, source
    finally:
        os.close(source)
        if process.poll() is None:
            process.terminate()
            process.wait()
