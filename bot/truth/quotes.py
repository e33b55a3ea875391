"""What somebody quotes, where a platform tells only the words: the message or the answer here that they are of.

A quotation may be cut, and of an answer it may show the sources below. Marks and spaces make no difference.
"""

import re
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.truth.tables import AnswerRow, MessageRow, PersonRow

_WITHIN: Final = timedelta(days=90)
_RECOGNISED: Final = 8
"""Characters: by a shorter beginning nothing is known again."""
_LOOKED_AT: Final = 50
_READ_CHARS: Final = 200
_MARK: Final = re.compile(r"\[\d{1,3}\]")
_NOT_WORDS: Final = re.compile(r"\[\d{1,3}\]|[\W_]")
_RUN: Final = re.compile(r"[^\W_]+")


def quoted_message(
    session: Session, quoted: str, *, channel_id: str, before: datetime, but: str | None
) -> MessageRow | None:
    """The latest message of a person in this channel that says these words, or begins with them."""
    run = _longest_run(quoted)
    if not run:
        return None
    rows = session.scalars(
        select(MessageRow)
        .join(PersonRow, PersonRow.person_id == MessageRow.author_id)
        .where(
            MessageRow.channel_id == channel_id,
            MessageRow.sent_at >= before - _WITHIN,
            MessageRow.sent_at <= before,
            MessageRow.text.contains(run, autoescape=True),
            MessageRow.record_id != (but or ""),
            MessageRow.deleted_at.is_(None),
            MessageRow.system.is_(False),
            MessageRow.answer_id.is_(None),
            PersonRow.is_bot.is_(False),
        )
        .order_by(MessageRow.sent_at.desc(), MessageRow.record_id.desc())
        .limit(_LOOKED_AT)
    ).all()
    words = _words(quoted)
    same = (row for row in rows if _words(row.text) == words)
    cut = (row for row in rows if len(words) >= _RECOGNISED and _words(row.text).startswith(words))
    return next(same, None) or next(cut, None)


def quoted_answer(session: Session, quoted: str, *, channel_id: str, before: datetime) -> AnswerRow | None:
    """The latest answer given in this channel that says these words; withdrawn ones say nothing any more."""
    run = _longest_run(quoted)
    if not run:
        return None
    rows = session.scalars(
        select(AnswerRow)
        # Shown in this channel: what was answered to one person alone is no message of it.
        .join(MessageRow, MessageRow.record_id == AnswerRow.answer_record_id)
        .where(
            MessageRow.channel_id == channel_id,
            MessageRow.deleted_at.is_(None),
            AnswerRow.asked_at >= before - _WITHIN,
            AnswerRow.asked_at <= before,
            AnswerRow.text.contains(run, autoescape=True),
            AnswerRow.abstained.is_(False),
            AnswerRow.withdrawn_at.is_(None),
        )
        .order_by(AnswerRow.asked_at.desc(), AnswerRow.answer_id)
        .limit(_LOOKED_AT)
    ).all()
    words = _words(quoted)
    return next((row for row in rows if _is_shown(_words(row.text), words)), None)


def _is_shown(said: str, words: str) -> bool:
    if said == words:
        return True
    return min(len(said), len(words)) >= _RECOGNISED and (said.startswith(words) or words.startswith(said))


def _words(text: str) -> str:
    return _NOT_WORDS.sub("", text).casefold()


def _longest_run(quoted: str) -> str:
    """The longest word of its first line, by which the database finds what may be quoted."""
    lines = quoted.strip().splitlines() or [""]
    return max(_RUN.findall(_MARK.sub(" ", lines[0])[:_READ_CHARS]), key=len, default="")
