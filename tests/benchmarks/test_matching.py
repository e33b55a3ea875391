"""Standard answers: questions of the same fact that get its answer, and different facts that get a wrong one.

The weights were learnt from the develop half of ``standard_questions.jsonl``; figures are of the held-out half, which
also holds the 30 questions that were written before there was anything to learn. Five of six different facts are near
misses: one thing, side, time or person is another.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from bot.application import make_embedder, open_application
from bot.curating.matching import Matching
from bot.curating.matching_model import MatchingModel
from bot.curating.standard_answers import EVERYBODY, StandardAnswers
from bot.errors import ModelMissing
from bot.feedback.shares import Share
from bot.llm.scripted import ScriptedModel
from bot.models.resolve import resolve_embedding_model
from bot.settings import Settings
from knowledge.embedding import Embedder
from knowledge.passage import Audience
from tests.benchmarks.figures import Figures, percentile
from tests.benchmarks.matching_pairs import Asked, Pairs, facts, language, passages, served, vectors_of, wrongly_served

pytestmark = [pytest.mark.bench, pytest.mark.model]
NOW = datetime(2027, 1, 1, tzinfo=UTC)
CURVE = (-0.5, 0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0, 2.5)
KNOWN, WAYS = 1000, 5


@pytest.fixture
def embedder() -> Iterator[Embedder]:
    settings = Settings()
    try:
        resolve_embedding_model(settings)
    except ModelMissing:
        pytest.skip("the embedding model is not there; run: shiguang models pull")
    made = make_embedder(settings)
    asyncio.run(made.start())
    yield made
    asyncio.run(made.close())


@pytest.fixture
def pairs(embedder: Embedder) -> Pairs:
    return Pairs(asyncio.run(vectors_of((text for fact in facts() for text in fact.texts), embedder)))


def test_other_words_are_served_and_other_facts_are_not(pairs: Pairs, embedder: Embedder, figures: Figures) -> None:
    model = MatchingModel.shipped(embedder.spec.identity)
    for variants in (0, 2):
        found = pairs.asked(facts("held-out"), model, pool=facts(), variants=variants)
        name = f"standard answers, {variants} variants"
        for tongue in ("zh", "en", "mixed"):
            spoken = [one for one in found if language(one.question) == tongue]
            figures.state(f"{name}, {tongue}: same fact served", _told(*served(spoken, model.sure)))
            if wrongly_served(spoken, model.sure)[1]:
                figures.state(f"{name}, {tongue}: other fact served", _told(*wrongly_served(spoken, model.sure)))
        figures.state(f"{name}: near miss served", _told(*_wrong(found, model.sure, "near")))
        figures.state(f"{name}: neighbour served", _told(*_wrong(found, model.sure, "other")))
        figures.state(f"{name}: same fact served or in doubt", _told(*served(found, model.doubtful)))
        for at in CURVE:
            given, mistaken = served(found, at), wrongly_served(found, at)
            figures.state(f"{name}: from {at:+.2f} on", f"{_told(*given)} served, {_told(*mistaken)} wrongly")
        right, same = served(found, model.sure)
        figures.at_least(f"{name}: same fact served", right / same, 0.4, note=_told(right, same))
        wrong_count, different = wrongly_served(found, model.sure)
        figures.at_most(f"{name}: other fact served", wrong_count / different, 0.02, note=_told(wrong_count, different))


def test_questions_about_one_passage_are_different_facts(embedder: Embedder, figures: Figures) -> None:
    """Real questions that annotators asked about the same few sentences: none is the other's."""
    rows = passages("held-out")
    if not rows:
        pytest.skip("needs the development data in ../shared/data")
    pairs = Pairs(asyncio.run(vectors_of((text for row in rows for text in row.texts), embedder)))
    model = MatchingModel.shipped(embedder.spec.identity)
    wrong, different = wrongly_served(pairs.asked(rows, model, pool=rows), model.sure)
    figures.at_most(
        "questions about one passage taken for each other", wrong / different, 0.02, note=_told(wrong, different)
    )


async def test_a_thousand_standard_answers_are_compared_in_no_time(home: Path, figures: Figures) -> None:
    settings = Settings(home=home)
    async with open_application(settings, model=ScriptedModel([])) as application:
        kept = StandardAnswers(application.database)
        rows = facts()
        for number in range(KNOWN):
            row, tag = rows[number % len(rows)], f" ({number // len(rows)})"
            made = await kept.propose(
                question=row.question + tag,
                variants=[way + tag for way in (*row.same, *row.near)[: WAYS - 1]],
                text=row.text or "x",
                proposed_by="bench",
                channel_ids=[EVERYBODY],
            )
            await kept.approve(made, owner="Maya")
        matching = Matching(kept, application.embedder)
        begun = time.perf_counter()
        await matching.warm(NOW)
        figures.state(f"{KNOWN * WAYS} ways to ask prepared in the background", f"{time.perf_counter() - begun:.1f} s")
        reading: list[float] = []
        took: list[float] = []
        for row in rows[:100]:
            await application.embedder.embed_query(row.near[0])
            begun = time.perf_counter()
            await kept.in_force(NOW)
            read = time.perf_counter()
            await matching.find(row.near[0], audience=Audience.operator(), now=NOW)
            reading.append((read - begun) * 1000)
            took.append((time.perf_counter() - read) * 1000)
        figures.state("… read from the truth, median", f"{np.median(reading):.0f} ms")
        compared = float(np.median(np.array(took) - np.array(reading)))
        figures.at_most("… and compared with a question, its vector apart, median", compared, 30, unit=" ms")
        figures.state("… both, p95", f"{percentile(took, 95):.0f} ms")


def _wrong(found: Sequence[Asked], at: float, kind: str) -> tuple[int, int]:
    return wrongly_served([one for one in found if one.kind == kind], at)


def _told(count: int, of: int) -> str:
    between = Share(count, of).interval
    told = "" if between is None else f", {between[0] * 100:.1f}-{between[1] * 100:.1f} %"
    return f"{count / max(of, 1) * 100:.1f} % ({count} of {of}{told})"
