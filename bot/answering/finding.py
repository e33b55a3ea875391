"""Finding without a model: search and timeline, described for people."""

from bot.answering.evidence import Evidence, describe
from bot.archive.failures import archive_failures
from bot.truth.database import Database
from knowledge.passage import NO_FILTER, Audience, PassageFilter, ScoredPassage
from knowledge.qdrant.store import PassageStore
from knowledge.search import Searcher, SearchQuery


class Finder:
    """Search and timeline with names of people, channels and files."""

    def __init__(self, *, database: Database, searcher: Searcher, store: PassageStore) -> None:
        self._database = database
        self._searcher = searcher
        self._store = store

    async def search(
        self,
        text: str,
        *,
        audience: Audience,
        where: PassageFilter = NO_FILTER,
        limit: int = 10,
    ) -> list[Evidence]:
        """Best first."""
        query = SearchQuery(text=text, audience=audience, where=where, limit=limit)
        with archive_failures():
            found = await self._searcher.search(query)
        return await describe(self._database, found, question=text)

    async def latest(self, *, audience: Audience, where: PassageFilter = NO_FILTER, limit: int = 50) -> list[Evidence]:
        """Newest first; raises ``ArchiveError`` when the archive cannot be read."""
        with archive_failures():
            page = await self._store.timeline(audience=audience, where=where, before=None, limit=limit)
        found = [ScoredPassage(passage=passage, score=0.0) for passage in page.passages]
        return await describe(self._database, found, question="")
