"""The message archive of a company (会话内容存档): read by a worker process, told as events, whole.

archive = MessageArchive(site, call=archive_api.call, name_of=directory.name)
await archive.start()
…
archive.wake()            # a msgaudit_notify came
await archive.close()
"""

import asyncio
import logging
import random
from collections.abc import Callable, Coroutine
from typing import Any
from zoneinfo import ZoneInfo

from connectors.connector import Language
from connectors.wecom.message_archive.asking import Asking, Call, NameOf
from connectors.wecom.message_archive.coverage import Coverage
from connectors.wecom.message_archive.fetching import Fetching
from connectors.wecom.message_archive.letters import Letters
from connectors.wecom.message_archive.opening import Opening
from connectors.wecom.message_archive.people import People
from connectors.wecom.message_archive.process import WorkerAway, WorkerGone, WorkerProcess
from connectors.wecom.message_archive.pulling import Pulling, PullRefused
from connectors.wecom.message_archive.rooms import Rooms
from connectors.wecom.message_archive.standing import Problem, Standing
from connectors.wecom.message_archive.timing import Timing
from connectors.wecom.message_archive.translating import MessageTranslator
from connectors.wecom.site import Site

_log = logging.getLogger(__name__)


class MessageArchive:
    """Owns the worker and everything about it; nothing that happens there ends the bot."""

    def __init__(
        self,
        site: Site,
        *,
        call: Call | None = None,
        name_of: NameOf | None = None,
        language: Language = "zh",
        timing: Timing | None = None,
    ) -> None:
        """``call`` asks WeCom's API with the token of the archive's own Secret; without it groups have no names.

        ``name_of`` names a member; without it people are called by their ids. ``language`` is that of the words that
        stand for what is not text, such as ``[图片]``. Raises ``ValueError`` when no archive is configured.
        """
        configuration = site.configuration
        archive = configuration.message_archive
        if archive is None:
            raise ValueError("no message archive is configured")
        self._host = site.host
        self._timing = timing or Timing()
        self._seconds = archive.seconds
        self._standing = Standing()
        self.source = f"{site.source}:archive"
        """The name of its letters and notes."""
        self._worker = WorkerProcess(configuration, self._standing, self._timing)
        shared: dict[str, Any] = {"host": site.host, "timing": self._timing}
        named: dict[str, Any] = {**shared, "source": self.source, "worker": self._worker, "standing": self._standing}
        asking = Asking(self._timing)
        people = People(
            host=site.host,
            asking=asking,
            call=call,
            name_of=name_of,
            own_robots=(
                *(robot.shown_name for robot in configuration.robots),
                *(webhook.name for webhook in configuration.webhooks),
            ),
        )
        self._rooms = Rooms(
            **shared,
            workspace_id=configuration.workspace_id,
            people=people,
            asking=asking,
            call=call,
            language=language,
        )
        self._coverage = Coverage(host=site.host, source=self.source)
        self._letters = Letters(**named)
        self._pulling = Pulling(**named, letters=self._letters)
        self._fetching = Fetching(**named, folder=archive.folder, max_file_bytes=configuration.max_file_bytes)
        self._opening = Opening(
            **shared,
            letters=self._letters,
            translator=MessageTranslator(
                people=people,
                rooms=self._rooms,
                language=language,
                zone=ZoneInfo(configuration.timezone),
                max_file_bytes=configuration.max_file_bytes,
            ),
            rooms=self._rooms,
            fetching=self._fetching,
            coverage=self._coverage,
        )
        self._woken = asyncio.Event()
        self._caught_up = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong now; ``notice(language)`` says it in words and what to do."""
        return self._standing.problems

    @property
    def unknown_types(self) -> dict[str, int]:
        """Messages since the start whose type is not known here; they are kept as system messages."""
        return dict(self._opening.unknown)

    @property
    def worker_process_id(self) -> int | None:
        """Of the worker that runs now."""
        return self._worker.process_id

    async def start(self) -> None:
        """Begin to read; returns at once, whatever the SDK does."""
        works = {"reading": self._read, "files": self._fetching.run, "groups": self._look_at_rooms}
        self._tasks = [
            asyncio.create_task(self._kept(work, name), name=f"message archive {name}") for name, work in works.items()
        ]

    async def close(self) -> None:
        """Stop; the worker ends, and what is not done goes on after the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._worker.close()

    def wake(self) -> None:
        """Something was said (``msgaudit_notify``): look now."""
        self._woken.set()

    async def caught_up(self) -> None:
        """Until everything that WeCom had at a look is told."""
        await self._caught_up.wait()

    async def files_fetched(self) -> None:
        """Until no file waits to be fetched."""
        await self._fetching.idle()

    async def _kept(self, work: Callable[[], Coroutine[Any, Any, None]], name: str) -> None:
        """Do work for good: what goes wrong is logged, and it is begun again."""
        pause = self._timing.first_pause
        while True:
            try:
                await work()
            except WorkerAway as away:
                _log.info("the message archive waits: %s", away.code)
            except WorkerGone as gone:
                _log.info("the message archive waits for another worker: %s", gone.how)
            except PullRefused as refused:
                _log.info("the message archive was not given: %d", refused.code)
            except Exception:  # noqa: BLE001 - whatever it is, the rest goes on and this is tried again
                _log.exception("the message archive: %s", name)
            await asyncio.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311 - spreads tries, keeps no secret
            pause = (
                min(pause * 2, self._timing.longest_pause) if not self._caught_up.is_set() else self._timing.first_pause
            )

    async def _read(self) -> None:
        await self._letters.tell()
        await self._pulling.tell()
        await self._worker.ready()
        await self._open_apart()
        while True:
            self._woken.clear()
            is_more = True
            while is_more:
                while await self._opening.open_waiting():
                    pass
                is_more = await self._pulling.pull()
            while await self._opening.open_waiting():
                pass
            since, is_gap = await self._pulling.begin()
            await self._coverage.tell(since=since, is_gap=is_gap)
            self._caught_up.set()
            await self._rest()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                await self._woken.wait()
        except TimeoutError:
            return

    async def _open_apart(self) -> None:
        """Letters that no key opened, of versions for which there is one now."""
        for version in await self._letters.versions_apart():
            if version in self._worker.versions:
                while await self._opening.open_apart(version):
                    pass

    async def _look_at_rooms(self) -> None:
        while True:
            await asyncio.sleep(self._timing.rooms)
            events = await self._rooms.look_again(await self._coverage.rooms())
            if events:
                await self._host.accept(events)
