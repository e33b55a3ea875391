"""Workspaces that have thrown the bot out: remembered, so that nothing of them is shown, and erased in time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, select, update
from sqlalchemy.orm import Session

from bot.truth.database import Database
from bot.truth.tables import ChannelRow, GoneWorkspaceRow


@dataclass(frozen=True, slots=True)
class GoneWorkspace:
    """One that is to be erased."""

    platform: str
    workspace_id: str


class Workspaces:
    """Notes who has gone and who is back."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def gone(self, platform: str, workspace_id: str, *, reason: str, at: datetime) -> None:
        """The clock starts when it was first heard of; hearing it again changes nothing."""

        def note(session: Session) -> None:
            if session.get(GoneWorkspaceRow, (platform, workspace_id)) is None:
                session.add(
                    GoneWorkspaceRow(platform=platform, workspace_id=workspace_id, reason=reason[:64], gone_at=at)
                )
            session.flush()

        async with self._database.begin() as connection:
            await connection.run_sync(lambda sync: note(Session(sync)))

    async def back(self, platform: str, workspace_id: str) -> None:
        """It is shown again, and not erased unless that has begun: what is read from now on stays in any case."""
        row = [GoneWorkspaceRow.platform == platform, GoneWorkspaceRow.workspace_id == workspace_id]
        async with self._database.read() as connection:
            if await connection.scalar(select(GoneWorkspaceRow.gone_at).where(*row)) is None:
                return
        async with self._database.begin() as connection:
            await connection.execute(delete(GoneWorkspaceRow).where(*row))

    async def due(self, *, now: datetime, after: timedelta) -> list[GoneWorkspace]:
        """Those whose time is up and whose erasure has not begun."""
        statement = select(GoneWorkspaceRow.platform, GoneWorkspaceRow.workspace_id).where(
            GoneWorkspaceRow.gone_at <= now - after, GoneWorkspaceRow.erasure_id.is_(None)
        )
        async with self._database.read() as connection:
            return [GoneWorkspace(*row) for row in (await connection.execute(statement)).all()]

    async def erasing(self, gone: GoneWorkspace, erasure_id: str) -> None:
        """Its erasure was noted: it is carried out to the end, and not noted again."""
        row = [GoneWorkspaceRow.platform == gone.platform, GoneWorkspaceRow.workspace_id == gone.workspace_id]
        async with self._database.begin() as connection:
            await connection.execute(update(GoneWorkspaceRow).where(*row).values(erasure_id=erasure_id))


def of_gone_workspace() -> ColumnElement[bool]:
    """Whether a channel (``ChannelRow``) belongs to a workspace that has thrown the bot out."""
    return exists().where(
        GoneWorkspaceRow.platform == ChannelRow.platform, GoneWorkspaceRow.workspace_id == ChannelRow.workspace_id
    )
