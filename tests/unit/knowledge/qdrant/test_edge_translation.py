from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from qdrant_client import models
from qdrant_edge import CountRequest, EdgeShard, Point, UpdateOperation

from knowledge.qdrant import edge_translation as translate
from knowledge.qdrant.edge_translation import Untranslatable
from tests.fakes.qdrant import quick_folder

_POINTS: list[dict[str, Any]] = [
    {"word": "a", "number": 1, "when": "2026-01-01T00:00:00.000001+00:00", "many": ["x", "y"]},
    {"word": "b", "number": 2, "when": "2026-01-01T00:00:00.000002+00:00", "many": ["y"]},
    {"word": "c", "number": 3, "when": "2026-01-02T00:00:00+00:00"},
    {"word": "d", "number": 4, "nothing": None},
]


@pytest.fixture(scope="module")
def shard() -> Iterator[EdgeShard]:
    with quick_folder() as folder:
        config = {"vectors": {"v": {"size": 2, "distance": "Cosine"}}}
        shard = EdgeShard.create(str(folder), translate.collection_config(config))
        for key, schema in (("word", "keyword"), ("number", "integer"), ("when", "datetime"), ("many", "keyword")):
            shard.update(translate.index_operation(key, schema))
        points = [Point(id=n, vector={"v": [1.0, n]}, payload=payload) for n, payload in enumerate(_POINTS)]
        shard.update(UpdateOperation.upsert_points(points))
        yield shard
        shard.close()


def _field(key: str, **condition: Any) -> models.FieldCondition:
    return models.FieldCondition(key=key, **condition)


_A = _field("word", match=models.MatchValue(value="a"))
_B = _field("word", match=models.MatchValue(value="b"))
_UP_TO_3 = _field("number", range=models.Range(lte=3))


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (models.Filter(must=[_A]), {0}),
        (models.Filter(must=_A), {0}),
        (models.Filter(should=[_A, _B]), {0, 1}),
        (models.Filter(must_not=[_A, _B]), {2, 3}),
        (models.Filter(must=[_UP_TO_3], must_not=[_A]), {1, 2}),
        (models.Filter(must=[_field("word", match=models.MatchAny(any=["a", "d"]))]), {0, 3}),
        (models.Filter(must=[_field("word", match=models.MatchExcept(**{"except": ["a", "d"]}))]), {1, 2}),
        (models.Filter(must=[_field("many", match=models.MatchValue(value="y"))]), {0, 1}),
        (models.Filter(must=[_field("number", range=models.Range(gt=1, lt=4))]), {1, 2}),
        (
            models.Filter(must=[_field("when", range=models.DatetimeRange(gte="2026-01-01T00:00:00.000002Z"))]),
            {1, 2},
        ),
        (
            models.Filter(must=[_field("when", range=models.DatetimeRange(lt="2026-01-01T08:00:00.000002+08:00"))]),
            {0},
        ),
        (models.Filter(must=[models.HasIdCondition(has_id=[0, 3, 99])]), {0, 3}),
        (models.Filter(must=[models.IsEmptyCondition(is_empty=models.PayloadField(key="many"))]), {2, 3}),
        (models.Filter(must=[models.IsNullCondition(is_null=models.PayloadField(key="nothing"))]), {3}),
        (models.Filter(must=[models.Filter(should=[_A, _B]), _field("many", match=models.MatchAny(any=["x"]))]), {0}),
        (models.Filter(min_should=models.MinShould(conditions=[_A, _UP_TO_3], min_count=2)), {0}),
        (models.Filter(), {0, 1, 2, 3}),
    ],
)
def test_conditions_mean_the_same(shard: EdgeShard, wanted: models.Filter, expected: set[int]) -> None:
    plain = wanted.model_dump(mode="json", by_alias=True, exclude_none=True)
    request = translate.scroll_request({"filter": plain, "limit": 10})

    assert {record.id for record in shard.scroll(request)[0]} == expected
    assert shard.count(CountRequest(exact=True, filter=translate.filter_or_none(plain))) == len(expected)


@pytest.mark.parametrize(
    "wanted",
    [
        models.Filter(must=[_field("word", match=models.MatchText(text="a"))]),
        models.Filter(must=[_field("word", values_count=models.ValuesCount(gt=1))]),
        models.Filter(must=[models.HasVectorCondition(has_vector="v")]),
    ],
)
def test_what_is_not_known_is_refused(wanted: models.Filter) -> None:
    with pytest.raises(Untranslatable):
        translate.filter_or_none(wanted.model_dump(mode="json", by_alias=True, exclude_none=True))


@pytest.mark.parametrize(
    "request_",
    [
        models.QueryRequest(query=models.FusionQuery(fusion=models.Fusion.RRF), limit=3),
        models.QueryRequest(query=[1.0], using="v", prefetch=models.Prefetch(query=[1.0], using="v")),
    ],
)
def test_queries_that_the_store_never_makes_are_refused(request_: models.QueryRequest) -> None:
    plain = {"using": "v", **request_.model_dump(mode="json", by_alias=True, exclude_none=True)}
    with pytest.raises(Untranslatable):
        translate.query_request(plain)


def test_order_and_payload_selection(shard: EdgeShard, tmp_path: Path) -> None:
    for selector, keys in (
        (["word"], {"word"}),
        ({"include": ["number"]}, {"number"}),
        ({"exclude": ["word", "when"]}, {"number", "many"}),
    ):
        plain = {"limit": 1, "order_by": {"key": "number", "direction": "asc"}, "with_payload": selector}
        [record], _ = shard.scroll(translate.scroll_request(plain))
        assert record.id == 0
        assert record.payload is not None
        assert set(record.payload) == keys
