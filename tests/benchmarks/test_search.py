"""Search and the first sources of an answer, in an archive of 100,000 passages."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from pathlib import Path

import pytest

from bot.answering.answerer import Question
from bot.application import Application, open_application
from bot.llm.scripted import ScriptedModel
from bot.settings import Settings
from connectors.connector import Citation
from knowledge.lexical import sparse_query, terms
from knowledge.qdrant.schema import AROUND, CONTEXT, DENSE, TERMS
from knowledge.qdrant.searches import LexicalSearch, NearestSearch
from tests.benchmarks.figures import Figures, percentile
from tests.benchmarks.large_archive import PASSAGES
from tests.benchmarks.raw_embedding import raw_model
from tests.benchmarks.scopes import A_FEW, SCOPES, SELECTIVE
from tests.benchmarks.texts import questions

pytestmark = [pytest.mark.bench, pytest.mark.model]

ASKED = 200
WARM_UP = 10

_Ask = Callable[[str], Awaitable[object]]


@pytest.fixture
async def application(large_home: Path) -> AsyncIterator[Application]:
    model = ScriptedModel(["It was moved to Friday [1]."] * (ASKED + WARM_UP))
    async with open_application(Settings(home=large_home), model=model) as opened:
        assert (await opened.store.health()).points >= PASSAGES
        yield opened


@pytest.fixture
def unasked() -> Iterator[str]:
    """Questions that nobody has asked since the application was opened: no cache knows them."""
    return iter(questions())


async def _milliseconds(ask: _Ask, question: str) -> float:
    began = time.perf_counter()
    await ask(question)
    return (time.perf_counter() - began) * 1000


@pytest.mark.parametrize("scope", SCOPES)
async def test_search(application: Application, figures: Figures, unasked: Iterator[str], scope: str) -> None:
    audience, where = SCOPES[scope]

    async def whole(question: str) -> object:
        return await application.finder.search(question, audience=audience, where=where, limit=10)

    async def raw(question: str) -> object:
        """fastembed alone, and the engine's answer to the same four searches."""
        [vector] = raw_model().embed([f"query: {question}"])
        words = sparse_query(terms(question))
        searches: list[NearestSearch | LexicalSearch] = [
            *(NearestSearch(name, vector.tolist()) for name in (DENSE, AROUND)),
            *(LexicalSearch(name, words) for name in (TERMS, CONTEXT)),
        ]
        return await application.store.search_batch(searches, audience=audience, where=where, limit=10)

    took: dict[_Ask, list[float]] = {whole: [], raw: []}
    for _ in range(WARM_UP):
        for ask in took:
            await ask(next(unasked))
    for _ in range(ASKED):
        for ask, times in took.items():
            times.append(await _milliseconds(ask, next(unasked)))
    p50, p95 = percentile(took[whole], 50), percentile(took[whole], 95)
    raw50 = percentile(took[raw], 50)
    note = f"query embedding + raw store query {raw50:.1f} ms"
    figures.state(f"search, {scope}: p50, p95", f"{p50:.1f} ms, {p95:.1f} ms")
    figures.at_most(f"search, {scope}: times the raw query", p50 / raw50, 3, note=note)
    figures.at_most(f"search, {scope}: p50", p50, 40, unit=" ms")
    figures.at_most(f"search, {scope}: p95", p95, 100, unit=" ms")


@pytest.mark.parametrize("scope", SELECTIVE)
async def test_search_at_any_selectivity(
    application: Application, figures: Figures, unasked: Iterator[str], scope: str
) -> None:
    audience, where = SELECTIVE[scope]
    among = await application.store.count(audience=audience, where=where)
    assert among

    async def ask(question: str) -> object:
        return await application.finder.search(question, audience=audience, where=where, limit=10)

    for _ in range(WARM_UP):
        await ask(next(unasked))
    took = [await _milliseconds(ask, next(unasked)) for _ in range(ASKED // 2)]
    note = f"p50 {percentile(took, 50):.1f} ms, among {among:,}"
    figures.at_most(f"search, {scope}: p95", percentile(took, 95), 100, unit=" ms", note=note)


class _Sources:
    """A listener that notes when the sources came."""

    def __init__(self) -> None:
        self.at: float | None = None

    async def status(self, text: str) -> None:
        """Not measured."""

    async def sources(self, citations: Sequence[Citation]) -> None:
        assert citations
        self.at = self.at or time.perf_counter()

    async def delta(self, text: str) -> None:
        assert self.at is not None, "sources come before the first token"


async def test_sources_come_first(application: Application, figures: Figures, unasked: Iterator[str]) -> None:
    took: list[float] = []
    for _ in range(ASKED // 2):
        listener = _Sources()
        began = time.perf_counter()
        await application.answerer.answer(Question(text=next(unasked), audience=A_FEW), listener)
        assert listener.at is not None
        took.append(listener.at - began)
    figures.state("sources shown after a question: p50", f"{percentile(took, 50) * 1000:.0f} ms")
    figures.at_most("sources shown after a question: p95", percentile(took, 95), 1.0, unit=" s")
