"""The server path: what is retried, what is refused, and where it goes when an address fails."""

import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from qdrant_client import models

from knowledge.passage import Audience, ChannelId
from knowledge.qdrant.edge_client import EdgeClient
from knowledge.qdrant.errors import VectorStoreRefused, VectorStoreUnavailable
from knowledge.qdrant.schema import ArchiveIdentity, VectorConfig
from knowledge.qdrant.server_client import ServerClient
from knowledge.qdrant.store import NearestSearch, PassageStore
from tests.fakes.qdrant import FakeQdrant, Fault, quick_folder

pytestmark = pytest.mark.asyncio(loop_scope="module")

_SPEC = models.CreateCollection(vectors={"dense": models.VectorParams(size=2, distance=models.Distance.COSINE)})
_POINT = models.PointStruct(id="8a6e4a0c-5f5b-4c55-9f0e-6b1f5c1d2a77", vector={"dense": [1.0, 0.0]}, payload={})


@dataclass(frozen=True)
class _Server:
    fake: FakeQdrant
    url: str
    engine: EdgeClient


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine() -> AsyncIterator[EdgeClient]:
    with quick_folder() as folder:
        client = EdgeClient(folder)
        await client.start()
        yield client
        await client.close()


@pytest_asyncio.fixture(loop_scope="module")
async def server(engine: EdgeClient) -> AsyncIterator[_Server]:
    fake = FakeQdrant(engine, api_key="secret")
    async with fake.serve() as url:
        yield _Server(fake, url, engine)
    for name in await engine.collection_names():
        await engine.delete_collection(name)


@pytest_asyncio.fixture(loop_scope="module")
async def client(server: _Server) -> AsyncIterator[ServerClient]:
    started = ServerClient([server.url], api_key="secret")
    await started.start()
    await started.create_collection("c", _SPEC)
    server.fake.requests.clear()
    yield started
    await started.close()


@pytest.fixture
def dead_url() -> Iterator[str]:
    """Nobody listens there, and nobody else can: the port stays taken."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{unused.getsockname()[1]}"


@pytest.mark.parametrize("status", [500, 502, 503, 429])
async def test_what_passes_is_tried_again(server: _Server, client: ServerClient, status: int) -> None:
    server.fake.faults += [Fault(status), Fault(status)]

    await client.upsert("c", [_POINT])

    assert await client.count("c", count_filter=None) == 1
    assert sum(request.path == "/collections/c/points" for request in server.fake.requests) == 3


async def test_a_lost_answer_writes_once(server: _Server, client: ServerClient) -> None:
    server.fake.faults += [Fault(503, applied=True)]

    await client.upsert("c", [_POINT])

    assert await client.count("c", count_filter=None) == 1


@dataclass
class _Waits:
    seconds: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


async def test_patience_is_granted_when_asked_for(server: _Server) -> None:
    waits = _Waits()
    client = ServerClient([server.url], api_key="secret", sleep=waits)
    server.fake.faults += [Fault(429, headers={"Retry-After": "7"}), Fault(429, headers={"Retry-After": "9999"})]

    await client.start()
    await client.close()

    first, second = waits.seconds
    assert 7 <= first < 10.1
    assert 10 <= second < 13.1


async def test_attempts_are_bounded(server: _Server) -> None:
    waits = _Waits()
    client = ServerClient([server.url], api_key="secret", sleep=waits)
    server.fake.faults += [Fault(503)] * 50

    with pytest.raises(VectorStoreUnavailable, match="503"):
        await client.start()
    await client.close()

    assert len(server.fake.requests) == 5
    assert len(set(waits.seconds)) == 4
    server.fake.faults.clear()


async def test_what_is_wrong_is_not_tried_again(server: _Server, client: ServerClient) -> None:
    with pytest.raises(VectorStoreRefused) as refusal:
        await client.count("missing", count_filter=None)
    assert refusal.value.status == 404
    with pytest.raises(VectorStoreRefused) as wrong:
        await client.upsert("c", [_POINT.model_copy(update={"vector": {"dense": [1.0]}})])
    assert wrong.value.status == 400
    assert len(server.fake.requests) == 2


async def test_a_wrong_key_is_refused_and_not_shown(server: _Server) -> None:
    client = ServerClient([server.url], api_key="wrong-key")
    with pytest.raises(VectorStoreRefused) as refusal:
        await client.start()
    assert refusal.value.status == 401
    assert "wrong-key" not in str(refusal.value)
    await client.close()


async def test_the_next_address_takes_over_and_keeps_the_work(server: _Server, dead_url: str) -> None:
    client = ServerClient([dead_url, server.url], api_key="secret")
    await client.start()
    await client.create_collection("over", _SPEC)
    assert await client.count("over", count_filter=None) == 0
    await client.close()


async def test_no_address_answers(dead_url: str) -> None:
    client = ServerClient([dead_url, dead_url], timeout_seconds=1.0)
    with pytest.raises(VectorStoreUnavailable) as unavailable:
        await client.start()
    assert "127.0.0.1" not in str(unavailable.value)
    await client.close()


@pytest.mark.parametrize(("version", "fits"), [("1.16.3", False), ("1.17.0", True), ("2.0.1-dev", True), ("x", False)])
async def test_old_servers_are_refused(engine: EdgeClient, version: str, fits: bool) -> None:
    async with FakeQdrant(engine, version=version).serve() as url:
        client = ServerClient([url])
        if fits:
            await client.start()
        else:
            with pytest.raises(VectorStoreUnavailable, match=r"1\.17"):
                await client.start()
        await client.close()


async def test_cluster_settings_and_acorn_reach_the_wire(server: _Server) -> None:
    config = VectorConfig(
        backend="server",
        urls=(server.url,),
        api_key="secret",
        shard_number=3,
        replication_factor=2,
        write_consistency_factor=1,
        quantization="int8",
    )
    store = PassageStore(config)
    await store.open(ArchiveIdentity(embedding_model="tiny", dimension=2, tokenizer="words-1"))
    member = Audience(channel_ids=frozenset({ChannelId("general")}))
    await store.search_batch([NearestSearch("dense", [1.0, 0.0])], audience=member, limit=5)
    await store.search_batch([NearestSearch("dense", [1.0, 0.0])], audience=Audience.operator(), limit=5)
    await store.close()

    created = next(r.body for r in server.fake.requests if r.method == "PUT" and r.path == "/collections/passages_v1")
    assert (created["shard_number"], created["replication_factor"]) == (3, 2)
    assert created["hnsw_config"]["full_scan_threshold"] == 100_000
    assert created["quantization_config"]["scalar"]["type"] == "int8"
    assert created["vectors"]["dense"]["on_disk"] is True
    filtered, unfiltered = (
        request.body["searches"][0] for request in server.fake.requests if request.path.endswith("/query/batch")
    )
    assert filtered["params"]["acorn"] == {"enable": True, "max_selectivity": 0.6}
    assert filtered["params"]["quantization"] == {"rescore": True, "oversampling": 2.0}
    assert filtered["filter"]["must"] == [{"key": "channel_id", "match": {"any": ["general"]}}]
    assert unfiltered["params"].get("acorn") is None
