"""Marking old facts: a result that a newer message of its channel or thread has replaced."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.answering.evidence import Evidence, Replacement
from bot.answering.replacing import may_be_replaced, may_replace, replaces
from bot.truth.database import Database
from bot.truth.tables import MessageRow

_LOOKED_AT = 10
"""Results whose channels are looked at: the first page."""
_FOLLOWING = 80
"""Newer messages of a channel looked at for each of them."""
_REACH = timedelta(days=60)
_LONGEST = 2000
"""Characters of a newer message: longer ones are pasted."""


@dataclass(frozen=True, slots=True)
class _Line:
    record_id: str
    time: datetime
    text: str


async def mark_outdated(database: Database, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The same results; one that a newer message replaced names it and, when that one is shown too, comes after it.

    Only messages of the result's own channel are looked at, so that nobody learns of what they may not read.
    """
    looked_at = [item for item in evidence[:_LOOKED_AT] if item.kind == "message" and may_be_replaced(item.text)]
    if not looked_at:
        return list(evidence)
    async with database.read() as connection:
        following = await connection.run_sync(lambda sync: _following(Session(sync), looked_at))
    return await asyncio.to_thread(_marked, evidence, following)


def _marked(evidence: Sequence[Evidence], following: Mapping[str, Sequence[_Line]]) -> list[Evidence]:
    marked = [replace(item, outdated_by=_replacement(item, following.get(item.record_id, ()))) for item in evidence]
    return _newer_before(marked)


def _replacement(item: Evidence, following: Sequence[_Line]) -> Replacement | None:
    """The last that replaces it: what replaced the replacement counts."""
    found = [line for line in following if may_replace(line.text) and replaces(line.text, item.text)]
    return Replacement(found[-1].record_id, found[-1].time) if found else None


def _following(session: Session, items: Sequence[Evidence]) -> dict[str, list[_Line]]:
    """What was said later in the channel of each item."""
    following: dict[str, list[_Line]] = {}
    for item in items:
        rows = session.execute(
            select(MessageRow.record_id, MessageRow.sent_at, MessageRow.text)
            .where(
                MessageRow.channel_id == item.channel_id,
                MessageRow.sent_at > item.time,
                MessageRow.sent_at < item.time + _REACH,
                MessageRow.deleted_at.is_(None),
                MessageRow.system.is_(False),
                MessageRow.answer_id.is_(None),
            )
            .order_by(MessageRow.sent_at, MessageRow.record_id)
            .limit(_FOLLOWING)
        )
        following[item.record_id] = [
            _Line(record_id, sent_at, text)
            for record_id, sent_at, text in rows
            if sent_at is not None and len(text) <= _LONGEST
        ]
    return following


def _newer_before(evidence: list[Evidence]) -> list[Evidence]:
    """The replacing result right before the replaced one, where both are there; numbered anew."""
    ordered = list(evidence)
    for item in evidence:
        if item.outdated_by is None:
            continue
        places = [at for at, other in enumerate(ordered) if other.record_id == item.outdated_by.record_id]
        here = ordered.index(item)
        if places and places[0] > here:
            ordered.insert(here, ordered.pop(places[0]))
    return [replace(item, n=number) for number, item in enumerate(ordered, start=1)]
