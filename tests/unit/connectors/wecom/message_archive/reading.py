"""A message archive that is read, over a canned one."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from connectors.wecom.configuration import WeComConfiguration
from connectors.wecom.message_archive.archive import MessageArchive
from connectors.wecom.message_archive.timing import Timing
from connectors.wecom.site import Media, Site, Tasks
from tests.fakes.live_host import FakeLiveHost
from tests.fakes.wecom_sdk import CORP_ID, CannedArchive
from tests.waiting import eventually

SOURCE = f"wecom:{CORP_ID}:archive"
HURRY = Timing(first_pause=0.01, longest_pause=0.05, reply=60.0, ending=60.0, room=0.0)
"""Only pauses are shorter than in earnest: the worker is a process, for which a busy machine takes its time."""


def site_of(configuration: WeComConfiguration, host: FakeLiveHost) -> Site:
    """What the archive needs of it."""
    return Site(configuration=configuration, host=host, tasks=cast("Tasks", None), media=cast("Media", None))


@dataclass
class Reading:
    """An archive that is being read."""

    archive: MessageArchive
    host: FakeLiveHost
    was_wrong: set[str] = field(default_factory=set)
    """Codes of everything that was ever told to be wrong, over since perhaps."""

    def __post_init__(self) -> None:
        standing, tell = self.archive._standing, self.archive._standing.set

        def remember(code: str, /, **facts: Any) -> None:
            self.was_wrong.add(code)
            tell(code, **facts)

        standing.set = remember  # type: ignore[method-assign]  # what is over soon is not missed

    async def until(self, is_so: Callable[[], Any]) -> None:
        """Wait for something to be true."""

        async def look() -> bool:
            return bool(is_so())

        await eventually(look, seconds=120.0)

    async def until_told(self, msgid: str) -> None:
        """Wait for a message."""
        await self.until(lambda: f"wecom:{msgid}" in self.host.texts)

    async def until_problem(self, code: str) -> None:
        """Wait until something is wrong, or was."""
        await self.until(lambda: code in self.was_wrong)

    @property
    def problems(self) -> set[str]:
        """Codes of what is wrong."""
        return {problem.code for problem in self.archive.problems}

    def note(self, key: str) -> Any:
        """What the archive has noted."""
        return self.host.notebook.notes.get((SOURCE, key))


@asynccontextmanager
async def reading(
    canned: CannedArchive,
    *versions: int,
    host: FakeLiveHost | None = None,
    call: Callable[..., Awaitable[Any]] | None = None,
    name_of: Callable[[str], Awaitable[str | None]] | None = None,
    timing: Timing = HURRY,
    configuration: WeComConfiguration | None = None,
    **archive: Any,
) -> AsyncIterator[Reading]:
    """Read with these versions of the private key (all without any) until left; what is left is like a restart."""
    host = host or FakeLiveHost()
    configuration = configuration or canned.configuration(*versions, **archive)
    opened = MessageArchive(site_of(configuration, host), call=call, name_of=name_of, timing=timing)
    read = Reading(opened, host)
    await opened.start()
    try:
        yield read
    finally:
        await opened.close()
