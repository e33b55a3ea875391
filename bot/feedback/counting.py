"""Counting use in the database: over indexes that hold everything that is counted, so that no row is opened."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import CTE, ColumnElement, Integer, Select, and_, case, column, distinct, func, literal, select, values
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import InstrumentedAttribute

from bot.feedback.periods import Span
from bot.feedback.use import Use
from bot.truth.tables import AnswerRow, ChannelRow, PairOfferRow, PreferenceRow, SignRow, StandardOfferRow, VerdictRow
from bot.truth.tables.base import UtcDateTime

DIRECT: Final = "direct"
"""Stands for all direct chats together: what one person does alone with the bot is nobody's business."""
_SIGNS: Final = {
    "opened": "opened",
    "asked_again": "asked_again",
    "answered_by_person": "answered_by_person",
    "shared": "passed_on",
    "quoted": "passed_on",
}


@dataclass(frozen=True, slots=True)
class Counted:
    """A table that is counted, with when and where a row of it belongs."""

    table: type
    at: InstrumentedAttribute[Any]
    channel_id: InstrumentedAttribute[Any]


ASKED: Final = Counted(AnswerRow, AnswerRow.asked_at, AnswerRow.channel_id)
JUDGED: Final = Counted(VerdictRow, VerdictRow.asked_at, VerdictRow.channel_id)
SEEN: Final = Counted(SignRow, SignRow.asked_at, SignRow.channel_id)
PICKED: Final = Counted(PreferenceRow, PreferenceRow.preferred_at, PreferenceRow.channel_id)

_Key = Callable[[CTE, Counted], ColumnElement[Any]]


def span(spans: CTE, _: Counted) -> ColumnElement[Any]:
    """Count by span: by its number."""
    return spans.c.n


def place(_: CTE, counted: Counted) -> ColumnElement[Any]:
    """Count by channel, direct chats as one."""
    return case((counted.channel_id.in_(directs()), literal(DIRECT)), else_=counted.channel_id)


async def count(
    connection: AsyncConnection, spans: Sequence[Span], by: _Key, *, channel_id: str | None = None
) -> dict[Any, Use]:
    """Use within the spans, by number of the span or by channel; what nobody used is not in it."""
    listed = _as_table(spans)

    def counts_of(counted: Counted, *measures: ColumnElement[Any]) -> Select[Any]:
        key = by(listed, counted)
        within = (counted.at >= listed.c.since) & (counted.at < listed.c.until)
        joined = select(key, *measures).select_from(listed).join(counted.table, within)
        return joined.where(*asked_in(counted, channel_id)).group_by(key)

    found: defaultdict[Any, dict[str, int]] = defaultdict(dict)
    asked = counts_of(
        ASKED,
        func.count(),
        func.sum(case((AnswerRow.abstained, 1), else_=0)),
        func.count(AnswerRow.standard_answer_id),
        func.count(distinct(AnswerRow.person_id)),
    ).where(is_first(AnswerRow.answer_id))
    for key, total, abstained, curated, people in (await connection.execute(asked)).all():
        found[key] |= {"asked": total, "abstained": abstained, "curated": curated, "people": people}
    verdicts = counts_of(
        JUDGED,
        func.sum(case((VerdictRow.kind == "up", 1), else_=0)),
        func.sum(case((VerdictRow.kind == "down", 1), else_=0)),
        func.count(distinct(VerdictRow.answer_id)),
    ).where(VerdictRow.kind.in_(("up", "down")))
    for key, up, down, judged in (await connection.execute(verdicts)).all():
        found[key] |= {"up": up, "down": down, "judged": judged}
    for key, picked in (await connection.execute(counts_of(PICKED, func.count()))).all():
        found[key] |= {"picked": picked}
    kind = case(_SIGNS, value=SignRow.kind)
    signs = counts_of(SEEN, kind, func.count(distinct(SignRow.answer_id))).group_by(kind)
    for key, sign, seen in (
        await connection.execute(signs.where(SignRow.kind.in_(_SIGNS), is_first(SignRow.answer_id)))
    ).all():
        found[key] |= {sign: seen}
    return {key: Use(**counts) for key, counts in found.items()}


def asked_in(counted: Counted, channel_id: str | None) -> list[ColumnElement[bool]]:
    """Asked in a chat: in any, in this one, or in any direct one.

    Written so that no index of channels fits: with one, every row of a channel would be opened for every span.
    """
    if channel_id is None:
        return [counted.channel_id.is_not(None)]
    where = func.coalesce(counted.channel_id, "")
    return [where.in_(directs()) if channel_id == DIRECT else where == channel_id]


def is_first(answer_id: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Not put beside an earlier answer, as a second one or as what was meant: that is no other question."""
    seconds = select(PairOfferRow.second_answer_id).where(PairOfferRow.second_answer_id.is_not(None))
    meant = select(StandardOfferRow.given_answer_id).where(StandardOfferRow.given_answer_id.is_not(None))
    return and_(answer_id.not_in(seconds), answer_id.not_in(meant))


def directs() -> Select[Any]:
    """Ids of direct chats."""
    return select(ChannelRow.channel_id).where(ChannelRow.visibility == DIRECT)


def _as_table(spans: Sequence[Span]) -> CTE:
    """So that the database itself counts in the team's days, whatever its clocks do."""
    columns = column("n", Integer), column("since", UtcDateTime), column("until", UtcDateTime)
    rows = [(number, one.since, one.until) for number, one in enumerate(spans)]
    return values(*columns, name="spans").data(rows).cte("spans")
