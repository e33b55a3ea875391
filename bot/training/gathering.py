"""Gathering examples from the truth, in one order, some hundred answers at a time."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from functools import partial
from typing import Final, TypeVar, assert_never

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from bot.curating.standard_answers import StandardAnswers
from bot.llm.interface import ChatMessage
from bot.training.ballots import Ballots, fingerprint
from bot.training.consent import consents
from bot.training.example import STANDARD, Example, Format, Found, LeftOut, Reason
from bot.training.given import Given, load
from bot.training.standard import Standard, load_standard, moment_of
from bot.truth.database import Database
from bot.truth.tables import AnswerRow, PreferenceRow, VerdictRow

T = TypeVar("T")

_AT_ONCE: Final = 200
_JUDGED: Final = ("up", "down")


class Gathering:
    """Reads; nothing is changed. ``now`` decides which standard answers are in force."""

    def __init__(self, database: Database, *, zone: tzinfo, now: datetime) -> None:
        self._database = database
        self._zone = zone
        self._now = now

    def examples(self, wanted: Format) -> AsyncIterator[Found]:
        """Everything that could be a row, with what was left out and why."""
        match wanted:
            case "sft":
                return self._told()
            case "dpo":
                return self._preferred()
            case "kto":
                return self._judged()
        assert_never(wanted)

    async def gone(self, made_of: Sequence[str], made_at: datetime) -> frozenset[str]:
        """Those of what rows were made of that may not be used (any more), or that read otherwise since ``made_at``."""
        said = await self._read(lambda session: consents(session))
        answer_ids = [one for one in made_of if not one.startswith(STANDARD)]
        gone: set[str] = set()
        for start in range(0, len(answer_ids), _AT_ONCE):
            some = answer_ids[start : start + _AT_ONCE]
            found = await self._read(partial(load, answer_ids=some, consents=said))
            gone.update(one for one in some if not isinstance(found.get(one), Given))
        if len(answer_ids) < len(made_of):
            kept = {
                f"{STANDARD}{one.standard_answer_id}"
                for one in await self._standards()
                if isinstance(one, Standard) and not _changed_since(one, made_at)
            }
            gone.update(one for one in made_of if one.startswith(STANDARD) and one not in kept)
        return frozenset(gone)

    async def _told(self) -> AsyncIterator[Found]:
        """What is to be said to a question: what operators wrote, and what people liked."""
        edited: set[str] = set()
        for standard in await self._standards():
            if isinstance(standard, Standard):
                edited.update(standard.replaces)
                yield replace(await self._curated(standard), rejected=None)
            else:
                yield LeftOut("curated", standard)
        ballots = await self._ballots()
        async for answer_id, given in self._given(VerdictRow.kind == "up"):
            if not isinstance(given, Given):
                yield LeftOut("upvoted", given)
            elif reason := _unfit(given):
                yield LeftOut("upvoted", reason)
            elif answer_id in edited:
                yield LeftOut("upvoted", "edited")
            elif (liked := ballots.outcome(_matter(given))) <= 0:
                yield LeftOut("upvoted", "downvoted" if liked < 0 else ballots.tie(_matter(given)))
            else:
                yield _example("upvoted", given)

    async def _curated(self, standard: Standard) -> Example:
        replaced = await self._loaded(standard.replaces)
        first = next((one for one in replaced.values() if isinstance(one, Given) and one.prompt), None)
        if first is not None and standard.records <= first.records:
            return _edited(standard, first, first.prompt)
        return _edited(standard, None, standard.prompt(self._zone))

    async def _preferred(self) -> AsyncIterator[Found]:
        """What is better than what: an operator's words than those they replace, and what people picked."""
        for standard in await self._standards():
            if not isinstance(standard, Standard):
                yield LeftOut("edited", standard)
                continue
            for given in (await self._loaded(standard.replaces)).values():
                if not isinstance(given, Given):
                    yield LeftOut("edited", given)
                elif reason := _unfit(given):
                    yield LeftOut("edited", reason)
                else:
                    yield _edited(standard, given, standard.prompt_for(given, self._zone))
        async for found in self._picked():
            yield found

    async def _picked(self) -> AsyncIterator[Found]:
        """Each pair once, as most people picked who saw these two texts, in whichever answers."""
        said = await self._read(lambda session: consents(session))
        pairs = await self._read(_pairs)
        ballots = Ballots()
        async for chosen, other, person_id in self._loaded_pairs(pairs):
            if isinstance(chosen, Given) and isinstance(other, Given) and person_id not in said.refusing:
                ballots.cast(_pair(chosen, other), person_id, 1 if chosen.said < other.said else -1)
        once = {(min(one, other), max(one, other)): "" for one, other, _ in pairs}
        async for one, other, _ in self._loaded_pairs([(*ids, "") for ids in once]):
            if not isinstance(one, Given) or not isinstance(other, Given):
                yield _pick(one, other)
                continue
            first, second = sorted((one, other), key=lambda given: given.said)
            matter = _pair(one, other)
            outcome = ballots.outcome(matter)
            if outcome == 0:
                yield LeftOut("picked", ballots.tie(matter))
            else:
                yield _pick(first, second) if outcome > 0 else _pick(second, first)

    async def _loaded_pairs(
        self, pairs: Sequence[tuple[str, str, str]]
    ) -> AsyncIterator[tuple[Given | Reason, Given | Reason, str]]:
        for start in range(0, len(pairs), _AT_ONCE // 2):
            some = pairs[start : start + _AT_ONCE // 2]
            found = await self._loaded(list(dict.fromkeys(one for pair in some for one in pair[:2])))
            for chosen, other, person_id in some:
                yield found.get(chosen, "no_prompt"), found.get(other, "no_prompt"), person_id

    async def _judged(self) -> AsyncIterator[Found]:
        """What was judged, with what most people said of it."""
        ballots = await self._ballots()
        async for _, given in self._given(VerdictRow.kind.in_(_JUDGED)):
            if not isinstance(given, Given):
                yield LeftOut("judged", given)
            elif reason := _unfit(given):
                yield LeftOut("judged", reason)
            elif outcome := ballots.outcome(_matter(given)):
                yield _example("judged", given, label=outcome > 0)
            else:
                yield LeftOut("judged", ballots.tie(_matter(given)))

    async def _ballots(self) -> Ballots:
        """Votes on what was said to a question, however often it was."""
        said = await self._read(lambda session: consents(session))
        ballots = Ballots()
        async for found in self._batches(VerdictRow.kind.in_(_JUDGED)):
            for answer_id, person_id, kind in await self._read(partial(_verdicts, answer_ids=tuple(found))):
                given = found[answer_id]
                if isinstance(given, Given) and not _unfit(given) and person_id not in said.refusing:
                    ballots.cast(_matter(given), person_id, 1 if kind == "up" else -1)
        return ballots

    async def _given(self, judged: ColumnElement[bool]) -> AsyncIterator[tuple[str, Given | Reason]]:
        """Judged answers, the oldest first."""
        async for found in self._batches(judged):
            for answer_id, given in found.items():
                yield answer_id, given

    async def _batches(self, judged: ColumnElement[bool]) -> AsyncIterator[Mapping[str, Given | Reason]]:
        of_them = AnswerRow.answer_id.in_(select(VerdictRow.answer_id).where(judged))
        statement = (
            select(AnswerRow.answer_id)
            .where(AnswerRow.channel_id.is_not(None), of_them)
            .order_by(AnswerRow.asked_at, AnswerRow.answer_id)
        )
        answer_ids = await self._read(lambda session: list(session.scalars(statement)))
        for start in range(0, len(answer_ids), _AT_ONCE):
            yield await self._loaded(answer_ids[start : start + _AT_ONCE])

    async def _loaded(self, answer_ids: Sequence[str]) -> Mapping[str, Given | Reason]:
        """In the order of the ids; what is not known or was not given in a chat is left out."""

        def read(session: Session) -> Mapping[str, Given | Reason]:
            return load(session, answer_ids, consents(session))

        found = await self._read(read) if answer_ids else {}
        return {answer_id: found[answer_id] for answer_id in answer_ids if answer_id in found}

    async def _standards(self) -> Sequence[Standard | Reason]:
        """Those in force, the oldest first; their questions are often words of who asked, who must allow it, too."""
        in_force = await StandardAnswers(self._database).in_force(self._now)
        found = await self._read(lambda session: load_standard(session, in_force, consents(session)))
        origins = {one.standard_answer_id: one.replaces_answer_id for one in in_force if one.replaces_answer_id}
        asked = await self._loaded(list(origins.values()))
        usable: list[Standard] = []
        left_out: list[Reason] = []
        for standard_id, one in found.items():
            origin = asked.get(origins.get(standard_id, ""))
            if not isinstance(one, Standard):
                left_out.append(one)
            elif origin == "channel" or origin == "person" or origin == "question_deleted":
                left_out.append(origin)
            else:
                usable.append(one)
        return [*sorted(usable, key=lambda one: (moment_of(one), one.standard_answer_id)), *sorted(left_out)]

    async def _read(self, work: Callable[[Session], T]) -> T:
        async with self._database.read() as connection:
            return await connection.run_sync(lambda sync: work(Session(sync)))


def _changed_since(standard: Standard, made_at: datetime) -> bool:
    changed_at = standard.answer.changed_at
    return changed_at is not None and changed_at > made_at


def _unfit(given: Given) -> Reason | None:
    """Why nothing is learnt of an answer that may be used."""
    return "no_prompt" if not given.prompt else None if given.said else "not_said"


def _matter(given: Given) -> int:
    return fingerprint(given.question, given.said)


def _example(kind: str, given: Given, *, label: bool | None = None) -> Example:
    return Example(
        kind="upvoted" if kind == "upvoted" else "judged",
        made_of=(given.answer_id,),
        question=given.question,
        prompt=given.prompt,
        completion=given.said,
        label=label,
        language=given.language,
        channel_id=given.channel_id,
        day=given.asked_at,
        names=given.names,
    )


def _edited(standard: Standard, given: Given | None, prompt: tuple[ChatMessage, ...]) -> Example:
    as_given = given is not None and prompt == given.prompt
    return Example(
        kind="edited" if given is not None else "curated",
        made_of=(f"{STANDARD}{standard.standard_answer_id}", *((given.answer_id,) if given is not None else ())),
        question=given.question if given is not None and as_given else standard.answer.question,
        prompt=prompt,
        completion=standard.text,
        rejected=None if given is None else given.said,
        language=standard.answer.language,
        channel_id=given.channel_id if given is not None else standard.channel_id,
        day=moment_of(standard),
        names=tuple(dict.fromkeys((*standard.names, *(given.names if given is not None else ())))),
        same_prompt=as_given,
    )


def _pick(chosen: Given | Reason, other: Given | Reason) -> Found:
    if not isinstance(chosen, Given):
        return LeftOut("picked", chosen)
    if not isinstance(other, Given):
        return LeftOut("picked", other)
    if reason := _unfit(chosen) or _unfit(other):
        return LeftOut("picked", reason)
    if fingerprint(chosen.said) == fingerprint(other.said):
        return LeftOut("picked", "alike")
    return Example(
        kind="picked",
        made_of=(chosen.answer_id, other.answer_id),
        question=chosen.question,
        prompt=chosen.prompt,
        completion=chosen.said,
        rejected=other.said,
        language=chosen.language,
        channel_id=chosen.channel_id,
        day=chosen.asked_at,
        names=tuple(dict.fromkeys((*chosen.names, *other.names))),
        same_prompt=chosen.prompt == other.prompt,
    )


def _pairs(session: Session) -> list[tuple[str, str, str]]:
    """Picks: chosen, other and by whom; in the order in which they were made."""
    statement = (
        select(PreferenceRow.chosen, PreferenceRow.other, PreferenceRow.person_id)
        .join(AnswerRow, AnswerRow.answer_id == PreferenceRow.chosen)
        .where(AnswerRow.channel_id.is_not(None))
        .order_by(PreferenceRow.preferred_at, PreferenceRow.pair, PreferenceRow.person_id)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(statement)]


def _pair(one: Given, other: Given) -> int:
    return fingerprint(one.question, *sorted((one.said, other.said)))


def _verdicts(session: Session, answer_ids: Sequence[str]) -> list[tuple[str, str, str]]:
    """Answer, person and verdict, in the order in which they were given."""
    statement = (
        select(VerdictRow.answer_id, VerdictRow.person_id, VerdictRow.kind)
        .where(VerdictRow.answer_id.in_(answer_ids), VerdictRow.kind.in_(_JUDGED))
        .order_by(VerdictRow.judged_at, VerdictRow.answer_id, VerdictRow.person_id)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(statement)]
