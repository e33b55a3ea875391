"""Digests while the server runs: made when they are due, posted once, tried again when that failed."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from bot.application import Application
from bot.digests.keeping import KeptDigests
from bot.digests.making import DigestMaker, digest_id
from bot.digests.posting import Poster
from bot.digests.schedule import Schedule, Schedules
from bot.digests.scheduler import AlarmClock
from bot.digests.times import CatchUp, Due, Period, due
from bot.metrics import Metrics
from bot.settings import DigestsSettings
from connectors.connector import Connector

_log = structlog.get_logger(__name__)

_LOOK_SECONDS = 300.0
"""A machine that slept did not hear its alarm."""
_POLL_SECONDS = 5.0
"""Another process may have made a digest that is to be posted here: ``shiguang digest --post``."""
_AGAIN_SECONDS = 60.0
_LEAST_SECONDS = 30.0
"""Of the model for one digest, however many are due."""
_SETTLING_SECONDS = 20.0
_SETTLE_SECONDS = 0.2


async def _nothing_waits() -> None:
    """Everything said before is known already."""


class Digests:
    """Two owned tasks: one makes what is due, one posts what is made."""

    def __init__(
        self,
        *,
        home: Path,
        schedules: Schedules,
        kept: KeptDigests,
        maker: DigestMaker,
        poster: Poster,
        rules: Mapping[Period, CatchUp],
        metrics: Metrics,
        seconds: float,
        settled: Callable[[], Awaitable[None]] = _nothing_waits,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._schedules = schedules
        self._kept = kept
        self._maker = maker
        self._poster = poster
        self._rules = rules
        self._metrics = metrics
        self._seconds = seconds
        self._settled = settled
        self._now = now
        self._look = asyncio.Event()
        self._post = asyncio.Event()
        self._alarm = AlarmClock(home, self._look.set)
        self._again: dict[str, datetime] = {}
        self._tasks: tuple[asyncio.Task[None], ...] = ()

    async def start(self) -> None:
        """Set the alarms by the truth, and begin with what was missed."""
        await self._alarm.start()
        self._schedules.listen(self._look.set)
        self._look.set()
        self._tasks = (
            asyncio.create_task(self._keep(self._make_due, self._look, _LOOK_SECONDS), name="make-digests"),
            asyncio.create_task(self._keep(self._post_waiting, self._post, _POLL_SECONDS), name="post-digests"),
        )

    async def close(self) -> None:
        """Stop; what is under way is done again at the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._alarm.close()

    async def make_due(self) -> None:
        """Make every digest that is due now and not made yet; together they may take the model's time for one."""
        waiting = [
            (schedule, found) for schedule in await self._schedules.enabled() if (found := await self._due(schedule))
        ]
        for schedule, found in waiting:
            try:
                await self._make(schedule, found, max(self._seconds / len(waiting), _LEAST_SECONDS))
                self._again.pop(schedule.schedule_id, None)
            except Exception:  # noqa: BLE001 - the others are still to be made; this one is made again
                self._again[schedule.schedule_id] = self._now() + timedelta(seconds=_AGAIN_SECONDS)
                self._metrics.digests.labels("not_made").inc()
                _log.exception("a digest could not be made", schedule_id=schedule.schedule_id)

    async def _due(self, schedule: Schedule) -> Due | None:
        """What is due of one schedule.

        A digest that is still to be posted comes first: only then is it known where the next one begins.
        """
        now = self._now()
        found = due(
            schedule.timing,
            covered_until=schedule.covered_until,
            changed_at=schedule.changed_at,
            now=now,
            catch_up=self._rules[schedule.timing.period],
        )
        if (
            found is None
            or self._again.get(schedule.schedule_id, now) > now
            or await self._kept.known(digest_id(schedule.schedule_id, found.until))
            or await self._kept.unsettled(schedule.schedule_id)
        ):
            return None
        return found

    async def _make(self, schedule: Schedule, found: Due, seconds: float) -> None:
        await self._settled()
        readable, unreadable = await self._schedules.readable(schedule)
        started = self._now()

        async def progress(done: int, of: int) -> None:
            _log.info("making a digest", schedule_id=schedule.schedule_id, conversations=of, done=done)

        digest = await self._maker.of_schedule(
            schedule, found, readable=readable, unreadable=unreadable, progress=progress, seconds=seconds
        )
        skipped = digest.quiet and schedule.skip_quiet
        await self._kept.keep(digest, "empty" if skipped else "made")
        if skipped:
            self._metrics.digests.labels("empty").inc()
        took = round((self._now() - started).total_seconds(), 1)
        _log.info("a digest was made", schedule_id=schedule.schedule_id, lines=len(digest.lines), seconds=took)
        self._post.set()

    async def _make_due(self) -> None:
        await self._alarm.set(await self._schedules.enabled())
        await self.make_due()

    async def _post_waiting(self) -> None:
        if await self._poster.post_waiting():
            self._look.set()

    async def _keep(self, work: Callable[[], Awaitable[None]], wake: asyncio.Event, seconds: float) -> None:
        while True:
            wake.clear()
            try:
                await work()
            except Exception:  # noqa: BLE001 - the truth may be away for a moment; it is looked at again
                _log.exception("digests were interrupted")
            again = min(seconds, _AGAIN_SECONDS) if self._again else seconds
            try:
                async with asyncio.timeout(again):
                    await wake.wait()
            except TimeoutError:
                continue


def digests_of(application: Application, connectors: Mapping[str, Connector], metrics: Metrics) -> Digests:
    """Digests of a running application, posted by these connectors, by platform."""
    rules, kept = catch_up_rules(application.settings.digests), KeptDigests(application.database)

    def now() -> datetime:
        return datetime.now(UTC)

    async def settled() -> None:
        """Wait for what was said just before the digest's time, within reason."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_SETTLING_SECONDS):
                while await application.inbox.untried():  # noqa: ASYNC110 - other processes append, too
                    await asyncio.sleep(_SETTLE_SECONDS)

    poster = Poster(
        database=application.database,
        permissions=application.permissions,
        schedules=application.schedules,
        kept=kept,
        connectors=connectors,
        rules=rules,
        metrics=metrics,
        now=now,
    )
    return Digests(
        home=application.settings.home,
        schedules=application.schedules,
        kept=kept,
        maker=application.digest_maker,
        poster=poster,
        rules=rules,
        metrics=metrics,
        seconds=application.settings.digests.seconds,
        settled=settled,
        now=now,
    )


def catch_up_rules(settings: DigestsSettings) -> dict[Period, CatchUp]:
    """What happens to missed digests, by the settings."""
    return {
        "daily": CatchUp(
            at_once_within=timedelta(hours=settings.daily_at_once_hours),
            reaches=timedelta(days=settings.daily_reaches_days),
        ),
        "weekly": CatchUp(
            at_once_within=timedelta(hours=settings.weekly_at_once_hours),
            reaches=timedelta(days=settings.weekly_reaches_days),
        ),
    }
