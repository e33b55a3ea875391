"""Long pieces of reading, done step by step in turn by a few workers, so that none waits for the end of another."""

import asyncio
import heapq
import itertools
import logging
import random
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Literal, get_args

from connectors.events import ChannelId
from connectors.slack.errors import SlackAway, SlackError
from connectors.slack.site import Tasks

Lane = Literal["arrival", "gap", "history", "threads", "reread", "changed"]
"""Kinds of reading; each gets an equal share of the calls while it has something to do."""

Work = Callable[[], AsyncGenerator[None]]
"""Begins, or begins again where it was broken off; yields after each call of Slack."""

_LANES: tuple[Lane, ...] = get_args(Lane)
_LONGEST_PAUSE = 300.0
_MOST_FAILURES = 5

_log = logging.getLogger(__name__)


def growing_pause(failures: int) -> float:
    """Seconds to wait after so many failures in a row."""
    longest: float = min(2.0**failures, _LONGEST_PAUSE)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - it spreads retries, and protects nothing


@dataclass(slots=True, eq=False)
class _Job:
    lane: Lane
    channel: ChannelId | None
    work: Work
    rank: float
    cost: float
    steps: AsyncGenerator[None] | None = None
    failures: int = 0
    is_dropped: bool = False
    again: bool = False


class Rounds:
    """Work in lanes. Within a lane the lowest rank comes first; between lanes it goes in turn.

    What Slack is too far away for begins again after a pause, as often as it takes; what fails otherwise, five times.
    """

    def __init__(self, tasks: Tasks, *, workers: int = 3, pause: Callable[[int], float] = growing_pause) -> None:
        self._tasks = tasks
        self._workers = workers
        self._pause = pause
        self._working = 0
        self._numbers = itertools.count()
        self._queues: dict[Lane, list[tuple[float, int, _Job]]] = {lane: [] for lane in _LANES}
        self._jobs: dict[tuple[Lane, ChannelId | None], _Job] = {}
        self._turn = 0

    def add(self, lane: Lane, channel: ChannelId | None, work: Work, *, rank: float = 0.0, cost: float = 0.0) -> None:
        """Do it when its turn comes. Each step adds ``cost`` to its rank.

        The same again while it waits is done once; while it is under way, once more afterwards.
        """
        job = self._jobs.get((lane, channel))
        if job is None:
            job = self._jobs[lane, channel] = _Job(lane, channel, work, rank, cost)
            self._queue(job)
        else:
            job.work = work
            job.again = job.steps is not None
        if self._working < self._workers:
            self._working += 1
            self._tasks.spawn(self._work(), name="reading")

    def drop(self, channel: ChannelId) -> None:
        """Nothing more of this channel."""
        for lane in _LANES:
            if (job := self._jobs.pop((lane, channel), None)) is not None:
                job.is_dropped = True

    def is_under_way(self, lane: Lane, channel: ChannelId | None) -> bool:
        """Whether it waits for its turn or is being done."""
        return (lane, channel) in self._jobs

    async def _work(self) -> None:
        try:
            while (job := self._next()) is not None:
                await self._step(job)
        finally:
            self._working -= 1
            await self._close_unfinished()

    def _next(self) -> _Job | None:
        for offset in range(1, len(_LANES) + 1):
            turn = (self._turn + offset) % len(_LANES)
            if queue := self._queues[_LANES[turn]]:
                self._turn = turn
                return heapq.heappop(queue)[2]
        return None

    async def _step(self, job: _Job) -> None:
        if job.is_dropped:
            await self._break_off(job)
            return
        if job.steps is None:
            job.steps = job.work()
        try:
            await anext(job.steps)
        except StopAsyncIteration:
            self._finished(job)
        except SlackAway as away:
            _log.info("reading is broken off: %s", away, extra={"channel": job.channel})
            await self._rest(job)
        except SlackError as error:
            _log.warning("Slack does not let it be read: %s", error, extra={"channel": job.channel, "lane": job.lane})
            self._finished(job)
        except Exception:  # noqa: BLE001 - whatever goes wrong with one channel, the others are read
            _log.exception("reading failed", extra={"channel": job.channel, "lane": job.lane})
            if job.failures < _MOST_FAILURES:
                await self._rest(job)
            else:
                self._finished(job)
        else:
            job.failures = 0
            job.rank += job.cost
            self._queue(job)

    async def _rest(self, job: _Job) -> None:
        job.steps = None
        job.failures += 1
        self._queue(job)
        await asyncio.sleep(self._pause(job.failures))

    def _finished(self, job: _Job) -> None:
        job.steps = None
        if job.is_dropped:
            return
        if job.again:
            job.again, job.failures = False, 0
            self._queue(job)
        else:
            del self._jobs[job.lane, job.channel]

    def _queue(self, job: _Job) -> None:
        heapq.heappush(self._queues[job.lane], (job.rank, next(self._numbers), job))

    async def _close_unfinished(self) -> None:
        """When workers end, there is nothing left, or they were cancelled: then nobody goes on with what waits."""
        if self._working:
            return
        for queue in self._queues.values():
            for _, _, job in queue:
                await self._break_off(job)
            queue.clear()
        self._jobs.clear()

    async def _break_off(self, job: _Job) -> None:
        if job.steps is not None:
            await job.steps.aclose()
            job.steps = None
