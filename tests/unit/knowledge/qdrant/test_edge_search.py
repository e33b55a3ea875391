"""Wide filters the quick way: never another answer than the ordinary way gives."""

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from qdrant_client import models
from qdrant_edge import EdgeShard, Point, SparseVector, UpdateOperation

from knowledge.qdrant import edge_search
from knowledge.qdrant.edge_translation import Plain, collection_config, index_operation
from tests.fakes.qdrant import quick_folder

_POINTS = 600
_SPEC = models.CreateCollection(
    vectors={"dense": models.VectorParams(size=4, distance=models.Distance.COSINE)},
    sparse_vectors={"terms": models.SparseVectorParams(modifier=models.Modifier.IDF)},
).model_dump(mode="json", exclude_none=True)


@pytest.fixture(scope="module")
def shard() -> Iterator[EdgeShard]:
    """Points in ten channels; those of ``far`` lie on the other side of all others."""
    random = Random(7)
    with quick_folder() as folder:
        (folder / "shard").mkdir()
        made = EdgeShard.create(str(folder / "shard"), collection_config(_SPEC))
        made.update(index_operation("channel_id", "keyword"))
        points = []
        for number in range(_POINTS):
            far = number % 2 == 0
            vector: dict[str, Any] = {
                "dense": [(-1.0 if far else 1.0), *(random.random() for _ in range(3))],
                "terms": SparseVector([number % 5], [1.0]),
            }
            payload = {"channel_id": [f"c{number % 10}", "far" if far else "near"]}
            points.append(Point(id=number, vector=vector, payload=payload))
        made.update(UpdateOperation.upsert_points(points))
        yield made
        made.close()


def _request(channels: list[str], *, limit: int = 20, query: Any = None) -> Plain:
    return {
        "query": query or [1.0, 0.5, 0.2, 0.9],
        "using": "terms" if isinstance(query, dict) else "dense",
        "filter": {"must": [{"key": "channel_id", "match": {"any": channels}}]},
        "limit": limit,
    }


def _found(shard: EdgeShard, *requests: Plain) -> list[list[tuple[int, float]]]:
    return [[(int(str(hit.id)), hit.score) for hit in hits] for hits in edge_search.search(shard, list(requests))]


@pytest.mark.parametrize(
    ("channels", "limit", "quick"),
    [
        ([f"c{number}" for number in range(9)], 20, True),
        (["c1", "c3", "c5", "c7"], 20, True),
        (["c1"], 20, False),  # too narrow
        (["far"], 20, False),  # wide, but none of the nearest is in it
        ([f"c{number}" for number in range(9)], _POINTS, False),  # more than there are
        (["c0", "nowhere"], 20, False),
    ],
)
def test_the_quick_way_finds_the_same(
    shard: EdgeShard, monkeypatch: pytest.MonkeyPatch, channels: list[str], limit: int, quick: bool
) -> None:
    request = _request(channels, limit=limit)
    ordinary = _found(shard, request)
    monkeypatch.setattr(edge_search, "_MANY_POINTS", 100)
    assert (edge_search._wide(shard, request) is not None) is quick
    assert _found(shard, request) == ordinary


def test_answers_keep_the_places_of_their_requests(shard: EdgeShard, monkeypatch: pytest.MonkeyPatch) -> None:
    wide = _request([f"c{number}" for number in range(9)])
    words = _request(["c1", "c2", "c3"], query={"indices": [1], "values": [1.0]})
    narrow = _request(["c4"])
    everything = {**wide, "filter": None}
    ordinary = _found(shard, words, wide, narrow, wide, everything)
    monkeypatch.setattr(edge_search, "_MANY_POINTS", 100)
    assert _found(shard, words, wide, narrow, wide, everything) == ordinary
    assert all(ordinary)


def test_payloads_come_along(shard: EdgeShard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge_search, "_MANY_POINTS", 100)
    request: Plain = {**_request([f"c{number}" for number in range(9)]), "with_payload": True}
    assert edge_search._wide(shard, request) is not None
    [hits] = edge_search.search(shard, [request])
    assert all(hit.payload and "channel_id" in hit.payload for hit in hits)
