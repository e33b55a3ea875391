"""Forgetting one's own messages: what is meant is read from the words, counted, and put on a card."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, ClassVar, Final

from sqlalchemy import func, select

from bot.archive.forgetting import Forgetting
from bot.confirming.action import Asked
from bot.confirming.texts import told
from bot.errors import BadInput, Language
from bot.truth.database import Database
from bot.truth.erasing import Scope
from bot.truth.tables import MessageRow
from connectors.events import PersonRef
from knowledge.lexical import normalize
from knowledge.time_expressions import find_time_expressions

KIND: Final = "forget"
_MOST: Final = 1000
"""Messages that can be named one by one; whoever wants more says all or before when."""
_LAST = re.compile(
    r"(?:last|latest|most recent)\s*(\d{1,3}|one|message)\b|(?:最近|最后|最新)(?:的|这|那)?\s*(\d{1,3}|一|两|三|五"
    r"|十)\s*(?:条|个|句)"
    r"|(?:刚才|刚刚|上)(?:的|说的)?(?:那|这|一)?(?:条|句)|\b(?:my|the) (?:last|previous) (?:message|line)\b"
)
_NUMBERS: Final = {"one": 1, "message": 1, "一": 1, "两": 2, "三": 3, "五": 5, "十": 10}
_BEFORE = re.compile(r"\b(?:before|until|older than|prior to)\b|(?:之前|以前)")
_WITH = re.compile(
    r"(?:\b(?:with|containing|contains?|mentioning|mentions?|about(?! (?:me|us|myself)\b)|that says?|saying)\s+"
    r"|(?:包含|含有|含|提到|关于(?!我)|里有|带有)\s*)"
    r"[\"“「']?(?P<words>[^\"”」'。！!?？]{1,80})"
)
_QUOTED = re.compile(r"[\"“「](?P<words>[^\"”」]{1,80})[\"”」]")
_ALL = re.compile(
    r"\b(?:all|everything|every message|whatever|what i (?:said|wrote|posted))\b"
    r"|全部|所有|一切|都|我(?:在这里?)?说(?:过)?的"
)
_LOOSE = re.compile(
    r"\s*(?:的(?:消息|内容|话|那些)?|messages?|这个?词|字样)?(?:都)?(?:删掉|删除|忘掉|忘记|删了|忘了)?\s*$"
)
_OWN = re.compile(r"\b(?:i|my|mine|me)\b|我")


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetWish:
    """Which of one's own messages: all, those before a moment, the ``last`` few, or those with these words."""

    last: int | None = None
    before: datetime | None = None
    words: str = ""


def is_about_oneself(text: str) -> bool:
    """Whether a sentence names the speaker's own words: those of others are not theirs to delete."""
    return _OWN.search(normalize(text)) is not None


def read_forget_wish(text: str, language: Language, *, now: datetime, zone: tzinfo) -> ForgetWish:
    """Read what somebody wants forgotten; raises ``BadInput`` with examples for words that mean nothing here."""
    plain = normalize(text)
    words = _WITH.search(plain) or _QUOTED.search(plain)
    if words is not None:
        # As they were typed: the messages are not folded. Folding mostly keeps the places.
        typed = text if len(text) == len(plain) else plain
        start, kept = words.start("words"), _LOOSE.sub("", words["words"])
        return ForgetWish(words=typed[start : start + len(kept)].strip())
    last = _LAST.search(plain)
    if last is not None:
        number = last[1] or last[2] or "one"
        return ForgetWish(last=max(1, int(number) if number.isdigit() else _NUMBERS[number]))
    if _BEFORE.search(plain):
        times = find_time_expressions(text, now=now, zone=zone)
        moment = next((time.since or time.until for time in times if time.since or time.until), None)
        if moment is not None:
            # "before November" is read as an open range that ends there, "11 月 1 日" as that day.
            ends = next((time.until for time in times if time.since is None and time.until), None)
            return ForgetWish(before=min(ends or moment, now))
    elif _ALL.search(plain):
        return ForgetWish()
    raise BadInput(told("forget_usage", language))


class ForgettingOwn:
    """The action: erases messages of the person who confirmed, and gives the receipt."""

    deletes: ClassVar[bool] = True

    def __init__(self, database: Database, forgetting: Forgetting, *, zone: tzinfo) -> None:
        self._database = database
        self._forgetting = forgetting
        self._zone = zone
        self._turn = asyncio.Lock()

    async def details(
        self, wish: ForgetWish, *, person: PersonRef, channel_id: str, now: datetime
    ) -> dict[str, Any] | None:
        """What exactly would go, for a card; None when there is nothing."""
        if wish.last is not None or wish.words:
            chosen = await self._chosen(wish, person.person_id, channel_id, now)
            if not chosen:
                return None
            scope = Scope(before=now, person_id=person.person_id, record_ids=tuple(chosen))
            span = await self._span(chosen, now)
        else:
            scope = Scope(before=wish.before or now, channel_id=channel_id, person_id=person.person_id)
            span = {}
        counted = await self._forgetting.dry_run(scope)
        if not counted["messages"] and not counted["answers"]:
            return None
        counts = {name: counted[name] for name in ("messages", "files", "answers")}
        return {"scope": scope.document(), "is_all": wish.before is None, **counts, **span}

    def question(self, asked: Asked) -> str:
        """How many, and from when to when."""
        details, language = asked.details, asked.language
        scope = Scope.of(dict(details["scope"]))
        counts = {name: details[name] for name in ("messages", "files", "answers")}
        if scope.record_ids:
            first, last = (self._moment(details[name]) for name in ("first", "last"))
            text = told("forget_some", language, first=first, last=last, **counts)
        elif details["is_all"]:
            text = told("forget_all", language, **counts)
        else:
            text = told("forget_before", language, before=self._moment(scope.before.isoformat()), **counts)
        return f"{text}\n{told('forget_left', language)}"

    async def carry_out(self, asked: Asked) -> str:
        """Erase, and tell the receipt."""
        scope = Scope.of(dict(asked.details["scope"]))
        async with self._turn:
            erasure_id = await self._forgetting.note(scope, requested_by=asked.person.person_id)
            receipts = await self._forgetting.carry_out()
        mine = next((receipt for receipt in receipts if receipt.erasure_id == erasure_id), None)
        if mine is None:
            return told("forget_under_way", asked.language)
        return f"{told('forget_done', asked.language)}\n{mine.text(asked.language)}"

    async def _chosen(self, wish: ForgetWish, person_id: str, channel_id: str, now: datetime) -> Sequence[str]:
        statement = (
            select(MessageRow.record_id)
            .where(
                MessageRow.author_id == person_id,
                MessageRow.channel_id == channel_id,
                MessageRow.deleted_at.is_(None),
                MessageRow.system.is_(False),
                MessageRow.sent_at < now,
            )
            .order_by(MessageRow.sent_at.desc(), MessageRow.record_id.desc())
            .limit(min(wish.last or _MOST, _MOST))
        )
        if wish.words:
            statement = statement.where(func.lower(MessageRow.text).contains(wish.words.lower(), autoescape=True))
        async with self._database.read() as connection:
            return list(await connection.scalars(statement))

    async def _span(self, record_ids: Sequence[str], now: datetime) -> dict[str, str]:
        statement = select(func.min(MessageRow.sent_at), func.max(MessageRow.sent_at))
        async with self._database.read() as connection:
            first, last = (await connection.execute(statement.where(MessageRow.record_id.in_(record_ids)))).one()
        return {"first": (first or now).isoformat(), "last": (last or now).isoformat()}

    def _moment(self, moment: str) -> str:
        return f"{datetime.fromisoformat(moment).astimezone(self._zone):%Y-%m-%d %H:%M}"
