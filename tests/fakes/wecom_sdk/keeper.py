"""A process that reads a canned archive into a database, to be killed: ``python -m tests.fakes.wecom_sdk.keeper``.

Arguments: the folder of the archive, the address of the database, and where fetched files go. It says ``done`` on
standard output, and ends, when everything is told.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.truth.database import Database
from bot.truth.histories import Histories
from bot.truth.inbox import Inbox, Lane
from bot.truth.mailbox import Mailbox
from bot.truth.notebook import Notebook
from bot.truth.tables import LetterRow
from connectors.events import Event
from connectors.wecom.message_archive.archive import MessageArchive
from connectors.wecom.message_archive.timing import Timing
from connectors.wecom.site import Site
from tests.fakes.live_host import FakeLiveHost
from tests.fakes.wecom_sdk import configuration_of
from tests.waiting import eventually


class DurableHost(FakeLiveHost):
    """Keeps what must outlive it where the application does, and applies nothing."""

    def __init__(self, database: Database, files: Path) -> None:
        super().__init__()
        self.mailbox: Any = Mailbox(database)
        self.notebook: Any = Notebook(database)
        self._inbox = Inbox(database)
        self._histories = Histories(database)
        self._files = files

    async def accept(self, events: Sequence[Event]) -> None:
        await self._inbox.append(events)

    async def accept_history(self, events: Sequence[Event]) -> None:
        await self._inbox.append(events, lane=Lane.IMPORT)

    async def store_file(self, chunks: AsyncIterator[bytes]) -> tuple[str, int]:
        content = b"".join([chunk async for chunk in chunks])
        digest = sha256(content).hexdigest()
        (self._files / digest).write_bytes(content)
        return digest, len(content)

    async def history_reached(self, channel_id: Any, **reached: Any) -> None:
        await self._histories.reached(channel_id, **reached)


async def _is_opened(database: Database) -> bool:
    """Whether every letter is, those included that failed and come again after a pause."""
    async with database.read() as connection:
        return await connection.scalar(select(LetterRow.key).where(LetterRow.state == "waiting").limit(1)) is None


async def main(folder: Path, url: str, files: Path) -> None:
    """Read everything."""
    database = Database(url)
    await database.migrate()
    site = Site(
        configuration=configuration_of(folder),
        host=DurableHost(database, files),
        tasks=None,  # type: ignore[arg-type] # not used by the archive
        media=None,  # type: ignore[arg-type] # not used by the archive
    )
    archive = MessageArchive(site, timing=Timing(first_pause=0.05, longest_pause=0.2))
    await archive.start()
    await archive.caught_up()
    await archive.files_fetched()
    await eventually(lambda: _is_opened(database), seconds=3_600.0, every=0.1)
    await archive.files_fetched()
    await archive.close()
    await database.close()
    print("done", flush=True)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])))
