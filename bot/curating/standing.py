"""What is in force, kept in memory and held against the truth for every question, so that the last deletion counts.

Which are in force, and as of when, is asked anew each time, as other processes change it, too; words and sources are
read only of those that changed.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection, Select, String, cast, select
from sqlalchemy.orm import Session

from bot.curating.reading import in_force, read
from bot.curating.standard_answer import StandardAnswer
from bot.truth.database import Database
from bot.truth.tables import StandardAnswerRow

_AT_ONCE: Final = 100
"""Reading one takes some 40 µs of the event loop."""


class Standing:
    """Those in force; 5 ms for a thousand, less than one of them on the event loop."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._marks: dict[str, tuple[str | None, ...]] = {}
        self._all: Sequence[StandardAnswer] = ()

    async def at(self, now: datetime) -> list[StandardAnswer]:
        """The latest approval first."""
        moment = now.astimezone(UTC)
        async with self._database.read() as connection:
            marks = {row[0]: tuple(row[1:]) for row in await connection.execute(_marks(moment))}
            if marks == self._marks:
                return list(self._all)
            known = {one.standard_answer_id: one for one in self._all}
            standing = {this: known[this] for this, mark in marks.items() if self._marks.get(this) == mark}
            changed = [this for this in marks if this not in standing]
            for start in range(0, len(changed), _AT_ONCE):
                found = await connection.run_sync(_read, changed[start : start + _AT_ONCE], moment)
                standing |= {one.standard_answer_id: one for one in found}
        in_order = sorted(standing.values(), key=lambda one: one.standard_answer_id)
        in_order.sort(key=lambda one: one.approved_at or one.proposed_at, reverse=True)
        self._marks, self._all = {this: marks[this] for this in standing}, in_order
        return list(in_order)


def _read(connection: Connection, ids: Sequence[str], now: datetime) -> list[StandardAnswer]:
    return read(Session(connection), StandardAnswerRow.standard_answer_id.in_(ids), in_force(now))


def _marks(now: datetime) -> Select[str, str, str, str | None, str]:
    """Of each in force what changes whenever anything of it does; a source changes its place only with a contest."""
    row = StandardAnswerRow
    changed_at, approved_at = cast(row.changed_at, String), cast(row.approved_at, String)
    return select(row.standard_answer_id, changed_at, approved_at, row.owner, row.proposed_by).where(in_force(now))
