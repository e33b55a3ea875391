"""From a question to a checked answer: search, sources at once, phrasing by the model, grounding, storing."""

import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from typing import Any, Protocol
from uuid import uuid4

import structlog

from bot.answering.declining import declines
from bot.answering.draft import Draft, originals, trace_of
from bot.answering.evidence import Evidence, cited_first, with_neighbours
from bot.answering.finding import Finder
from bot.answering.grounding import GroundingCheck
from bot.answering.prompt import Prompt, answer_prompt
from bot.answering.sentences import split_sentences
from bot.answering.traced import traced
from bot.errors import Language, ModelBusy, ModelError
from bot.language import language_of
from bot.llm.interface import LanguageModel, Sampling
from bot.texts import say
from bot.truth.answers import Answers, StoredAnswer, StoredSource
from bot.truth.database import Database
from connectors.connector import Answer, Citation
from knowledge.passage import NO_FILTER, Audience, PassageFilter

_log = structlog.get_logger(__name__)

_HITS = 8
_PASSAGES_A_RECORD = 2
"""Two pages of one file may be needed; a message rarely has two passages."""
_SHOWN_SOURCES = 5
_FALLBACK_SOURCES = 3
_EVIDENCE_CHARS: dict[Language, int] = {"zh": 1000, "en": 2200}
"""About 700 tokens of evidence in either language: what a small model on a CPU reads in a few seconds."""
_QUESTION_CHARS = 1500
"""A pasted page must not push the evidence out of the model's context."""


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
class _Timer:
    started: float = field(default_factory=time.perf_counter)
    marks: dict[str, int] = field(default_factory=dict)

    def mark(self, name: str) -> None:
        self.marks.setdefault(name, round((time.perf_counter() - self.started) * 1000))


@dataclass(frozen=True, slots=True)
class AnswerResult:
    """The answer as shown and how long its parts took, in milliseconds since the question."""

    answer: Answer
    timings_ms: dict[str, int]


class Answerer:
    """Answers questions. Failures of the model become an answer with the passages found, never an exception."""

    def __init__(
        self, *, database: Database, finder: Finder, model: LanguageModel, check: GroundingCheck, zone: tzinfo
    ) -> None:
        self._database = database
        self._finder = finder
        self._model = model
        self._check = check
        self._zone = zone
        self._answers = Answers(database)

    async def answer(self, question: Question, listener: AnswerListener | None = None) -> AnswerResult:
        """Answer and store; ``listener`` is told status, sources and pieces as they come.

        Raises ``ArchiveError`` when the archive itself cannot be searched.
        """
        show = listener or _Nowhere()
        timer = _Timer()
        language = question.language or language_of(question.text)
        searched_at = datetime.now(UTC)
        now = question.now or searched_at
        searched = " / ".join(question.searches)
        await show.status(
            say("searched_for", language, query=searched) if question.searches else say("searching", language)
        )
        found = await self._finder.find_all(
            question.searches or (question.text,),
            audience=question.audience,
            where=question.where,
            limit=_HITS,
            now=now,
            passages_per_record=_PASSAGES_A_RECORD,
            besides=question.record_id,
        )
        told = found.understood.told(language, self._zone)
        evidence = await with_neighbours(
            self._database, found.results, budget_chars=_EVIDENCE_CHARS[language], besides=question.record_id
        )
        timer.mark("search")
        if not evidence:
            draft = Draft(say("nothing_found", language), abstained=True, reason="nothing_found")
            return await self._finish(question, language, (now, searched_at), draft, timer)
        await show.sources([item.citation() for item in evidence[:_SHOWN_SOURCES]])
        waiting = self._model.waiting
        reading = say("waiting", language, count=waiting) if waiting else say("reading", language, count=len(evidence))
        await show.status(f"{reading} {told}".strip())
        prompt = answer_prompt(
            question=question.text[:_QUESTION_CHARS],
            person=question.person_name,
            evidence=evidence,
            now=now,
            zone=self._zone,
            language=language,
            understood=told,
            context=question.context,
        )
        draft = await self._phrase(question, language, prompt, evidence, show.delta, timer)
        if found.understood.outside or found.understood.event is not None:
            draft = replace(draft, text=f"{told}\n{draft.text}")
        return await self._finish(question, language, (now, searched_at), draft, timer)

    async def _phrase(
        self,
        question: Question,
        language: Language,
        prompt: Prompt,
        evidence: Sequence[Evidence],
        delta: Callable[[str], Awaitable[None]],
        timer: _Timer,
    ) -> Draft:
        pieces: list[str] = []
        sampling = Sampling()
        try:
            async with aclosing(_closable(self._model, prompt, sampling, question.person_id or "")) as stream:
                async for piece in stream:
                    timer.mark("first_token")
                    pieces.append(piece)
                    await delta(piece)
        except ModelError as error:
            if not isinstance(error, ModelBusy):
                _log.warning("model failed", code=error.code)
            lead = f"{error.sentence(language)}\n{say('here_is_what_i_found', language)}"
            return self._originals(lead, evidence, language, reason=error.code, trace=trace_of(prompt, sampling, ""))
        raw = "".join(pieces).strip()
        timer.mark("generated")
        trace = trace_of(prompt, sampling, raw)
        sentences = split_sentences(raw)
        told = [sentence for sentence in sentences if not declines(sentence)]
        if not told or told[0] != sentences[0]:
            return self._originals(
                say("not_in_records", language), evidence, language, reason="not_in_records", trace=trace
            )
        found = await self._check.check("\n".join(told), question=question.text[:_QUESTION_CHARS], evidence=evidence)
        timer.mark("checked")
        # People read [1] [2], not the places of a longer list that they were not shown.
        checked, evidence = found.renumbered(), cited_first(evidence, found.cited)
        trace["checks"] = [
            {"sentence": sentence.text, "citations": list(sentence.citations), "problem": sentence.problem}
            for sentence in checked.sentences
        ]
        if not checked.cited:
            return self._originals(
                say("not_supported", language), evidence, language, reason="not_supported", trace=trace
            )
        return Draft(
            checked.text,
            evidence=evidence,
            cited=frozenset(checked.cited),
            prompt_version=prompt.version,
            trace=trace,
        )

    def _originals(
        self, lead: str, evidence: Sequence[Evidence], language: Language, *, reason: str, trace: dict[str, Any]
    ) -> Draft:
        return originals(
            lead, evidence, shown=_FALLBACK_SOURCES, zone=self._zone, language=language, reason=reason, trace=trace
        )

    async def _finish(
        self,
        question: Question,
        language: Language,
        moments: tuple[datetime, datetime],
        draft: Draft,
        timer: _Timer,
    ) -> AnswerResult:
        asked_at, searched_at = moments
        if question.audience_now is not None and not _permitted(draft.evidence, await question.audience_now()):
            draft = Draft(say("not_permitted_now", language), abstained=True, reason="not_permitted")
        timer.mark("total")
        answer = Answer(
            answer_id=uuid4().hex,
            question=question.text,
            text=draft.text,
            abstained=draft.abstained,
            reason=draft.reason,
            citations=tuple(item.citation() for item in draft.evidence if item.n in draft.cited),
            model=self._model.info.name,
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
                | ({"searches": list(question.searches)} if question.searches else {}),
                timings_ms=timer.marks,
            )
        )
        if not stands:
            text = say("source_deleted", language)
            answer = replace(answer, text=text, abstained=True, reason="source_deleted", citations=())
        return AnswerResult(answer, timer.marks)


async def _closable(model: LanguageModel, prompt: Prompt, sampling: Sampling, asker: str) -> AsyncGenerator[str]:
    """The model's stream, closed as soon as this one is: then the model stops."""
    stream = model.stream(prompt.messages, sampling=sampling, asker=asker)
    try:
        async for piece in stream:
            yield piece
    finally:
        if isinstance(stream, AsyncGenerator):
            await stream.aclose()


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
