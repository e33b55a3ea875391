"""From a question to a checked answer: search, sources at once, phrasing by the model, grounding, storing."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from typing import Final, Protocol
from uuid import uuid4

from bot.answering.changes import with_replacements
from bot.answering.draft import Draft, originals
from bot.answering.evidence import Budget, Evidence, with_neighbours
from bot.answering.finding import Finder
from bot.answering.grounding import GroundingCheck
from bot.answering.phrasing import Asked, Phrasing
from bot.answering.prompt import answer_prompt
from bot.answering.queueing import telling_position
from bot.answering.traced import traced
from bot.errors import Language, ModelError
from bot.guarding.instructions import as_material, gives_orders
from bot.guarding.leaking import asks_for_prompt
from bot.guarding.masker import Masker
from bot.language import language_of
from bot.llm.absent import estimate_tokens
from bot.llm.arms import arm_of
from bot.llm.interface import GREEDY, LanguageModel, Sampling, SpeakingModel
from bot.texts import say
from bot.truth.answers import Answers, StoredAnswer, StoredSource
from bot.truth.database import Database
from connectors.connector import Answer, Citation
from knowledge.passage import NO_FILTER, Audience, PassageFilter
from knowledge.questions import tells

_FEWEST_HITS, _MOST_HITS = 8, 40
_TOKENS_A_HIT = 75
"""A larger budget is for more results, not for longer ones."""
_AROUND = 1000
"""Tokens of the context that are left for the rules, the question and the answer."""
_FEWEST_TOKENS = 200
_PASSAGES_A_RECORD = 2
"""Two pages of one file may be needed; a message rarely has two passages."""
_SHOWN_SOURCES = 5
QUESTION_CHARS = 1500
"""A pasted page must not push the evidence out of the model's context."""


class Gate(Protocol):
    """Whether something is worth saying that nobody asked for."""

    def lets_ask(self, evidence: Sequence[Evidence]) -> bool:
        """Whether the model is asked at all; may take a few milliseconds, off the event loop."""
        ...

    def lets_say(self, draft: Draft) -> bool:
        """Whether the checked answer is said."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question with the place it was asked in."""

    text: str
    audience: Audience
    where: PassageFilter = NO_FILTER
    channel_id: str | None = None
    person_id: str | None = None
    person_name: str = ""
    record_id: str | None = None
    language: Language | None = None
    now: datetime | None = None
    audience_now: Callable[[], Awaitable[Audience]] | None = None
    """Asked again before the answer is shown: a model can speak for minutes, and people leave meanwhile."""
    searches: tuple[str, ...] = ()
    """What is searched for, shown to people; empty: the text itself."""
    context: str = ""
    """What was said before, on one line, where the question cannot be understood without it: for the model alone."""
    context_records: Mapping[str, str] = field(default_factory=dict)
    """Messages that ``searches`` and ``context`` are made of, with their channels: the answer goes when they go."""
    sees_more: Callable[[], Awaitable[bool]] | None = None
    """Whether the asker may read more than this audience: told where to ask when nothing was found here."""
    gate: Gate | None = None
    """Of an answer that nobody asked for: may end it in silence, which is neither stored nor shown."""
    variation: "Variation | None" = None
    """Of an answer that is tried again."""
    conversation: str = ""
    """The thread or direct chat: one arm of the model speaks in all of it. Empty: the model without its adapter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variation:
    """How an answer is made differently from an earlier one to the same question."""

    besides: frozenset[str]
    """Messages that the earlier one cited: others are read before them."""
    sampling: Sampling


def varied(results: Sequence[Evidence], besides: frozenset[str]) -> list[Evidence]:
    """Results with those an earlier answer cited after the others, where there are enough others to choose from."""
    others = [item for item in results if item.message_id not in besides]
    if len(others) < _FEWEST_OTHERS:
        return list(results)
    return [*others, *(item for item in results if item.message_id in besides)]


_FEWEST_OTHERS: Final = 2
_NOTHING: Final = frozenset({"nothing_found", "not_in_records"})
SILENT: Final = "silent"
"""The reason of an answer that its gate held back."""


class AnswerListener(Protocol):
    """What is told while an answer is made: the first part of ``connectors.connector.Reply``."""

    async def status(self, text: str) -> None:
        """What happens now."""
        ...

    async def sources(self, citations: Sequence[Citation]) -> None:
        """What was found."""
        ...

    async def delta(self, text: str) -> None:
        """The next piece."""
        ...


class _Nowhere:
    """A listener that shows nothing: for the command line and evaluation."""

    async def status(self, text: str) -> None:
        """Ignore."""

    async def sources(self, citations: Sequence[Citation]) -> None:
        """Ignore."""

    async def delta(self, text: str) -> None:
        """Ignore."""


@dataclass(slots=True)
class Timer:
    """Milliseconds since it was made, by the name of what came to pass then first."""

    started: float = field(default_factory=time.perf_counter)
    marks: dict[str, int] = field(default_factory=dict)

    def mark(self, name: str) -> None:
        """Note that it came to pass now."""
        self.marks.setdefault(name, round((time.perf_counter() - self.started) * 1000))


@dataclass(frozen=True, slots=True)
class AnswerResult:
    """The answer as shown and how long its parts took, in milliseconds since the question."""

    answer: Answer
    timings_ms: dict[str, int]


class Answerer:
    """Answers questions. Failures of the model become an answer with the passages found, never an exception."""

    def __init__(
        self,
        *,
        database: Database,
        finder: Finder,
        model: LanguageModel,
        check: GroundingCheck,
        zone: tzinfo,
        evidence_tokens: int,
    ) -> None:
        self._database = database
        self._finder = finder
        self._model = model
        self._check = check
        self._zone = zone
        self._evidence_tokens = evidence_tokens
        self._answers = Answers(database)

    async def answer(self, question: Question, listener: AnswerListener | None = None) -> AnswerResult:
        """Answer and store; ``listener`` is told status, sources and pieces as they come.

        Raises ``ArchiveError`` when the archive itself cannot be searched.
        """
        show = listener or _Nowhere()
        timer = Timer()
        language = question.language or language_of(question.text)
        searched_at = datetime.now(UTC)
        now = question.now or searched_at
        room = self._room()
        if asks_for_prompt(question.text):
            draft = Draft(say("prompt_not_told", language), abstained=True, reason="prompt_not_told")
            return await self._finish(question, language, (now, searched_at), draft, timer)
        searched = " / ".join(question.searches)
        await show.status(
            say("searched_for", language, query=searched) if question.searches else say("searching", language)
        )
        found = await self._finder.find_all(
            question.searches or (question.text,),
            audience=question.audience,
            where=question.where,
            limit=min(max(_FEWEST_HITS, room // _TOKENS_A_HIT), _MOST_HITS),
            now=now,
            passages_per_record=_PASSAGES_A_RECORD,
            besides=question.record_id,
        )
        masker = Masker(self._database, language, question.person_id, question.channel_id)
        told = masker.text(found.understood.told(language, self._zone))
        evidence = await with_neighbours(
            self._database,
            await with_replacements(
                self._database,
                varied(found.results, question.variation.besides) if question.variation else found.results,
            ),
            budget=Budget(room, self._tokens, zone=self._zone, language=language),
            besides=question.record_id,
        )
        evidence = await masker.evidence(evidence, question=question.text)
        timer.mark("search")
        if not evidence:
            draft = Draft(say("nothing_found", language), abstained=True, reason="nothing_found")
            return await self._finish(question, language, (now, searched_at), draft, timer)
        if question.gate is not None and not await asyncio.to_thread(question.gate.lets_ask, evidence):
            return self._silence(question, language, timer)
        await show.sources([item.citation() for item in evidence[:_SHOWN_SOURCES]])
        masked = masker.for_model(evidence, question=question.text)
        material = await asyncio.to_thread(as_material, masked, language)
        if not material:
            draft = originals(
                say("not_in_records", language),
                evidence,
                zone=self._zone,
                language=language,
                reason="not_in_records",
                trace={},
            )
            return await self._finish(question, language, (now, searched_at), draft, timer)
        prompt = answer_prompt(
            question=masker.text(question.text[:QUESTION_CHARS]),
            person=question.person_name,
            evidence=material,
            now=now,
            zone=self._zone,
            language=language,
            understood="" if gives_orders(told) else told,
            context="" if gives_orders(question.context) else masker.text(question.context),
        )
        asked = Asked(
            text=question.text[:QUESTION_CHARS],
            prompt=prompt,
            evidence=evidence,
            language=language,
            now=now,
            asker=question.person_id or "",
            sought=" ".join(question.searches),
            sampling=question.variation.sampling if question.variation else GREEDY,
        )

        async def tell(ahead: int) -> None:
            reading = say("waiting", language, count=ahead) if ahead else say("reading", language, count=len(evidence))
            await show.status(f"{reading} {told}".strip())

        async with telling_position(self._model, asked.asker, tell) as begun:

            def mark(name: str) -> None:
                begun()
                timer.mark(name)

            phrasing = Phrasing(model=self._speaker(question), check=self._check, zone=self._zone)
            draft = await phrasing.phrase(asked, show=show.delta, mark=mark)
        if found.understood.outside or found.understood.event is not None:
            draft = replace(draft, text=f"{told}\n{draft.text}")
        return await self._finish(question, language, (now, searched_at), draft, timer)

    def _silence(self, question: Question, language: Language, timer: Timer) -> AnswerResult:
        answer = Answer(
            answer_id=uuid4().hex,
            question=question.text,
            text="",
            abstained=True,
            reason=SILENT,
            citations=(),
            model=self._speaker(question).info.name,
            language=language,
        )
        return AnswerResult(answer, timer.marks)

    def _speaker(self, question: Question) -> SpeakingModel:
        return arm_of(self._model, question.conversation)

    def _room(self) -> int:
        """Tokens of evidence: those of the settings, or what the model's context leaves of them."""
        context = self._model.info.context_tokens
        left = context - _AROUND if context else self._evidence_tokens
        return max(_FEWEST_TOKENS, min(self._evidence_tokens, left))

    async def _tokens(self, text: str) -> int:
        """As the model counts, or an estimate as long as it is being loaded."""
        try:
            return await self._model.count_tokens(text)
        except ModelError:
            return estimate_tokens(text)

    async def _finish(
        self,
        question: Question,
        language: Language,
        moments: tuple[datetime, datetime],
        draft: Draft,
        timer: Timer,
    ) -> AnswerResult:
        asked_at, searched_at = moments
        if question.audience_now is not None and not _permitted(draft.evidence, await question.audience_now()):
            draft = Draft(say("not_permitted_now", language), abstained=True, reason="not_permitted")
        if draft.reason == "nothing_found" and question.record_id is not None and tells(question.text):
            draft = replace(draft, text=say("told_or_asked", language))
        elif draft.reason in _NOTHING and question.sees_more is not None and await question.sees_more():
            draft = replace(draft, text=f"{draft.text}\n{say('ask_me_directly', language)}")
        timer.mark("total")
        if question.gate is not None and not question.gate.lets_say(draft):
            return self._silence(question, language, timer)
        answer = Answer(
            answer_id=uuid4().hex,
            question=question.text,
            text=draft.text,
            abstained=draft.abstained,
            reason=draft.reason,
            citations=tuple(item.citation() for item in draft.evidence if item.n in draft.cited),
            model=self._speaker(question).info.name,
            language=language,
        )
        stands = await self._answers.store(
            StoredAnswer(
                answer_id=answer.answer_id,
                asked_at=asked_at,
                channel_id=question.channel_id,
                person_id=question.person_id,
                question_record_id=question.record_id,
                question=question.text,
                language=language,
                text=answer.text,
                abstained=answer.abstained,
                reason=answer.reason,
                model=answer.model,
                prompt_version=draft.prompt_version,
                sources=(
                    *(_source(item, cited=item.n in draft.cited) for item in draft.evidence),
                    *_context_sources(question, after=max((item.n for item in draft.evidence), default=0)),
                ),
                searched_at=searched_at,
                trace=traced(draft.trace, draft.evidence, check_version=self._check.version)
                | ({"searches": list(question.searches)} if question.searches else {})
                | ({"before": question.context} if question.context else {}),
                timings_ms=timer.marks,
            )
        )
        if not stands:
            text = say("source_deleted", language)
            answer = replace(answer, text=text, abstained=True, reason="source_deleted", citations=())
        return AnswerResult(answer, timer.marks)


def _permitted(evidence: Sequence[Evidence], audience: Audience) -> bool:
    return audience.everything or {item.channel_id for item in evidence} <= set(map(str, audience.channel_ids))


def _source(item: Evidence, *, cited: bool) -> StoredSource:
    return StoredSource(
        n=item.n,
        record_id=item.message_id,
        file_id=item.file_id,
        chunk=item.chunk,
        page=item.page,
        channel_id=item.channel_id,
        quote=item.citation().quote,
        cited=cited,
    )


def _context_sources(question: Question, *, after: int) -> list[StoredSource]:
    """Uncited sources without words: what holds for sources, that the answer goes with them, holds for these too."""
    return [
        StoredSource(
            n=n, record_id=record_id, file_id=None, chunk=0, page=None, channel_id=channel_id, quote="", cited=False
        )
        for n, (record_id, channel_id) in enumerate(question.context_records.items(), start=after + 1)
    ]
