"""Which questions ask the same: of one language, across languages, and no near misses."""

import json
from collections.abc import AsyncIterator
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from bot.application import Application, load_embedder, make_embedder
from bot.errors import ShiguangError
from bot.feedback.grouping import Grouping, Sameness
from bot.settings import load_settings
from connectors.connector import Language
from knowledge.embedding import Embedder, Vectors
from tests.unit.bot.feedback.asked import asked

QUESTIONS = Path(__file__).parents[3] / "benchmarks" / "standard_questions.jsonl"


def _vector(*values: float) -> Vectors:
    vector = np.array(values, np.float32)
    return vector / np.linalg.norm(vector)


async def _ask(application: Application, grouping: Grouping, *questions: tuple[str, str, Language, Vectors]) -> None:
    for answer_id, question, language, vector in questions:
        await asked(application, answer_id, question, language=language)
        grouping.add(answer_id, f"group of {answer_id}", language, vector)


async def test_those_that_ask_the_same_likeliest_first(application: Application) -> None:
    grouping = Grouping(application.database, embedding_model="multilingual-e5-small-int8")
    this = _vector(1, 0, 0)
    await asked(application, "this", "What is the Wi-Fi password of the office?")
    await _ask(
        application,
        grouping,
        ("reworded", "office wifi password?", "en", _vector(1, 0.3, 0)),
        ("same", "What is the Wi-Fi password of the office?", "en", _vector(1, 0.01, 0)),
        ("near miss", "What is the Wi-Fi password of the warehouse?", "en", _vector(1, 0.2, 0)),
        ("far", "office wifi password", "en", _vector(1, 3, 0)),
        ("across", "办公室 wifi 的密码是多少？", "zh", _vector(1, 1.2, 0)),
        ("erased", "", "en", this),
    )
    grouping.add("this", "group of this", "en", this)
    found = await grouping.asking_the_same("this", this, language="en")
    assert {one.answer_id for one in found} == {"same", "reworded", "across"}
    assert found[0].answer_id == "same"
    assert {one.group for one in found} == {f"group of {one.answer_id}" for one in found}
    assert await grouping.asking_the_same("unknown", this, language="en") == ()
    grouping.clear()
    assert await grouping.asking_the_same("this", this, language="en") == ()


async def test_it_grows(application: Application) -> None:
    grouping = Grouping(application.database, embedding_model="tiny")
    await asked(application, "this", "who waters the plants")
    vectors = np.eye(600, dtype=np.float32)
    for at in (0, 300, 599):
        await asked(application, str(at), "who waters the plants")
    for number, vector in enumerate(vectors):
        grouping.add(str(number), "g", "en", vector)
    assert len(grouping) == 600
    for at in (0, 300, 599):
        [found] = await grouping.asking_the_same("this", vectors[at], language="en")
        assert found.answer_id == str(at)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def embedder() -> AsyncIterator[Embedder]:
    try:
        embedder = make_embedder(load_settings())
    except ShiguangError as error:
        pytest.skip(f"no embedding model here: {error}")
    await load_embedder(embedder)
    yield embedder
    await embedder.close()


@pytest.mark.model
@pytest.mark.asyncio(loop_scope="module")
async def test_the_bounds_are_as_measured(embedder: Embedder) -> None:
    """Of pairs of held-out questions: those that ask the same, near misses, and the rest."""
    rows = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
    rows = [row for row in rows if row["half"] == "held-out"]
    texts = {text for row in rows for text in (row["question"], *row["same"], *row["near"], *row["other"])}
    vectors = {text: await embedder.embed_query(text) for text in texts}
    sameness = Sameness(embedder.spec.identity)

    def together(pairs: list[tuple[str, str]]) -> float:
        found = sum(len(sameness.alike(one, [(other, float(vectors[one] @ vectors[other]))])) for one, other in pairs)
        return found / len(pairs)

    groups = [[row["question"], *row["same"]] for row in rows]
    same = [pair for group in groups for pair in combinations(group, 2)]
    near = [(one, miss) for group, row in zip(groups, rows, strict=True) for one in group for miss in row["near"]]
    apart = list(combinations([group[0] for group in groups], 2))
    assert together(same) >= 0.5
    assert together(near) <= 0.09
    assert together(apart) <= 0.001
