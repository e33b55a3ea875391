"""Retention: how long channels keep their records, and removing what is older. Days are whole ones of the team's zone.

The rule that a run leaves for each channel also keeps out what is older and arrives later, such as an import. A longer
limit lets such messages in again; what was removed stays removed.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot.archive.forgetting import Forgetting, nobody
from bot.archive.receipt import Receipt
from bot.truth.database import Database
from bot.truth.erasing import Scope
from bot.truth.mailbox import Mailbox
from bot.truth.tables import AnswerRow, ChannelRow, ForgottenRow, MessageRow, RetentionRow
from bot.truth.workspaces import Workspaces

REQUESTED_BY = "retention"
GONE = "workspace gone"


@dataclass(frozen=True, slots=True)
class Rule:
    """What counts for a channel; ``keep_days`` None is forever, ``own`` False comes from the settings."""

    channel_id: str
    channel: str
    keep_days: int | None
    own: bool


class Retention:
    """The rules of one home, and carrying them out."""

    def __init__(
        self,
        database: Database,
        forgetting: Forgetting,
        *,
        keep_days: int | None,
        zone: ZoneInfo,
        purge_after_days: int = 10,
    ) -> None:
        self._database = database
        self._forgetting = forgetting
        self._keep_days = keep_days
        self._zone = zone
        self._purge_after = timedelta(days=purge_after_days)
        self._workspaces = Workspaces(database)
        self._mailbox = Mailbox(database)

    async def rules(self) -> list[Rule]:
        """Every channel by name, with what counts for it."""
        statement = (
            select(ChannelRow.channel_id, ChannelRow.name, RetentionRow)
            .join(RetentionRow, RetentionRow.channel_id == ChannelRow.channel_id, isouter=True)
            .order_by(ChannelRow.name, ChannelRow.channel_id)
        )

        def read(session: Session) -> list[Rule]:
            return [
                Rule(channel_id, name, row.keep_days if row is not None else self._keep_days, row is not None)
                for channel_id, name, row in session.execute(statement)
            ]

        async with self._database.read() as connection:
            return await connection.run_sync(lambda sync: read(Session(sync)))

    async def set(self, channel_id: str, keep_days: int | None, *, by: str) -> None:
        """Give a channel a rule of its own; it counts from the next run on."""
        row = RetentionRow(channel_id=channel_id, keep_days=keep_days, changed_at=datetime.now(UTC), changed_by=by)

        def store(session: Session) -> None:
            session.merge(row)
            session.flush()

        async with self._database.begin() as connection:
            await connection.run_sync(lambda sync: store(Session(sync)))

    async def follow_settings(self, channel_id: str) -> None:
        """Take a channel's own rule away; it counts from the next run on."""
        async with self._database.begin() as connection:
            await connection.execute(delete(RetentionRow).where(RetentionRow.channel_id == channel_id))

    async def would_remove(self, channel_id: str, keep_days: int | None) -> int:
        """How many messages that are there now the next run would remove under such a rule."""
        if keep_days is None:
            return 0
        scope = Scope(before=self._limit(datetime.now(self._zone).date(), keep_days), channel_id=channel_id)
        statement = (
            select(func.count())
            .select_from(MessageRow)
            .where(scope.messages(), MessageRow.deleted_at.is_(None), MessageRow.channel_id.is_not(None))
        )
        async with self._database.read() as connection:
            return await connection.scalar(statement) or 0

    @property
    def default_days(self) -> int | None:
        """What counts for channels without a rule of their own."""
        return self._keep_days

    async def run(self, *, attend: Callable[[], Awaitable[None]] = nobody) -> list[Receipt]:
        """Remove what is older than its channel keeps, and workspaces that have thrown the bot out and not come back.

        Also finishes what an interrupted run or ``forget`` has left, and drops old deliveries that nobody could handle.
        """
        now = datetime.now(UTC)
        await self._mailbox.prune(now=now)
        for gone in await self._workspaces.due(now=now, after=self._purge_after):
            scope = Scope(before=now, platform=gone.platform, workspace_id=gone.workspace_id)
            erasure_id = await self._forgetting.note(scope, requested_by=GONE)
            await self._workspaces.erasing(gone, erasure_id)
        today = datetime.now(self._zone).date()
        for rule in await self.rules():
            rule_id = f"retention:{rule.channel_id}"
            if rule.keep_days is None:
                await self._drop(rule_id)
                continue
            scope = Scope(before=self._limit(today, rule.keep_days), channel_id=rule.channel_id)
            if await self._holds_something(scope):
                await self._forgetting.note(scope, requested_by=REQUESTED_BY, rule_id=rule_id)
            else:
                await self._keep_out(rule_id, scope)
        return await self._forgetting.carry_out(attend=attend)

    def _limit(self, today: date, keep_days: int) -> datetime:
        """Midnight, so that a run removes once a day and the stores are rewritten as seldom."""
        return datetime.combine(today - timedelta(days=keep_days), time.min, self._zone).astimezone(UTC)

    async def _holds_something(self, scope: Scope) -> bool:
        messages = select(MessageRow.record_id).where(scope.messages()).limit(1)
        answers = select(AnswerRow.answer_id).where(scope.answers()).limit(1)
        async with self._database.read() as connection:
            return (await connection.scalar(messages) or await connection.scalar(answers)) is not None

    async def _keep_out(self, rule_id: str, scope: Scope) -> None:
        rule = ForgottenRow(rule_id=rule_id, channel_id=scope.channel_id, person_id=None, before=scope.before)

        def store(session: Session) -> None:
            session.merge(rule)
            session.flush()

        async with self._database.read() as connection:
            known = await connection.scalar(select(ForgottenRow.before).where(ForgottenRow.rule_id == rule_id))
        if known != scope.before:
            async with self._database.begin() as connection:
                await connection.run_sync(lambda sync: store(Session(sync)))

    async def _drop(self, rule_id: str) -> None:
        async with self._database.read() as connection:
            known = await connection.scalar(select(ForgottenRow.rule_id).where(ForgottenRow.rule_id == rule_id))
        if known is not None:
            async with self._database.begin() as connection:
                await connection.execute(delete(ForgottenRow).where(ForgottenRow.rule_id == rule_id))
