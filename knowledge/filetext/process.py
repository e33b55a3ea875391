"""One reading process, seen from the bot: started, given a job, watched, and killed when it goes beyond its limits."""

import asyncio
import os
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import psutil

from knowledge.filetext.frames import LENGTH, MAX_FRAME_BYTES, limits_message, pack, result_from, unpack
from knowledge.filetext.limits import ReadLimits
from knowledge.filetext.pages import FileKind, FileText, PageText
from knowledge.filetext.reasons import Reason

_WATCH_SECONDS: Final = 0.1
_GRACE_SECONDS: Final = 2.0
"""Beyond the time limit, for a reader that stops by itself to hand over what it has."""
_START_SECONDS: Final = 60.0
_LOG_BYTES: Final = 4000
_WORKER: Final = (sys.executable, "-P", "-s", "-m", "knowledge.filetext.worker")
_KEPT_VARIABLES: Final = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "LD_LIBRARY_PATH")
_SOURCE_ROOT: Final = Path(__file__).resolve().parents[2]


class ReadingProcessFailed(Exception):  # what happened, like the other reasons here
    """Raised if no reading process can be started: the machine's trouble, not the file's, so try again later."""


@dataclass(slots=True)
class _SoFar:
    """What came of a file before its process had to be killed."""

    kind: FileKind = "unknown"
    media_type: str = "application/octet-stream"
    pages: list[PageText] = field(default_factory=list)

    def given_up(self, reason: Reason) -> FileText:
        return FileText(
            kind=self.kind,
            media_type=self.media_type,
            pages=tuple(self.pages),
            reason=reason,
            truncated=bool(self.pages),
        )


class ReadingProcess:
    """Owns one child process. Not for use by several tasks at once."""

    def __init__(self, process: asyncio.subprocess.Process, folder: Path) -> None:
        self._process = process
        self._folder = folder
        self._log = bytearray()
        self._logging = asyncio.create_task(self._keep_log(), name="filetext-log")
        self.files_read = 0
        self.rss_bytes = 0

    @classmethod
    async def start(cls, folder: Path, *, command: Sequence[str] = _WORKER) -> "ReadingProcess":
        """Start one that lives in ``folder``, for temporary files too; raises ``ReadingProcessFailed`` if it cannot."""
        kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
        environment = {
            **kept,
            "HOME": str(folder),
            "TMPDIR": str(folder),
            "PYTHONPATH": str(_SOURCE_ROOT),
            "PYTHONIOENCODING": "utf-8",
            "PYTHONDONTWRITEBYTECODE": "1",
            "MALLOC_ARENA_MAX": "2",
            "OMP_NUM_THREADS": "2",
            "HF_HUB_OFFLINE": "1",
        }
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=folder,
            env=environment,
            start_new_session=True,
        )
        started = cls(process, folder)
        try:
            async with asyncio.timeout(_START_SECONDS):
                ready = await started._receive()
            if "ready" not in ready:
                raise EOFError("not ready")
        except (TimeoutError, EOFError, ValueError) as error:
            await started.kill()
            raise ReadingProcessFailed(f"the reading process does not start: {started.log()[-500:]}") from error
        except asyncio.CancelledError:
            await started.kill()
            raise
        return started

    @property
    def is_alive(self) -> bool:
        """Whether it can take a job."""
        return self._process.returncode is None

    @property
    def pid(self) -> int:
        """The process id, for tests and monitoring."""
        return self._process.pid

    async def read(self, path: Path, *, name: str, media_type: str, limits: ReadLimits) -> FileText:
        """Have a file read. Never raises because of the file; a breach of the limits kills the process.

        Cancelling kills it too: the job is of no use any more and could go on for long.
        """
        self.files_read += 1
        so_far = _SoFar()
        job = asyncio.create_task(self._converse(path, name, media_type, limits, so_far), name="filetext-job")
        watch = asyncio.create_task(self._watch(limits), name="filetext-watch")
        reason: Reason | None = None
        try:
            done, _ = await asyncio.wait({job, watch}, return_when="FIRST_COMPLETED")
            if job in done and job.exception() is None:
                return job.result()
            reason = watch.result() if watch in done and job not in done else None
        finally:
            finished = job.done() and not job.cancelled() and job.exception() is None
            for task in (job, watch):
                task.cancel()
            await asyncio.gather(job, watch, return_exceptions=True)
            if not finished:
                await self.kill()
        return so_far.given_up(reason or self._why_dead())

    async def kill(self) -> None:
        """End the process now, whatever it is doing, reap it and remove its folder."""
        if self._process.returncode is None:
            try:
                os.killpg(self._process.pid, signal.SIGKILL)  # it leads its own group
            except (ProcessLookupError, PermissionError):
                self._process.kill()
        await self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()
        await self._logging
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    def log(self) -> str:
        """The last lines that libraries printed; for operators."""
        return self._log.decode("utf-8", "replace")

    async def _converse(self, path: Path, name: str, media_type: str, limits: ReadLimits, so_far: "_SoFar") -> FileText:
        request = {"path": str(path), "name": name, "media_type": media_type, "limits": limits_message(limits)}
        stdin = self._process.stdin
        if stdin is None:
            raise EOFError("no pipe")
        stdin.write(pack(request))
        await stdin.drain()
        while True:
            message = await self._receive()
            if "done" in message:
                self.rss_bytes = int(message["rss_bytes"])
                return result_from(message["done"], so_far.pages)
            if "kind" in message:
                so_far.kind, so_far.media_type = message["kind"]
            else:
                label, text = message["page"]
                so_far.pages.append(PageText(str(label), str(text)))

    async def _receive(self) -> dict[str, Any]:
        stdout = self._process.stdout
        if stdout is None:
            raise EOFError("no pipe")
        size = LENGTH.unpack(await stdout.readexactly(LENGTH.size))[0]
        if size > MAX_FRAME_BYTES:
            raise EOFError("frame too large")
        return unpack(await stdout.readexactly(size))

    async def _watch(self, limits: ReadLimits) -> Reason:
        """Return as soon as the process is beyond its memory or its time; wait for ever when it is gone."""
        began, used = time.monotonic(), None
        while True:
            wall = time.monotonic() - began - _GRACE_SECONDS
            try:
                process = psutil.Process(self._process.pid)
                if process.memory_info().rss > limits.memory_bytes:
                    return "too_much_memory"
                times = process.cpu_times()
            except psutil.Error:
                await asyncio.Event().wait()  # the job notices
                continue
            used = times.user + times.system if used is None else used
            if limits.spent_share(wall=wall, processor=times.user + times.system - used) >= 1:
                return "too_slow"
            await asyncio.sleep(_WATCH_SECONDS)

    async def _keep_log(self) -> None:
        stream = self._process.stderr
        while stream and (chunk := await stream.read(_LOG_BYTES)):
            self._log += chunk
            del self._log[:-_LOG_BYTES]

    def _why_dead(self) -> Reason:
        """A process that ended by itself: by a signal of the system, or because it could not allocate memory."""
        code = self._process.returncode
        if code == -signal.SIGXCPU:
            return "too_slow"
        if b"memory allocation" in self._log or b"bad_alloc" in self._log or b"MemoryError" in self._log:
            return "too_much_memory"
        return "crashed"
