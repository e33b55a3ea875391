"""The bot's side of the worker process: started when needed, killed when it hangs, started anew when it dies."""

import asyncio
import contextlib
import logging
import os
import random
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Literal

from yarl import URL

from connectors.proxying import proxy_for
from connectors.wecom.configuration import WeComConfiguration
from connectors.wecom.message_archive.frames import Frame, FrameBroken, Words, packed, receive_frame
from connectors.wecom.message_archive.standing import Standing
from connectors.wecom.message_archive.timing import Timing

_MODULE = "connectors.wecom.message_archive.worker"
_KILLED = (-signal.SIGKILL, -signal.SIGTERM)

_log = logging.getLogger(__name__)

Take = Callable[[Words, bytes], Awaitable[None]]


class WorkerGone(Exception):
    """The worker died in the middle of a request, or was killed because it hung."""

    def __init__(self, how: Literal["crashed", "hung", "killed"]) -> None:
        super().__init__(how)
        self.how = how
        """``killed``: by somebody, who tells nothing about the request."""


class WorkerAway(Exception):
    """No worker can be started now; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class WorkerProcess:
    """One request at a time. After ``WorkerGone`` the next request starts another one, after a growing pause."""

    def __init__(self, configuration: WeComConfiguration, standing: Standing, timing: Timing) -> None:
        self._configuration = configuration
        self._standing = standing
        self._timing = timing
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._started_at = 0.0
        self._pause = 0.0
        self.versions: frozenset[int] = frozenset()
        """Of the keys that the worker could read."""

    @property
    def process_id(self) -> int | None:
        """Of the worker that runs now."""
        process = self._process
        return None if process is None or process.returncode is not None else process.pid

    async def ready(self) -> None:
        """Have a worker run. Raises ``WorkerAway``."""
        async with self._turn:
            await self._running()

    async def ask(self, request: Words, take: Take) -> None:
        """Send a request and hand every frame of the reply to ``take``. Raises ``WorkerGone`` and ``WorkerAway``."""
        async with self._turn:
            process = await self._running()
            try:
                await self._say(process, request)
                while True:
                    words, data = await self._hear(process, self._timing.reply)
                    await take(words, data)
                    if words.get("last"):
                        break
            except WorkerGone as gone:
                self._mourn(gone.how)
                raise
            except BaseException:
                # Cancelled, or ``take`` failed: the rest of the reply would be taken for that of the next request.
                await self._end(process)
                raise
        self._standing.clear("sdk_crashed", "sdk_hung")

    async def close(self) -> None:
        """End the worker."""
        async with self._turn:
            if self._process is not None:
                process = self._process
                if process.stdin is not None:
                    process.stdin.close()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._timing.ending):
                        await process.wait()
                await self._end(process)

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is not None and self._process.returncode is None:
            return self._process
        if self._process is not None:
            # It died between two requests.
            await self._end(self._process)
            self._mourn("killed")
        if self._pause:
            await asyncio.sleep(self._pause * random.uniform(0.8, 1.2))  # noqa: S311 - spreads tries, keeps no secret
        process = await self._spawned()
        try:
            await self._say(process, self._begin())
            words, _ = await self._hear(process, self._timing.start)
        except WorkerGone as gone:
            self._mourn(gone.how)
            raise WorkerAway(f"sdk_{gone.how}") from gone
        except BaseException:
            await self._end(process)
            raise
        if not words.get("ready"):
            await self._end(process)
            self._lengthen()
            raise WorkerAway(self._refused(words))
        self._standing.clear("sdk_missing")
        self.versions = frozenset(words["versions"])
        if words["unreadable"]:
            self._standing.set("key_unreadable", versions=words["unreadable"])
        else:
            self._standing.clear("key_unreadable")
        return process

    async def _spawned(self) -> asyncio.subprocess.Process:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", _MODULE,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=1 << 20,
            env=_environment(),
        )  # fmt: skip
        self._started_at = asyncio.get_running_loop().time()
        return self._process

    def _begin(self) -> Words:
        archive = self._configuration.message_archive
        if archive is None:
            raise ValueError("no message archive is configured")
        proxy, login = _split_proxy(proxy_for(self._configuration.api_url, self._configuration.proxy))
        return {
            "sdk": str(archive.sdk.absolute()),
            "corp_id": self._configuration.corp_id,
            "secret": archive.secret,
            "keys": {str(version): str(path.absolute()) for version, path in archive.private_keys.items()},
            "proxy": proxy,
            "proxy_login": login,
            "seconds": self._timing.sdk,
        }

    def _refused(self, words: Words) -> str:
        if words.get("problem") == "sdk_missing":
            archive = self._configuration.message_archive
            self._standing.set("sdk_missing", path=str(archive.sdk) if archive else "")
            return "sdk_missing"
        return self._standing.set_refused(int(words.get("code") or 10003))

    async def _say(self, process: asyncio.subprocess.Process, words: Words) -> None:
        if process.stdin is None:
            raise FrameBroken("no input")
        try:
            async with asyncio.timeout(self._timing.reply):
                process.stdin.write(packed(words))
                await process.stdin.drain()
        except (OSError, TimeoutError) as error:
            raise await self._gone(process, hung=isinstance(error, TimeoutError)) from error

    async def _hear(self, process: asyncio.subprocess.Process, seconds: float) -> Frame:
        if process.stdout is None:
            raise FrameBroken("no output")
        try:
            async with asyncio.timeout(seconds):
                return await receive_frame(process.stdout)
        except (FrameBroken, TimeoutError) as error:
            raise await self._gone(process, hung=isinstance(error, TimeoutError)) from error

    async def _gone(self, process: asyncio.subprocess.Process, *, hung: bool) -> WorkerGone:
        if not hung:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    await process.wait()
        status = process.returncode
        await self._end(process)
        if hung:
            return WorkerGone("hung")
        return WorkerGone("killed" if status in _KILLED else "crashed")

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        if self._process is process:
            self._process = None

    def _mourn(self, how: Literal["crashed", "hung", "killed"]) -> None:
        lived = asyncio.get_running_loop().time() - self._started_at
        if lived > self._timing.healthy:
            self._pause = 0.0
        self._lengthen()
        _log.warning(
            "the worker of the message archive %s after %.0f s; the next one in %.0f s", how, lived, self._pause
        )
        if how != "killed":
            self._standing.set("sdk_hung" if how == "hung" else "sdk_crashed")

    def _lengthen(self) -> None:
        self._pause = min(max(self._pause * 2, self._timing.first_pause), self._timing.longest_pause)


def _environment() -> dict[str, str]:
    """Nothing of ours goes to a library of somebody else, our secrets least of all."""
    kept = {
        name: value for name in ("PATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH") if (value := os.environ.get(name))
    }
    return {**kept, "PYTHONPATH": str(Path(__file__).parents[3]), "PYTHONUNBUFFERED": "1"}


def _split_proxy(proxy: str | None) -> tuple[str, str]:
    """The proxy without and with what it wants to know, as the SDK takes them."""
    if not proxy:
        return "", ""
    url = URL(proxy)
    login = f"{url.user}:{url.password or ''}" if url.user else ""
    return str(url.with_user(None)).rstrip("/"), login
