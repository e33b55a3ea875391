"""Summaries made while nobody asks: conversations that have ended are summarised, so that digests find them ready."""

import asyncio
from collections import deque
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import Connection, func, or_, select

from bot.language import language_of
from bot.llm.interface import LanguageModel
from bot.summaries.ranking import is_worth_phrasing
from bot.summaries.summarizer import Summarizer
from bot.summaries.talk import Wanted, read_talks
from bot.truth.database import Database
from bot.truth.tables import ConversationRow, ConversationSummaryRow, MessageRow
from knowledge.passage import Audience

_log = structlog.get_logger(__name__)

_ENDED = timedelta(hours=3)
"""Without a message for so long, a conversation has most likely ended."""
_OLDEST = timedelta(days=3)
_FEWEST_MESSAGES = 3
_LOOK_SECONDS = 60.0
_WATCH_SECONDS = 0.1
_LONGEST_SECONDS = 120.0
_ONE_HOUR = timedelta(hours=1)
_PASSED_OVER = 5000
"""Conversations remembered as not worth it, so that they are not read again and again."""


class IdleSummaries:
    """Works only while the model has nothing else to do, and gives way within a tenth of a second.

    At most ``per_hour`` conversations an hour: with a dozen seconds each on a CPU, a dozen keep a laptop busy for a
    twentieth of the time.
    """

    def __init__(
        self,
        *,
        database: Database,
        summarizer: Summarizer,
        model: LanguageModel,
        per_hour: int,
        look_seconds: float = _LOOK_SECONDS,
    ) -> None:
        self._database = database
        self._summarizer = summarizer
        self._model = model
        self._per_hour = per_hour
        self._look_seconds = look_seconds
        self._made: deque[datetime] = deque(maxlen=max(1, per_hour))
        self._passed_over: deque[str] = deque(maxlen=_PASSED_OVER)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(self._look_seconds)
            try:
                while await self.make_one():
                    pass
            except Exception:  # noqa: BLE001 - summaries are then made when somebody asks for them
                _log.warning("an idle summary failed", exc_info=True)

    async def make_one(self, now: datetime | None = None) -> bool:
        """Summarise the conversation that ended last; False when there is none, no time for it, or somebody asked."""
        now = now or datetime.now(UTC)
        if self._model.waiting or not self._may_make(now):
            return False
        async with self._database.read() as connection:
            conversation_id = await connection.run_sync(_next, now, tuple(self._passed_over))
        if conversation_id is None:
            return False
        work = asyncio.create_task(self._make(conversation_id), name="idle-summary")
        try:
            while not work.done():
                await asyncio.wait([work], timeout=_WATCH_SECONDS)
                if self._model.waiting > 1:
                    return False  # Somebody asks: ours is one, theirs the other.
            if work.result():
                self._made.append(now)
            else:
                self._passed_over.append(conversation_id)
            return True
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)

    def _may_make(self, now: datetime) -> bool:
        if not self._per_hour:
            return False
        return len(self._made) < self._per_hour or now - self._made[0] >= _ONE_HOUR

    async def _make(self, conversation_id: str) -> bool:
        """Whether the model phrased it; a kept summary is for whoever may read the channel, so nobody's eyes count."""
        everybody = Audience.operator()
        talks = await read_talks(
            self._database, Wanted(audience=everybody, conversation_ids=frozenset({conversation_id}))
        )
        if not talks:
            return False
        language = language_of("\n".join(turn.text for turn in talks[0].turns))
        if not is_worth_phrasing(talks[0], language):
            return False
        summary = await self._summarizer.conversation(
            conversation_id, audience=everybody, language=language, seconds=_LONGEST_SECONDS, asker="idle"
        )
        return summary is not None and summary.model != ""


def _next(connection: Connection, now: datetime, passed_over: tuple[str, ...]) -> str | None:
    """The conversation that ended last and was not summarised since."""
    last, made = func.max(MessageRow.sent_at), func.max(ConversationSummaryRow.made_at)
    ended = (
        select(ConversationRow.conversation_id)
        .join(MessageRow, MessageRow.record_id == ConversationRow.record_id)
        .join(
            ConversationSummaryRow,
            ConversationSummaryRow.conversation_id == ConversationRow.conversation_id,
            isouter=True,
        )
        # What was sent lately came lately, and that is indexed.
        .where(
            MessageRow.applied_at > now - _OLDEST, MessageRow.sent_at > now - _OLDEST, MessageRow.deleted_at.is_(None)
        )
        .group_by(ConversationRow.conversation_id)
        .having(func.count() >= _FEWEST_MESSAGES, last < now - _ENDED, or_(made.is_(None), made < last))
        .order_by(last.desc(), ConversationRow.conversation_id)
    )
    skipped = set(passed_over)
    return next((found for found in connection.scalars(ended) if found not in skipped), None)
