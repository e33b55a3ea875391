"""Pages of the timeline: newest first, each record once, and no gap or repetition between pages."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from qdrant_client import models

from knowledge.qdrant.cursor import TimelineCursor, TimelinePage
from knowledge.qdrant.filters import FIRST_CHUNKS, Selection
from knowledge.qdrant.payload import passage_of, read_time, stored_time

Scroll = Callable[..., Awaitable[tuple[list[models.Record], int | str | None]]]
"""``VectorClient.scroll`` of one collection."""

_NEWEST_FIRST = models.OrderBy(key="sent_at", direction=models.Direction.DESC)


async def timeline_page(
    scroll: Scroll, selection: Selection, *, before: TimelineCursor | None, limit: int
) -> TimelinePage:
    """Up to ``limit`` records after the place ``before``.

    An engine orders by time and leaves the order within one instant open, which may hold a whole imported folder. So
    an instant that a page cuts in two is read in the order of ids, which both engines keep.
    """
    heads = selection.narrowed(FIRST_CHUNKS)
    records: list[models.Record] = []
    if before is not None:
        records = await _instant(scroll, heads, before.sent_at, after=before.point_id, limit=limit + 1)
    if len(records) <= limit:
        earlier = heads if before is None else heads.narrowed(_time(lt=before.sent_at))
        records += await _earlier(scroll, earlier, limit=limit + 1 - len(records))
    page = records[:limit]
    following = None
    if len(records) > limit:
        following = TimelineCursor(_sent_at(page[-1]), str(page[-1].id))
    return TimelinePage(tuple(passage_of(_payload(record)) for record in page), following)


async def _earlier(scroll: Scroll, selection: Selection, *, limit: int) -> list[models.Record]:
    records, _ = await scroll(scroll_filter=selection.filter, limit=limit, order_by=_NEWEST_FIRST)
    records.sort(key=lambda record: str(record.id))
    records.sort(key=_sent_at, reverse=True)
    last = _sent_at(records[-1]) if records else None
    if len(records) < max(limit, 2) or last is None or last != _sent_at(records[-2]):
        return records
    whole = [record for record in records if _sent_at(record) != last]
    return whole + await _instant(scroll, selection, last, after=None, limit=limit - len(whole))


async def _instant(
    scroll: Scroll, selection: Selection, moment: datetime, *, after: str | None, limit: int
) -> list[models.Record]:
    condition = selection.narrowed(_time(gte=moment, lte=moment)).filter
    records, _ = await scroll(scroll_filter=condition, limit=limit + 1, offset=after)
    return [record for record in records if str(record.id) != after][:limit]


def _time(**bounds: datetime) -> models.FieldCondition:
    stored: dict[str, Any] = {name: stored_time(bound) for name, bound in bounds.items()}
    return models.FieldCondition(key="sent_at", range=models.DatetimeRange(**stored))


def _payload(record: models.Record) -> dict[str, Any]:
    return record.payload or {}


def _sent_at(record: models.Record) -> datetime:
    return read_time(_payload(record)["sent_at"])
