"""Ranking that learns: the votes of the truth, kept in memory for search.

The memory is derived, so nothing has to be undone in it: what changed is read again. It is loaded once a server
serves, elsewhere when it is first needed; it is told of answers that were taken in (``bot.feedback.taking_in``), and
looks for itself for what another process took in, for resets and for questions that were erased.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.feedback.learning_asked import Asked
from bot.feedback.learning_memory import DEFAULT_RATES, Judged, LearningMemory, LearningRates, Recalled
from bot.feedback.learning_reading import JudgedAnswer, judged_answers, last_reset, newest_judged, read_said
from bot.feedback.vectors import QuestionVectors
from bot.truth.database import Database
from bot.truth.tables import QuestionVectorRow
from knowledge.embedding import Vectors

_log = structlog.get_logger(__name__)

_AT_ONCE: Final = 500
"""Answers read at once: rows are made on the event loop, 20 µs for each answer and statement."""
_PATIENCE_SECONDS: Final = 5.0
"""Longest that a search waits for the first load."""
_LOOK_SECONDS: Final = 20.0
_OVERLAP: Final = timedelta(seconds=60)
"""Clocks of processes differ, and a transaction is seen after the time written in it."""


class Learning:
    """Implements ``knowledge.priors.Priors``. Owns its tasks: ``close`` ends them."""

    def __init__(
        self,
        database: Database,
        vectors: QuestionVectors,
        *,
        rates: LearningRates = DEFAULT_RATES,
        size: int = 20_000,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._vectors = vectors
        self._size = size
        self._clock = clock
        self.memory = LearningMemory(rates, size=size)
        self._turn = asyncio.Lock()
        self._loading: asyncio.Task[None] | None = None
        self._looking: asyncio.Task[None] | None = None
        self._looked_at = 0.0
        self._seen_until: datetime | None = None

    def begin(self) -> None:
        """Start to read everything, so that the first question need not wait for it."""
        if self._seen_until is None and (self._loading is None or self._loading.done()):
            self._loading = asyncio.create_task(self._quietly(self.load), name="load-votes")

    async def ready(self) -> None:
        """Wait until everything was read once; raises what the database raises."""
        if self._loading is not None:
            await asyncio.wait([self._loading])
        if self._seen_until is None:
            await self.load()

    async def recall(self, question: str, vector: Vectors) -> Recalled:
        """What was learnt for a question; nothing, as long as the memory cannot be loaded."""
        await self._loaded()
        self._look_now_and_then()
        return await asyncio.to_thread(self._recall, question, vector)

    async def taken(self, answer_ids: Sequence[str]) -> None:
        """Something happened to these answers: read them again."""
        if self._seen_until is None:
            return  # Whatever loads later reads them, too.
        async with self._turn:
            await self._read(answer_ids)

    async def load(self) -> None:
        """Read everything anew."""
        async with self._turn:
            begun = self._clock()
            async with self._database.read() as connection:
                newest = await connection.run_sync(lambda sync: newest_judged(Session(sync), limit=self._size))
            self.memory.keep_only(newest)
            for part in _batched(newest):
                await self._read(part)
            self._seen_until = begun

    async def look(self) -> None:
        """Read what changed since the last look without anybody telling."""
        since = self._seen_until
        if since is None:
            return await self.load()
        begun = self._clock()

        async with self._database.read() as connection:
            reset_at, news = await connection.run_sync(
                lambda sync: (
                    last_reset(Session(sync)),
                    newest_judged(Session(sync), limit=self._size, since=since - _OVERLAP),
                )
            )
        if reset_at is not None and reset_at >= since - _OVERLAP:
            return await self.load()
        async with self._turn:
            for part in _batched([*news, *await self._gone()]):
                await self._read(part)
            self._seen_until = begun
        return None

    async def close(self) -> None:
        """End what is going on."""
        tasks = [task for task in (self._loading, self._looking) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _gone(self) -> list[str]:
        """Remembered answers whose question was erased, or whose sources are not what they were."""
        gone: list[str] = []
        for part in _batched(self.memory.answer_ids()):
            statement = select(QuestionVectorRow.answer_id).where(QuestionVectorRow.answer_id.in_(part))
            async with self._database.read() as connection:
                known = set((await connection.execute(statement)).scalars())
            gone += [answer_id for answer_id in part if answer_id not in known]
        return gone

    async def _loaded(self) -> None:
        if self._seen_until is not None:
            return
        self.begin()
        if self._loading is not None:
            await asyncio.wait([self._loading], timeout=_PATIENCE_SECONDS)

    def _look_now_and_then(self) -> None:
        due = time.monotonic() - self._looked_at >= _LOOK_SECONDS
        if due and (self._looking is None or self._looking.done()):
            self._looked_at = time.monotonic()
            self._looking = asyncio.create_task(self._quietly(self.look))

    async def _quietly(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - search goes on without what was learnt
            _log.warning("what was learnt cannot be read", error=type(error).__name__)

    async def _read(self, answer_ids: Sequence[str]) -> None:
        if not answer_ids:
            return
        async with self._database.read() as connection:
            said = await connection.run_sync(lambda sync: read_said(Session(sync), answer_ids))
        judged = [one for one in await asyncio.to_thread(judged_answers, said) if one.votes]
        vectors = await self._vectors.of([one.answer_id for one in judged])
        await asyncio.to_thread(self._remember, answer_ids, judged, vectors)

    def _remember(self, read: Sequence[str], judged: Sequence[JudgedAnswer], vectors: Mapping[str, Vectors]) -> None:
        made = [
            Judged(
                one.answer_id,
                Asked.of(one.question, vectors[one.answer_id]),
                one.votes,
                max(vote.at for vote in one.votes),
            )
            for one in judged
            if one.answer_id in vectors
        ]
        known = {one.answer_id for one in made}
        self.memory.drop([answer_id for answer_id in read if answer_id not in known])
        self.memory.put(made)

    def _recall(self, question: str, vector: Vectors) -> Recalled:
        return self.memory.recall(Asked.of(question, vector), self._clock())


def _batched(answer_ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(answer_ids), _AT_ONCE):
        yield answer_ids[start : start + _AT_ONCE]
