"""✅ on a colleague's reply: whoever asked, or whoever replied, proposes it as the standard answer to the question.

What is proposed follows from what stands, not from the order of events: a tick by one of the two on a living reply in
a thread that a question opened. Taken away before an operator decided, the proposal goes. Only what happens live
counts: in many teams ✅ meant "done" for years before the bot came.
"""

from collections.abc import Set
from datetime import timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.orm import Session

from bot.intent.wording import word
from bot.language import language_of
from bot.truth.inbox import Lane
from bot.truth.resting import TEXT_CHARS, asked_words
from bot.truth.tables import (
    AnswerRow,
    ChannelRow,
    MessageRow,
    PersonRow,
    ReactionRow,
    StandardAnswerRow,
    StandardAnswerSourceRow,
)
from bot.truth.working_set import WorkingSet
from connectors.events import MessageEdited, MessagePosted, ReactionChanged

TICKS: Final = frozenset({"white_check_mark", "heavy_check_mark", "✅", "✔", "✔️"})
"""By name, as Slack and the console write them, and as themselves."""
_FRESH: Final = timedelta(days=90)
"""A tick on an older reply tidies up; what it says may have changed since."""


class Ticks:
    """Proposals by ✅ in one batch of events."""

    def __init__(self, work: WorkingSet) -> None:
        self._work = work
        self._touched: set[str] = set()
        self._live: set[str] = set()

    def touched(self, event: ReactionChanged | MessagePosted | MessageEdited, lane: Lane) -> None:
        """Something happened to a message or to a tick on it."""
        if isinstance(event, ReactionChanged) and event.emoji not in TICKS:
            return
        self._touched.add(event.record_id)
        if lane is Lane.LIVE:
            self._live.add(event.record_id)

    def take_in(self) -> None:
        """Make the proposals that stand now, and take away those that do not."""
        if not self._touched:
            return
        session = self._work.session
        ticked = select(ReactionRow.record_id).where(ReactionRow.emoji.in_(TICKS))
        # Two statements: one with "or" would read every message.
        replies = ticked.join(MessageRow, MessageRow.record_id == ReactionRow.record_id)
        found = set(session.scalars(ticked.where(ReactionRow.record_id.in_(self._touched))))
        found |= set(session.scalars(replies.where(MessageRow.thread_id.in_(self._touched))))
        for record_id in found:
            _settle(session, self._work, record_id, live=self._live)


def proposal_id(record_id: str) -> str:
    """The same for every tick on a reply, so that it is proposed once."""
    return sha256(f"tick {record_id}".encode()).hexdigest()[:12]


def _settle(session: Session, work: WorkingSet, record_id: str, *, live: Set[str]) -> None:
    row = session.get(StandardAnswerRow, proposal_id(record_id))
    if row is not None and row.state != "proposed":
        return
    reply = session.get(MessageRow, record_id)
    head = session.get(MessageRow, reply.thread_id) if reply is not None and reply.thread_id is not None else None
    by = _ticked_by(session, head, reply) if head is not None and reply is not None else None
    if head is None or reply is None or by is None:
        if row is not None:
            sources = StandardAnswerSourceRow.standard_answer_id == row.standard_answer_id
            session.execute(delete(StandardAnswerSourceRow).where(sources))
            session.delete(row)
            session.flush()
        return
    question, text = question_of(session, head), reply.text.strip()[:TEXT_CHARS]
    if row is not None:
        if row.changed_at is None:  # else an operator has given it other words
            row.question, row.text, row.proposed_by = question, text, by
            row.contested_by, row.contested_at = None, None
            session.flush()
        return
    if live.isdisjoint({record_id, head.record_id}):
        return
    row = StandardAnswerRow(
        standard_answer_id=proposal_id(record_id),
        question=question,
        variants=[],
        text=text,
        language=language_of(f"{question} {text}"),
        proposed_by=by,
        state="proposed",
        proposed_at=work.now,
        channel_ids=[],
    )
    session.add(row)
    session.flush()
    session.add(
        StandardAnswerSourceRow(
            standard_answer_id=row.standard_answer_id, n=1, record_id=record_id, channel_id=reply.channel_id or ""
        )
    )
    session.flush()


def _ticked_by(session: Session, head: MessageRow, reply: MessageRow) -> str | None:
    """Who proposes it, if it can be one: a colleague's words in a thread that a question opened."""
    if not all(_is_talk(session, row) for row in (head, reply)) or reply.record_id == head.record_id:
        return None
    moment = reply.sent_at
    if moment is None or not reply.text.strip() or not question_of(session, head):
        return None
    ticks = session.execute(
        select(ReactionRow.person_id, ReactionRow.changed_at)
        .where(
            ReactionRow.record_id == reply.record_id,
            ReactionRow.emoji.in_(TICKS),
            ReactionRow.present,
            ReactionRow.person_id.in_([head.author_id, reply.author_id]),
        )
        .order_by(ReactionRow.changed_at, ReactionRow.person_id)
    ).all()
    return next((person_id for person_id, at in ticks if at - moment <= _FRESH), None)


def _is_talk(session: Session, row: MessageRow) -> bool:
    is_bot = select(PersonRow.person_id).where(PersonRow.person_id == row.author_id, PersonRow.is_bot)
    gone = select(ChannelRow.channel_id).where(
        ChannelRow.channel_id == row.channel_id, ChannelRow.deleted_at.is_not(None)
    )
    return (
        row.deleted_at is None
        and row.channel_id is not None
        and not row.system
        and row.answer_id is None
        and not session.scalar(select(or_(exists(is_bot), exists(gone))))
    )


def question_of(session: Session, head: MessageRow) -> str:
    """What was asked, as the bot understood it where it was asked; empty when the thread begins with no question."""
    asked = session.scalar(
        select(AnswerRow.question)
        .where(AnswerRow.question_record_id == head.record_id, AnswerRow.question != "")
        .order_by(AnswerRow.asked_at)
        .limit(1)
    )
    words = asked_words(asked or head.text)
    return words if asked or word(words).asks else ""
