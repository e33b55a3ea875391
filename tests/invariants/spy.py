"""A vector client that checks the conditions of every request before it hands it on."""

from collections.abc import Collection
from typing import Any

from qdrant_client import models

from bot.application import Application
from knowledge.qdrant.client import VectorClient


class ConditionSpy:
    """Stands before the application's vector client.

    While ``allowed`` is set, every reading request must name the channels it may touch, none but allowed ones: a
    filter that ran after the engine would be found here.
    """

    def __init__(self, application: Application) -> None:
        self.allowed: Collection[str] | None = None
        self.checked = 0
        self._client: VectorClient = application.store._client
        application.store._client = self

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    async def query_batch_points(self, collection_name: str, requests: Any) -> Any:
        for request in requests:
            self._check(request.filter)
            assert request.prefetch is None
        return await self._client.query_batch_points(collection_name, requests)

    async def scroll(self, collection_name: str, **options: Any) -> Any:
        self._check(options["scroll_filter"])
        return await self._client.scroll(collection_name, **options)

    async def count(self, collection_name: str, *, count_filter: models.Filter | None) -> int:
        self._check(count_filter)
        return await self._client.count(collection_name, count_filter=count_filter)

    async def facet(self, collection_name: str, key: str, *, facet_filter: models.Filter | None, limit: int) -> Any:
        self._check(facet_filter)
        return await self._client.facet(collection_name, key, facet_filter=facet_filter, limit=limit)

    async def retrieve(self, collection_name: str, ids: Any, **options: Any) -> Any:
        assert self.allowed is None, "points were read by id, without any condition"
        return await self._client.retrieve(collection_name, ids, **options)

    def _check(self, condition: models.Filter | None) -> None:
        if self.allowed is None:
            return
        self.checked += 1
        assert condition is not None, "a request without conditions"
        assert isinstance(condition.must, list)
        channels = [
            part.match.any
            for part in condition.must
            if isinstance(part, models.FieldCondition)
            and part.key == "channel_id"
            and isinstance(part.match, models.MatchAny)
        ]
        assert channels, "a request without a condition on channels"
        assert any(set(named) <= set(self.allowed) for named in channels), "a request for channels beyond the audience"
