"""Posted answers and digests whose sources were deleted or changed: connectors are told what may still be shown.

What is to be revised is queued in the transaction that deletes, so nothing is forgotten by a restart; what may still
be shown is read at the moment of telling, so that the last deletion counts.
"""

import asyncio
import random
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from bot.archive.archivist import Archivist
from bot.errors import Language
from bot.texts import say
from bot.truth.database import Database
from bot.truth.tables import ChannelRow, RevisionRow
from bot.truth.views import channel_ref, shown_answer
from bot.truth.workspaces import of_gone_workspace
from connectors.connector import Connector, Revision
from connectors.events import RecordId

_log = structlog.get_logger(__name__)

_LOOK_SECONDS = 2.0
"""Another process may have deleted something: ``shiguang forget``."""
_AT_ONCE = 16
_REVISE_SECONDS = 30.0
_FIRST_PAUSE_SECONDS = 2.0
_LONGEST_PAUSE_SECONDS = 3600.0
_GIVEN_UP_AFTER = timedelta(days=7)


class Revising:
    """Tells the connectors that run, by platform; one that fails is told again after growing pauses, for a week."""

    def __init__(self, *, database: Database, archivist: Archivist, connectors: Mapping[str, Connector]) -> None:
        self._database = database
        self._connectors = connectors
        self._wake = asyncio.Event()
        self._under_way: dict[str, asyncio.Task[None]] = {}
        archivist.listen(self._changed)

    async def run(self) -> None:
        """Tell what is queued until cancelled."""
        try:
            while True:
                self._wake.clear()
                try:
                    await self.begin()
                except Exception:  # noqa: BLE001 - the truth may be away for a moment; it is looked at again
                    _log.warning("what is to be revised could not be read", exc_info=True)
                with suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK_SECONDS):
                        await self._wake.wait()
        finally:
            tasks = list(self._under_way.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def begin(self) -> int:
        """Begin to tell what is due, the oldest first, each message once at a time; returns how many."""
        free = _AT_ONCE - len(self._under_way)
        if free <= 0:
            return 0
        due = (
            select(RevisionRow.answer_id)
            .join(ChannelRow, ChannelRow.channel_id == RevisionRow.channel_id)
            .where(
                ChannelRow.platform.in_(list(self._connectors)),
                ~of_gone_workspace(),
                RevisionRow.answer_id.not_in(list(self._under_way)),
                or_(RevisionRow.not_before.is_(None), RevisionRow.not_before <= datetime.now(UTC)),
            )
            .order_by(RevisionRow.queued_at)
            .limit(free)
        )
        async with self._database.read() as connection:
            answer_ids = list(await connection.scalars(due))
        for answer_id in answer_ids:
            task = asyncio.create_task(self._revise(answer_id), name=f"revise-{answer_id}")
            self._under_way[answer_id] = task
            task.add_done_callback(partial(self._ended, answer_id))
        return len(answer_ids)

    def _changed(self, _: Sequence[tuple[str, str | None]]) -> None:
        self._wake.set()

    def _ended(self, answer_id: str, _: asyncio.Task[None]) -> None:
        self._under_way.pop(answer_id, None)
        self._wake.set()

    async def _revise(self, answer_id: str) -> None:
        async with self._database.read() as connection:
            found = await connection.run_sync(lambda sync: _read(Session(sync), answer_id))
        if found is None:
            return
        row, revision = found
        mine = [RevisionRow.answer_id == answer_id, RevisionRow.ticket == row.ticket]
        try:
            async with asyncio.timeout(_REVISE_SECONDS):
                await self._connectors[revision.channel.platform].revise(revision)
        except Exception as error:  # noqa: BLE001 - whatever a platform does, it is told again
            now = datetime.now(UTC)
            given_up = now - row.queued_at >= _GIVEN_UP_AFTER
            _log.warning(
                "a posted message could not be revised", answer_id=answer_id, error=type(error).__name__,
                attempts=row.attempts + 1, given_up=given_up,
            )  # fmt: skip
            pause = update(RevisionRow).values(attempts=row.attempts + 1, not_before=now + _pause(row.attempts))
            statement = delete(RevisionRow) if given_up else pause
        else:
            statement = delete(RevisionRow)
        async with self._database.begin() as connection:
            await connection.execute(statement.where(*mine))


def _read(session: Session, answer_id: str) -> tuple[RevisionRow, Revision] | None:
    """What is queued and what may still be shown; None when it is not queued any more."""
    row = session.get(RevisionRow, answer_id)
    channel = session.get(ChannelRow, row.channel_id) if row is not None else None
    if row is None or channel is None:
        return None
    answer = shown_answer(session, answer_id)
    language: Language = "zh" if row.language == "zh" else "en"
    return row, Revision(
        answer_id=answer_id,
        record_id=RecordId(row.record_id),
        channel=channel_ref(channel),
        # What was erased with everything about it is unknown by now, but still told of there.
        text=answer.text if answer is not None else say("source_deleted", language),
        citations=answer.citations if answer is not None else (),
        language=language,
    )


def _pause(attempts: int) -> timedelta:
    longest = min(_FIRST_PAUSE_SECONDS * 2.0**attempts, _LONGEST_PAUSE_SECONDS)
    return timedelta(seconds=longest * random.uniform(0.5, 1))  # noqa: S311 - jitter
