"""Numbers that changed: a message that takes the place of what an earlier one said, both with their days. No model."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from bot.answering.replacing import may_be_replaced, may_replace, replaces
from bot.answering.sentences import split_sentences
from bot.guarding.instructions import gives_orders
from bot.guarding.masking import mask
from bot.language import language_of
from bot.summaries.findings import LINE_CHARS
from bot.summaries.lines import SummaryLine
from bot.summaries.talk import Talk, Turn
from bot.truth.database import Database
from bot.truth.tables import MessageRow
from knowledge.address import without_url_secrets

_MOST = 30
"""Messages of a period that speak of a change; the newest ones are looked at."""
_BEFORE = 80
"""Earlier messages of the channel that each is compared with."""
_REACH = timedelta(days=60)
_LONGEST = 2000
"""Characters of a message: longer ones are pasted."""


@dataclass(frozen=True, slots=True)
class _Earlier:
    record_id: str
    sent_at: datetime
    text: str


async def changes(database: Database, talks: Sequence[Talk], zone: tzinfo) -> list[SummaryLine]:
    """One line a change, oldest first: what was said before, and what holds now. No secret is in them."""
    speaking = await asyncio.to_thread(_speaking, talks)
    lines: list[SummaryLine] = []
    for talk, turn in speaking:
        async with database.read() as connection:
            earlier = await connection.run_sync(_earlier, talk.channel_id, turn)
        line = await asyncio.to_thread(_change, talk, turn, earlier, zone)
        if line is not None:
            lines.append(line)
    return lines


def _speaking(talks: Sequence[Talk]) -> list[tuple[Talk, Turn]]:
    """Messages that speak of a change, oldest first."""
    found = [
        (talk, turn)
        for talk in talks
        for turn in talk.turns
        if len(turn.text) <= _LONGEST and may_replace(turn.text) and not gives_orders(turn.text)
    ]
    return sorted(found, key=lambda pair: pair[1].sent_at)[-_MOST:]


def _earlier(connection: Connection, channel_id: str, turn: Turn) -> list[_Earlier]:
    """Newest first."""
    rows = Session(connection).execute(
        select(MessageRow.record_id, MessageRow.sent_at, MessageRow.text)
        .where(
            MessageRow.channel_id == channel_id,
            MessageRow.sent_at < turn.sent_at,
            MessageRow.sent_at > turn.sent_at - _REACH,
            MessageRow.deleted_at.is_(None),
            MessageRow.system.is_(False),
            MessageRow.answer_id.is_(None),
        )
        .order_by(MessageRow.sent_at.desc(), MessageRow.record_id.desc())
        .limit(_BEFORE)
    )
    return [
        _Earlier(record_id, sent_at, text)
        for record_id, sent_at, text in rows
        if sent_at is not None and len(text) <= _LONGEST
    ]


def _change(talk: Talk, turn: Turn, earlier: Sequence[_Earlier], zone: tzinfo) -> SummaryLine | None:
    for former in earlier:
        if not (may_be_replaced(former.text) and replaces(turn.text, former.text)):
            continue
        old, new = _pair(mask(without_url_secrets(former.text), language_of(former.text)), turn.text)
        return SummaryLine(
            section="number",
            text=f"{_day(former.sent_at, zone)} {old} → {_day(turn.sent_at, zone)} {turn.author}: {new}",
            record_ids=(turn.record_id, former.record_id),
            time=turn.sent_at,
            channel_id=talk.channel_id,
            quoted=True,
        )
    return None


def _pair(former: str, newer: str) -> tuple[str, str]:
    """The very sentences, where one replaces the other by itself."""
    for new in split_sentences(newer):
        for old in split_sentences(former):
            if replaces(new, old):
                return _short(old), _short(new)
    return _short(former), _short(newer)


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= LINE_CHARS // 2 else plain[: LINE_CHARS // 2 - 1] + "…"


def _day(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%m-%d}"
