"""Taking in: whatever happened to an answer becomes a vector, signs, a place in a case, and news for who learns of it.

What is to be taken in is noted in the transaction of what happened (``bot.truth.intake``), and taken off the list when
it is done. So nothing is lost over a restart, and everything here may be done twice.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import insert, select

from bot.feedback.filing import Filing
from bot.feedback.vectors import QuestionVectors
from bot.feedback.watching import Watching
from bot.permissions import Permissions
from bot.truth.database import Database
from bot.truth.intake import Intake
from bot.truth.tables import AnswerRow, IntakeRow, QuestionVectorRow
from knowledge.embedding import Embedder

_log = structlog.get_logger(__name__)

_BATCH: Final = 32
_NOTED_AT_ONCE: Final = 500
_ATTEMPTS: Final = 3
_IDLE_SECONDS: Final = 1.0
"""How soon is noticed what another process noted."""
_LONGEST_PAUSE_SECONDS: Final = 30.0
_LOOK_SECONDS: Final = 20.0
"""Between two looks for people who answered instead."""

Listener = Callable[[Sequence[str]], Awaitable[None]]
"""Called with the ids of answers after they were taken in; perhaps again with the same."""


class TakingIn:
    """Owns the loop: ``run`` is one task, and ``take_in`` one round of it."""

    def __init__(self, database: Database, embedder: Embedder, permissions: Permissions) -> None:
        self._database = database
        self._intake = Intake(database)
        self._embedding_model = embedder.spec.identity
        self.vectors = QuestionVectors(database, embedder)
        self.watching = Watching(database, self.vectors, permissions, embedding_model=self._embedding_model)
        self._filing = Filing(database, embedding_model=self._embedding_model)
        self._listeners: list[Listener] = []
        self._failures: dict[str, int] = {}
        self._set_aside: dict[str, datetime] = {}
        """Given up until the next start, or until they are noted again."""

    def listen(self, listener: Listener) -> None:
        """Call ``listener`` with what was taken in."""
        self._listeners.append(listener)

    async def run(self) -> None:
        """Take in whatever is noted, at once in this process; never returns."""
        failures, looked_at, is_caught_up = 0, float("-inf"), False
        while True:
            self._database.noted.clear()
            taken = 0
            try:
                taken = await self.take_in()
                if not taken and not is_caught_up:
                    await self.note_missing()
                    is_caught_up = True
                if time.monotonic() - looked_at >= _LOOK_SECONDS:
                    await self.watching.look()
                    looked_at = time.monotonic()
                failures = 0
            except Exception as error:  # noqa: BLE001 - the database is away: nothing is lost, it is tried again
                failures += 1
                _log.warning("taking in failed", failures=failures, error=type(error).__name__, exc_info=failures == 1)
            if not taken:
                pause = min(_IDLE_SECONDS * 2**failures, _LONGEST_PAUSE_SECONDS) if failures else _IDLE_SECONDS
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await self._database.noted.wait()

    async def note_missing(self) -> None:
        """Note answers without a vector of this model, as those of an older release, behind what happens now."""
        has_vector = select(QuestionVectorRow.answer_id).where(
            QuestionVectorRow.answer_id == AnswerRow.answer_id,
            QuestionVectorRow.embedding_model == self._embedding_model,
        )
        is_noted = select(IntakeRow.answer_id).where(IntakeRow.answer_id == AnswerRow.answer_id)
        missing = select(AnswerRow.answer_id).where(
            AnswerRow.channel_id.is_not(None), AnswerRow.question != "", ~has_vector.exists(), ~is_noted.exists()
        )
        async with self._database.read() as connection:
            rows = await connection.stream_scalars(missing)
            parts = [list(part) async for part in rows.partitions(_NOTED_AT_ONCE)]
        for part in parts:
            # A moment each: others must be able to write meanwhile.
            these = select(AnswerRow.answer_id, AnswerRow.asked_at).where(
                AnswerRow.answer_id.in_(part), ~is_noted.exists()
            )
            async with self._database.begin() as connection:
                await connection.execute(insert(IntakeRow).from_select(["answer_id", "noted_at"], these))

    async def take_in(self) -> int:
        """Take in what happened last; returns how many answers were done. Raises what the database raises."""
        waiting = await self._intake.waiting(limit=_BATCH + len(self._set_aside))
        waiting = {one: at for one, at in waiting.items() if self._set_aside.get(one) != at}
        if not waiting:
            return 0
        vectors = await self.vectors.of(list(waiting))
        await self._filing.refresh()
        done: dict[str, datetime] = {}
        for answer_id, noted_at in waiting.items():
            vector = vectors.get(answer_id)
            try:
                await self._filing.file(answer_id, vector)
                await self.watching.answered(answer_ids=[answer_id])
                if vector is not None:
                    await self.watching.asked_again(answer_id, vector)
            except Exception:  # noqa: BLE001 - one broken answer must not hold up the others
                self._failed(answer_id, noted_at)
            else:
                done[answer_id] = noted_at
        await self._tell(done)
        await self._intake.done(done)
        for answer_id in done:
            self._failures.pop(answer_id, None)
            self._set_aside.pop(answer_id, None)
        return len(done)

    async def _tell(self, done: Mapping[str, datetime]) -> None:
        if not done:
            return
        for listener in self._listeners:
            try:
                await listener(list(done))
            except Exception:  # noqa: BLE001 - who cannot learn of it must not hold up the others
                _log.exception("what was taken in could not be told")

    def _failed(self, answer_id: str, noted_at: datetime) -> None:
        failures = self._failures[answer_id] = self._failures.get(answer_id, 0) + 1
        if failures < _ATTEMPTS:
            _log.warning("an answer could not be taken in", answer_id=answer_id, failures=failures, exc_info=True)
            return
        _log.error("an answer is set aside until the next start", answer_id=answer_id, failures=failures, exc_info=True)
        self._set_aside[answer_id] = noted_at
        del self._failures[answer_id]
