"""What people ask most, and what they ask about that is nowhere in the archive."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import Field
from sqlalchemy.orm import Session

from bot.desk.body import checked
from bot.desk.naming import channel_choices, channels_named
from bot.desk.overview import InPeriod
from bot.desk.route import DeskRequest, Outcome, Route
from bot.feedback.asked import Asked
from bot.feedback.gaps import Gaps
from bot.feedback.wordings import Wordings
from bot.truth.database import Database

_SHOWN = 20
_GAPS = 8


class _Top(InPeriod):
    offset: Annotated[int, Field(ge=0, le=100_000)] = 0


class QuestionsPart:
    """``questions`` and ``questions/gaps``. Words of direct chats are never among them."""

    def __init__(self, database: Database, *, zone: ZoneInfo) -> None:
        self._database = database
        self._asked = Asked(database)
        self._gaps = Gaps(database)
        self._zone = zone

    def routes(self) -> Sequence[Route]:
        """Two to read."""
        return [
            Route(method="GET", path="questions", handler=self._top),
            Route(method="GET", path="questions/gaps", handler=self._found),
        ]

    async def _top(self, request: DeskRequest) -> Outcome:
        query = checked(_Top, request.query)
        period = query.period(self._zone)
        found = await self._asked.top(period, channel_id=query.channel, limit=_SHOWN + 1, offset=query.offset)
        shown = found[:_SHOWN]
        channels = await self._named(wording.channel_id for one in shown for wording in one.wordings.asked)
        async with self._database.read() as connection:
            choices = await connection.run_sync(lambda sync: channel_choices(Session(sync)))
        return Outcome(
            body={
                "questions": [
                    {
                        "group": one.group,
                        **_worded(one.wordings, channels),
                        "asked": one.asked,
                        "people": one.people,
                        "abstained": one.abstained,
                        "curated": one.curated,
                        "up": one.liked.document(),
                        "last_at": one.last_at.isoformat(),
                    }
                    for one in shown
                ],
                "offset": query.offset,
                "limit": _SHOWN,
                "more": len(found) > _SHOWN,
                "left_out": await self._asked.left_out(period, channel_id=query.channel),
                "channels": choices,
            }
        )

    async def _found(self, request: DeskRequest) -> Outcome:
        query = checked(InPeriod, request.query)
        found = await self._gaps.found(query.period(self._zone), channel_id=query.channel, limit=_GAPS)
        channels = await self._named(channel_id for gap in found for channel_id in gap.channel_ids)
        return Outcome(
            body={
                "gaps": [
                    {
                        **_worded(gap.wordings, channels),
                        "asked": gap.asked,
                        "people": gap.people,
                        "last_at": gap.last_at.isoformat(),
                        "reasons": dict(gap.reasons),
                        "channels": [channels[one] for one in gap.channel_ids if one in channels],
                        "case_id": gap.case_id,
                        "replies": gap.replies,
                        "partial_channels": list(gap.partial_channels),
                        "steps": list(gap.steps),
                    }
                    for gap in found
                ]
            }
        )

    async def _named(self, channel_ids: Iterable[str]) -> Mapping[str, dict[str, Any]]:
        wanted = set(channel_ids)
        async with self._database.read() as connection:
            return await connection.run_sync(lambda sync: channels_named(Session(sync), wanted))


def _worded(wordings: Wordings, channels: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        "wordings": [
            {
                "answer_id": one.answer_id,
                "question": one.question,
                "asked_at": one.asked_at.isoformat(),
                "channel": channels.get(one.channel_id),
            }
            for one in wordings.asked
        ],
        "words": list(wordings.words),
    }
