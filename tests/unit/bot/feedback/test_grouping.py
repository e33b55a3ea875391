"""Which questions ask the same: of one language, across languages, and never with other figures."""

import json
from collections.abc import AsyncIterator
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from bot.application import load_embedder, make_embedder
from bot.errors import ShiguangError
from bot.feedback.grouping import Grouping, figures, same_question
from bot.language import language_of
from bot.settings import load_settings
from knowledge.embedding import Embedder, Vectors

QUESTIONS = Path(__file__).parents[3] / "benchmarks" / "standard_questions.jsonl"


def _vector(*values: float) -> Vectors:
    vector = np.array(values, np.float32)
    return vector / np.linalg.norm(vector)


def test_the_likeliest_come_first_and_what_is_unlike_not_at_all() -> None:
    grouping = Grouping()
    asked = _vector(1, 0, 0)
    for name, language, vector in (
        ("near", "en", _vector(1, 0.4, 0)),
        ("same", "en", _vector(1, 0.01, 0)),
        ("far", "en", _vector(1, 1, 0)),
        ("far, but of another language", "zh", _vector(1, 1, 0)),
        ("too far even so", "zh", _vector(1, 2, 0)),
    ):
        grouping.add(name, f"group of {name}", language, vector)
    found = grouping.like(asked, language="en", besides="")
    assert [one.answer_id for one in found] == ["same", "far, but of another language", "near"]
    assert {one.group for one in found} == {f"group of {one.answer_id}" for one in found}
    [next_best] = grouping.like(asked, language="en", besides="same", limit=1)
    assert next_best.answer_id == "far, but of another language"
    grouping.clear()
    assert grouping.like(asked, language="en", besides="") == ()


def test_it_grows() -> None:
    grouping = Grouping()
    vectors = np.eye(600, dtype=np.float32)
    for number, vector in enumerate(vectors):
        grouping.add(str(number), "g", "zh", vector)
    assert len(grouping) == 600
    for at in (0, 300, 599):
        assert [one.answer_id for one in grouping.like(vectors[at], language="zh", besides="")] == [str(at)]


def test_figures() -> None:
    assert (
        figures("Who handles a P1 in release 2.4.1?") == figures("release 2.4.1: who handles a p1") == {"p1", "2.4.1"}
    )
    assert figures("Ｐ１ 谁负责") == {"p1"}
    assert figures("谁负责") == set()


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
    """Of 120 questions in two languages: those that ask the same, near misses, and the rest."""
    groups: list[list[str]] = []
    misses: list[list[str]] = []
    for line in QUESTIONS.read_text("utf-8").splitlines():
        row = json.loads(line)
        groups.append([row["question"], *row["same"]])
        misses.append(row["other"])
    vectors = {text: await embedder.embed_query(text) for group in (*groups, *misses) for text in group}

    def together(pairs: list[tuple[str, str]]) -> float:
        found = [
            same_question(
                vectors[one], vectors[other], languages=(language_of(one), language_of(other)), questions=(one, other)
            )
            for one, other in pairs
        ]
        return sum(found) / len(found)

    same = [pair for group in groups for pair in combinations(group, 2)]
    near = [(one, other) for group, others in zip(groups, misses, strict=True) for one in group for other in others]
    firsts = [group[0] for group in groups] + [group[-1] for group in groups]
    apart = [
        (one, other)
        for one, other in combinations(firsts, 2)
        if not any(one in group and other in group for group in groups)
    ]
    assert together(same) >= 0.4
    assert together(near) <= 0.14
    assert together(apart) <= 0.002
