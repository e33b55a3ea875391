"""Who archives while a command runs: a server on the same home, or else the command itself."""

from bot.application import Application
from bot.archive.lock import ArchivistLock


class Drain:
    """Archives here unless a server on the same home does; takes over when that server stops."""

    def __init__(self, application: Application) -> None:
        self._archivist = application.archivist
        self._lock = ArchivistLock(application.settings.home)
        self._is_ours = False

    async def __aenter__(self) -> "Drain":
        await self.see_to_it()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._is_ours:
            await self._archivist.close()
            self._lock.release()

    async def see_to_it(self) -> None:
        """Make sure that somebody archives."""
        if not self._is_ours and self._lock.acquire():
            self._is_ours = True
            await self._archivist.start()
