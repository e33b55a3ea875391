"""Folding results: the same bytes or address shared twice are one result, and so are a message and its link."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from bot.answering.evidence import Evidence
from bot.truth.database import Database
from bot.truth.places import Shares, shares_of
from knowledge.passage import Audience


async def fold(
    database: Database, evidence: Sequence[Evidence], *, audience: Audience, limit: int, link_was_asked: bool = False
) -> list[Evidence]:
    """At most ``limit`` results, best first, each with the other places of what was shared; numbered from 1.

    Of a message and a link in it the message is shown, at the better place, unless links were asked for.
    """
    shared = [item.record_id for item in evidence if item.kind in ("file", "link")]
    channel_ids = None if audience.everything else [str(channel_id) for channel_id in audience.channel_ids]
    if shared:
        async with database.read() as connection:
            shares = await connection.run_sync(lambda sync: shares_of(Session(sync), shared, channel_ids=channel_ids))
    else:
        shares = Shares({}, {})
    if not link_was_asked:
        evidence = _messages_before_links(evidence)
    kept: list[Evidence] = []
    shown_as: dict[str, str] = {}
    for item in evidence:
        key = shares.key_of.get(item.record_id)
        if key is not None and shown_as.setdefault(key, item.record_id) != item.record_id:
            continue
        kept.append(replace(item, n=len(kept) + 1, also_in=shares.besides(item.record_id)))
        if len(kept) == limit:
            break
    return kept


def _messages_before_links(evidence: Sequence[Evidence]) -> list[Evidence]:
    said = {item.message_id: item for item in reversed(evidence) if item.kind == "message"}
    kept: list[Evidence] = []
    told: set[str] = set()
    for item in evidence:
        if item.kind in ("message", "link") and item.message_id in said:
            if item.message_id in told and item.kind == "link":
                continue
            if item.message_id not in told:
                told.add(item.message_id)
                kept.append(replace(said[item.message_id], score=item.score))
            elif item is not said[item.message_id]:
                kept.append(item)  # a further passage of a long message
        else:
            kept.append(item)
    return kept
