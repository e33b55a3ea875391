"""What the embedded engine's worker can be asked: one method an operation, plain values in and out."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from qdrant_edge import CountRequest, EdgeShard, FacetRequest, Point, UpdateOperation

from knowledge.qdrant import edge_translation as translate
from knowledge.qdrant.edge_collections import EdgeCollections, EngineRefusal
from knowledge.qdrant.edge_search import search
from knowledge.qdrant.edge_translation import PackedPoint, Plain

Operation = Callable[..., Any]

_MAX_NAMED_POINTS = 10_000


class EdgeOperations:
    """Operations over a folder's collections. Each holds the interpreter lock, so they run one after the other."""

    def __init__(self, collections: EdgeCollections) -> None:
        self._collections = collections
        self.reads: dict[str, Operation] = {
            "collection_names": lambda: collections.names,
            "aliases": lambda: collections.aliases,
            "describe": self._describe,
            "query_batch": self._query_batch,
            "scroll": self._scroll,
            "count": self._count,
            "facet": self._facet,
            "retrieve": self._retrieve,
        }
        self.writes: dict[str, Operation] = {
            "create_collection": collections.create,
            "change_aliases": collections.change_aliases,
            "create_payload_index": self._create_payload_index,
            "upsert": self._upsert,
            "delete": self._delete,
            "set_payload": self._set_payload,
            "flush": collections.flush,
        }

    def _shard(self, collection: str) -> EdgeShard:
        return self._collections.get(collection).shard

    def _update(self, collection: str, operation: UpdateOperation) -> None:
        found = self._collections.get(collection)
        found.changed = True
        found.shard.update(operation)
        if found.successor is not None:
            self._update(found.successor, operation)

    def _describe(self, collection: str) -> Plain:
        found = self._collections.get(collection)
        info = found.shard.info()
        return {
            "metadata": found.spec.get("metadata", {}),
            "indexed_keys": sorted(info.payload_schema),
            "points": info.points_count,
        }

    def _query_batch(self, collection: str, requests: list[Plain]) -> list[list[tuple[Any, ...]]]:
        plain_id, plain_vectors = translate.plain_id, translate.plain_vectors
        return [
            [(plain_id(hit.id), hit.version, hit.score, hit.payload, plain_vectors(hit.vector)) for hit in hits]
            for hits in search(self._shard(collection), requests)
        ]

    def _scroll(self, collection: str, request: Plain) -> tuple[list[tuple[Any, ...]], int | str | None]:
        records, following = self._shard(collection).scroll(translate.scroll_request(request))
        return [_record(record) for record in records], None if following is None else translate.plain_id(following)

    def _count(self, collection: str, filter_: Plain | None, exact: bool) -> int:
        return self._shard(collection).count(CountRequest(exact=exact, filter=translate.filter_or_none(filter_)))

    def _facet(self, collection: str, key: str, filter_: Plain | None, limit: int, exact: bool) -> list[Any]:
        request = FacetRequest(key, limit, exact, translate.filter_or_none(filter_))
        return [(hit.value, hit.count) for hit in self._shard(collection).facet(request).hits]

    def copy_points(self, collection: str, into: str, offset: int | str | None, limit: int) -> int | str | None:
        """Copy a stretch of points in the order of their ids; returns where to go on, None after the last one."""
        request = {"limit": limit, "offset": offset, "with_payload": True, "with_vector": True}
        records, following = self._shard(collection).scroll(translate.scroll_request(request))
        if records:
            points = [Point(id=record.id, vector=record.vector or {}, payload=record.payload) for record in records]
            self._update(into, UpdateOperation.upsert_points(points))
        return None if following is None else translate.plain_id(following)

    def _retrieve(self, collection: str, ids: list[int | str | UUID], with_payload: Any, with_vector: Any) -> list[Any]:
        if len(ids) > _MAX_NAMED_POINTS:
            raise EngineRefusal(400, f"more than {_MAX_NAMED_POINTS} points at once")
        selector = translate.payload_selector(with_payload)
        return [_record(record) for record in self._shard(collection).retrieve(ids, selector, with_vector)]

    def _create_payload_index(self, collection: str, field_name: str, schema: Plain | str) -> None:
        self._update(collection, translate.index_operation(field_name, schema))

    def _upsert(self, collection: str, points: list[PackedPoint]) -> None:
        self._update(collection, UpdateOperation.upsert_points([translate.point(packed) for packed in points]))

    def _delete(self, collection: str, ids: list[str] | None, filter_: Plain | None) -> None:
        if ids is not None:
            self._update(collection, UpdateOperation.delete_points(list(ids)))
        else:
            self._update(collection, UpdateOperation.delete_points_by_filter(_required(filter_)))

    def _set_payload(self, collection: str, payload: Plain, ids: list[str] | None, filter_: Plain | None) -> None:
        # By filter in any case: ids that are not there (yet) are no failure.
        chosen = filter_ if ids is None else {"must": [{"has_id": list(ids)}]}
        self._update(collection, UpdateOperation.set_payload_by_filter(_required(chosen), payload))


def _required(filter_: Plain | None) -> Any:
    if not filter_:
        raise EngineRefusal(400, "a filter or point ids are needed")
    return translate.filter_or_none(filter_)


def _record(record: Any) -> tuple[Any, ...]:
    return (translate.plain_id(record.id), record.payload, translate.plain_vectors(record.vector), record.order_value)
