"""Cases: the operators' queue. Questions of one kind whose answers failed somebody, and what was decided about them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from bot.errors import BadInput, NotFound
from bot.feedback.case_views import CaseDetail, CaseState, CaseView, detail, listed, narrowed
from bot.feedback.failing import Cause
from bot.truth.database import Database
from bot.truth.tables import CaseAnswerRow, CaseRow

T = TypeVar("T")


class Cases:
    """Reads and decides cases, which ``bot.feedback.filing`` makes. Decisions raise ``NotFound`` or ``BadInput``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def listed(
        self,
        state: CaseState = "open",
        *,
        cause: Cause | None = None,
        channel_id: str | None = None,
        since: datetime | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> Sequence[CaseView]:
        """Cases that hold an answer which the filters let through; what failed most people comes first."""
        narrow = narrowed(cause=cause, channel_id=channel_id, since=since)
        return await self._read(lambda session: listed(session, state, narrow, limit=limit, offset=offset))

    async def counts(self) -> Mapping[str, int]:
        """How many cases are in each state."""
        held = select(CaseAnswerRow.case_id).where(CaseAnswerRow.case_id == CaseRow.case_id).exists()
        statement = (
            select(CaseRow.state, func.count())
            .where(or_(CaseRow.standard_answer_id.is_not(None), held))
            .group_by(CaseRow.state)
        )
        async with self._database.read() as connection:
            return dict((await connection.execute(statement)).all())

    async def case(self, case_id: str) -> CaseDetail:
        """A case with its answers, newest first; of a merged one, that which it went into. Raises ``NotFound``."""
        return await self._read(lambda session: detail(session, _standing(session, case_id)))

    async def merge(self, case_id: str, into: str, operator: str = "") -> None:
        """Both are about the same: the answers of the former go into the latter."""

        def merge(session: Session, now: datetime) -> None:
            case, target = _decidable(session, case_id), _decidable(session, into)
            if case is target:
                raise BadInput("a case cannot be merged into itself")
            moved = update(CaseAnswerRow).where(CaseAnswerRow.case_id == case_id)
            session.execute(moved.values(case_id=into))
            case.state, case.merged_into, case.decided_by, case.changed_at = "merged", into, operator or None, now
            target.standard_answer_id = target.standard_answer_id or case.standard_answer_id
            # Of a decided one this moment is what later answers are compared with.
            target.changed_at = now

        await self._write(merge)

    async def dismiss(self, case_id: str, operator: str) -> None:
        """Nothing is to be done about it, unless it goes on."""
        await self._decide(case_id, "dismissed", operator)

    async def mended(self, case_id: str, operator: str, standard_answer_id: str | None) -> None:
        """What was asked is answered by this standard answer from now on, or was mended otherwise (None)."""
        await self._decide(case_id, "mended", operator, standard_answer_id)

    async def reopen(self, case_id: str, operator: str) -> None:
        """It is to be worked on after all."""
        await self._decide(case_id, "open", operator)

    async def _decide(
        self, case_id: str, state: CaseState, operator: str, standard_answer_id: str | None = None
    ) -> None:
        def decide(session: Session, now: datetime) -> None:
            case = _decidable(session, case_id)
            case.state, case.decided_by, case.changed_at = state, operator, now
            if standard_answer_id is not None:
                case.standard_answer_id = standard_answer_id

        await self._write(decide)

    async def _read(self, load: Callable[[Session], T]) -> T:
        async with self._database.read() as connection:
            return await connection.run_sync(lambda sync: load(Session(sync)))

    async def _write(self, change: Callable[[Session, datetime], None]) -> None:
        def write(session: Session) -> None:
            change(session, datetime.now(UTC))
            session.flush()

        async with self._database.begin() as connection:
            await connection.run_sync(lambda sync: write(Session(sync)))


def _standing(session: Session, case_id: str) -> CaseRow:
    """The case, or where it was merged into in the end."""
    case = session.get(CaseRow, case_id)
    seen = set()
    while case is not None and case.merged_into is not None and case.case_id not in seen:
        seen.add(case.case_id)
        case = session.get(CaseRow, case.merged_into)
    if case is None:
        raise NotFound(case_id)
    return case


def _decidable(session: Session, case_id: str) -> CaseRow:
    case = session.get(CaseRow, case_id)
    if case is None:
        raise NotFound(case_id)
    if case.state == "merged":
        raise BadInput(f"{case_id} was merged into {case.merged_into}")
    return case
