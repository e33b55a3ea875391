"""Reminders in the truth."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import Connection, func, select, update
from sqlalchemy.orm import Session

from bot.errors import Language
from bot.truth.database import Database
from bot.truth.tables import PersonRow, ReminderRow
from bot.truth.views import platform_of
from connectors.events import PersonId, PersonRef

MOST = 50
"""Reminders of one person that wait at one time."""
TEXT_CHARS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """What somebody is to be reminded of."""

    reminder_id: str
    person: PersonRef
    workspace_id: str
    text: str
    language: Language
    due_at: datetime
    created_at: datetime
    attempts: int


class TooManyReminders(Exception):
    """A person has ``MOST`` of them."""


class Reminders:
    """Kept until they are posted; the words go then."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self,
        *,
        person: PersonRef,
        workspace_id: str,
        channel_id: str,
        text: str,
        language: Language,
        due_at: datetime,
        now: datetime,
    ) -> None:
        """Keep one; raises ``TooManyReminders``."""

        def add(session: Session) -> None:
            waiting = select(func.count()).where(
                ReminderRow.person_id == person.person_id, ReminderRow.state == "waiting"
            )
            if (session.scalar(waiting) or 0) >= MOST:
                raise TooManyReminders
            session.add(
                ReminderRow(
                    reminder_id=uuid4().hex,
                    person_id=person.person_id,
                    platform=person.platform,
                    workspace_id=workspace_id,
                    channel_id=channel_id,
                    text=text[:TEXT_CHARS],
                    language=language,
                    due_at=due_at.astimezone(UTC),
                    state="waiting",
                    created_at=now.astimezone(UTC),
                )
            )
            session.flush()

        async with self._database.begin() as connection:
            await connection.run_sync(lambda sync: add(Session(sync)))

    async def of_person(self, person_id: str) -> Sequence[Reminder]:
        """Those that wait, the next one first."""
        statement = (
            select(ReminderRow)
            .where(ReminderRow.person_id == person_id, ReminderRow.state == "waiting")
            .order_by(ReminderRow.due_at, ReminderRow.reminder_id)
        )
        async with self._database.read() as connection:
            return await connection.run_sync(lambda sync: _reminders(sync, statement))

    async def due(self, now: datetime, *, limit: int = 20) -> Sequence[Reminder]:
        """Those whose time has come, but for those that are to be tried again later."""
        moment = now.astimezone(UTC)
        statement = (
            select(ReminderRow)
            .where(
                ReminderRow.state == "waiting",
                ReminderRow.due_at <= moment,
                func.coalesce(ReminderRow.not_before, moment) <= moment,
            )
            .order_by(ReminderRow.due_at)
            .limit(limit)
        )
        async with self._database.read() as connection:
            return await connection.run_sync(lambda sync: _reminders(sync, statement))

    async def next_due(self) -> datetime | None:
        """When the next one is to be looked at."""
        moment = func.coalesce(ReminderRow.not_before, ReminderRow.due_at)
        statement = select(moment).where(ReminderRow.state == "waiting").order_by(moment).limit(1)
        async with self._database.read() as connection:
            found = await connection.scalar(statement)
        return found.replace(tzinfo=UTC) if found is not None and found.tzinfo is None else found

    async def end(self, reminder_id: str, state: str) -> None:
        """It was posted, dropped or given up: its words go."""
        await self._change(reminder_id, state=state, text="")

    async def later(self, reminder_id: str, *, attempts: int, not_before: datetime) -> None:
        """It could not be posted; it is tried again."""
        await self._change(reminder_id, attempts=attempts, not_before=not_before.astimezone(UTC))

    async def _change(self, reminder_id: str, **values: object) -> None:
        statement = update(ReminderRow).where(ReminderRow.reminder_id == reminder_id).values(**values)
        async with self._database.begin() as connection:
            await connection.execute(statement)


def _reminders(connection: Connection, statement: object) -> list[Reminder]:
    session = Session(connection)
    rows = list(session.scalars(statement))  # type: ignore[call-overload]  # made above
    asked = select(PersonRow.person_id, PersonRow.name).where(PersonRow.person_id.in_([row.person_id for row in rows]))
    names = dict(session.execute(asked).all())
    return [
        Reminder(
            reminder_id=row.reminder_id,
            person=PersonRef(
                person_id=PersonId(row.person_id),
                platform=platform_of(row.platform),
                # Who only ever typed commands has no row.
                name=names.get(row.person_id, ""),
            ),
            workspace_id=row.workspace_id,
            text=row.text,
            language="zh" if row.language == "zh" else "en",
            due_at=row.due_at,
            created_at=row.created_at,
            attempts=row.attempts,
        )
        for row in rows
    ]
