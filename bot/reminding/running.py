"""Reminders that are due are posted, each once, to the person alone."""

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo

import structlog

from bot.answering.evidence import Evidence
from bot.answering.finding import Finder
from bot.errors import ShiguangError
from bot.permissions import Permissions
from bot.reminding.reminders import Reminder, Reminders
from bot.reminding.texts import told
from connectors.connector import Connector, Post, PostRefused
from knowledge.lexical import terms

_log = structlog.get_logger(__name__)

_LOOK_SECONDS = 30.0
_POST_SECONDS = 30.0
_ATTEMPTS = 6
_FOUND = 3


class Reminding:
    """Owns the loop; ``run`` goes on until it is cancelled."""

    def __init__(
        self,
        *,
        reminders: Reminders,
        finder: Finder,
        permissions: Permissions,
        connectors: Mapping[str, Connector],
        zone: tzinfo,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._reminders = reminders
        self._finder = finder
        self._permissions = permissions
        self._connectors = connectors
        self._zone = zone
        self._now = now

    async def run(self) -> None:
        """Look when the next one is due, and at least every half minute: another process may add one."""
        while True:
            pause = _LOOK_SECONDS
            try:
                await self.post_due()
                upcoming = await self._reminders.next_due()
                if upcoming is not None:
                    pause = min(max((upcoming - self._now()).total_seconds(), 0.05), _LOOK_SECONDS)
            except Exception:  # noqa: BLE001 - the truth may be away for a moment; it is looked at again
                _log.exception("reminders were interrupted")
            await asyncio.sleep(pause)

    async def post_due(self) -> int:
        """Post what is due now; returns how many were posted."""
        posted = 0
        for reminder in await self._reminders.due(self._now()):
            posted += await self._post(reminder)
        return posted

    async def _post(self, reminder: Reminder) -> bool:
        connector = self._connectors.get(reminder.person.platform)
        try:
            if connector is None:
                raise LookupError(reminder.person.platform)
            post = await self._written(reminder)
            async with asyncio.timeout(_POST_SECONDS):
                await connector.post(post)
        except PostRefused as refused:
            _log.warning("a reminder was refused", code=refused.code)
            await self._reminders.end(reminder.reminder_id, "failed")
            return False
        except Exception as error:  # noqa: BLE001 - whatever a platform does, the others are still to be posted
            _log.warning("a reminder could not be posted", error=type(error).__name__, attempts=reminder.attempts)
            if reminder.attempts + 1 >= _ATTEMPTS:
                await self._reminders.end(reminder.reminder_id, "failed")
            else:
                pause = timedelta(seconds=30 * 4**reminder.attempts * random.uniform(0.8, 1.2))  # noqa: S311 - a pause
                await self._reminders.later(
                    reminder.reminder_id, attempts=reminder.attempts + 1, not_before=self._now() + pause
                )
            return False
        await self._reminders.end(reminder.reminder_id, "posted")
        return True

    async def _written(self, reminder: Reminder) -> Post:
        """Where the archive tells of it, without its words: those would outlive the messages."""
        language = reminder.language
        found = [replace(item, n=n) for n, item in enumerate(await self._found(reminder), start=1)]
        lines = [told("due", language, asked=self._when(reminder.created_at), text=reminder.text)]
        lines.extend(
            told(
                "found_one",
                language,
                n=item.n,
                when=self._when(item.time),
                author=item.author,
                channel=item.channel_name,
            )
            for item in found
        )
        return Post(
            post_id=f"reminder-{reminder.reminder_id}",
            channel=None,
            person=reminder.person,
            text="\n".join(lines),
            citations=tuple(replace(item.citation(), quote="") for item in found),
            language=language,
        )

    async def _found(self, reminder: Reminder) -> list[Evidence]:
        """Nothing where the archive cannot be searched now: the reminder comes all the same."""
        try:
            audience = await self._permissions.of_person(
                reminder.person.person_id, platform=reminder.person.platform, workspace_id=reminder.workspace_id
            )
            found = await self._finder.search(reminder.text, audience=audience, limit=_FOUND, now=self._now())
        except ShiguangError:
            return []
        wanted = await asyncio.to_thread(lambda: set(terms(reminder.text)))
        return [item for item in found if wanted & set(terms(item.text))]

    def _when(self, moment: datetime) -> str:
        return f"{moment.astimezone(self._zone):%Y-%m-%d %H:%M}"
