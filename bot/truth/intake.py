"""What is to be taken in of answers: noted with what happened to them, so that nothing is lost over a restart."""

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.truth.database import NOTED, Database
from bot.truth.tables import IntakeRow


def note(session: Session, answer_id: str) -> None:
    """In the transaction of what happened: the answer is to be looked at (again). The commit wakes who does."""
    session.merge(IntakeRow(answer_id=answer_id, noted_at=datetime.now(UTC)))
    session.connection().info[NOTED] = True


class Intake:
    """What waits to be taken in."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def waiting(self, *, limit: int) -> Mapping[str, datetime]:
        """Answers with when they were noted last; what happened now comes before what waits since long ago."""
        statement = select(IntakeRow.answer_id, IntakeRow.noted_at).order_by(IntakeRow.noted_at.desc()).limit(limit)
        async with self._database.read() as connection:
            return dict((await connection.execute(statement)).all())

    async def done(self, taken: Mapping[str, datetime]) -> None:
        """Taken in as of the times given; what was noted later waits on."""

        def remove(session: Session) -> None:
            for answer_id, noted_at in taken.items():
                one = delete(IntakeRow).where(IntakeRow.answer_id == answer_id, IntakeRow.noted_at <= noted_at)
                session.execute(one)
            session.flush()

        async with self._database.begin() as connection:
            await connection.run_sync(lambda sync: remove(Session(sync)))
