"""Trying a draft on what was asked before: one trial at a time, behind everybody who chats, kept in memory alone.

A trial holds words of people, so it is forgotten an hour after its end at the latest, and whatever it was made of that
was deleted meanwhile is left out whenever somebody looks (invariant 3).
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final, Literal, TypeVar
from uuid import uuid4

import structlog
from sqlalchemy.orm import Session

from bot.errors import BadInput
from bot.llm.interface import LanguageModel
from bot.prompting.comparing import Piece, pieces_of
from bot.prompting.performing import Performing, Told
from bot.prompting.subjects import Choice, Subject, standing, subjects_of
from bot.prompts import PromptKey, PromptText, trying
from bot.truth.database import Database

T = TypeVar("T")
_log = structlog.get_logger(__name__)

MOST_SUBJECTS: Final = 20
_SECONDS: Final = 600.0
"""Longest time of a trial."""
_KEPT_SECONDS: Final = 3600.0
_WATCH_SECONDS: Final = 0.1
_PATIENCE_SECONDS: Final = 30.0
"""After so long behind others a trial takes its turn in the queue."""
_GIVES_WAY: Final = 3
"""How often one thing is begun anew because somebody asked; then it is finished."""

State = Literal["running", "done", "cancelled", "out_of_time", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One thing made with the draft, beside what it was then."""

    subject: Subject
    then: Told
    now: Told
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A trial as far as it has come."""

    trial_id: str
    key: PromptKey
    version: str
    choice: Choice
    anew: bool
    by: str
    began_at: datetime
    state: State = "running"
    total: int = 0
    items: tuple[Tried, ...] = ()
    left_out: int = 0
    """Things of which nothing could be made: their words are gone, or no model spoke for them."""
    gives_way: bool = False
    """It waits because people ask."""


@dataclass(slots=True)
class _Held:
    """The trial of this process."""

    trial: Trial
    task: asyncio.Task[None] | None = None
    ended: float = field(default=0.0)


class PromptTrials:
    """Owns the one trial. ``close`` ends it."""

    def __init__(self, *, database: Database, performing: Performing, model: LanguageModel) -> None:
        self._database = database
        self._performing = performing
        self._model = model
        self._held: _Held | None = None

    @property
    def is_running(self) -> bool:
        """Whether a trial is under way."""
        return self._held is not None and self._held.trial.state == "running"

    async def begin(
        self, key: PromptKey, draft: PromptText, *, choice: Choice, count: int, anew: bool = False, by: str
    ) -> Trial:
        """Begin; the former trial is forgotten. Raises ``BadInput`` while one runs."""
        if self.is_running:
            raise BadInput(key[0])
        trial = Trial(
            trial_id=uuid4().hex,
            key=key,
            version=draft.version,
            choice=choice,
            anew=anew,
            by=by,
            began_at=datetime.now(UTC),
        )
        held = self._held = _Held(trial)
        count = max(1, min(count, MOST_SUBJECTS))
        try:
            subjects = await self._read(lambda session: subjects_of(session, key, choice=choice, count=count))
        except BaseException:
            self._held = None
            raise
        held.trial = replace(trial, total=len(subjects))
        held.task = asyncio.create_task(self._run(held, subjects, draft), name="prompt-trial")
        return held.trial

    async def look(self) -> Trial | None:
        """The trial as far as it has come, without what was deleted meanwhile; None when there is none."""
        held = self._held
        if held is None:
            return None
        if held.ended and time.monotonic() - held.ended > _KEPT_SECONDS:
            self._held = None
            return None
        subjects = [item.subject for item in held.trial.items]
        there = await self._read(lambda session: standing(session, subjects)) if subjects else set()
        kept = tuple(item for item in held.trial.items if item.subject.subject_id in there)
        if len(kept) < len(subjects):
            gone = len(subjects) - len(kept)
            held.trial = replace(held.trial, items=kept, left_out=held.trial.left_out + gone)
        return held.trial

    async def cancel(self) -> None:
        """Stop it; what was made so far can be looked at."""
        held = self._held
        if held is not None and held.task is not None and not held.task.done():
            held.task.cancel()
            await asyncio.gather(held.task, return_exceptions=True)

    async def close(self) -> None:
        """Stop it and forget it."""
        await self.cancel()
        self._held = None

    async def _run(self, held: _Held, subjects: Sequence[Subject], draft: PromptText) -> None:
        state: State = "failed"
        try:
            async with asyncio.timeout(_SECONDS):
                for subject in subjects:
                    await self._try_one(held, subject, draft)
            state = "done"
        except TimeoutError:
            state = "out_of_time"
        except asyncio.CancelledError:
            state = "cancelled"
            raise
        except Exception:  # noqa: BLE001 - told by its state; the trace is for the log
            _log.exception("a prompt could not be tried")
        finally:
            held.trial = replace(held.trial, state=state, gives_way=False)
            held.ended = time.monotonic()

    async def _try_one(self, held: _Held, subject: Subject, draft: PromptText) -> None:
        key, anew = held.trial.key, held.trial.anew

        async def perform() -> tuple[Told, Told] | None:
            with trying(*key, draft):
                return await self._performing.perform(subject, key, draft, anew=anew)

        made = await self._behind_others(held, perform)
        if made is None:
            held.trial = replace(held.trial, left_out=held.trial.left_out + 1)
            return
        then, now = made
        pieces = await asyncio.to_thread(pieces_of, then.text, now.text)
        tried = Tried(subject=subject, then=then, now=now, pieces=pieces)
        held.trial = replace(held.trial, items=(*held.trial.items, tried))

    async def _behind_others(self, held: _Held, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Do the work while nobody else wants the model; it is begun anew when somebody does, but not for ever."""
        for _ in range(_GIVES_WAY):
            await self._until_idle(held)
            task = asyncio.create_task(work())
            try:
                while not task.done() and self._model.waiting <= 1:
                    await asyncio.wait([task], timeout=_WATCH_SECONDS)
                if task.done():
                    return task.result()
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        return await work()

    async def _until_idle(self, held: _Held) -> None:
        until = time.monotonic() + _PATIENCE_SECONDS
        while self._model.waiting and time.monotonic() < until:
            held.trial = replace(held.trial, gives_way=True)
            await asyncio.sleep(_WATCH_SECONDS)
        held.trial = replace(held.trial, gives_way=False)

    async def _read(self, work: Callable[[Session], T]) -> T:
        async with self._database.read() as connection:
            return await connection.run_sync(lambda sync: work(Session(sync)))
