"""“Did you mean …?”: how often it is asked back of what has a standard answer, and of what has none.

What has none: questions of other people's chats, and the standard questions themselves while their own standard answer
is left out of the pool, which is what a team asks besides. At most one in twenty of either may be asked back.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.application import make_embedder
from bot.curating.matching import Match, Matching
from bot.curating.standard_answers import StandardAnswers
from bot.errors import ModelMissing
from bot.models.resolve import resolve_embedding_model
from bot.settings import Settings
from knowledge.embedding import Embedder
from knowledge.passage import Audience
from tests.benchmarks.figures import Figures
from tests.benchmarks.matching_pairs import Fact, facts

pytestmark = [pytest.mark.bench, pytest.mark.model, pytest.mark.timeout(900)]
NOW = datetime(2027, 1, 1, tzinfo=UTC)
DATA = Path(__file__).parents[3] / "shared" / "data"
ASKED_BACK = 0.05
_OF_EACH = 500


@dataclass
class Pool:
    """Standard answers to these questions; ``besides`` is left out."""

    rows: Sequence[Fact]
    variants: int
    besides: str = ""

    async def in_force(self, _: datetime) -> list[Any]:
        return [
            SimpleNamespace(
                standard_answer_id=str(number),
                question=row.question,
                questions=(row.question, *row.same[: self.variants]),
                may_be_given=lambda _, row=row: row.question != self.besides,
            )
            for number, row in enumerate(self.rows)
        ]


@pytest.fixture
async def embedder() -> AsyncIterator[Embedder]:
    settings = Settings()
    try:
        resolve_embedding_model(settings)
    except ModelMissing:
        pytest.skip("the embedding model is not there; run: shiguang models pull")
    made = make_embedder(settings)
    await made.start()
    yield made
    await made.close()


def _ordinary() -> list[str]:
    """Of each file the first so many, each once."""
    found: list[str] = []
    for path in sorted(DATA.glob("*/questions.jsonl")):
        rows = [json.loads(line)["question"] for line in path.read_text("utf-8").splitlines()]
        found += list(dict.fromkeys(rows))[:_OF_EACH]
    return found


@pytest.mark.parametrize("variants", [0, 2])
async def test_rewordings_are_asked_back_and_other_questions_hardly(
    embedder: Embedder, figures: Figures, variants: int
) -> None:
    pool = Pool(facts(), variants)
    matching = Matching(cast("StandardAnswers", pool), embedder)
    await matching.warm(NOW)

    async def match(question: str, *, besides: str = "") -> Match | None:
        pool.besides = besides
        return await matching.match(question, audience=Audience.operator(), now=NOW)

    name = f"did you mean, {variants} variants"
    same = [(row, await match(way)) for row in facts("held-out") for way in row.same[variants:]]
    for told, sure in (("given", True), ("asked back", False)):
        right = sum(m is not None and m.sure is sure and m.standard_answer.question == row.question for row, m in same)
        figures.state(f"{name}: other words for it, {told}", f"{right / len(same) * 100:.1f} % of {len(same)}")
    others = [
        m for row in facts() for way in (row.question, *row.same) if (m := await match(way, besides=row.question))
    ]
    asked = sum(1 + len(row.same) for row in facts())
    _hold(figures, f"{name}: a team's other questions", others, asked)
    if not DATA.is_dir():
        pytest.skip("needs the development data in ../shared/data")
    strangers = _ordinary()
    found = await asyncio.gather(*(match(question) for question in strangers))
    _hold(figures, f"{name}: questions of other people's chats", [m for m in found if m], len(strangers))


def _hold(figures: Figures, name: str, found: Sequence[Match], of: int) -> None:
    back = sum(not one.sure for one in found)
    figures.at_most(f"{name} asked back", back / of, ASKED_BACK, note=f"{back} of {of}, {len(found) - back} given")
