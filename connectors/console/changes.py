"""The host's changes, forwarded to the pages that may see them."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable

from connectors.console.host import Change, ConsoleHost
from connectors.console.hub import Hub
from connectors.console.wire import as_json
from connectors.events import PersonId, RecordId

_LOG = logging.getLogger(__name__)
_MAX_PAUSE_SECONDS = 30.0


class Changes:
    """Owns the task that reads ``host.changes()``."""

    def __init__(self, host: ConsoleHost, hub: Hub) -> None:
        self._host = host
        self._hub = hub
        self._moved = asyncio.Condition()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to forward."""
        self._task = asyncio.create_task(self._watch(), name="console changes")

    async def close(self) -> None:
        """Stop."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def until(self, true: Callable[[], Awaitable[bool]], *, seconds: float = 5.0) -> bool:
        """Wait until something that was accepted can be read; False when it takes longer than ``seconds``."""
        try:
            async with asyncio.timeout(seconds), self._moved:
                while not await true():
                    await self._moved.wait()
        except TimeoutError:
            return False
        return True

    async def _watch(self) -> None:
        failures = 0
        while True:
            try:
                async for change in self._host.changes():
                    failures = 0
                    await self.forward(change)
                _LOG.warning("the host ended its changes; reading them again")
            except Exception:  # noqa: BLE001 -- the pages must go on being told
                _LOG.exception("changes could not be forwarded; reading them again")
            failures += 1
            await _pause(random.uniform(0.5, 1) * min(2.0**failures, _MAX_PAUSE_SECONDS))  # noqa: S311 -- jitter
            self._hub.forget()
            self._hub.send_all({"type": "resync"})

    async def forward(self, change: Change) -> None:
        """Tell the pages that may see it."""
        if change.record_id is None:
            self._hub.forget()
            self._hub.send_all({"type": "channels"})
        else:
            for person in self._hub.people:
                if await self._hub.may_read(person, change.channel_id):
                    await self._send_message(person, change, change.record_id)
        async with self._moved:
            self._moved.notify_all()

    async def _send_message(self, person: PersonId, change: Change, record: RecordId) -> None:
        try:
            view = await self._host.message(person, record)
        except LookupError:
            view = None
        except PermissionError:
            return
        if view is None or (view.deleted and not view.reply_count):
            gone = {"type": "removed", "channel_id": change.channel_id, "record_id": record}
            self._hub.send_person(person, gone)
        else:
            self._hub.send_person(person, {"type": "message", "message": as_json(view)})
        if view is not None and view.thread_id is not None:
            await self._send_head(person, view.thread_id)

    async def _send_head(self, person: PersonId, head: RecordId) -> None:
        """Its count of replies changed."""
        try:
            view = await self._host.message(person, head)
        except (LookupError, PermissionError):
            return
        self._hub.send_person(person, {"type": "message", "message": as_json(view)})


async def _pause(seconds: float) -> None:
    await asyncio.sleep(seconds)
