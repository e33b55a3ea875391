"""Watching standard answers: what expired, lost a source, or is contradicted by a newer message goes to the queue.

Of an expired one or one whose source went nothing is given from that very moment; this only tells the operators.
Newer messages are read soon after they are in the truth, each once, as far as who may be given the answer may read
them, so that a private word never silences a public answer.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import ColumnElement, Connection, and_, func, or_, select
from sqlalchemy.orm import Session

from bot.answering.replacing import subject_words
from bot.curating.contradicting import LONGEST, contradicts, may_contradict, topic_of
from bot.curating.lifting import is_decided, lift
from bot.curating.returning import settle
from bot.curating.standard_answers import EVERYBODY, StandardAnswer, StandardAnswers
from bot.truth.database import Database
from bot.truth.notebook import Notebook
from bot.truth.tables import CaseRow, ChannelRow, MessageRow
from knowledge.lexical import normalize

_log = structlog.get_logger(__name__)

_LOOK_SECONDS: Final = 30.0
_PAUSE_SECONDS: Final = 2.0
"""Between two looks at an archive in which much happens."""
_AT_ONCE: Final = 300
_LATE: Final = timedelta(minutes=1)
"""What was written meanwhile may be committed so much later: it is read again."""
_SOURCE: Final = "curating"
_READ_UNTIL: Final = "read_until"


@dataclass(frozen=True, slots=True)
class _Line:
    record_id: str
    channel_id: str
    applied_at: datetime
    version_at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class _Telling:
    """A message that may contradict something, read once for all standard answers."""

    line: _Line
    plain: str
    words: frozenset[str]

    def shares(self, topic: frozenset[str]) -> bool:
        return not topic.isdisjoint(self.words) or any(word in self.plain for word in topic)


class WatchingStandardAnswers:
    """``run`` is owned by the server; ``warm`` prepares what questions are compared with."""

    def __init__(self, database: Database, *, warm: Callable[[datetime], Awaitable[None]] | None = None) -> None:
        self._database = database
        self._warm = warm
        self._notebook = Notebook(database)
        self._standard_answers = StandardAnswers(database)
        self._woken = asyncio.Event()

    def wake(self, changed: Sequence[tuple[str, str | None]]) -> None:
        """The archive has changed; for ``Archivist.listen``."""
        if changed:
            self._woken.set()

    async def run(self) -> None:
        """Look soon after each change, and every half minute for what expires."""
        while True:
            self._woken.clear()
            try:
                await self.look()
                if self._warm is not None:
                    await self._warm(datetime.now(UTC))
            except Exception:  # noqa: BLE001 - the next look goes on where this one stopped
                _log.warning("standard answers could not be looked at", exc_info=True)
            await asyncio.sleep(_PAUSE_SECONDS)
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_SECONDS - _PAUSE_SECONDS):
                    await self._woken.wait()

    async def look(self, *, now: datetime | None = None) -> int:
        """Contest what newer messages contradict, or do no more, and bring the queue in line.

        Returns how many cases of the queue changed.
        """
        moment = now or datetime.now(UTC)
        await self._read_on(moment)
        concerns = await self._standard_answers.needing_attention(moment)
        if await self._lift([one.standard_answer for one in concerns if one.concern == "contradicted"], moment):
            concerns = await self._standard_answers.needing_attention(moment)
        async with self._database.read() as connection:
            idle = not concerns and not await connection.run_sync(lambda sync: _any_case(Session(sync)))
        if idle:
            return 0
        settled_at = now or datetime.now(UTC)  # after what was contested in this look
        async with self._database.begin() as connection:
            return await connection.run_sync(lambda sync: settle(Session(sync), concerns, settled_at))

    async def _read_on(self, now: datetime) -> None:
        """Read what came into the truth since the last time."""
        standing = await self._standard_answers.in_force(now)
        note = await self._notebook.read(_SOURCE, _READ_UNTIL)
        approvals = [one.approved_at for one in standing if one.approved_at is not None]
        if not approvals:
            if note is not None:
                await self._notebook.write(_SOURCE, _READ_UNTIL, None)
            return
        first = min(approvals)
        read_until = datetime.fromisoformat(str(note["at"])) if note is not None else first
        async with self._database.read() as connection:
            places = await connection.run_sync(lambda sync: _places(Session(sync), standing))
        at, record_id = max(read_until - _LATE, first - _LATE), ""
        while lines := await self._lines(at, record_id, newer_than=first):
            at, record_id = lines[-1].applied_at, lines[-1].record_id
            for one, line in await asyncio.to_thread(_contested, standing, places, lines):
                if one.approved_at is not None and await self._standard_answers.contest(
                    one.standard_answer_id, approved_at=one.approved_at, record_id=line.record_id
                ):
                    _log.info("standard answer contested", standard_answer_id=one.standard_answer_id)
        if note is None or at > read_until:
            await self._notebook.write(_SOURCE, _READ_UNTIL, {"at": max(at, read_until).isoformat()})

    async def _lift(self, contested: Sequence[StandardAnswer], now: datetime) -> int:
        """Give those again whose message was deleted, or edited so that it contradicts no more, unless others do."""
        if not contested:
            return 0
        async with self._database.read() as connection:
            places, decided = await connection.run_sync(
                lambda sync: (
                    _places(Session(sync), contested),
                    [is_decided(Session(sync), one) for one in contested],
                )
            )
        lifted = 0
        for one in [one for one, is_done in zip(contested, decided, strict=True) if not is_done]:
            said = await self._read_lines(MessageRow.record_id == one.contested_by)
            if await asyncio.to_thread(_contested, [one], places, said):
                continue
            other = await self._first_against(one, places)
            async with self._database.begin() as connection:
                lifted += await connection.run_sync(_lift, one, now, other)
        return lifted

    async def _first_against(self, one: StandardAnswer, places: Mapping[str, frozenset[str]]) -> str | None:
        """The first message since its approval that contradicts it."""
        newer_than = one.approved_at or one.proposed_at
        at, record_id = newer_than - _LATE, ""
        while lines := await self._lines(at, record_id, newer_than=newer_than):
            at, record_id = lines[-1].applied_at, lines[-1].record_id
            for _, line in await asyncio.to_thread(_contested, [one], places, lines):
                return line.record_id
        return None

    async def _lines(self, at: datetime, record_id: str, *, newer_than: datetime) -> list[_Line]:
        """The next messages in the order in which they came into the truth."""
        kept = MessageRow
        later = or_(kept.applied_at > at, and_(kept.applied_at == at, kept.record_id > record_id))
        return await self._read_lines(later, kept.version_at > newer_than)

    async def _read_lines(self, *which: ColumnElement[bool]) -> list[_Line]:
        """Messages of people that stand and are not too long."""
        kept = MessageRow
        statement = (
            select(kept.record_id, kept.channel_id, kept.applied_at, kept.version_at, kept.text)
            .where(
                *which,
                kept.deleted_at.is_(None),
                kept.channel_id.is_not(None),
                kept.system.is_(False),
                kept.answer_id.is_(None),
                func.length(kept.text).between(1, LONGEST),
            )
            .order_by(kept.applied_at, kept.record_id)
            .limit(_AT_ONCE)
        )
        async with self._database.read() as connection:
            found = (await connection.execute(statement)).all()
        return [_Line(row.record_id, row.channel_id or "", row.applied_at, row.version_at, row.text) for row in found]


def _lift(connection: Connection, one: StandardAnswer, now: datetime, other: str | None) -> bool:
    return lift(Session(connection), one, now, other=other)


def _contested(
    standing: Sequence[StandardAnswer], places: Mapping[str, frozenset[str]], lines: Iterable[_Line]
) -> list[tuple[StandardAnswer, _Line]]:
    """Which of them a newer message of its places contradicts; the first one counts."""
    telling = [
        _Telling(line, normalize(line.text), subject_words(line.text)) for line in lines if may_contradict(line.text)
    ]
    found = []
    for one in standing if telling else ():
        first = next((told for told in telling if _is_contested(one, places, told)), None)
        if first is not None:
            found.append((one, first.line))
    return found


def _is_contested(one: StandardAnswer, places: Mapping[str, frozenset[str]], told: _Telling) -> bool:
    line = told.line
    if one.approved_at is None or line.version_at <= one.approved_at:
        return False
    if line.channel_id not in places[one.standard_answer_id]:
        return False
    if any(source.record_id == line.record_id for source in one.sources):
        return False
    return any(
        told.shares(topic_of(way)) and contradicts(line.text, question=way, text=one.text) for way in one.questions
    )


def _places(session: Session, standing: Sequence[StandardAnswer]) -> dict[str, frozenset[str]]:
    """Where each may be contradicted: in its own channels, and in public ones of their workspaces."""
    is_public = and_(ChannelRow.visibility == "public", ChannelRow.external.is_(False))
    rows = session.execute(
        select(ChannelRow.channel_id, ChannelRow.platform, ChannelRow.workspace_id, is_public).where(
            ChannelRow.deleted_at.is_(None)
        )
    ).all()
    workspaces = {channel_id: (platform, workspace) for channel_id, platform, workspace, _ in rows}
    public = [(channel_id, (platform, workspace)) for channel_id, platform, workspace, is_open in rows if is_open]
    places = {}
    for one in standing:
        own = one.channel_ids - {EVERYBODY}
        around = {workspaces[channel_id] for channel_id in own if channel_id in workspaces}
        everywhere = EVERYBODY in one.channel_ids
        open_ones = {channel_id for channel_id, workspace in public if everywhere or workspace in around}
        places[one.standard_answer_id] = frozenset(own | open_ones)
    return places


def _any_case(session: Session) -> bool:
    waiting = select(CaseRow.case_id).where(CaseRow.state == "open", CaseRow.standard_answer_id.is_not(None))
    return session.scalar(waiting.limit(1)) is not None
