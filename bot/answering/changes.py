"""Old facts beside new ones: what replaced a source is read too, and the answer tells both with their dates."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from bot.answering.evidence import Evidence, permalinks_of, spoken_evidence
from bot.answering.grounding import Checked, CheckedSentence
from bot.answering.replacing import ValueChange, value_change
from bot.errors import Language
from bot.texts import say
from bot.truth.database import Database
from bot.truth.tables import MessageRow
from bot.truth.talk import spoken_messages, talk_statement
from knowledge.lexical import normalize

_LOOKED_AT = 4
"""The best passages: what replaced one further down is rarely asked for."""


async def with_replacements(database: Database, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The same passages; a message that replaced one of the best comes right before it. Numbered anew.

    Both are of one channel, so whoever may read the one may read the other.
    """
    here = {item.record_id for item in evidence}
    missing = {
        item.outdated_by.record_id: item
        for item in evidence[:_LOOKED_AT]
        if item.outdated_by is not None and item.outdated_by.record_id not in here
    }
    if not missing:
        return list(evidence)
    async with database.read() as connection:
        found = await connection.run_sync(lambda sync: _newer(Session(sync), missing))
    ordered: list[Evidence] = []
    for item in evidence:
        newer = found.pop(item.outdated_by.record_id, None) if item.outdated_by is not None else None
        if newer is not None:
            ordered.append(newer)
        ordered.append(item)
    return [replace(item, n=number) for number, item in enumerate(ordered, start=1)]


def tell_changes(
    checked: Checked, evidence: Sequence[Evidence], *, now: datetime, zone: tzinfo, language: Language
) -> Checked:
    """The answer with a sentence for each source of it that was replaced, or that replaced another.

    A sentence that tells only what no longer holds is left out: the new one tells it with its date.
    """
    by_id = {item.record_id: item for item in evidence if item.kind == "message"}
    sentences, told = list(checked.sentences), normalize(checked.text)
    for older in by_id.values():
        newer = by_id.get(older.outdated_by.record_id) if older.outdated_by is not None else None
        if newer is None or not {older.n, newer.n} & set(checked.cited):
            continue
        change = value_change(newer.text, older.text)
        if change is None or _tells(told, change):
            continue
        sentences = [_unless_stale(sentence, older, newer, change) for sentence in sentences]
        text = _note(change, newer, now=now, zone=zone, language=language)
        sentences.append(CheckedSentence(text, tuple(sorted({older.n, newer.n}))))
    return Checked(tuple(sentences))


def _tells(told: str, change: ValueChange) -> bool:
    return normalize(change.old) in told and change.new is not None and normalize(change.new) in told


def _unless_stale(sentence: CheckedSentence, older: Evidence, newer: Evidence, change: ValueChange) -> CheckedSentence:
    said = normalize(sentence.text)
    stale = older.n in sentence.citations and newer.n not in sentence.citations and normalize(change.old) in said
    return CheckedSentence(sentence.text, (), "a newer message says otherwise") if stale else sentence


def _note(change: ValueChange, newer: Evidence, *, now: datetime, zone: tzinfo, language: Language) -> str:
    when = _day(newer.time.astimezone(zone), now.astimezone(zone), language)
    if change.new is None:
        return say("called_off", language, when=when, old=change.old)
    return say("changed", language, when=when, old=change.old, new=change.new)


def _day(moment: datetime, now: datetime, language: Language) -> str:
    year = moment.year != now.year
    if language == "zh":
        return f"{f'{moment.year} 年 ' if year else ''}{moment.month} 月 {moment.day} 日"
    return f"{moment.day} {moment:%B}{f' {moment.year}' if year else ''}"


def _newer(session: Session, replaced: Mapping[str, Evidence]) -> dict[str, Evidence]:
    """The living ones of the messages that replaced others, by their ids; ``replaced`` has what each replaced."""
    spoken = spoken_messages(session, talk_statement().where(MessageRow.record_id.in_(list(replaced))))
    permalinks = permalinks_of(session, replaced)
    return {
        said.record_id: spoken_evidence(
            said, permalink=permalinks.get(said.record_id), found_by=replaced[said.record_id]
        )
        for said in spoken
    }
