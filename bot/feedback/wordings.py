"""How questions of a group were worded, as far as operators may read it.

What one person asks alone with the bot is nobody's business, unless they judge the answer and so ask for help. Of
questions that were asked in direct chats only, the words are told that several people used, and nothing else.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from bot.feedback.counting import directs
from bot.feedback.periods import Period
from bot.feedback.vectors import in_full
from bot.truth.tables import AnswerRow, VerdictRow
from knowledge.topics.words import topic_words

FEWEST_PEOPLE: Final = 2
"""So many must have asked alone with the bot before it is told what about."""
_LOOKED_AT: Final = 12
_MOST_WORDS: Final = 4
_COMMON: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A question as it was asked."""

    group: str
    answer_id: str
    question: str
    language: str
    channel_id: str
    is_private: bool
    """In a direct chat."""
    person_id: str
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wordings:
    """What operators may read of a group, or of several that are one gap."""

    asked: tuple[Wording, ...]
    """Different ones, the newest first; none of direct chats."""
    words: tuple[str, ...]
    """What the questions have in common, the most frequent first."""


def read_wordings(
    session: Session, groups: Collection[str], period: Period, *, reasons: Collection[str] = ()
) -> Mapping[str, Sequence[Wording]]:
    """The newest questions by group; with ``reasons`` only those that were not answered for one of these."""
    parts = []
    for group in groups:
        newest = (
            select(AnswerRow.answer_id)
            .where(AnswerRow.question_group == group, AnswerRow.channel_id.is_not(None), AnswerRow.question != "")
            .where(AnswerRow.asked_at >= period.since, AnswerRow.asked_at < period.until)
            .order_by(AnswerRow.asked_at.desc())
            .limit(_LOOKED_AT)
        )
        if reasons:
            newest = newest.where(AnswerRow.reason.in_(reasons))
        parts.append(select(newest.subquery().c.answer_id))
    found: dict[str, list[Wording]] = defaultdict(list)
    if not parts:
        return found
    direct = set(session.scalars(directs()))
    columns = AnswerRow.question_group, AnswerRow.answer_id, AnswerRow.question, AnswerRow.trace["searches"]
    rows = session.execute(
        select(*columns, AnswerRow.language, AnswerRow.channel_id, AnswerRow.person_id, AnswerRow.asked_at)
        .where(AnswerRow.answer_id.in_(union_all(*parts)))
        .order_by(AnswerRow.asked_at.desc(), AnswerRow.answer_id)
    )
    for group, answer_id, question, searches, language, channel_id, person_id, asked_at in rows:
        found[group].append(
            Wording(
                group=group,
                answer_id=answer_id,
                question=in_full(question, searches),
                language=language,
                channel_id=channel_id,
                is_private=channel_id in direct,
                person_id=person_id or "",
                asked_at=asked_at,
            )
        )
    return found


def told(asked: Iterable[Wording], *, shown: int = 3) -> Wordings:
    """What may be read of them. Blocks: cuts Chinese."""
    everything = list(asked)
    different: dict[str, Wording] = {}
    for wording in everything:
        if not wording.is_private:
            different.setdefault(" ".join(wording.question.lower().split()), wording)
    return Wordings(asked=tuple(different.values())[:shown], words=_in_common(everything))


def _in_common(asked: Sequence[Wording]) -> tuple[str, ...]:
    """Words of at least half of the people's questions, and of several people when it was asked in direct chats."""
    people: dict[str, set[str]] = defaultdict(set)
    in_public: set[str] = set()
    everybody = {wording.person_id for wording in asked}
    for wording in asked:
        for word in set(topic_words(wording.question)):
            people[word].add(wording.person_id)
            if not wording.is_private:
                in_public.add(word)
    common = [
        word
        for word, who in people.items()
        if len(who) >= _COMMON * len(everybody) and (word in in_public or len(who) >= FEWEST_PEOPLE)
    ]
    common.sort(key=lambda word: (-len(people[word]), -len(word), word))
    kept: list[str] = []
    for word in common:
        if not any(word in other or other in word for other in kept):
            kept.append(word)
    return tuple(_as_written(word, asked) for word in kept[:_MOST_WORDS])


def _as_written(word: str, asked: Sequence[Wording]) -> str:
    """With its capitals: words are compared in small letters."""
    for wording in asked:
        at = wording.question.lower().find(word)
        if at >= 0:
            return wording.question[at : at + len(word)]
    return word


def kept_private(session: Session, answer_ids: Collection[str]) -> set[str]:
    """Of these answers, those given to a person alone who has not judged them: their words are not shown."""
    judged = select(VerdictRow.answer_id).where(
        VerdictRow.answer_id == AnswerRow.answer_id, VerdictRow.kind.in_(("up", "down"))
    )
    statement = select(AnswerRow.answer_id).where(
        AnswerRow.answer_id.in_(answer_ids), AnswerRow.channel_id.in_(directs()), ~judged.exists()
    )
    return set(session.scalars(statement))
