"""Keeps conversations up to date: what changed in a channel makes a bounded stretch after it be separated again.

A place leaves the queue in the transaction that writes what follows from it, so a crash only means doing it again.
"""

from bot.executor import Executor
from bot.truth.database import Database
from bot.truth.separating import Changed, Links, anything_missing, queue_missing, read_changed, write_links
from knowledge.conversations import WINDOW, replies


class Separating:
    """Takes changed places off the queue, one batch at a time: apart from erasing, nobody else writes these rows."""

    def __init__(self, database: Database, executor: Executor) -> None:
        self._database = database
        self._executor = executor
        self._looked_for_missing = False

    async def separate_batch(self) -> int:
        """Separate anew what follows some changed places of one channel; returns 0 when nothing has changed."""
        if not self._looked_for_missing:
            async with self._database.read() as connection:
                missing = await connection.run_sync(anything_missing)
            if missing:
                async with self._database.begin() as connection:
                    await connection.run_sync(queue_missing)
            self._looked_for_missing = True
        async with self._database.read() as connection:
            changed = await connection.run_sync(read_changed)
        if changed is None:
            return 0
        links = await self._executor.run(_separate, changed)
        async with self._database.begin() as connection:
            await connection.run_sync(write_links, changed, links | changed.threaded)
        return len(changed.done)


def _separate(changed: Changed) -> Links:
    """Blocks: a quarter of a second at most."""
    links: Links = {}
    for start, end in changed.runs:
        low = max(0, start - WINDOW)
        lines = changed.lines[low:end]
        found = replies(lines, start=start - low)
        links.update((line.record_id, to) for line, to in zip(lines[start - low :], found, strict=True))
    return links
