"""A strict Qdrant server over the embedded engine: the real ``AsyncQdrantClient`` talks to it over HTTP.

Strict where a server is: bodies must fit Qdrant's own models (unknown keys are refused), ``order_by``, ``facet`` and
conditions need an index, missing and existing collections are 404 and 409, a wrong key is 401. It shards, replicates
and quantises nothing: those settings are only accepted and recorded.
"""

import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, TypeAdapter, ValidationError
from qdrant_client import models
from qdrant_client.http import models as rest

from knowledge.qdrant.edge_client import EdgeClient
from knowledge.qdrant.errors import VectorStoreRefused

M = TypeVar("M", bound=BaseModel)

Answer = Callable[[str, Any], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Fault:
    """What the server answers instead of working; ``applied`` does the work first and loses the answer."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    applied: bool = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """A request as it came over the wire."""

    method: str
    path: str
    query: dict[str, str]
    body: Any


@contextmanager
def quick_folder() -> Iterator[Path]:
    """A folder for an engine, in memory where there is such a place: on a disk each new collection waits for it."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="shiguang-test-", dir=memory if memory.is_dir() else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class FakeQdrant:
    """Run it with ``serve``; ``faults`` are used up one a request."""

    def __init__(self, engine: EdgeClient, *, api_key: str | None = None, version: str = "1.20.0") -> None:
        self.requests: list[Recorded] = []
        self.faults: list[Fault] = []
        self._engine = engine
        self._api_key = api_key
        self._version = version
        self._specs: dict[str, rest.CreateCollection] = {}
        self._routes: dict[tuple[str, str], Answer] = {
            ("GET", "/"): self._root,
            ("GET", "/collections"): self._collections,
            ("GET", "/aliases"): self._aliases,
            ("POST", "/collections/aliases"): self._change_aliases,
            ("GET", "/collections/{name}"): self._describe,
            ("PUT", "/collections/{name}"): self._create,
            ("DELETE", "/collections/{name}"): self._delete_collection,
            ("PUT", "/collections/{name}/index"): self._index,
            ("PUT", "/collections/{name}/points"): self._upsert,
            ("POST", "/collections/{name}/points"): self._retrieve,
            ("POST", "/collections/{name}/points/query/batch"): self._query_batch,
            ("POST", "/collections/{name}/points/scroll"): self._scroll,
            ("POST", "/collections/{name}/points/count"): self._count,
            ("POST", "/collections/{name}/facet"): self._facet,
            ("POST", "/collections/{name}/points/delete"): self._delete,
            ("POST", "/collections/{name}/points/payload"): self._set_payload,
            ("POST", "/collections/{name}/snapshots"): self._snapshot,
        }

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[str]:
        """Listen on a free port of the loopback; gives the address."""
        application = web.Application(client_max_size=64 * 1024 * 1024)
        for (method, path), answer in self._routes.items():
            application.router.add_route(method, path, self._handler(answer))
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()

    def _handler(self, answer: Answer) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            text = await request.text()
            body = json.loads(text) if text else None
            self.requests.append(Recorded(request.method, request.path, dict(request.query), body))
            if self._api_key is not None and request.headers.get("api-key") != self._api_key:
                return _failed(401, "Must provide an API key or an Authorization bearer token")
            fault = self.faults.pop(0) if self.faults else None
            if fault is not None and not fault.applied:
                return _failed(fault.status, "injected", fault.headers)
            try:
                result = await answer(request.match_info.get("name", ""), body)
            except VectorStoreRefused as refusal:
                return _failed(refusal.status, f"Wrong input: {refusal}")
            except ValidationError as error:
                return _failed(400, f"Format error in JSON body: {error.errors()[0]['loc']}")
            if fault is not None:
                return _failed(fault.status, "injected", fault.headers)
            if request.path == "/":
                return web.json_response(result)
            return web.json_response({"result": _plain(result), "status": "ok", "time": 0.0})

        return handle

    async def _root(self, _name: str, _body: Any) -> Any:
        return {"title": "qdrant - vector search engine", "version": self._version}

    async def _collections(self, _name: str, _body: Any) -> Any:
        return {"collections": [{"name": name} for name in await self._engine.collection_names()]}

    async def _aliases(self, _name: str, _body: Any) -> Any:
        aliases = await self._engine.aliases()
        return {"aliases": [{"alias_name": alias, "collection_name": name} for alias, name in aliases.items()]}

    async def _change_aliases(self, _name: str, body: Any) -> Any:
        actions = _parse(rest.ChangeAliasesOperation, body).actions
        await self._engine.change_aliases([a for a in actions if not isinstance(a, rest.RenameAliasOperation)])
        return True

    async def _create(self, name: str, body: Any) -> Any:
        spec = _parse(rest.CreateCollection, body)
        await self._engine.create_collection(name, spec)
        self._specs[name] = spec
        return True

    async def _delete_collection(self, name: str, _body: Any) -> Any:
        await self._engine.delete_collection(name)
        return self._specs.pop(name, None) is not None

    async def _describe(self, name: str, _body: Any) -> Any:
        facts = await self._engine.describe(name)
        spec = self._specs[(await self._engine.aliases()).get(name, name)]
        return {
            "status": "green",
            "optimizer_status": "ok",
            "points_count": facts.points,
            "segments_count": 1,
            "config": {
                "params": {
                    "vectors": spec.vectors,
                    "sparse_vectors": spec.sparse_vectors,
                    "shard_number": spec.shard_number,
                    "replication_factor": spec.replication_factor,
                },
                "hnsw_config": {"m": 16, "ef_construct": 100, "full_scan_threshold": 10000},
                "optimizer_config": {
                    "deleted_threshold": 0.2,
                    "vacuum_min_vector_number": 1000,
                    "default_segment_number": 0,
                    "flush_interval_sec": 5,
                },
                "metadata": spec.metadata,
            },
            "payload_schema": {key: {"data_type": "keyword", "points": 0} for key in facts.indexed_keys},
        }

    async def _index(self, name: str, body: Any) -> Any:
        wanted = _parse(rest.CreateFieldIndex, body)
        assert isinstance(wanted.field_schema, BaseModel)
        await self._engine.create_payload_index(name, wanted.field_name, wanted.field_schema)
        return _COMPLETED

    async def _upsert(self, name: str, body: Any) -> Any:
        points = _parse(rest.PointsList, body).points
        spec = self._specs[(await self._engine.aliases()).get(name, name)]
        for point in points:
            _check_vectors(point, spec)
        await self._engine.upsert(name, points)
        return _COMPLETED

    async def _retrieve(self, name: str, body: Any) -> Any:
        wanted = _parse(rest.PointRequest, body)
        return await self._engine.retrieve(
            name, [str(point_id) for point_id in wanted.ids], with_vectors=wanted.with_vector is True
        )

    async def _query_batch(self, name: str, body: Any) -> Any:
        searches = _parse(rest.QueryRequestBatch, body).searches
        for search in searches:
            await self._need_indexes(name, search.filter)
        found = await self._engine.query_batch_points(name, searches)
        return [{"points": points} for points in found]

    async def _scroll(self, name: str, body: Any) -> Any:
        wanted = _parse(rest.ScrollRequest, body)
        await self._need_indexes(name, wanted.filter)
        order = wanted.order_by
        if isinstance(order, rest.OrderBy):
            await self._need_index(name, order.key)
            if wanted.offset is not None:
                raise VectorStoreRefused(400, "order_by cannot be combined with offset")
        selector = wanted.with_payload
        points, following = await self._engine.scroll(
            name,
            scroll_filter=wanted.filter,
            limit=wanted.limit or 10,
            order_by=order if isinstance(order, rest.OrderBy) else None,
            offset=wanted.offset if isinstance(wanted.offset, int | None) else str(wanted.offset),
            with_payload=selector if isinstance(selector, bool | list) else True,
            with_vectors=wanted.with_vector is True,
        )
        return {"points": points, "next_page_offset": following}

    async def _count(self, name: str, body: Any) -> Any:
        wanted = _parse(rest.CountRequest, body)
        await self._need_indexes(name, wanted.filter)
        return {"count": await self._engine.count(name, count_filter=wanted.filter)}

    async def _facet(self, name: str, body: Any) -> Any:
        wanted = _parse(rest.FacetRequest, body)
        await self._need_index(name, wanted.key)
        await self._need_indexes(name, wanted.filter)
        hits = await self._engine.facet(name, wanted.key, facet_filter=wanted.filter, limit=wanted.limit or 10)
        return {"hits": [{"value": value, "count": count} for value, count in hits]}

    async def _delete(self, name: str, body: Any) -> Any:
        wanted: Any = TypeAdapter(rest.PointsSelector).validate_python(body)
        if isinstance(wanted, rest.FilterSelector):
            await self._need_indexes(name, wanted.filter)
            await self._engine.delete(name, wanted.filter)
        else:
            await self._engine.delete(name, [str(point_id) for point_id in wanted.points])
        return _COMPLETED

    async def _set_payload(self, name: str, body: Any) -> Any:
        wanted = _parse(rest.SetPayload, body)
        if wanted.filter is not None:
            await self._need_indexes(name, wanted.filter)
            await self._engine.set_payload(name, wanted.payload, wanted.filter)
        else:
            await self._engine.set_payload(name, wanted.payload, [str(point_id) for point_id in wanted.points or ()])
        return _COMPLETED

    async def _snapshot(self, name: str, _body: Any) -> Any:
        await self._engine.describe(name)
        return {"name": f"{name}-1.snapshot", "size": 1}

    async def _need_indexes(self, name: str, condition: models.Filter | None) -> None:
        for key in _keys(condition):
            await self._need_index(name, key)

    async def _need_index(self, name: str, key: str) -> None:
        if key not in (await self._engine.describe(name)).indexed_keys:
            raise VectorStoreRefused(400, f"Index required but not found for {key!r}")


_COMPLETED = {"operation_id": 1, "status": "completed"}


def _parse(model: type[M], body: Any) -> M:
    return model.model_validate(body)


def _check_vectors(point: models.PointStruct, spec: rest.CreateCollection) -> None:
    assert isinstance(spec.vectors, dict)
    assert isinstance(point.vector, dict)
    for name, vector in point.vector.items():
        if isinstance(vector, list) and len(vector) != spec.vectors[name].size:
            raise VectorStoreRefused(400, f"Vector dimension error: expected dim: {spec.vectors[name].size}")


def _keys(condition: Any) -> Iterator[str]:
    if isinstance(condition, rest.FieldCondition):
        yield condition.key
    elif isinstance(condition, rest.Filter):
        for part in (condition.must, condition.should, condition.must_not):
            for nested in part if isinstance(part, list) else [part]:
                yield from _keys(nested)


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _failed(status: int, text: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response({"status": {"error": text}, "time": 0.0}, status=status, headers=headers)
