"""Asks the questions of a file through the whole path, and judges what comes back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from sqlalchemy.orm import Session

from bot.answering.answerer import AnswerResult, Question
from bot.answering.grounding import GroundingCheck
from bot.answering.traced import passages_of, sentences_of
from bot.application import Application
from bot.errors import ModelError, ShiguangError
from bot.evaluation.answers import Deed, Outcome, cited, overlaps, sixty_tokens_ms
from bot.evaluation.neighbours import places_of
from bot.evaluation.questions import EvaluationQuestion
from bot.evaluation.support import sentences_as_read, shown_sentences
from bot.truth.answers import StoredAnswer
from knowledge.passage import Audience, PassageFilter

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Judged:
    """A question, what was answered (None when it failed), and what that is worth."""

    question: EvaluationQuestion
    result: AnswerResult | None
    outcome: Outcome
    prompt_version: str = ""


async def ask_and_judge(
    application: Application, question: EvaluationQuestion, *, audience: Audience, where: PassageFilter
) -> Judged:
    """One question; a failure of any part is an outcome, since one must not end a run of hours."""
    try:
        result = await application.answerer.answer(
            Question(text=question.question, audience=audience, where=where, now=question.asked_at or datetime.now(UTC))
        )
        stored = await application.answers.get(result.answer.answer_id)
        return Judged(question, result, await _outcome(application, question, result, stored), stored.prompt_version)
    except Exception as error:  # noqa: BLE001 - counted as a failure of this question, with its code
        _log.warning("a question failed", qid=question.qid, exc_info=error)
        return failed(question, error)


def failed(question: EvaluationQuestion, error: Exception) -> Judged:
    """A question that came to no answer."""
    reason = error.code if isinstance(error, ShiguangError) else type(error).__name__
    expected = overlaps(None, question.expected) if question.expected else {}
    return Judged(
        question,
        None,
        Outcome(has_answer=question.has_answer, deed="failed", reason=reason, overlaps=expected),
    )


async def _outcome(
    application: Application, question: EvaluationQuestion, result: AnswerResult, stored: StoredAnswer
) -> Outcome:
    answer = result.answer
    timings: dict[str, float] = dict(result.timings_ms)
    sixtieth = sixty_tokens_ms(timings, await application.model.count_tokens(str(stored.trace.get("raw", ""))))
    if sixtieth is not None:
        timings["sixty_tokens"] = sixtieth
    said = None if answer.abstained else answer.text
    overlapping = overlaps(said, question.expected) if question.expected else {}
    if said is None:
        deed: Deed = "failed" if answer.reason in _MODEL_FAILURES else "abstained"
        return Outcome(
            has_answer=question.has_answer,
            deed=deed,
            reason=answer.reason or "",
            overlaps=overlapping,
            timings_ms=timings,
        )
    places: Mapping[str, frozenset[str]] = {}
    if question.has_answer and question.evidence:
        async with application.database.read() as connection:
            places = await connection.run_sync(lambda sync: places_of(Session(sync), question.evidence))
    check = GroundingCheck(application.embedder, zone=application.zone)
    return Outcome(
        has_answer=question.has_answer,
        deed="answered",
        overlaps=overlapping,
        cited=cited([citation.record_id for citation in answer.citations], places) if places else None,
        sentences=await shown_sentences(
            check,
            sentences_as_read(said, sentences_of(stored.trace)),
            question=question.question,
            passages=passages_of(stored.trace) or (),
        ),
        timings_ms=timings,
    )


def _codes(error: type[ShiguangError]) -> frozenset[str]:
    return frozenset({error.code}).union(*(_codes(child) for child in error.__subclasses__()))


_MODEL_FAILURES = _codes(ModelError)
"""An answer that shows passages because the model failed abstains for a reason that is none of the question's."""
