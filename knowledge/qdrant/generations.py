"""The collections behind the alias: the one that is read, and the next one while the archive is reindexed."""

from qdrant_client import models

from knowledge.qdrant.client import VectorClient
from knowledge.qdrant.errors import EmbeddingModelChanged, VectorStoreRefused
from knowledge.qdrant.schema import PAYLOAD_INDEXES, ArchiveIdentity, VectorConfig, collection_spec

_EXISTS = 409


class Generations:
    """Collections ``ALIAS_v1``, ``ALIAS_v2``, …; readers follow the alias, which is set last."""

    def __init__(self, client: VectorClient, config: VectorConfig) -> None:
        self._client = client
        self._config = config
        self._alias = config.alias

    async def current(self) -> str | None:
        """The collection that is read; None before the first start."""
        return (await self._client.aliases()).get(self._alias)

    async def ensure(self, identity: ArchiveIdentity) -> str:
        """The collection that is read, made if there is none.

        Raises ``EmbeddingModelChanged`` when it was made with another identity. Several processes may do this at once.
        """
        name = await self.current()
        if name is None:
            name = await self._unfinished(identity) or f"{self._alias}_v{await self._last_number() + 1}"
            await self._make(name, identity)
            await self.switch(name)
        else:
            await self._check(name, identity)
            await self._index(name)
        return name

    async def create_next(self, identity: ArchiveIdentity, *, resume: bool) -> str:
        """An unread collection to fill; with ``resume`` the one that an interrupted reindex left, if it fits."""
        name = await self._unfinished(identity) if resume else None
        if name is None:
            await self.drop_unread()
            name = f"{self._alias}_v{await self._last_number() + 1}"
        await self._make(name, identity)
        return name

    async def compact(self, identity: ArchiveIdentity) -> bool:
        """Rid the collection that is read of what was deleted in it; nobody may reindex meanwhile."""
        if self._config.backend == "server":
            return False
        current = await self.ensure(identity)
        await self.drop_unread()
        following = f"{self._alias}_v{self._number(current) + 1}"
        await self._make(following, identity)
        return await self._client.compact(current, following)

    async def switch(self, name: str) -> None:
        """Let readers see this collection from now on."""
        remove = models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=self._alias))
        create = models.CreateAliasOperation(
            create_alias=models.CreateAlias(alias_name=self._alias, collection_name=name)
        )
        await self._client.change_aliases([remove, create] if await self.current() else [create])

    async def drop_unread(self) -> list[str]:
        """Delete every collection of ours that nobody reads: former ones and unfinished ones."""
        current = await self.current()
        doomed = [name for name in await self._numbered() if name != current]
        for name in doomed:
            await self._client.delete_collection(name)
        return doomed

    async def _make(self, name: str, identity: ArchiveIdentity) -> None:
        try:
            await self._client.create_collection(name, collection_spec(identity, self._config))
        except VectorStoreRefused as refusal:
            if refusal.status != _EXISTS:  # Another process was quicker, or an attempt whose answer was lost.
                raise
            await self._check(name, identity)
        await self._index(name)

    async def _index(self, name: str) -> None:
        indexed = (await self._client.describe(name)).indexed_keys
        for key, params in PAYLOAD_INDEXES.items():
            if key not in indexed:
                await self._client.create_payload_index(name, key, params)

    async def _check(self, name: str, identity: ArchiveIdentity) -> None:
        stored = (await self._client.describe(name)).metadata
        wanted = identity.as_metadata()
        if stored != wanted:
            raise EmbeddingModelChanged(stored=_in_words(stored), wanted=_in_words(wanted))

    async def _unfinished(self, identity: ArchiveIdentity) -> str | None:
        current = await self.current()
        for name in reversed(await self._numbered()):
            if name != current and (await self._client.describe(name)).metadata == identity.as_metadata():
                return name
        return None

    async def _numbered(self) -> list[str]:
        prefix = f"{self._alias}_v"
        names = [name for name in await self._client.collection_names() if name.startswith(prefix)]
        return sorted((name for name in names if name.removeprefix(prefix).isdecimal()), key=self._number)

    async def _last_number(self) -> int:
        return max(map(self._number, await self._numbered()), default=0)

    def _number(self, name: str) -> int:
        return int(name.removeprefix(f"{self._alias}_v"))


def _in_words(metadata: dict[str, str | int]) -> str:
    model, dimension = metadata.get("embedding_model", "an unknown model"), metadata.get("dimension", "?")
    return f"{model} ({dimension} dimensions, {metadata.get('tokenizer', '?')}, schema {metadata.get('schema', '?')})"
