"""The same behaviour on every engine: embedded, the real client against a strict fake server, and a real server.

The last runs where ``QDRANT_TEST_URL`` (and ``QDRANT_TEST_API_KEY``) name one, in collections of its own which it
deletes; elsewhere it is skipped, and says so.
"""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from qdrant_client import models

from knowledge.passage import (
    Audience,
    ChannelId,
    IndexedPassage,
    Passage,
    PassageFilter,
    PassageKind,
    PersonId,
    RecordId,
    SparseTerms,
)
from knowledge.qdrant.backend import vector_client
from knowledge.qdrant.client import VectorClient
from knowledge.qdrant.cursor import TimelineCursor
from knowledge.qdrant.edge_client import EdgeClient
from knowledge.qdrant.errors import EmbeddingModelChanged, VectorStoreRefused
from knowledge.qdrant.points import VectorInvalid
from knowledge.qdrant.schema import ArchiveIdentity, VectorConfig
from knowledge.qdrant.store import LexicalSearch, NearestSearch, PassageStore
from tests.fakes.qdrant import FakeQdrant, quick_folder

pytestmark = pytest.mark.asyncio(loop_scope="module")

_START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
_OPERATOR = Audience.operator()
_DIMENSION = 4
_IDENTITY = ArchiveIdentity(embedding_model="tiny", dimension=_DIMENSION, tokenizer="words-1")


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["edge", "fake server", "real server"])
async def engine(request: pytest.FixtureRequest) -> AsyncIterator[VectorConfig]:
    if request.param == "real server":
        url = os.environ.get("QDRANT_TEST_URL")
        if url is None:
            pytest.skip("QDRANT_TEST_URL is not set: NOT RUN against a real Qdrant server")
        yield VectorConfig(backend="server", urls=(url,), api_key=os.environ.get("QDRANT_TEST_API_KEY"))
        return
    with quick_folder() as folder:
        # Holds the worker alive, so that each test's own client only has to connect.
        client = EdgeClient(folder)
        await client.start()
        if request.param == "edge":
            yield VectorConfig(folder=folder)
        else:
            async with FakeQdrant(client, api_key="secret").serve() as url:
                yield VectorConfig(backend="server", urls=(url,), api_key="secret")
        await client.close()


@pytest_asyncio.fixture(loop_scope="module")
async def config(engine: VectorConfig) -> VectorConfig:
    """The engine under an alias that no other test uses."""
    return _renamed(engine, f"test_{uuid.uuid4().hex[:12]}")


@pytest_asyncio.fixture(loop_scope="module")
async def store(config: VectorConfig) -> AsyncIterator[PassageStore]:
    opened = PassageStore(config)
    await opened.open(_IDENTITY)
    yield opened
    await opened.close()
    await _delete_collections(config)


def _renamed(config: VectorConfig, alias: str) -> VectorConfig:
    return VectorConfig(
        backend=config.backend, folder=config.folder, urls=config.urls, api_key=config.api_key, alias=alias
    )


async def _delete_collections(config: VectorConfig) -> None:
    client = vector_client(config)
    await client.start()
    for name in await client.collection_names():
        if name.startswith(config.alias):
            await client.delete_collection(name)
    await client.close()


def _passage(
    number: int,
    *,
    channel: str = "general",
    chunk: int = 0,
    kind: PassageKind = "message",
    author: str = "ann",
    minutes: float | None = None,
    categories: tuple[str, ...] = (),
    file_id: str | None = None,
    vector: tuple[float, ...] = (1.0, 0.0, 0.0, 0.0),
    words: dict[int, float] | None = None,
    context: dict[int, float] | None = None,
) -> IndexedPassage:
    sparse = {
        name: SparseTerms(indices=tuple(terms), values=tuple(terms.values()))
        for name, terms in (("terms", words), ("context", context))
        if terms is not None
    }
    passage = Passage(
        record_id=RecordId(f"r{number}"),
        chunk=chunk,
        kind=kind,
        channel_id=ChannelId(channel),
        author_id=PersonId(author),
        sent_at=_START + timedelta(minutes=number if minutes is None else minutes),
        text=f"消息 {number}/{chunk}",
        categories=categories,
        file_id=None if file_id is None else RecordId(file_id),
    )
    return IndexedPassage(passage=passage, dense={"dense": list(vector)}, sparse=sparse)


def _records(passages: object) -> list[str]:
    return [passage.record_id for passage in passages]  # type: ignore[attr-defined]  # passages or candidates


async def _all(store: PassageStore) -> set[tuple[str, int]]:
    return {(point.record_id, point.chunk) async for point in store.scroll_ids(audience=_OPERATOR, batch=3)}


async def test_what_is_stored_comes_back(store: PassageStore) -> None:
    whole = Passage(
        record_id=RecordId("slack:T1:C1:1700000000.123456"),
        chunk=2,
        kind="file",
        channel_id=ChannelId("slack:T1:C1"),
        author_id=PersonId("slack:T1:U1"),
        sent_at=datetime(2026, 1, 31, 23, 59, 59, 123456, tzinfo=UTC),
        text="预算是 120 万。😀\nline two",
        context="谁负责？",
        categories=("decision", "数字"),
        thread_id=RecordId("slack:T1:C1:1699999999.000001"),
        file_id=RecordId("slack:T1:F1"),
        page="Sheet 2",
    )
    await store.upsert([IndexedPassage(passage=whole, dense={"dense": [1, 2, 3, 4], "around": [0, 0, 1, 0]})])

    assert await store.get([whole.point_id], audience=_OPERATOR) == [whole]
    [by_surroundings] = await store.nearest("around", [0, 0, 1, 0], audience=_OPERATOR, limit=5)
    assert by_surroundings.passage == whole
    assert by_surroundings.score == pytest.approx(1.0, abs=1e-5)


async def test_writing_twice_is_writing_once(store: PassageStore) -> None:
    await store.upsert([_passage(1), _passage(2)])
    await store.upsert([_passage(1), _passage(2), _passage(2)])

    assert await store.count(audience=_OPERATOR) == 2


async def test_nearest_gives_raw_cosines_best_first(store: PassageStore) -> None:
    await store.upsert([_passage(1, vector=(0, 1, 0, 0)), _passage(2, vector=(3, 4, 0, 0)), _passage(3)])

    found = await store.nearest("dense", [2, 0, 0, 0], audience=_OPERATOR, limit=2)

    assert _records(hit.passage for hit in found) == ["r3", "r2"]
    assert [hit.score for hit in found] == pytest.approx([1.0, 0.6], abs=5e-4)  # half precision
    assert found[0].signals == {"dense": found[0].score}


async def test_lexical_weighs_rare_words_more(store: PassageStore) -> None:
    common = [_passage(number, words={7: 1.0}) for number in range(10)]
    await store.upsert([*common, _passage(20, words={99: 1.0}), _passage(21, context={99: 1.0})])
    both = SparseTerms(indices=(7, 99), values=(1.0, 1.0))

    found = await store.lexical("terms", both, audience=_OPERATOR, limit=20)

    assert found[0].passage.record_id == "r20"
    assert len(found) == 11
    [around] = await store.lexical("context", both, audience=_OPERATOR, limit=20)
    assert around.passage.record_id == "r21"


async def test_a_batch_answers_in_the_order_of_its_searches(store: PassageStore) -> None:
    await store.upsert([_passage(1, words={5: 2.0}), _passage(2, vector=(0, 1, 0, 0), chunk=3, kind="file")])
    words = SparseTerms(indices=(5,), values=(1.0,))
    nothing = SparseTerms(indices=(), values=())

    lists = await store.search_batch(
        [LexicalSearch("terms", nothing), NearestSearch("dense", [0, 1, 0, 0]), LexicalSearch("terms", words)],
        audience=_OPERATOR,
        limit=1,
    )

    best = [await store.get([point.point_id for point in found], audience=_OPERATOR) for found in lists]
    assert [_records(found) for found in best] == [[], ["r2"], ["r1"]]
    [[passage]] = best[1:2]
    assert (passage.chunk, passage.kind, passage.sent_at) == (3, "file", _START + timedelta(minutes=2))


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (PassageFilter(author_ids=frozenset({PersonId("bob")})), {"r2"}),
        (PassageFilter(kinds=frozenset({"file", "link"})), {"r3"}),
        (PassageFilter(categories=frozenset({"decision"})), {"r1", "r3"}),
        (PassageFilter(record_ids=frozenset({RecordId("r1"), RecordId("r9")})), {"r1"}),
        (PassageFilter(channel_ids=frozenset({ChannelId("random")})), {"r2"}),
        (PassageFilter(since=_START + timedelta(minutes=2)), {"r2", "r3"}),
        (PassageFilter(until=_START + timedelta(minutes=2)), {"r1"}),
        (PassageFilter(since=_START, until=_START), set()),
        (PassageFilter(kinds=frozenset({"message"}), categories=frozenset({"decision"})), {"r1"}),
    ],
    ids=lambda value: None if isinstance(value, set) else str(value)[14:60],
)
async def test_filters_narrow_every_read(store: PassageStore, where: PassageFilter, expected: set[str]) -> None:
    await store.upsert(
        [
            _passage(1, categories=("decision", "number")),
            _passage(2, author="bob", channel="random"),
            _passage(3, kind="file", categories=("decision",)),
        ]
    )

    found = await store.nearest("dense", [1, 0, 0, 0], audience=_OPERATOR, where=where, limit=10)
    page = await store.timeline(audience=_OPERATOR, where=where, limit=10)

    assert {hit.passage.record_id for hit in found} == expected
    assert set(_records(page.passages)) == expected
    assert await store.count(audience=_OPERATOR, where=where) == len(expected)
    assert sum((await store.facet("kind", audience=_OPERATOR, where=where)).values()) == len(expected)


async def test_an_audience_without_channels_reads_nothing(store: PassageStore) -> None:
    await store.upsert([_passage(1, words={1: 1.0})])
    nobody = Audience()
    words = SparseTerms(indices=(1,), values=(1.0,))

    assert await store.nearest("dense", [1, 0, 0, 0], audience=nobody, limit=5) == []
    assert await store.lexical("terms", words, audience=nobody, limit=5) == []
    assert await store.search_batch([NearestSearch("dense", [1, 0, 0, 0])], audience=nobody, limit=5) == [[]]
    assert (await store.timeline(audience=nobody)).passages == ()
    assert await store.count(audience=nobody) == 0
    assert await store.facet("kind", audience=nobody) == {}
    assert await store.get([_passage(1).passage.point_id], audience=nobody) == []
    assert [point async for point in store.scroll_ids(audience=nobody)] == []


async def test_a_filter_cannot_widen_an_audience(store: PassageStore) -> None:
    await store.upsert([_passage(1, channel="general"), _passage(2, channel="secret")])
    member = Audience(channel_ids=frozenset({ChannelId("general")}))

    for asked in ({"secret"}, {"secret", "general"}):
        where = PassageFilter(channel_ids=frozenset(map(ChannelId, asked)))
        found = await store.nearest("dense", [1, 0, 0, 0], audience=member, where=where, limit=10)
        assert _records(hit.passage for hit in found) == (["r1"] if "general" in asked else [])
    assert await store.get([_passage(2).passage.point_id], audience=member) == []


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    channels=st.sets(st.integers(0, 5)),
    asked=st.sets(st.integers(0, 5)),
    kinds=st.sets(st.sampled_from(["message", "file"])),
    since=st.none() | st.integers(0, 60),
    query=st.tuples(*[st.floats(-1, 1, width=32)] * _DIMENSION),
)
async def test_no_result_lies_outside_the_audience(
    filled: PassageStore,
    channels: set[int],
    asked: set[int],
    kinds: set[PassageKind],
    since: int | None,
    query: tuple[float, ...],
) -> None:
    audience = Audience(channel_ids=frozenset(ChannelId(f"c{number}") for number in channels))
    where = PassageFilter(
        channel_ids=frozenset(ChannelId(f"c{number}") for number in asked),
        kinds=frozenset(kinds),
        since=None if since is None else _START + timedelta(minutes=since),
    )
    readable = [
        passage
        for passage in (indexed.passage for indexed in _many())
        if passage.channel_id in audience.channel_ids
        and (not asked or passage.channel_id in where.channel_ids)
        and (not kinds or passage.kind in kinds)
        and (where.since is None or passage.sent_at >= where.since)
    ]
    ids = {passage.point_id for passage in readable}
    every_word = SparseTerms(indices=(1, 2, 3), values=(1.0, 1.0, 1.0))

    dense, lexical = await filled.search_batch(
        [NearestSearch("dense", query), LexicalSearch("terms", every_word)],
        audience=audience,
        where=where,
        limit=1000,
    )
    page = await filled.timeline(audience=audience, where=where, limit=1000)

    assert {point.point_id for point in dense} == ids
    assert {point.point_id for point in lexical} == ids
    assert {passage.point_id for passage in page.passages} == ids
    assert await filled.count(audience=audience, where=where) == len(ids)
    by_channel = await filled.facet("channel_id", audience=audience, where=where)
    assert by_channel.keys() == {passage.channel_id for passage in readable}
    every_id = [indexed.passage.point_id for indexed in _many()]
    assert all(passage.channel_id in audience.channel_ids for passage in await filled.get(every_id, audience=audience))


def _many() -> list[IndexedPassage]:
    return [
        _passage(
            number,
            channel=f"c{number % 6}",
            kind="file" if number % 5 == 0 else "message",
            vector=(1.0, number / 60, -number / 30, 0.5),
            words={1 + number % 3: 1.0},
        )
        for number in range(60)
    ]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def filled(engine: VectorConfig) -> AsyncIterator[PassageStore]:
    config = _renamed(engine, f"test_{uuid.uuid4().hex[:12]}")
    opened = PassageStore(config)
    await opened.open(_IDENTITY)
    await opened.upsert(_many())
    yield opened
    await opened.close()
    await _delete_collections(config)


async def test_the_timeline_goes_from_new_to_old_without_gaps(store: PassageStore) -> None:
    same_instant = [_passage(number, minutes=5) for number in range(10, 20)]
    others = [_passage(number, minutes=number) for number in range(10)]
    second_chunks = [_passage(number, chunk=1, minutes=number) for number in range(10)]
    await store.upsert([*same_instant, *others, *second_chunks])
    whole = await store.timeline(audience=_OPERATOR, limit=100)
    assert whole.following is None

    for limit in (1, 3, 7):
        seen: list[Passage] = []
        before: TimelineCursor | None = None
        while True:
            page = await store.timeline(audience=_OPERATOR, before=before, limit=limit)
            assert len(page.passages) <= limit
            seen += page.passages
            if page.following is None:
                break
            before = TimelineCursor.parse(str(page.following))
        assert seen == list(whole.passages)

    order = [(-passage.sent_at.timestamp(), passage.point_id) for passage in whole.passages]
    assert order == sorted(order)
    assert sorted(_records(whole.passages)) == sorted(f"r{number}" for number in range(20))


async def test_the_timeline_survives_what_happens_between_two_pages(store: PassageStore) -> None:
    await store.upsert([_passage(number) for number in range(6)])
    first = await store.timeline(audience=_OPERATOR, limit=2)
    assert _records(first.passages) == ["r5", "r4"]

    await store.delete_records([RecordId("r4")])
    await store.upsert([_passage(9)])
    second = await store.timeline(audience=_OPERATOR, before=first.following, limit=2)

    assert _records(second.passages) == ["r3", "r2"]


async def test_deletions_are_complete(store: PassageStore) -> None:
    file_chunks = [_passage(1, chunk=chunk, file_id="f1", kind="file") for chunk in range(4)]
    await store.upsert([*file_chunks, _passage(2, channel="secret"), _passage(3), _passage(3, chunk=1), _passage(4)])

    await store.delete_chunks_beyond({RecordId("r1"): 2, RecordId("r3"): 1, RecordId("r4"): 1})
    assert await _all(store) == {("r1", 0), ("r1", 1), ("r2", 0), ("r3", 0), ("r4", 0)}
    await store.delete_file(RecordId("f1"))
    assert await _all(store) == {("r2", 0), ("r3", 0), ("r4", 0)}
    await store.delete_channel(ChannelId("secret"))
    await store.delete_records([RecordId("r3"), RecordId("never was")])
    await store.delete_records([])

    assert await _all(store) == {("r4", 0)}
    found = await store.nearest("dense", [1, 0, 0, 0], audience=_OPERATOR, limit=10)
    assert _records(hit.passage for hit in found) == ["r4"]


async def test_categories_are_replaced_for_all_chunks(store: PassageStore) -> None:
    await store.upsert([_passage(1, categories=("number",)), _passage(1, chunk=1), _passage(2, categories=("number",))])

    await store.set_categories([RecordId("r1")], ["decision", "action"])

    counted = await store.facet("categories", audience=_OPERATOR, records_only=False)
    assert counted == {"decision": 2, "action": 2, "number": 1}
    assert await store.facet("categories", audience=_OPERATOR) == {"decision": 1, "action": 1, "number": 1}
    [passage] = await store.get([_passage(1).passage.point_id], audience=_OPERATOR)
    assert passage.categories == ("decision", "action")
    assert passage.text == "消息 1/0"


@pytest.mark.parametrize(
    "wrong",
    [
        IndexedPassage(passage=_passage(1).passage, dense={"dense": [1.0, 2.0]}),
        IndexedPassage(passage=_passage(1).passage, dense={"dense": [1.0, float("nan"), 0.0, 0.0]}),
        IndexedPassage(passage=_passage(1).passage, dense={"other": [1.0, 0.0, 0.0, 0.0]}),
        _passage(1, words={-1: 1.0}),
        _passage(1, words={1: float("inf")}),
    ],
    ids=["dimension", "not a number", "name", "index", "weight"],
)
async def test_a_wrong_vector_never_reaches_the_engine(store: PassageStore, wrong: IndexedPassage) -> None:
    with pytest.raises(VectorInvalid):
        await store.upsert([_passage(2), wrong])

    assert await store.count(audience=_OPERATOR) == 0
    with pytest.raises(VectorInvalid):
        await store.nearest("dense", [1.0], audience=_OPERATOR, limit=1)


async def test_another_embedding_model_is_noticed(config: VectorConfig, store: PassageStore) -> None:
    for other in (
        ArchiveIdentity(embedding_model="large", dimension=_DIMENSION, tokenizer="words-1"),
        ArchiveIdentity(embedding_model="tiny", dimension=_DIMENSION, tokenizer="words-2"),
    ):
        changed = PassageStore(config)
        with pytest.raises(EmbeddingModelChanged):
            await changed.open(other)
        await changed.close()


async def test_a_reindex_is_seen_when_it_is_complete(config: VectorConfig, store: PassageStore) -> None:
    larger = ArchiveIdentity(embedding_model="large", dimension=2, tokenizer="words-1")
    await store.upsert([_passage(1), _passage(2)])
    reader = PassageStore(config)
    await reader.open(_IDENTITY)

    following = await store.create_next(larger)
    await following.upsert([IndexedPassage(passage=_passage(1).passage, dense={"dense": [1.0, 0.0]})])
    assert await store.count(audience=_OPERATOR) == 2
    resumed = await store.create_next(larger)
    assert await resumed.count(audience=_OPERATOR) == 1
    await store.switch(resumed)

    assert await store.count(audience=_OPERATOR) == 1
    assert len(await store.nearest("dense", [1.0, 0.0], audience=_OPERATOR, limit=5)) == 1
    with pytest.raises(EmbeddingModelChanged):
        await reader.count(audience=_OPERATOR)
    await reader.close()
    names = await _collections(config)
    assert names == [f"{config.alias}_v2"]


async def test_a_reader_follows_a_rebuild_with_the_same_model(config: VectorConfig, store: PassageStore) -> None:
    reader = PassageStore(config)
    await reader.open(_IDENTITY)
    following = await store.create_next(_IDENTITY, resume=False)
    await following.upsert([_passage(1)])
    await store.switch(following)

    assert await reader.count(audience=_OPERATOR) == 1
    await reader.close()


async def test_compaction_keeps_what_lives_and_what_is_written_meanwhile(
    config: VectorConfig, store: PassageStore
) -> None:
    await store.upsert([_passage(number, words={number: 1.0}) for number in range(700)])
    reader = PassageStore(config)
    await reader.open(_IDENTITY)
    await store.delete_matching(PassageFilter(until=_START + timedelta(minutes=100)))
    before = await store.lexical("terms", SparseTerms(indices=(300,), values=(1.0,)), audience=_OPERATOR, limit=5)

    async def write() -> None:
        for number in range(1000, 1020):
            await reader.upsert([_passage(number)])
            await reader.set_categories([RecordId(f"r{number - 600}")], ["late"])
            await reader.delete_records([RecordId(f"r{number - 700}")])

    compacted, _ = await asyncio.gather(store.compact(), write())

    assert compacted == (config.backend == "edge")
    for each in (store, reader):
        assert await each.count(audience=_OPERATOR) == 600 + 20 - 20
        assert await each.count(audience=_OPERATOR, where=PassageFilter(categories=frozenset({"late"}))) == 20
    after = await store.lexical("terms", SparseTerms(indices=(350,), values=(1.0,)), audience=_OPERATOR, limit=5)
    assert [hit.passage.record_id for hit in after] == ["r350"]
    assert [hit.passage.record_id for hit in before] == ["r300"]
    assert len(await _collections(config)) == 1
    await reader.close()


async def test_what_is_stored_is_told_whole(store: PassageStore) -> None:
    await store.upsert([_passage(1), _passage(1, chunk=1), _passage(2)])
    stored = await store.stored([RecordId("r1"), RecordId("unknown")])
    assert sorted((payload["record_id"], payload["chunk"], payload["text"]) for payload in stored) == [
        ("r1", 0, "消息 1/0"), ("r1", 1, "消息 1/1"),
    ]  # fmt: skip


async def _collections(config: VectorConfig) -> list[str]:
    client = vector_client(config)
    await client.start()
    names = [name for name in await client.collection_names() if name.startswith(config.alias)]
    await client.close()
    return names


async def test_many_passages_arrive_whole(store: PassageStore) -> None:
    passages = [_passage(number, vector=(1.0, number / 500, 0.0, 0.0)) for number in range(500)]

    await store.upsert(passages)
    await store.flush()

    assert await _all(store) == {(f"r{number}", 0) for number in range(500)}
    health = await store.health()
    assert health.points == 500


async def test_filtered_search_finds_what_an_exact_one_finds(config: VectorConfig, store: PassageStore) -> None:
    """Guards recall: a graph without ACORN loses half of the results under such a filter."""
    passages = [
        _passage(
            number,
            channel=f"c{number % 7}",
            vector=tuple(((number * prime) % 101) / 50 - 1 for prime in (3, 7, 11, 17)),
        )
        for number in range(1500)
    ]
    await store.upsert(passages)
    client: VectorClient = vector_client(config)
    await client.start()
    audience = Audience(channel_ids=frozenset({ChannelId("c1"), ChannelId("c4")}))
    for query in ([1.0, 0.2, -0.3, 0.4], [-0.5, 0.5, 0.5, -0.5]):
        condition = models.FieldCondition(key="channel_id", match=models.MatchAny(any=["c1", "c4"]))
        [exact] = await client.query_batch_points(
            f"{config.alias}_v1",
            [
                models.QueryRequest(
                    query=query,
                    using="dense",
                    filter=models.Filter(must=[condition]),
                    params=models.SearchParams(exact=True),
                    limit=50,
                )
            ],
        )
        [found] = await store.search_batch([NearestSearch("dense", query)], audience=audience, limit=50)
        assert len({point.point_id for point in found} & {str(point.id) for point in exact}) >= 49
        assert [point.score for point in found] == pytest.approx([point.score for point in exact], abs=1e-4)
    await client.close()


async def test_engines_refuse_what_they_cannot_do(config: VectorConfig, store: PassageStore) -> None:
    client = vector_client(config)
    await client.start()
    name = f"{config.alias}_v1"
    with pytest.raises(VectorStoreRefused) as missing:
        await client.count("no_such_collection", count_filter=None)
    assert missing.value.status == 404
    with pytest.raises(VectorStoreRefused) as taken:
        await client.create_collection(name, models.CreateCollection(vectors={}))
    assert taken.value.status == 409
    for attempt in (
        client.scroll(name, scroll_filter=None, limit=1, order_by=models.OrderBy(key="text")),
        client.facet(name, "text", facet_filter=None, limit=1),
    ):
        with pytest.raises(VectorStoreRefused) as unindexed:
            await attempt
        assert unindexed.value.status == 400
    await client.close()


async def test_a_backup_is_written(config: VectorConfig, store: PassageStore, tmp_path: Path) -> None:
    await store.upsert([_passage(1)])

    await store.backup(tmp_path / "copy")

    if config.backend == "server":
        assert config.alias in (tmp_path / "copy" / "qdrant-snapshots.json").read_text()
        return
    restored = PassageStore(_renamed(VectorConfig(folder=tmp_path / "copy"), config.alias))
    await restored.open(_IDENTITY)
    assert await restored.count(audience=_OPERATOR) == 1
    await restored.close()
