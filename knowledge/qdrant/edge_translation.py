"""From Qdrant's REST grammar, as plain dictionaries, to the embedded engine's objects.

The client side writes ``qdrant_client.models`` and sends their dumps; this side must not import ``qdrant_client``
(a second and 100 MB). Only what the store uses is translated; anything else is refused by name, never ignored.
"""

from array import array
from typing import Any
from uuid import UUID

import qdrant_edge as engine
from qdrant_edge import Filter, Query, QueryRequest, ScrollRequest, UpdateOperation

Plain = dict[str, Any]
"""A dump of one of ``qdrant_client.models``: None left out, aliases used, times as RFC 3339."""

PackedPoint = tuple[str, dict[str, bytes], dict[str, tuple[bytes, bytes]], Plain]
"""Id, dense vectors (float32), sparse vectors (u32 indices, float32 values), payload."""

_MATCHES = {"value": engine.MatchValue, "any": engine.MatchAny, "except": engine.MatchExcept}
_DISTANCES = {
    "Cosine": engine.Distance.Cosine,
    "Dot": engine.Distance.Dot,
    "Euclid": engine.Distance.Euclid,
    "Manhattan": engine.Distance.Manhattan,
}
_PLAIN_FIELDS = frozenset({"type", "is_tenant", "is_principal", "lookup", "range", "on_disk", "enable_hnsw"})


class Untranslatable(ValueError):  # named for what happened, like all our exceptions
    """The request uses something that the store never does."""


def collection_config(spec: Plain) -> engine.EdgeConfig:
    """Vector names and sizes of a ``CreateCollection``; cluster and graph settings mean nothing to one shard.

    Every search looks at every candidate. Eight-bit codes beside the vectors make that six times as fast, and
    re-scoring twice as many with the vectors themselves gave the exact first hundred on real chats (recall 1.000).
    Vectors are kept in half precision: an embedding model in eight bits says nothing that it would lose.
    """
    return engine.EdgeConfig(
        vectors={
            name: engine.EdgeVectorParams(
                size=params["size"],
                distance=_DISTANCES[params["distance"]],
                datatype=engine.VectorStorageDatatype.Float16,
                quantization_config=engine.TurboQuantQuantizationConfig(bits=engine.TurboQuantBitSize.Bits8),
            )
            for name, params in spec["vectors"].items()
        },
        sparse_vectors={
            name: engine.EdgeSparseVectorParams(modifier=engine.Modifier.Idf if params.get("modifier") else None)
            for name, params in spec.get("sparse_vectors", {}).items()
        },
    )


def index_operation(field_name: str, schema: Plain | str) -> UpdateOperation:
    """A payload index; on one machine without a graph only its type and its special roles matter."""
    params: Plain = {"type": schema} if isinstance(schema, str) else schema
    _refuse_unknown(params, _PLAIN_FIELDS, "payload index")
    match params["type"]:
        case "keyword":
            index: Any = engine.KeywordIndexParams(is_tenant=params.get("is_tenant"))
        case "integer":
            index = engine.IntegerIndexParams(
                lookup=params.get("lookup", True),
                range=params.get("range", True),
                is_principal=params.get("is_principal"),
            )
        case "datetime":
            index = engine.DatetimeIndexParams(is_principal=params.get("is_principal"))
        case "bool":
            index = engine.BoolIndexParams()
        case other:
            raise _unknown("payload index", other)
    return UpdateOperation.create_field_index(field_name, index)


def point(packed: PackedPoint) -> engine.Point:
    """A point from its packed form; vectors come as bytes because lists of floats are the larger part of the cost."""
    point_id, dense, sparse, payload = packed
    vectors: dict[str, Any] = {name: _floats(data) for name, data in dense.items()}
    for name, (indices, values) in sparse.items():
        vectors[name] = engine.SparseVector(array("I", indices).tolist(), _floats(values))
    return engine.Point(id=point_id, vector=vectors, payload=payload)


def filter_or_none(data: Plain | None) -> Filter | None:
    """A ``Filter``; None matches everything."""
    return None if data is None else _filter(data)


def query_request(data: Plain) -> QueryRequest:
    """A ``QueryRequest`` for the nearest points of one vector."""
    _refuse_unknown(
        data,
        {"query", "using", "filter", "params", "limit", "offset", "with_payload", "with_vector", "score_threshold"},
        "query",
    )
    return QueryRequest(
        limit=data.get("limit", 10),
        offset=data.get("offset"),
        query=Query.Nearest(_query_vector(data["query"]), using=data["using"]),
        filter=filter_or_none(data.get("filter")),
        score_threshold=data.get("score_threshold"),
        params=_search_params(data.get("params", {})),
        with_payload=payload_selector(data.get("with_payload", False)),
        with_vector=data.get("with_vector", False),
    )


def scroll_request(data: Plain) -> ScrollRequest:
    """A ``ScrollRequest``, by id or ordered by an indexed key."""
    return ScrollRequest(
        offset=data.get("offset"),
        limit=data.get("limit", 10),
        filter=filter_or_none(data.get("filter")),
        with_payload=payload_selector(data.get("with_payload", True)),
        with_vector=data.get("with_vector", False),
        order_by=_order(data.get("order_by")),
    )


def payload_selector(selector: bool | list[str] | Plain) -> Any:
    """All, none, named keys, or ``{"include": …}`` / ``{"exclude": …}``."""
    if not isinstance(selector, dict):
        return selector
    if "include" in selector:
        return engine.PayloadSelector.Include(selector["include"])
    return engine.PayloadSelector.Exclude(selector["exclude"])


def plain_id(point_id: int | str | UUID) -> int | str:
    """Ids come back as ``UUID`` objects, and frames carry plain values only."""
    return str(point_id) if isinstance(point_id, UUID) else point_id


def plain_vectors(vectors: Any) -> Any:
    """Named vectors of a returned point as lists and dictionaries."""
    if not isinstance(vectors, dict):
        return vectors
    return {
        name: {"indices": vector.indices, "values": vector.values}
        if isinstance(vector, engine.SparseVector)
        else vector
        for name, vector in vectors.items()
    }


def _search_params(data: Plain) -> engine.SearchParams:
    _refuse_unknown(data, {"exact", "quantization", "acorn", "hnsw_ef", "indexed_only"}, "search")
    quantization = data.get("quantization", {})
    return engine.SearchParams(
        exact=data.get("exact", False),
        quantization=engine.QuantizationSearchParams(
            rescore=quantization.get("rescore", True), oversampling=quantization.get("oversampling", 2.0)
        ),
    )


def _filter(data: Plain) -> Filter:
    _refuse_unknown(data, {"must", "should", "must_not", "min_should"}, "filter")
    min_should = data.get("min_should")
    return Filter(
        must=_conditions(data.get("must")),
        should=_conditions(data.get("should")),
        must_not=_conditions(data.get("must_not")),
        min_should=min_should
        and engine.MinShould(_conditions(min_should["conditions"]) or [], min_should["min_count"]),
    )


def _conditions(data: Plain | list[Plain] | None) -> list[Any] | None:
    if not data:
        return None
    return [_condition(condition) for condition in (data if isinstance(data, list) else [data])]


def _condition(data: Plain) -> Any:
    match data:
        case {"key": str(key), "match": dict(match)}:
            return engine.FieldCondition(key, match=_match(match))
        case {"key": str(key), "range": dict(bounds)}:
            return engine.FieldCondition(key, range=_range(bounds))
        case {"has_id": list(ids)}:
            return engine.HasIdCondition(set(ids))
        case {"is_empty": {"key": str(key)}}:
            return engine.IsEmptyCondition(key)
        case {"is_null": {"key": str(key)}}:
            return engine.IsNullCondition(key)
        case {"must": _} | {"should": _} | {"must_not": _} | {"min_should": _}:
            return _filter(data)
        case _:
            raise _unknown("condition", sorted(data))


def _match(data: Plain) -> Any:
    [(kind, value)] = data.items()
    if kind not in _MATCHES:
        raise _unknown("match", kind)
    return _MATCHES[kind](value)


def _range(bounds: dict[str, Any]) -> engine.RangeDateTime | engine.RangeFloat:
    if any(isinstance(bound, str) for bound in bounds.values()):
        return engine.RangeDateTime(**bounds)
    return engine.RangeFloat(**bounds)


def _order(data: Plain | str | None) -> engine.OrderBy | None:
    if data is None:
        return None
    if isinstance(data, str):
        return engine.OrderBy(data)
    directions = {"asc": engine.Direction.Asc, "desc": engine.Direction.Desc}
    return engine.OrderBy(data["key"], directions[data.get("direction", "asc")], data.get("start_from"))


def _query_vector(data: Any) -> Any:
    if isinstance(data, bytes):
        return _floats(data)
    if isinstance(data, list):
        return data
    if isinstance(data, dict) and "nearest" in data:
        return _query_vector(data["nearest"])
    if isinstance(data, dict) and "indices" in data:
        return engine.SparseVector(data["indices"], data["values"])
    raise _unknown("query", type(data).__name__ if not isinstance(data, dict) else sorted(data))


def _floats(data: bytes) -> list[float]:
    return array("f", data).tolist()


def _refuse_unknown(data: Plain, known: frozenset[str] | set[str], what: str) -> None:
    if unknown := data.keys() - known:
        raise _unknown(what, sorted(unknown))


def _unknown(what: str, value: object) -> Untranslatable:
    return Untranslatable(f"the embedded engine's {what} does not know {value}")
