"""Accuracy on the labelled utterances with the real embedding model; half of them was never looked at while tuning."""

import json
import time
from collections import Counter
from collections.abc import AsyncIterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.application import load_embedder, make_embedder
from bot.errors import ShiguangError
from bot.intent import Intents
from bot.intent.intent import KINDS
from bot.settings import load_settings

pytestmark = [pytest.mark.model, pytest.mark.asyncio(loop_scope="module")]
UTTERANCES = Path(__file__).with_name("utterances.jsonl")
DATA = Path(__file__).parents[5] / "shared" / "data"


def _utterances() -> list[dict[str, Any]]:
    return [json.loads(line) for line in UTTERANCES.read_text("utf-8").splitlines()]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def intents() -> AsyncIterator[Intents]:
    try:
        embedder = make_embedder(load_settings())
    except ShiguangError as error:
        pytest.skip(f"no embedding model here: {error}")
    await load_embedder(embedder)
    try:
        yield Intents(embedder)
    finally:
        await embedder.close()


async def test_the_set_is_large_enough_and_no_example_is_in_it() -> None:
    rows = _utterances()
    assert len(rows) >= 240
    assert {row["kind"] for row in rows} == set(KINDS)
    examples = resources.files("bot.intent").joinpath("examples.json").read_text("utf-8")
    assert not [row["text"] for row in rows if json.dumps(row["text"], ensure_ascii=False) in examples]


@pytest.mark.parametrize("held_out", [False, True])
async def test_kinds_are_told_apart_and_questions_are_questions(intents: Intents, held_out: bool) -> None:
    rows = [row for row in _utterances() if row["held_out"] is held_out]
    found = [(row["kind"], (await intents.of(row["text"])).kind) for row in rows]
    right, all_of = Counter(kind for kind, said in found if kind == said), Counter(kind for kind, _ in found)
    assert right["question"] / all_of["question"] >= 0.97
    assert right.total() / all_of.total() >= 0.95
    assert all(right[kind] / all_of[kind] >= 0.85 for kind in all_of)


async def test_it_takes_little_time(intents: Intents) -> None:
    await intents.of("warm")
    took = []
    for row in _utterances()[:60]:
        started = time.process_time()
        await intents.of(row["text"] + " zz")  # Never embedded before.
        took.append(time.process_time() - started)
    assert sorted(took)[len(took) // 2] < 0.06  # of all cores together


@pytest.mark.parametrize("name", ["locomo", "zh_chat", "en_meetings", "zh_meetings"])
async def test_real_questions_are_questions(intents: Intents, name: str) -> None:
    path = DATA / name / "questions.jsonl"
    if not path.exists():
        pytest.skip("the shared data are not here")
    asked = [json.loads(line)["question"] for line in path.read_text("utf-8").splitlines()][:400]
    # "Summarize the discussion about …" is a request for a summary, and so it should be.
    asked = [text for text in asked if text.strip() and not text.startswith("Summarize ")]
    kinds = [(await intents.of(text)).kind for text in asked]
    assert kinds.count("question") / len(kinds) >= 0.98
