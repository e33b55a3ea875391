"""What was said before: the thread of an utterance, or the last turns of a direct chat."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.truth.database import Database
from bot.truth.tables import AnswerRow, AnswerSourceRow, FileRow, MessageRow, PersonRow
from connectors.connector import Utterance

_TURNS = 6
_DIRECT_CHAT = timedelta(minutes=30)
"""What was said in a direct chat longer ago is another matter."""
_Cited = tuple[str, str, str | None]
"""Record, channel and the name of the file, if one is cited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A message of a person, or an answer of the bot with what it rested on."""

    record_id: str
    author: str
    text: str
    by_bot: bool = False
    abstained: bool = False
    question: str = ""
    """What the bot answered, as it was searched."""
    cited: tuple[str, ...] = ()
    """Records that the answer cites."""
    channels: tuple[str, ...] = ()
    """Of the cited records, in the same order: who may not read one of them must not see the answer."""
    file_names: tuple[str, ...] = ()
    """Of the cited files."""


async def earlier_turns(database: Database, utterance: Utterance) -> Sequence[Turn]:
    """The last turns before an utterance, oldest first: deleted ones and withdrawn answers are left out."""
    async with database.read() as connection:
        return await connection.run_sync(lambda sync: _turns(Session(sync), utterance))


def _turns(session: Session, utterance: Utterance) -> list[Turn]:
    thread_id, channel = utterance.thread_id, utterance.channel
    if thread_id is not None:
        where = or_(MessageRow.thread_id == thread_id, MessageRow.record_id == thread_id)
    elif channel.visibility == "direct":
        where = MessageRow.sent_at >= utterance.said_at - _DIRECT_CHAT
    else:
        return []
    rows = session.execute(
        select(MessageRow, PersonRow, AnswerRow)
        .join(PersonRow, PersonRow.person_id == MessageRow.author_id, isouter=True)
        .join(AnswerRow, AnswerRow.answer_id == MessageRow.answer_id, isouter=True)
        .where(
            where,
            # The channel always: a message may name a thread of a channel that its readers must not see.
            MessageRow.channel_id == channel.channel_id,
            MessageRow.deleted_at.is_(None),
            MessageRow.system.is_(False),
            MessageRow.sent_at <= utterance.said_at,
            MessageRow.record_id != (utterance.record_id or ""),
            or_(MessageRow.answer_id.is_(None), AnswerRow.answer_id.is_(None), AnswerRow.withdrawn_at.is_(None)),
        )
        .order_by(MessageRow.sent_at.desc(), MessageRow.record_id.desc())
        .limit(_TURNS)
    ).all()
    sources = _cited(session, [answer.answer_id for _, _, answer in rows if answer is not None])
    return [_turn(message, person, answer, sources) for message, person, answer in reversed(rows)]


def _turn(
    message: MessageRow, person: PersonRow | None, answer: AnswerRow | None, sources: dict[str, list[_Cited]]
) -> Turn:
    cited = sources.get(answer.answer_id, []) if answer is not None else []
    return Turn(
        record_id=message.record_id,
        author=person.name if person is not None else "",
        text=message.text,
        by_bot=message.answer_id is not None or (person is not None and person.is_bot),
        abstained=answer is not None and answer.abstained,
        question=" ".join(answer.trace.get("searches", [])) or answer.question if answer is not None else "",
        cited=tuple(record_id for record_id, _, _ in cited),
        channels=tuple(channel_id for _, channel_id, _ in cited),
        file_names=tuple(name for _, _, name in cited if name),
    )


def _cited(session: Session, answer_ids: Sequence[str]) -> dict[str, list[_Cited]]:
    found: dict[str, list[_Cited]] = {}
    for source, file_name in session.execute(
        select(AnswerSourceRow, FileRow.name)
        .join(FileRow, FileRow.file_id == AnswerSourceRow.file_id, isouter=True)
        .where(AnswerSourceRow.answer_id.in_(answer_ids), AnswerSourceRow.cited)
        .order_by(AnswerSourceRow.n)
    ):
        found.setdefault(source.answer_id, []).append((source.record_id, source.channel_id, file_name))
    return found
