"""What is searched for a question, given what was said before it."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.answering.people import PeopleNamed
from bot.errors import Language
from bot.guarding.instructions import gives_orders
from bot.guarding.masking import mask
from bot.llm.interface import LanguageModel
from bot.rewriting.phrasing import phrased
from bot.rewriting.references import Reference, reference_in
from bot.rewriting.splitting import parts_of
from bot.rewriting.topics import topic_words
from bot.truth.database import Database
from bot.truth.turns import Turn
from knowledge.passage import Audience

_MARK = re.compile(r"\s*\[\d+\]")
_READ_CHARS = 1000
"""Of what was said before: enough to know what it is about."""
_TURN_CHARS = 160
_FILE = re.compile(
    r"文件|文档|合同|报价|表|[份张]|\b(?:file|document|doc|sheet|pdf|slides?|deck|quote|contract|report)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten:
    """``searches`` is empty where the question is searched as it is; the rest as in ``Question``."""

    searches: tuple[str, ...] = ()
    context: str = ""
    context_records: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Before:
    """What the thread is about: the last question with its answer, and who and which file were named."""

    question: str
    context: str
    records: dict[str, str]
    people: tuple[str, ...]
    file_name: str | None


class Rewriter:
    """Completes questions that lean on what was said before, by rules where that is safe, and splits them."""

    def __init__(self, database: Database, model: LanguageModel) -> None:
        self._people = PeopleNamed(database)
        self._model = model

    async def rewrite(
        self,
        question: str,
        turns: Sequence[Turn],
        *,
        channel_id: str,
        audience: Audience,
        language: Language,
        asker: str = "",
    ) -> Rewritten:
        """The searches of a question and what the model must know of before.

        A turn that rests on what this audience may not read is as if it were not there.
        """
        reference = reference_in(question, names_somebody=bool(await self._people.find(question)))
        before = await self._before(turns, channel_id, audience, language) if reference else None
        if reference is None or before is None:
            return Rewritten(searches=await self._parts(question))
        completed = _by_rules(reference, before)
        if completed is None:
            bare = mask(question, language)
            said = await phrased(bare, context=before.context, model=self._model, language=language, asker=asker)
            completed = said or _with_topic(reference.core, before.question)
        searches = await self._parts(completed)
        return Rewritten(searches=searches or (completed,), context=before.context, context_records=before.records)

    async def _parts(self, question: str) -> tuple[str, ...]:
        """The parts of a question, each with the topic of the first where it leans on it; empty for a whole one."""
        parts = parts_of(question)
        if len(parts) == 1:
            return ()
        first, *others = parts
        return (first, *(_with_topic(part, first) if reference_in(part) else part for part in others))

    async def _before(
        self, turns: Sequence[Turn], channel_id: str, audience: Audience, language: Language
    ) -> _Before | None:
        allowed = set(map(str, audience.channel_ids))
        shown = [
            replace(turn, text=turn.text[:_READ_CHARS], question=turn.question[:_READ_CHARS])
            for turn in turns
            if audience.everything or set(turn.channels) <= allowed
        ]
        readable = await asyncio.to_thread(lambda: [turn for turn in shown if not gives_orders(turn.text)])
        answer = next((turn for turn in reversed(readable) if turn.question), None)
        asked = [turn for turn in readable if not turn.by_bot and topic_words(turn.text)]
        if answer is None and not asked:
            return None
        question = answer.question if answer is not None else asked[-1].text
        used = [turn for turn in (asked[-1] if asked else None, answer) if turn is not None]
        told = [_MARK.sub("", turn.text) for turn in used if not turn.abstained]
        records = {record: channel for turn in used for record, channel in zip(turn.cited, turn.channels, strict=True)}
        named = " ".join([*told, question])
        return _Before(
            question=mask(question, language),
            context=" / ".join(mask(" ".join(each.split()), language)[:_TURN_CHARS] for each in told),
            records={turn.record_id: channel_id for turn in used} | records,
            people=await self._people.names(named),
            file_name=next(iter(answer.file_names), None) if answer is not None else None,
        )


def _by_rules(reference: Reference, before: _Before) -> str | None:
    """The question completed; None where rules cannot tell what is meant."""
    core = reference.core
    if reference.lean == "instead":
        return _instead(reference.word, before)
    if reference.lean == "person":
        if len(before.people) != 1:
            return None
        return _with_topic(reference.with_word(before.people[0]), before.question)
    if reference.lean == "thing" and before.file_name and _FILE.search(reference.word):
        return reference.with_word(before.file_name)
    return _with_topic(core, before.question)


def _instead(word: str, before: _Before) -> str:
    """The last question with another name in the place of the only one that it names."""
    named = [name for name in before.people if name in before.question]
    if len(named) == 1:
        return before.question.replace(named[0], word, 1)
    capitals = re.findall(r"(?<=[a-z] )[A-Z][\w\-]+", before.question)
    if len(capitals) == 1 and word[:1].isupper():
        return before.question.replace(capitals[0], word, 1)
    return _with_topic(word, before.question)


def _with_topic(text: str, about: str) -> str:
    """A text with the words of a topic that it does not hold yet."""
    missing = [word for word in topic_words(about) if word.casefold() not in text.casefold()]
    return " ".join([*text.split(), *missing])
