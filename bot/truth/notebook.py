"""Small facts that connectors must still know after a restart. Never words of messages."""

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.truth.database import Database
from bot.truth.tables import NoteRow
from connectors.live_host import Json


class Notebook:
    """Implements ``connectors.live_host.Notebook``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, source: str, key: str) -> Json | None:
        """The note, or None."""
        statement = select(NoteRow.value).where(NoteRow.source == source, NoteRow.key == key)
        async with self._database.read() as connection:
            return await connection.scalar(statement)

    async def write(self, source: str, key: str, value: Json | None) -> None:
        """Write durably; None removes the note."""

        def write(session: Session) -> None:
            if value is None:
                session.execute(delete(NoteRow).where(NoteRow.source == source, NoteRow.key == key))
            else:
                session.merge(NoteRow(source=source, key=key, value=dict(value), written_at=datetime.now(UTC)))
            session.flush()

        async with self._database.begin() as connection:
            await connection.run_sync(lambda sync: write(Session(sync)))

    async def all(self, source: str, prefix: str) -> Mapping[str, Json]:
        """Every note whose key begins with ``prefix``, by key."""
        statement = select(NoteRow.key, NoteRow.value).where(
            NoteRow.source == source, NoteRow.key.startswith(prefix, autoescape=True)
        )
        async with self._database.read() as connection:
            return dict((await connection.execute(statement.order_by(NoteRow.key))).all())
