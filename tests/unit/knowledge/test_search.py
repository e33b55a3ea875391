"""Fusing, one passage a record, filters, and nothing for nobody, on the real embedded engine."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from knowledge.lexical import sparse_document, terms
from knowledge.passage import (
    Audience,
    ChannelId,
    IndexedPassage,
    Passage,
    PassageFilter,
    PersonId,
    RecordId,
)
from knowledge.qdrant.schema import AROUND, CONTEXT, DENSE, TERMS, ArchiveIdentity, VectorConfig
from knowledge.qdrant.store import PassageStore
from knowledge.reranking import Reranking
from knowledge.search import Searcher, SearchQuery
from tests.fakes.embedder import DIMENSION, TinyEmbedder
from tests.fakes.qdrant import quick_folder

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
OPERATOR = Audience.operator()
PUMP, LAUNCH, FILE = RecordId("pump"), RecordId("launch"), RecordId("file")


async def _indexed(record: RecordId, text: str, **more: Any) -> IndexedPassage:
    passage = Passage(
        **{
            "record_id": record, "chunk": 0, "kind": "message", "channel_id": ChannelId("open"),
            "author_id": PersonId("ann"), "sent_at": NOW, "text": text, **more,
        }
    )  # fmt: skip
    [vector] = (await TinyEmbedder().embed_passages([text])).tolist()
    words = sparse_document(terms(text), average_length=20)
    return IndexedPassage(passage=passage, dense={DENSE: vector, AROUND: vector}, sparse={TERMS: words, CONTEXT: words})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def searcher() -> AsyncIterator[Searcher]:
    with quick_folder() as folder:
        store = PassageStore(VectorConfig(folder=folder))
        await store.open(ArchiveIdentity(embedding_model="tiny", dimension=DIMENSION, tokenizer="t"))
        await store.upsert(
            [
                await _indexed(PUMP, "the pump JL-P19 arrives on Tuesday"),
                await _indexed(
                    LAUNCH, "launch on 8 December", channel_id=ChannelId("secret"), author_id=PersonId("bo")
                ),
                await _indexed(FILE, "pump quotation page one", kind="file", sent_at=NOW + timedelta(days=1)),
                await _indexed(FILE, "pump quotation page two: pump pump", chunk=1, kind="file"),
            ]
        )
        yield Searcher(store, TinyEmbedder())
        await store.close()


async def _found(searcher: Searcher, text: str, **options: Any) -> list[RecordId]:
    query = SearchQuery(**{"text": text, "audience": OPERATOR, **options})
    return [hit.passage.record_id for hit in await searcher.search(query)]


async def test_the_passage_with_the_words_comes_first(searcher: Searcher) -> None:
    assert (await _found(searcher, "when does JL-P19 arrive?"))[0] == PUMP
    assert (await _found(searcher, "launch"))[0] == LAUNCH


async def test_a_record_appears_once_unless_more_is_asked_for(searcher: Searcher) -> None:
    assert (await _found(searcher, "pump quotation")).count(FILE) == 1
    assert (await _found(searcher, "pump quotation", passages_per_record=2)).count(FILE) == 2


@pytest.mark.parametrize(
    ("where", "missing"),
    [
        (PassageFilter(channel_ids=frozenset({ChannelId("open")})), LAUNCH),
        (PassageFilter(author_ids=frozenset({PersonId("bo")})), PUMP),
        (PassageFilter(kinds=frozenset({"file"})), PUMP),
        (PassageFilter(since=NOW + timedelta(hours=1)), PUMP),
        (PassageFilter(until=NOW), PUMP),
    ],
)
async def test_filters_hold_in_every_list(searcher: Searcher, where: PassageFilter, missing: RecordId) -> None:
    everything = await _found(searcher, "pump launch quotation")
    assert missing in everything
    assert missing not in await _found(searcher, "pump launch quotation", where=where)


async def test_only_what_the_audience_may_read_is_found(searcher: Searcher) -> None:
    outsiders = Audience(frozenset({ChannelId("open")}))
    assert LAUNCH not in await _found(searcher, "launch on 8 December", audience=outsiders)
    beyond = PassageFilter(channel_ids=frozenset({ChannelId("secret")}))
    assert await _found(searcher, "launch", audience=outsiders, where=beyond) == []


async def test_nobody_and_an_empty_question_find_nothing_and_cost_nothing(searcher: Searcher) -> None:
    embedder = _Refusing()
    frugal = Searcher(searcher._store, embedder)
    assert await _found(frugal, "pump", audience=Audience()) == []
    assert await _found(frugal, "  \n ") == []
    assert await _found(frugal, "pump", limit=0) == []


async def test_the_limit_counts_records(searcher: Searcher) -> None:
    assert len(await _found(searcher, "pump launch quotation", limit=2)) == 2


async def test_a_question_without_words_and_a_very_long_one_are_answered(searcher: Searcher) -> None:
    assert isinstance(await _found(searcher, "???"), list)
    assert PUMP in await _found(searcher, "JL-P19 " + "x" * 200_000)
    assert isinstance(await _found(searcher, "\ud800"), list)


async def test_signals_tell_where_the_score_came_from(searcher: Searcher) -> None:
    [best, *_] = await searcher.search(SearchQuery(text="JL-P19", audience=OPERATOR))
    assert set(best.signals) == {DENSE, AROUND, TERMS, CONTEXT}


async def test_a_re_ranker_has_the_last_word_about_what_the_audience_may_read(searcher: Searcher) -> None:
    judge = _Judge("quotation page two")
    judged = Searcher(searcher._store, TinyEmbedder(), reranking=Reranking(judge, weight=1.0))
    assert (await _found(searcher, "when does JL-P19 arrive?"))[0] == PUMP
    assert (await _found(judged, "when does JL-P19 arrive?"))[0] == FILE
    assert (await _found(judged, "JL-P19", limit=1)) == [FILE]
    assert any("launch" in text for text in judge.read)
    judge.read.clear()
    await _found(judged, "launch", audience=Audience(frozenset({ChannelId("open")})))
    assert judge.read
    assert not any("launch" in text for text in judge.read)


class _Judge:
    """Prefers the texts that hold some words."""

    def __init__(self, words: str) -> None:
        self.words = words
        self.read: list[str] = []

    async def start(self) -> None:
        """Nothing to load."""

    async def close(self) -> None:
        """Nothing to free."""

    async def score(self, query: str, texts: Sequence[str]) -> list[float]:
        self.read += texts
        return [float(self.words in text) for text in texts]


class _Refusing(TinyEmbedder):
    async def embed_query(self, text: str) -> Any:
        raise AssertionError(text)
