"""Raw deliveries of live platforms: durable before the platform is acknowledged, erased when they are handled."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bot.truth.database import Database
from bot.truth.tables import LetterRow
from connectors.live_host import Json, Letter

MAX_ATTEMPTS = 5
DONE_DAYS = 3
"""For how long the key of a handled letter stays known."""
SET_ASIDE_DAYS = 7
"""For how long one that could not be handled is kept: it holds words."""
_FIRST_PAUSE_SECONDS = 5.0
_TOGETHER = 256
_AT_ONCE = 500
"""Ids a statement; SQLite has a limit."""


@dataclass(slots=True, eq=False)
class _Kept:
    """A letter that waits for its commit; ``new`` is None until then."""

    row: dict[str, Any]
    new: bool | None = None


class Mailbox:
    """Implements ``connectors.live_host.Mailbox``.

    Letters that come at the same moment share one commit: whoever has the turn to write takes along everybody who has
    come meanwhile.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._coming: list[_Kept] = []
        self._writing = asyncio.Lock()

    async def keep(self, source: str, key: str, body: Json) -> bool:
        """Store durably; False when the key was known already."""
        kept = _Kept(
            {
                "source": source,
                "key": key,
                "body": json.dumps(body, separators=(",", ":")),
                "received_at": datetime.now(UTC),
                "state": "waiting",
                "attempts": 0,
            }
        )
        self._coming.append(kept)
        try:
            async with self._writing:
                while kept.new is None:
                    await self._write(self._coming[:_TOGETHER])
        finally:
            # Cancelled or failed: nobody waits for it any more, and the platform delivers it again.
            if kept in self._coming:
                self._coming.remove(kept)
        return kept.new

    async def _write(self, letters: Sequence[_Kept]) -> None:
        insert = sqlite_insert if self._database.is_sqlite else postgresql_insert
        new = insert(LetterRow).on_conflict_do_nothing(index_elements=["source", "key"])
        statement = new.returning(LetterRow.source, LetterRow.key)
        async with self._database.begin(urgent=True) as connection:
            inserted = {tuple(row) for row in await connection.execute(statement, [letter.row for letter in letters])}
        for letter in letters:
            name = (letter.row["source"], letter.row["key"])
            letter.new = name in inserted
            inserted.discard(name)
        self._coming = [letter for letter in self._coming if letter.new is None]

    async def waiting(self, source: str, *, limit: int) -> Sequence[Letter]:
        """What is to be handled now, in order of arrival; failed letters only after their pause."""
        statement = (
            select(LetterRow.key, LetterRow.body, LetterRow.received_at, LetterRow.attempts)
            .where(
                LetterRow.source == source,
                LetterRow.state == "waiting",
                or_(LetterRow.not_before.is_(None), LetterRow.not_before <= datetime.now(UTC)),
            )
            .order_by(LetterRow.seq)
            .limit(limit)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).all()
        return [
            Letter(key=key, body=json.loads(body), received_at=received_at, attempts=attempts)
            for key, body, received_at, attempts in rows
        ]

    async def done(self, source: str, keys: Sequence[str]) -> None:
        """Handled: the body is erased, the key stays known for three days."""
        handled = {"state": "done", "body": "", "error": None, "not_before": None, "handled_at": datetime.now(UTC)}
        async with self._database.begin() as connection:
            for start in range(0, len(keys), _AT_ONCE):
                meant = [LetterRow.source == source, LetterRow.key.in_(keys[start : start + _AT_ONCE])]
                await connection.execute(update(LetterRow).where(*meant).values(**handled))

    async def failed(self, source: str, key: str, error: str) -> None:
        """Count a failure: it comes again after a growing pause, and is set aside after the fifth."""
        now = datetime.now(UTC)
        meant = [LetterRow.source == source, LetterRow.key == key, LetterRow.state == "waiting"]
        async with self._database.begin() as connection:
            before = await connection.scalar(select(LetterRow.attempts).where(*meant))
            if before is None:
                return
            attempts = before + 1
            given_up = attempts >= MAX_ATTEMPTS
            pause = timedelta(seconds=_FIRST_PAUSE_SECONDS * 4.0 ** (attempts - 1))
            await connection.execute(
                update(LetterRow)
                .where(*meant)
                .values(
                    attempts=attempts,
                    error=error[:200],
                    state="failed" if given_up else "waiting",
                    not_before=None if given_up else now + pause,
                    handled_at=now if given_up else None,
                )
            )

    async def counts(self) -> dict[str, int]:
        """How many letters are ``waiting``, and how many were set aside (``failed``)."""
        states = ("waiting", "failed")
        statement = select(LetterRow.state, func.count()).where(LetterRow.state.in_(states)).group_by(LetterRow.state)
        async with self._database.read() as connection:
            found = dict((await connection.execute(statement)).all())
        return {state: found.get(state, 0) for state in states}

    async def prune(self, *, now: datetime) -> int:
        """Forget keys of letters handled three days ago, and drop what was set aside for seven; returns how many."""
        old = or_(
            and_(LetterRow.state == "done", LetterRow.handled_at < now - timedelta(days=DONE_DAYS)),
            and_(LetterRow.state == "failed", LetterRow.handled_at < now - timedelta(days=SET_ASIDE_DAYS)),
        )
        async with self._database.begin() as connection:
            return (await connection.execute(delete(LetterRow).where(old))).rowcount
