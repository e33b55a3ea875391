"""Reads files in processes of their own, so that no file can harm, block or slow the bot."""

import asyncio
import contextlib
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from knowledge.filetext.limits import ReadLimits
from knowledge.filetext.pages import FileText
from knowledge.filetext.process import ReadingProcess

_FILES_PER_PROCESS: Final = 200
_RETIRING_SHARE: Final = 0.6
"""A process that still holds this share of its memory limit after a file is replaced before the next."""


class FileReader:
    """Owns up to ``workers`` reading processes; they start with the first file and are reused, since OCR loads slowly.

    After ``idle_seconds`` without a file they end, because OCR keeps about 600 MB.

    >>> async with FileReader(limits=ReadLimits(seconds=30)) as reader:
    ...     found = await reader.read(path, name="minutes.pdf", media_type="application/pdf")
    """

    def __init__(self, *, limits: ReadLimits | None = None, workers: int = 1, idle_seconds: float = 60.0) -> None:
        if workers < 1:
            raise ValueError("workers must be at least 1")
        self._limits = limits or ReadLimits()
        self._free: asyncio.LifoQueue[ReadingProcess | None] = asyncio.LifoQueue(maxsize=workers)
        self._workers = workers
        self._reading: set[asyncio.Task[FileText]] = set()
        self._folder: Path | None = None
        self._idle_seconds = idle_seconds
        self._idle_timer: asyncio.TimerHandle | None = None
        self._ending: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def start(self) -> None:
        """Make ready; cheap, since processes start when they are needed."""
        if self._folder is None:
            self._folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="shiguang-files-"))
            for _ in range(self._workers):
                self._free.put_nowait(None)

    async def close(self) -> None:
        """Kill what runs and remove the temporary folder. Reads under way are cancelled."""
        folder, self._folder = self._folder, None
        for task in tuple(self._reading):
            task.cancel()
        await asyncio.gather(*self._reading, return_exceptions=True)
        self._stop_idling()
        if self._ending:
            await self._ending
        await self._end_free()
        while not self._free.empty():
            self._free.get_nowait()
        if folder:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def read(self, path: Path, *, name: str = "", media_type: str = "") -> FileText:
        """The text of a file, or the reason why it cannot be read: waits for a free process, then at most the limit.

        Raises ``FileNotFoundError`` or another ``OSError`` if the file cannot be opened, ``ReadingProcessFailed`` if no
        process can be started, ``RuntimeError`` if the reader is closed. Cancelling ends the job at once.
        """
        if self._folder is None:
            raise RuntimeError("the file reader is not started")
        path = await asyncio.to_thread(_readable, path)
        task = asyncio.create_task(
            self._read(path, name=name or path.name, media_type=media_type), name="filetext-read"
        )
        self._reading.add(task)
        task.add_done_callback(self._reading.discard)
        try:
            return await task
        except asyncio.CancelledError:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            raise

    async def _read(self, path: Path, *, name: str, media_type: str) -> FileText:
        process = await self._free.get()
        self._stop_idling()
        try:
            if process is None or not process.is_alive:
                if process:
                    await process.kill()
                    process = None
                process = await self._start_process()
            result = await process.read(path, name=name, media_type=media_type, limits=self._limits)
            if self._is_worn(process):
                await process.kill()
            return result
        finally:
            self._free.put_nowait(process if process and process.is_alive else None)
            if self._folder and self._free.full():
                self._idle_timer = asyncio.get_running_loop().call_later(self._idle_seconds, self._begin_ending)

    def _stop_idling(self) -> None:
        if self._idle_timer:
            self._idle_timer.cancel()
            self._idle_timer = None

    def _begin_ending(self) -> None:
        self._ending = asyncio.create_task(self._end_free(), name="filetext-idle")

    async def _end_free(self) -> None:
        """End the processes that have nothing to do; their places stay free."""
        processes = [self._free.get_nowait() for _ in range(self._free.qsize())]
        for _ in processes:
            self._free.put_nowait(None)
        await asyncio.gather(*(process.kill() for process in processes if process))

    async def _start_process(self) -> ReadingProcess:
        if self._folder is None:
            raise RuntimeError("the file reader is closed")
        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, dir=self._folder))
        return await ReadingProcess.start(folder)

    def _is_worn(self, process: ReadingProcess) -> bool:
        grown = process.rss_bytes > self._limits.memory_bytes * _RETIRING_SHARE
        return grown or process.files_read >= _FILES_PER_PROCESS


def _readable(path: Path) -> Path:
    """The absolute path; the reading process has another working folder."""
    if not path.is_file():
        raise FileNotFoundError(2, "no such file", path.name)
    with path.open("rb"):
        return path.absolute()
