"""The weekly report by itself: set at the desk, made when it is due, posted once by the connector of its channel."""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.digests.digest import Digest
from bot.digests.keeping import KeptDigests
from bot.digests.schedule import zone_named
from bot.digests.showing import shown
from bot.digests.times import CatchUp, Timing, due
from bot.errors import BadInput, Language, NotFound
from bot.feedback.report import ReportMaker
from bot.truth.database import Database
from bot.truth.tables import ChannelRow, DeskSettingRow, DigestRow

_log = structlog.get_logger(__name__)

KEY: Final = "weekly_report"
CATCH_UP: Final = CatchUp(at_once_within=timedelta(days=3), reaches=timedelta(days=7))
"""One that was missed by more is left out."""
_PREFIX: Final = "report-"
_LOOK_SECONDS: Final = 20.0
"""How soon it is noticed that its time has come, or was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyReport:
    """Where and when it is posted."""

    enabled: bool
    channel_id: str
    weekday: int
    """0 is Monday."""
    minute_of_day: int
    timezone: str
    language: Language

    def __post_init__(self) -> None:
        """Refuse what is no time; raises ``BadInput``."""
        zone_named(self.timezone)
        if self.weekday not in range(7) or self.minute_of_day not in range(24 * 60):
            raise BadInput(f"weekday {self.weekday}, minute {self.minute_of_day}")

    @property
    def timing(self) -> Timing:
        """When it is due."""
        return Timing(period="weekly", minute_of_day=self.minute_of_day, weekday=self.weekday, timezone=self.timezone)


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeReport:
    """What became of a report."""

    report_id: str
    channel_id: str
    made_at: datetime
    until: datetime
    state: str
    """As of a digest: made, posting, posted, failed or withdrawn."""
    error: str | None
    """Why it was not posted, or not yet."""
    posted_at: datetime | None


class Reporting:
    """Sets, previews and makes reports; ``run`` is one owned task. What is made is posted as digests are."""

    def __init__(
        self, database: Database, maker: ReportMaker, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._maker = maker
        self._kept = KeptDigests(database)
        self._now = now

    async def setting(self) -> WeeklyReport | None:
        """As it is set; None as long as it was not."""
        found = await self._stored()
        return found[0] if found is not None else None

    async def set(self, report: WeeklyReport, *, operator: str) -> None:
        """Set it; times that are past are not made up for. Raises ``NotFound`` for a channel that is not there."""
        now = self._now()

        def store(session: Session) -> None:
            _require(session, report.channel_id)
            session.merge(DeskSettingRow(key=KEY, value=asdict(report), changed_at=now, changed_by=operator))
            session.flush()

        async with self._database.begin() as connection:
            await connection.run_sync(lambda sync: store(Session(sync)))

    async def preview(self, report: WeeklyReport) -> str:
        """What it would say now; raises ``NotFound``."""
        digest = await self._make(f"{_PREFIX}preview", report, self._now())
        async with self._database.read() as connection:
            return await connection.run_sync(lambda sync: shown(Session(sync), digest).text)

    async def post_now(self, report: WeeklyReport) -> str:
        """Make one of the last seven days, to be posted at once; returns its id. Raises ``NotFound``."""
        report_id = f"{_PREFIX}{uuid4().hex}"
        await self._kept.keep(await self._make(report_id, report, self._now()))
        return report_id

    async def latest(self, limit: int = 10) -> Sequence[MadeReport]:
        """Reports that were made, the newest first."""
        statement = select(DigestRow).where(DigestRow.digest_id.startswith(_PREFIX)).order_by(DigestRow.made_at.desc())

        def read(session: Session) -> list[MadeReport]:
            return [
                MadeReport(
                    report_id=row.digest_id,
                    channel_id=row.target_channel_id or "",
                    made_at=row.made_at,
                    until=row.until,
                    state=row.state,
                    error=row.error,
                    posted_at=row.posted_at,
                )
                for row in session.scalars(statement.limit(limit))
            ]

        async with self._database.read() as connection:
            return await connection.run_sync(lambda sync: read(Session(sync)))

    async def run(self) -> None:
        """Make what is due until cancelled; at the start also what was missed within three days."""
        while True:
            try:
                await self.make_due()
            except Exception:  # noqa: BLE001 - the truth may be away for a moment; it is looked at again
                _log.warning("the weekly report could not be made", exc_info=True)
            await asyncio.sleep(_LOOK_SECONDS)

    async def make_due(self) -> bool:
        """Make the report that is due, if one is and was not made yet, whatever was restarted in between."""
        found = await self._stored()
        if found is None or not found[0].enabled:
            return False
        report, set_at = found
        now = self._now()
        wanted = due(report.timing, covered_until=set_at, changed_at=set_at, now=now, catch_up=CATCH_UP)
        if wanted is None:
            return False
        report_id = _id_of(report, wanted.until)
        if await self._kept.known(report_id):
            return False
        try:
            digest = await self._make(report_id, report, wanted.until)
        except NotFound:
            return False  # the desk says so
        kept = await self._kept.keep(digest)
        return kept is not None

    async def _make(self, report_id: str, report: WeeklyReport, until: datetime) -> Digest:
        async with self._database.read() as connection:
            await connection.run_sync(lambda sync: _require(Session(sync), report.channel_id))
        return await self._maker.make(
            report_id,
            channel_id=report.channel_id,
            language=report.language,
            zone=ZoneInfo(report.timezone),
            until=until,
            now=self._now(),
        )

    async def _stored(self) -> tuple[WeeklyReport, datetime] | None:
        def read(session: Session) -> tuple[WeeklyReport, datetime] | None:
            row = session.get(DeskSettingRow, KEY)
            return (WeeklyReport(**row.value), row.changed_at) if row is not None else None

        async with self._database.read() as connection:
            return await connection.run_sync(lambda sync: read(Session(sync)))


def _id_of(report: WeeklyReport, until: datetime) -> str:
    """One a week and channel."""
    week = f"{report.channel_id}\0{until.date().isoformat()}"
    return f"{_PREFIX}{hashlib.sha256(week.encode()).hexdigest()[:32]}"


def _require(session: Session, channel_id: str) -> None:
    """A group that is there: what is told in a direct chat would be told to one person."""
    row = session.get(ChannelRow, channel_id)
    if row is None or row.deleted_at is not None or row.visibility == "direct":
        raise NotFound(channel_id)
