"""Questions go through the whole path; what comes back is judged, and what fails is counted."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bot.answering import grounding
from bot.application import Application
from bot.errors import ArchiveUnavailable, ModelBusy
from bot.evaluation.asking import Judged, ask_and_judge
from bot.evaluation.questions import EvaluationQuestion
from bot.llm.scripted import Reply, ScriptedModel
from knowledge.passage import NO_FILTER, Audience
from tests.builders import at, posted
from tests.quick_application import archive, quick_application

pytestmark = pytest.mark.asyncio(loop_scope="module")

SAID: list[Reply] = []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def application() -> AsyncIterator[Application]:
    async with quick_application(ScriptedModel(lambda _: SAID[0])) as opened:
        await archive(
            opened,
            posted(1, "the launch moved to 8 December", author="Ann"),
            posted(2, "good, the poster is printed in Ningbo", author="Maya"),
            posted(3, "By rain! The cellar was flooded on Monday", author="Bo"),
        )
        yield opened


async def _judged(application: Application, said: Reply, **more: Any) -> Judged:
    SAID[:] = [said]
    question = EvaluationQuestion.model_validate(
        {"qid": "q", "question": "When is the launch?", "answer": "8 December", "evidence": ["m1"],
         "asked_at": at(5000), **more}
    )  # fmt: skip
    return await ask_and_judge(application, question, audience=Audience.operator(), where=NO_FILTER)


async def test_an_answer_is_compared_with_answer_and_evidence(application: Application) -> None:
    judged = await _judged(application, "The launch moved to 8 December.")
    outcome = judged.outcome
    assert (outcome.has_answer, outcome.deed) == (True, "answered")
    assert outcome.overlaps["contained"] == 1
    assert outcome.cited is not None
    assert (outcome.cited.right, outcome.cited.given, outcome.cited.reached) == (1, 1, 1)
    assert [(sentence.cited[0].record_id, sentence.is_supported) for sentence in outcome.sentences] == [("m1", True)]
    assert {"search", "first_token", "total", "sixty_tokens"} <= set(outcome.timings_ms)
    assert judged.prompt_version.startswith("answer-en-")


async def test_the_neighbour_of_the_evidence_is_near_it(application: Application) -> None:
    outcome = (await _judged(application, "The launch moved to 8 December.", evidence=["m2"])).outcome
    assert outcome.cited is not None
    assert (outcome.cited.right, outcome.cited.near) == (0, 1)


async def test_an_abstention_tells_its_reason(application: Application) -> None:
    outcome = (await _judged(application, "NOT FOUND", answer=None, evidence=[])).outcome
    assert (outcome.has_answer, outcome.deed, outcome.reason) == (False, "abstained", "not_in_records")
    assert outcome.overlaps == {}


async def test_an_answer_where_none_was_expected_has_sentences_and_no_citations_to_compare(
    application: Application,
) -> None:
    outcome = (await _judged(application, "The launch moved to 8 December.", answer=None)).outcome
    assert (outcome.deed, outcome.cited, len(outcome.sentences)) == ("answered", None, 1)


async def test_a_line_about_the_time_is_no_claim(application: Application) -> None:
    outcome = (
        await _judged(application, "The launch moved to 8 December.", question="When was the launch in 2008?")
    ).outcome
    assert [(sentence.text, sentence.is_supported) for sentence in outcome.sentences] == [
        ("The launch moved to 8 December [1].", True)
    ]


async def test_a_quotation_is_one_sentence_with_its_mark(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grounding, "CALIBRATED_FOR", application.embedder.spec.name)
    outcome = (await _judged(application, "NOT FOUND", question="Was the cellar flooded by rain on Monday?")).outcome
    assert [(sentence.text, sentence.is_supported) for sentence in outcome.sentences] == [
        ("Bo wrote on 2026-11-02: “By rain! The cellar was flooded on Monday” [1]", True)
    ]


async def test_a_model_that_fails_has_not_abstained(application: Application) -> None:
    outcome = (await _judged(application, ModelBusy())).outcome
    assert (outcome.deed, outcome.reason) == ("failed", "model_busy")
    assert outcome.overlaps["token_f1"] == 0


@pytest.mark.parametrize(
    ("error", "reason"), [(ArchiveUnavailable(), "archive_unavailable"), (ZeroDivisionError(), "ZeroDivisionError")]
)
async def test_a_failure_is_counted_and_not_fatal(
    application: Application, monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(application.finder, "find", fail)
    judged = await _judged(application, "never")
    assert (judged.result, judged.outcome.deed, judged.outcome.reason) == (None, "failed", reason)
    assert judged.outcome.overlaps["token_f1"] == 0
