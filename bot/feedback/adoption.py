"""Whether people really use it: counted live from the truth.

Only what was asked in a chat counts: answers of the command line, of evaluations and comparisons have no channel.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import NotFound
from bot.feedback.counting import ASKED, DIRECT, JUDGED, PICKED, asked_in, count, is_first, place, span
from bot.feedback.periods import Period, Span, Step
from bot.feedback.use import Times, Use
from bot.truth.database import Database
from bot.truth.tables import AnswerRow, ChannelRow, PreferenceRow, VerdictRow

_MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelUse:
    """Use of one channel, or of all direct chats together, which have the id ``direct`` and no name."""

    channel_id: str
    name: str
    visibility: str
    platform: str
    use: Use


class Adoption:
    """Counts use. ``channel_id`` narrows to a channel, ``direct`` to all direct chats.

    Raises ``NotFound`` for an unknown channel and for a single direct chat: its figures are those of one person.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def whole(self, period: Period, *, channel_id: str | None = None) -> Use:
        """Of a period as a whole."""
        found = await self._of([_whole(period)], channel_id)
        return found[0]

    async def by(self, step: Step, period: Period, *, channel_id: str | None = None) -> list[tuple[Span, Use]]:
        """Of each day or week of a period, also those without questions."""
        spans = period.by(step)
        return list(zip(spans, await self._of(spans, channel_id), strict=True))

    async def by_channel(self, period: Period) -> list[ChannelUse]:
        """Of each channel where something was asked, the most first."""
        async with self._database.read() as connection:
            found = await count(connection, [_whole(period)], place)
            named = select(ChannelRow.channel_id, ChannelRow.name, ChannelRow.visibility, ChannelRow.platform)
            rows = (await connection.execute(named.where(ChannelRow.channel_id.in_(list(found))))).all()
        known = {channel_id: (name, visibility, platform) for channel_id, name, visibility, platform in rows}
        known[DIRECT] = ("", DIRECT, "")
        listed = []
        for channel_id, use in found.items():
            name, visibility, platform = known.get(channel_id, (channel_id, "private", ""))
            listed.append(
                ChannelUse(channel_id=channel_id, name=name, visibility=visibility, platform=platform, use=use)
            )
        return sorted(listed, key=lambda one: (-one.use.asked, one.name))

    async def reasons(self, period: Period, *, channel_id: str | None = None) -> dict[str, int]:
        """Why questions were not answered, by code, the most frequent first."""
        statement = (
            select(AnswerRow.reason, func.count())
            .where(AnswerRow.asked_at >= period.since, AnswerRow.asked_at < period.until, AnswerRow.abstained)
            .where(*asked_in(ASKED, channel_id), is_first(AnswerRow.answer_id))
            .group_by(AnswerRow.reason)
            .order_by(func.count().desc(), AnswerRow.reason)
        )
        async with self._database.read() as connection:
            await _require(connection, channel_id)
            return {reason or "": number for reason, number in (await connection.execute(statement)).all()}

    async def times(self, period: Period, *, channel_id: str | None = None) -> dict[str, Times]:
        """How long people waited for the first word (``first_token``) and for all of it (``total``).

        Standard answers and summaries are not measured.
        """
        found = {}
        async with self._database.read() as connection:
            await _require(connection, channel_id)
            for name, taken in (("first_token", AnswerRow.first_token_ms), ("total", AnswerRow.total_ms)):
                statement = (
                    select(taken, func.count())
                    .where(AnswerRow.asked_at >= period.since, AnswerRow.asked_at < period.until, taken.is_not(None))
                    .where(*asked_in(ASKED, channel_id))
                    .group_by(taken)
                )
                rows = (await connection.execute(statement)).all()
                found[name] = Times.of({taken_ms: number for taken_ms, number in rows if taken_ms is not None})
        return found

    async def feedback_in_month(self, until: datetime, *, channel_id: str | None = None) -> int:
        """How often people said what they think in the 30 days before: verdicts that stand, and picks."""
        since = until - _MONTH
        verdicts = (
            select(func.count())
            .where(VerdictRow.judged_at >= since, VerdictRow.judged_at < until, VerdictRow.kind.in_(("up", "down")))
            .where(*asked_in(JUDGED, channel_id))
        )
        picks = (
            select(func.count())
            .where(PreferenceRow.preferred_at >= since, PreferenceRow.preferred_at < until)
            .where(*asked_in(PICKED, channel_id))
        )
        async with self._database.read() as connection:
            await _require(connection, channel_id)
            return (await connection.scalar(verdicts) or 0) + (await connection.scalar(picks) or 0)

    async def _of(self, spans: list[Span], channel_id: str | None) -> list[Use]:
        async with self._database.read() as connection:
            await _require(connection, channel_id)
            found = await count(connection, spans, span, channel_id=channel_id) if spans else {}
        return [found.get(number, Use()) for number in range(len(spans))]


def _whole(period: Period) -> Span:
    return Span(day=period.since.astimezone(period.zone).date(), since=period.since, until=period.until)


async def _require(connection: AsyncConnection, channel_id: str | None) -> None:
    if channel_id in (None, DIRECT):
        return
    known = select(ChannelRow.channel_id).where(ChannelRow.channel_id == channel_id, ChannelRow.visibility != DIRECT)
    if await connection.scalar(known) is None:
        raise NotFound(channel_id or "")
