"""The alarm clock: APScheduler with a persistent store, which says that a schedule's time has come and nothing more.

Schedules are in the truth, which may be PostgreSQL; APScheduler's store is synchronous, so it is always a small SQLite
file of its own, and the scheduler runs in its own thread: nothing of it holds up the event loop. What is to be made
and posted is decided by the truth alone, so that an alarm too many, or one that never came, changes nothing.
"""

import asyncio
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import structlog
from apscheduler.executors.debug import DebugExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from sqlalchemy import create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from bot.digests.schedule import Schedule
from bot.digests.times import Timing
from bot.executor import Executor

_log = structlog.get_logger(__name__)

STORE = "schedules.db"
_RING = "bot.digests.scheduler:ring"
_ringing: dict[str, Callable[[], object]] = {}
"""By home, what a stored job calls: jobs outlive the process, objects do not."""
_LOCK = threading.Lock()


class TimingTrigger(BaseTrigger):  # type: ignore[misc]  # apscheduler has no types
    """Fires at the times of a ``Timing``; kept with its job."""

    def __init__(self, timing: Timing) -> None:
        self.timing = timing

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """The next time; after a time that was missed the first one is that."""
        return self.timing.following(previous_fire_time or now)


class AlarmClock:
    """Calls ``ring`` in the event loop whenever the time of a schedule has come, and at once when one was missed."""

    def __init__(self, home: Path, ring: Callable[[], None]) -> None:
        self._path = home / STORE
        self._key = str(self._path)
        self._ring = ring
        self._executor = Executor("schedules", threads=1)
        self._scheduler: BackgroundScheduler | None = None

    async def start(self) -> None:
        """Open the store and begin to wait."""
        loop = asyncio.get_running_loop()
        with _LOCK:
            _ringing[self._key] = partial(loop.call_soon_threadsafe, self._ring)
        self._scheduler = await self._executor.run(self._open)

    async def set(self, schedules: Sequence[Schedule]) -> None:
        """Wait for these and no others: what the truth says counts, not the store."""
        await self._executor.run(self._set, {one.schedule_id: one.timing for one in schedules})

    async def close(self) -> None:
        """Stop waiting."""
        scheduler, self._scheduler = self._scheduler, None
        if scheduler is not None:
            await self._executor.run(scheduler.shutdown)
        with _LOCK:
            _ringing.pop(self._key, None)
        self._executor.close()

    def _open(self) -> BackgroundScheduler:
        try:
            return self._started()
        except SQLAlchemyError:
            _log.warning("the store of alarms cannot be read and is made anew", exc_info=True)
            for path in self._path.parent.glob(f"{self._path.name}*"):
                path.unlink()
            return self._started()

    def _started(self) -> BackgroundScheduler:
        engine = create_engine(f"sqlite:///{self._path}")
        event.listen(engine, "connect", _configure)
        scheduler = BackgroundScheduler(
            jobstores={"default": SQLAlchemyJobStore(engine=engine)},
            executors={"default": DebugExecutor()},  # in the scheduler's own thread: ringing takes no time
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone=UTC,
        )
        scheduler.start()
        return scheduler

    def _set(self, timings: dict[str, Timing]) -> None:
        if self._scheduler is None:
            return
        stored = {job.id: (job.trigger.timing, *job.args) for job in self._scheduler.get_jobs()}
        for job_id in stored.keys() - timings.keys():
            self._scheduler.remove_job(job_id)
        for job_id, timing in timings.items():
            if stored.get(job_id) != (timing, self._key):
                trigger = TimingTrigger(timing)
                self._scheduler.add_job(_RING, trigger, args=[self._key], id=job_id, replace_existing=True)


def _configure(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # What is lost with power is set again from the truth at the next start.
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=OFF"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def ring(key: str) -> None:
    """What a job does."""
    with _LOCK:
        ringing = _ringing.get(key)
    if ringing is not None:
        ringing()
