"""Digests in the truth, from made to posted. What is made is posted from here, so that a restart goes on where it was.

``made`` was never given to a platform. ``posting`` was, and whether it arrived is not known until the platform has said
so: it is given to it again with the same id. ``posted``, ``empty``, ``failed`` and ``withdrawn`` are ends.
"""

from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Literal, TypeVar

from sqlalchemy import exists, func, or_, select, update
from sqlalchemy.orm import Session

from bot.digests.digest import Digest, State
from bot.truth.database import Database
from bot.truth.tables import DigestRow, DigestScheduleRow, DigestSourceRow, FileRow, MessageRow
from connectors.events import RecordId

T = TypeVar("T")

_WAITING = ("made", "posting")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A digest that is to be posted."""

    digest: Digest
    state: State


class KeptDigests:
    """Keeps digests and what became of them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, digest: Digest, state: Literal["made", "empty", "posted"] = "made") -> Digest | None:
        """Keep a digest to be posted, that there is nothing to post, or one that a reply shows.

        Returns it without lines whose messages were edited or have gone since it was begun; None when there is one
        already of this schedule and period.
        """

        def keep(session: Session) -> Digest | None:
            if session.get(DigestRow, digest.digest_id) is not None:
                return None
            kept = without(digest, set(digest.record_ids) - _standing(session, digest))
            session.add(kept.row(state))
            session.flush()
            session.add_all(
                DigestSourceRow(digest_id=kept.digest_id, record_id=record_id) for record_id in kept.record_ids
            )
            if state == "empty":
                _covered(session, kept)
            session.flush()
            return kept

        return await self._write(keep)

    async def known(self, digest_id: str) -> bool:
        """Whether there is one of this id, whatever became of it."""
        async with self._database.read() as connection:
            found = await connection.scalar(select(DigestRow.digest_id).where(DigestRow.digest_id == digest_id))
        return found is not None

    async def posted_as(self, digest_id: str) -> str | None:
        """The message that shows a digest; None while it is not posted."""
        async with self._database.read() as connection:
            return await connection.scalar(select(DigestRow.posted_record_id).where(DigestRow.digest_id == digest_id))

    async def waiting(self, *, now: datetime) -> list[Waiting]:
        """Those that may be tried now: first those of which it is not known whether they were posted."""
        statement = (
            select(DigestRow)
            .where(DigestRow.state.in_(_WAITING), or_(DigestRow.not_before.is_(None), DigestRow.not_before <= now))
            .order_by(DigestRow.state.desc(), DigestRow.made_at)
        )
        return await self._read(
            lambda session: [Waiting(Digest.of(row), _state(row.state)) for row in session.scalars(statement)]
        )

    async def unsettled(self, schedule_id: str) -> bool:
        """Whether a former digest of a schedule is still to be posted."""
        statement = select(func.count()).where(DigestRow.schedule_id == schedule_id, DigestRow.state.in_(_WAITING))
        async with self._database.read() as connection:
            return bool(await connection.scalar(statement))

    async def hand_over(self, digest_id: str, *, readable: Collection[str]) -> Digest | None:
        """Note that it is being posted and return it as it is now; None when somebody else has ended it.

        Lines of channels that are not ``readable`` any more go, and it says so (invariant 4).
        """

        def hand_over(session: Session) -> Digest | None:
            row = session.get(DigestRow, digest_id, with_for_update=True)
            if row is None or row.state not in _WAITING:
                return None
            made = Digest.of(row)
            shown = without(made, _hidden(session, made, readable))
            closed = {one.line.channel_id for one in made.lines}.difference(readable)
            row.lines = [line.document() for line in shown.lines]
            row.facts = asdict(
                replace(
                    made.facts,
                    told=made.facts.told - len(made.lines) + len(shown.lines),
                    unreadable=made.facts.unreadable + len(closed),
                )
            )
            row.state, row.attempts = "posting", row.attempts + 1
            session.flush()
            return Digest.of(row)

        return await self._write(hand_over)

    async def posted(self, digest: Digest, record_id: RecordId | None, *, at: datetime) -> None:
        """It is there. What its schedule tells next begins where it ends."""

        def posted(session: Session) -> None:
            row = session.get(DigestRow, digest.digest_id)
            if row is not None:
                row.posted_record_id, row.posted_at, row.not_before, row.error = record_id, at, None, None
                row.state = row.state if row.state == "withdrawn" else "posted"
            _covered(session, digest)
            session.flush()

        await self._write(posted)

    async def not_posted(self, digest_id: str, error: str, *, again_at: datetime | None) -> None:
        """It was not taken; without ``again_at`` it is given up, and the next one tells of its period."""
        values = {"error": error, "not_before": again_at, **({} if again_at else {"state": "failed"})}
        statement = update(DigestRow).where(DigestRow.digest_id == digest_id, DigestRow.state.in_(_WAITING))
        async with self._database.begin() as connection:
            await connection.execute(statement.values(**values))

    async def lately(self, *, since: datetime) -> tuple[datetime | None, dict[str, int]]:
        """When the last one was posted, and how many of those made since then were not, by why."""
        failed = (
            select(DigestRow.error, func.count())
            .where(DigestRow.state == "failed", DigestRow.made_at >= since)
            .group_by(DigestRow.error)
        )
        async with self._database.read() as connection:
            posted_at = await connection.scalar(select(func.max(DigestRow.posted_at)))
            return posted_at, {error or "?": count for error, count in (await connection.execute(failed)).all()}

    async def _read(self, work: Callable[[Session], T]) -> T:
        async with self._database.read() as connection:
            return await connection.run_sync(lambda sync: work(Session(sync)))

    async def _write(self, work: Callable[[Session], T]) -> T:
        async with self._database.begin() as connection:
            return await connection.run_sync(lambda sync: work(Session(sync)))


def without(digest: Digest, record_ids: Collection[str]) -> Digest:
    """The digest without the lines that rest on one of these messages."""
    gone = set(record_ids)
    return replace(digest, lines=tuple(one for one in digest.lines if gone.isdisjoint(one.line.record_ids)))


def _standing(session: Session, digest: Digest) -> set[str]:
    """Messages of a digest that are there as they were when it was begun, with their files."""
    statement = select(MessageRow.record_id).where(
        MessageRow.record_id.in_(digest.record_ids),
        MessageRow.deleted_at.is_(None),
        or_(MessageRow.edited.is_(False), MessageRow.applied_at < digest.made_at),
        ~exists().where(
            FileRow.record_id == MessageRow.record_id,
            FileRow.removed_at.is_not(None),
            FileRow.applied_at >= digest.made_at,
        ),
    )
    return set(session.scalars(statement))


def _hidden(session: Session, digest: Digest, readable: Collection[str]) -> set[str]:
    """Messages of a digest that its readers may not read, as far as is known now."""
    statement = select(MessageRow.record_id).where(
        MessageRow.record_id.in_(digest.record_ids), MessageRow.channel_id.in_(readable)
    )
    return set(digest.record_ids) - set(session.scalars(statement))


def _covered(session: Session, digest: Digest) -> None:
    session.execute(
        update(DigestScheduleRow)
        .where(DigestScheduleRow.schedule_id == digest.schedule_id, DigestScheduleRow.covered_until < digest.until)
        .values(covered_until=digest.until)
    )


def _state(value: str) -> State:
    return "posting" if value == "posting" else "made"
