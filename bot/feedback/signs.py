"""Signs: what people do that tells of an answer without being a verdict. Each is kept once."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.errors import NotFound
from bot.truth.database import Database
from bot.truth.intake import note
from bot.truth.tables import AnswerRow, AnswerSourceRow, SignRow

SignKind = Literal["opened", "asked_again", "answered_by_person", "shared", "quoted", "meant"]
"""A source was opened; the asker asked the same again within minutes; somebody else answered what the bot could not;
the answer was shared with others; a message links to it; the standard answer named beside it was what was meant."""


class Signs:
    """Keeps signs. Whether the person may see the answer is the caller's to check."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def see(
        self, *, answer_id: str, person_id: str, kind: SignKind, record_id: str = "", at: datetime | None = None
    ) -> bool:
        """Keep a sign; False when it is known. Raises ``NotFound`` for no such answer, or no such source of it."""
        seen_at = at or datetime.now(UTC)

        def see(session: Session) -> bool:
            if session.get(AnswerRow, answer_id) is None:
                raise NotFound(answer_id)
            if kind == "opened" and not _is_source(session, answer_id, record_id):
                raise NotFound(record_id)
            return keep_sign(session, answer_id, person_id, kind, record_id=record_id, at=seen_at)

        # Read first: people open a source more than once, and writers wait for each other.
        async with self._database.read() as connection:
            known = await connection.run_sync(
                lambda sync: Session(sync).get(SignRow, (answer_id, person_id, kind, record_id)) is not None
            )
        if known:
            return False
        async with self._database.begin() as connection:
            return await connection.run_sync(lambda sync: see(Session(sync)))

    async def counted(self, answer_id: str) -> Mapping[str, int]:
        """How many signs of each kind there are of an answer."""
        statement = select(SignRow.kind, func.count()).where(SignRow.answer_id == answer_id).group_by(SignRow.kind)
        async with self._database.read() as connection:
            return dict((await connection.execute(statement)).all())


def keep_sign(
    session: Session, answer_id: str, person_id: str, kind: SignKind, *, record_id: str = "", at: datetime
) -> bool:
    """Keep a sign within a transaction, and note its answer to be taken in; False when it is known."""
    if session.get(SignRow, (answer_id, person_id, kind, record_id)) is not None:
        return False
    session.add(SignRow(answer_id=answer_id, person_id=person_id, kind=kind, record_id=record_id, seen_at=at))
    note(session, answer_id)
    session.flush()
    return True


def _is_source(session: Session, answer_id: str, record_id: str) -> bool:
    wanted = select(AnswerSourceRow.n).where(
        AnswerSourceRow.answer_id == answer_id, AnswerSourceRow.record_id == record_id, AnswerSourceRow.cited
    )
    return session.scalar(wanted.limit(1)) is not None
