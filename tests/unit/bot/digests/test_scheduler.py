"""The alarm clock rings at its times, keeps its alarms over a restart, and never holds up the event loop."""

import asyncio
import pickle
import sqlite3
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler

from bot.digests.schedule import Schedule
from bot.digests.scheduler import STORE, AlarmClock, TimingTrigger
from bot.digests.times import Timing
from tests.builders import at
from tests.unit.bot.digests.staging import DAILY


def _schedule(schedule_id: str, timing: Timing = DAILY) -> Schedule:
    return Schedule(
        schedule_id=schedule_id,
        platform="console",
        workspace_id="",
        target_channel_id="console:launch",
        person_id=None,
        channel_ids=("console:launch",),
        timing=timing,
        language="en",
        skip_quiet=False,
        created_by="console:Ann",
        changed_at=at(0),
        covered_until=at(0),
        enabled=True,
    )


def _far() -> Timing:
    """Half a day away, so that its time does not come during a test."""
    then = datetime.now(ZoneInfo(DAILY.timezone)) + timedelta(hours=12)
    return replace(DAILY, minute_of_day=then.hour * 60)


def _stored(home: Path) -> dict[str, float]:
    with sqlite3.connect(home / STORE) as connection:
        return dict(connection.execute("select id, next_run_time from apscheduler_jobs"))


def _make_late(home: Path, by: timedelta) -> None:
    """As if it had been due while nothing ran."""
    with sqlite3.connect(home / STORE) as connection:
        for job_id, kept in connection.execute("select id, job_state from apscheduler_jobs").fetchall():
            state = pickle.loads(kept)  # noqa: S301 - the test's own
            state["next_run_time"] = datetime.now(UTC) - by
            connection.execute(
                "update apscheduler_jobs set next_run_time = ?, job_state = ? where id = ?",
                (state["next_run_time"].timestamp(), pickle.dumps(state), job_id),
            )


def test_a_trigger_fires_at_the_times_of_its_timing() -> None:
    trigger = TimingTrigger(DAILY)
    assert trigger.get_next_fire_time(None, at(1)) == at(24 * 60)
    assert trigger.get_next_fire_time(at(24 * 60), at(5000)) == at(48 * 60)


async def test_alarms_are_set_by_the_truth_and_outlive_the_process(tmp_path: Path) -> None:
    clock, far = AlarmClock(tmp_path, lambda: None), _far()
    await clock.start()
    await clock.set([_schedule("a"), _schedule("b", far)])
    before = await asyncio.to_thread(_stored, tmp_path)
    await clock.close()
    clock = AlarmClock(tmp_path, lambda: None)
    await clock.start()
    await clock.set([_schedule("b", far), _schedule("c", replace(DAILY, minute_of_day=0))])
    after = await asyncio.to_thread(_stored, tmp_path)
    await clock.close()
    assert set(before) == {"a", "b"}
    assert set(after) == {"b", "c"}
    assert after["b"] == before["b"]


async def test_an_alarm_that_was_missed_rings_at_once(tmp_path: Path) -> None:
    clock = AlarmClock(tmp_path, lambda: None)
    await clock.start()
    await clock.set([_schedule("a", _far())])
    await clock.close()
    await asyncio.to_thread(_make_late, tmp_path, timedelta(hours=30))
    rung = asyncio.Event()
    clock = AlarmClock(tmp_path, rung.set)
    await clock.start()
    await asyncio.wait_for(rung.wait(), 60)
    await clock.close()
    assert (await asyncio.to_thread(_stored, tmp_path))["a"] > time.time()


class _Watched(AlarmClock):
    """Remembers the threads in which its store is used."""

    threads: ClassVar[set[threading.Thread]] = set()

    def _open(self) -> BackgroundScheduler:
        self.threads.add(threading.current_thread())
        return super()._open()

    def _set(self, timings: dict[str, Timing]) -> None:
        self.threads.add(threading.current_thread())
        super()._set(timings)


async def test_its_store_is_never_used_in_the_thread_of_the_event_loop(tmp_path: Path) -> None:
    """Invariant 7: its calls are synchronous."""
    clock = _Watched(tmp_path, lambda: None)
    await clock.start()
    await clock.set([_schedule("a")])
    await clock.close()
    assert _Watched.threads
    assert threading.current_thread() not in _Watched.threads


async def test_a_store_that_cannot_be_read_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / STORE).write_bytes(b"no database" * 1000)
    clock = AlarmClock(tmp_path, lambda: None)
    await clock.start()
    await clock.set([_schedule("a")])
    await clock.close()
    assert set(await asyncio.to_thread(_stored, tmp_path)) == {"a"}
