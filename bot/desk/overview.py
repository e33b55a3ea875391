"""The overview: whether people really use it, over time and by channel, beside the time before."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field
from sqlalchemy.orm import Session

from bot.desk.body import Body, Identifier, checked
from bot.desk.naming import channel_choices
from bot.desk.route import DeskRequest, Outcome, Route
from bot.feedback.adoption import Adoption
from bot.feedback.periods import Period, Span
from bot.feedback.use import Use
from bot.truth.database import Database

LONGEST_DAYS = 366


class InPeriod(Body):
    """The last so many days, in one channel, in all direct chats (``direct``), or everywhere."""

    days: Annotated[int, Field(ge=1, le=LONGEST_DAYS)] = 28
    channel: Identifier | None = None

    def period(self, zone: ZoneInfo) -> Period:
        """Until now."""
        return Period.latest(self.days, zone=zone, now=datetime.now(UTC))


class _Series(InPeriod):
    by: Literal["day", "week"] = "day"


class OverviewPart:
    """``overview``: its parts are asked for one by one, so that each is there at once."""

    def __init__(self, database: Database, *, zone: ZoneInfo) -> None:
        self._database = database
        self._adoption = Adoption(database)
        self._zone = zone

    def routes(self) -> Sequence[Route]:
        """Four to read."""
        return [
            Route(method="GET", path="overview", handler=self._whole),
            Route(method="GET", path="overview/series", handler=self._series),
            Route(method="GET", path="overview/channels", handler=self._channels),
            Route(method="GET", path="overview/times", handler=self._times),
        ]

    async def _whole(self, request: DeskRequest) -> Outcome:
        query = checked(InPeriod, request.query)
        now = query.period(self._zone)
        before = now.before()
        async with self._database.read() as connection:
            choices = await connection.run_sync(lambda sync: channel_choices(Session(sync)))
        return Outcome(
            body={
                "since": now.since.isoformat(),
                "until": now.until.isoformat(),
                "days": query.days,
                "now": (await self._adoption.whole(now, channel_id=query.channel)).document(),
                "before": (await self._adoption.whole(before, channel_id=query.channel)).document(),
                "reasons": await self._adoption.reasons(now, channel_id=query.channel),
                "feedback_in_month": {
                    "now": await self._adoption.feedback_in_month(now.until, channel_id=query.channel),
                    "before": await self._adoption.feedback_in_month(before.until, channel_id=query.channel),
                },
                "channels": choices,
            }
        )

    async def _series(self, request: DeskRequest) -> Outcome:
        query = checked(_Series, request.query)
        found = await self._adoption.by(query.by, query.period(self._zone), channel_id=query.channel)
        return Outcome(body={"by": query.by, "spans": [_span(span, use) for span, use in found]})

    async def _channels(self, request: DeskRequest) -> Outcome:
        query = checked(InPeriod, request.query)
        found = await self._adoption.by_channel(query.period(self._zone))
        return Outcome(
            body={
                "channels": [
                    {
                        "channel_id": one.channel_id,
                        "name": one.name,
                        "visibility": one.visibility,
                        "platform": one.platform,
                        "use": one.use.document(),
                    }
                    for one in found
                ]
            }
        )

    async def _times(self, request: DeskRequest) -> Outcome:
        query = checked(InPeriod, request.query)
        found = await self._adoption.times(query.period(self._zone), channel_id=query.channel)
        return Outcome(
            body={
                name: {"measured": times.measured, "median_ms": times.median, "p95_ms": times.p95}
                for name, times in found.items()
            }
        )


def _span(span: Span, use: Use) -> dict[str, Any]:
    return {"day": span.day.isoformat(), **use.document()}
