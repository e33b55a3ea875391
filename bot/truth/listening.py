"""In which channels the bot may answer what nobody asked it: nowhere, unless a member of the channel said so."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from bot.truth.database import Database
from bot.truth.tables import ChannelSettingsRow


class Listening:
    """Reads and changes the setting of channels."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def listens(self, channel_id: str) -> bool:
        """Whether it may answer unasked: one row by its key, fresh, so that off is off at once."""
        async with self._database.read() as connection:
            row = await connection.run_sync(lambda sync: Session(sync).get(ChannelSettingsRow, channel_id))
            return row is not None and row.answers_unasked

    async def change(self, channel_id: str, *, answers_unasked: bool, by: str) -> None:
        """Switch it; who did it and when is kept."""

        def merge(session: Session) -> None:
            session.merge(
                ChannelSettingsRow(
                    channel_id=channel_id, answers_unasked=answers_unasked, changed_at=datetime.now(UTC), changed_by=by
                )
            )
            session.flush()

        async with self._database.begin() as connection:
            await connection.run_sync(lambda sync: merge(Session(sync)))
