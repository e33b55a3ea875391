"""The page of the weekly report: where and when it is posted, what it would say, and what became of the last ones."""

from collections.abc import Collection, Sequence
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import Field
from sqlalchemy.orm import Session

from bot.desk.body import Body, Identifier, Line, checked
from bot.desk.naming import channel_choices, channels_named
from bot.desk.route import DeskRequest, Outcome, Route
from bot.errors import Language
from bot.feedback.reporting import Reporting, WeeklyReport
from bot.truth.database import Database


class _Setting(Body):
    enabled: bool
    channel_id: Identifier
    weekday: Annotated[int, Field(ge=0, le=6)]
    time: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    timezone: Line
    language: Language

    def report(self) -> WeeklyReport:
        """As it is kept; raises ``BadInput`` for a time zone that is none."""
        hour, minute = map(int, self.time.split(":"))
        return WeeklyReport(
            enabled=self.enabled,
            channel_id=self.channel_id,
            weekday=self.weekday,
            minute_of_day=60 * hour + minute,
            timezone=self.timezone,
            language=self.language,
        )


class ReportPart:
    """``report``: read, set, previewed and posted at once."""

    def __init__(
        self, database: Database, reporting: Reporting, *, zone: ZoneInfo, running: Collection[str], digests: bool
    ) -> None:
        """``running`` are the platforms whose connectors run; without ``digests`` nothing is posted by itself."""
        self._database = database
        self._reporting = reporting
        self._zone = zone
        self._running = running
        self._digests = digests

    def routes(self) -> Sequence[Route]:
        """All of them."""
        return [
            Route(method="GET", path="report", handler=self._shown),
            Route(method="GET", path="report/preview", handler=self._preview),
            Route(method="PUT", path="report", handler=self._set, action="weekly_report_set"),
            Route(method="POST", path="report/post", handler=self._post, action="weekly_report_posted"),
        ]

    async def _shown(self, _: DeskRequest) -> Outcome:
        setting, latest = await self._reporting.setting(), await self._reporting.latest()

        def named(session: Session) -> tuple[list[dict[str, Any]], Any]:
            return channel_choices(session), channels_named(session, [one.channel_id for one in latest])

        async with self._database.read() as connection:
            choices, channels = await connection.run_sync(lambda sync: named(Session(sync)))
        return Outcome(
            body={
                "setting": _as_json(setting) if setting is not None else None,
                "timezone": self._zone.key,
                "channels": [one for one in choices if one["platform"] in self._running],
                "posts": self._digests,
                "latest": [
                    {
                        "report_id": one.report_id,
                        "channel": channels.get(one.channel_id),
                        "made_at": one.made_at.isoformat(),
                        "state": one.state,
                        "error": one.error,
                        "posted_at": one.posted_at.isoformat() if one.posted_at else None,
                    }
                    for one in latest
                ],
            }
        )

    async def _preview(self, request: DeskRequest) -> Outcome:
        return Outcome(body={"text": await self._reporting.preview(checked(_Setting, request.query).report())})

    async def _set(self, request: DeskRequest) -> Outcome:
        report = checked(_Setting, request.body).report()
        await self._reporting.set(report, operator=request.operator.name)
        return Outcome(body={"setting": _as_json(report)}, target=report.channel_id, detail=_as_json(report))

    async def _post(self, request: DeskRequest) -> Outcome:
        report = checked(_Setting, request.body).report()
        report_id = await self._reporting.post_now(report)
        return Outcome(body={"report_id": report_id}, target=report.channel_id, detail={"report_id": report_id})


def _as_json(report: WeeklyReport) -> dict[str, Any]:
    return {
        "enabled": report.enabled,
        "channel_id": report.channel_id,
        "weekday": report.weekday,
        "time": f"{report.minute_of_day // 60:02}:{report.minute_of_day % 60:02}",
        "timezone": report.timezone,
        "language": report.language,
    }
