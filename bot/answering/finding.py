"""Finding without a model: search and timeline, described for people."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from itertools import chain, zip_longest

from bot.answering.events import Event, tells_of
from bot.answering.evidence import Evidence, describe
from bot.answering.folding import fold
from bot.answering.outdated import mark_outdated
from bot.answering.people import PeopleNamed
from bot.answering.timely import inside_first, newer_first
from bot.answering.understanding import Understanding, understand, with_event
from bot.archive.failures import archive_failures
from bot.truth.database import Database
from knowledge.passage import NO_FILTER, Audience, PassageFilter, ScoredPassage
from knowledge.qdrant.store import PassageStore
from knowledge.search import Searcher, SearchQuery

_SPARE = 10
"""Found beyond the limit: some are folded into others."""
_EVENT_CANDIDATES = 20


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, best first, and how the question was understood."""

    results: list[Evidence]
    understood: Understanding


class Finder:
    """Search and timeline with names of people, channels and files. ``zone`` is where a day begins for the team."""

    def __init__(self, *, database: Database, searcher: Searcher, store: PassageStore, zone: tzinfo = UTC) -> None:
        self._database = database
        self._searcher = searcher
        self._store = store
        self._zone = zone
        self._people = PeopleNamed(database)

    async def search(
        self,
        text: str,
        *,
        audience: Audience,
        where: PassageFilter = NO_FILTER,
        limit: int = 10,
        now: datetime | None = None,
    ) -> list[Evidence]:
        """The results of ``find`` alone."""
        return (await self.find(text, audience=audience, where=where, limit=limit, now=now)).results

    async def find(
        self,
        text: str,
        *,
        audience: Audience,
        where: PassageFilter = NO_FILTER,
        limit: int = 10,
        now: datetime | None = None,
        passages_per_record: int = 1,
        besides: str | None = None,
    ) -> Found:
        """Best first; what was shared twice is one result that names the other places.

        A time in the words counts from ``now``: what was said then comes first. ``besides`` is left out: the message
        that asks. Raises ``ArchiveError`` when the archive cannot be searched.
        """
        understood = await asyncio.to_thread(understand, text, now=now or datetime.now(UTC), zone=self._zone)
        understood = await self._with_events(understood, audience, replace(where, since=None, until=None))
        query = SearchQuery(
            text=text,
            audience=audience,
            where=where,
            limit=limit + min(limit, _SPARE),
            passages_per_record=passages_per_record,
            people=await self._people.find(text),
        )
        with archive_failures():
            found = await self._timely(query, understood)
        evidence = await describe(self._database, found, question=text, besides=besides)
        asked = "link" in where.kinds
        evidence = await fold(self._database, evidence, audience=audience, limit=limit, link_was_asked=asked)
        evidence = await mark_outdated(self._database, evidence)
        outside = understood.timed and not any(understood.holds(item.time) for item in evidence)
        return Found(evidence, replace(understood, outside=outside and bool(evidence)))

    async def find_all(
        self,
        searches: Sequence[str],
        *,
        audience: Audience,
        where: PassageFilter = NO_FILTER,
        limit: int = 10,
        now: datetime | None = None,
        passages_per_record: int = 1,
        besides: str | None = None,
    ) -> Found:
        """``find`` for each part of a question: the best of each first, then the second best; the first time counts."""
        parts = [
            await self.find(
                text,
                audience=audience,
                where=where,
                limit=limit,
                now=now,
                passages_per_record=passages_per_record,
                besides=besides,
            )
            for text in searches
        ]
        if len(parts) == 1:
            return parts[0]
        unique: dict[tuple[str, int], Evidence] = {}
        for item in chain.from_iterable(zip_longest(*(part.results for part in parts))):
            if item is not None:
                unique.setdefault((item.record_id, item.chunk), item)
        best = [*unique.values()][:limit]
        timed = (part.understood for part in parts if part.understood.timed)
        return Found([replace(item, n=n) for n, item in enumerate(best, start=1)], next(timed, parts[0].understood))

    async def latest(self, *, audience: Audience, where: PassageFilter = NO_FILTER, limit: int = 50) -> list[Evidence]:
        """Newest first; raises ``ArchiveError`` when the archive cannot be read."""
        with archive_failures():
            found = await self._newest(audience, where, limit)
        return await describe(self._database, found, question="")

    async def _timely(self, query: SearchQuery, understood: Understanding) -> list[ScoredPassage]:
        if not understood.timed:
            found = await self._searcher.search(query)
            return newer_first(found) if understood.newest else found
        within = understood.within(query.where)
        only_time = await asyncio.to_thread(lambda: understood.only_time)  # cuts words
        inside, others = await asyncio.gather(
            self._newest(query.audience, within, query.limit)
            if only_time
            else self._searcher.search(replace(query, text=understood.words or query.text, where=within)),
            self._searcher.search(query),
        )
        if inside and not only_time and all(understood.holds(hit.passage.sent_at) for hit in others):
            inside = []  # The range holds all that matters: the words of the time may be the only difference.
        if understood.newest:
            inside, others = newer_first(inside), newer_first(others)
        if only_time and inside:
            return inside
        if inside:
            others = [hit for hit in others if not understood.holds(hit.passage.sent_at)]
        return inside_first(inside, others, limit=query.limit)

    async def _newest(self, audience: Audience, where: PassageFilter, limit: int) -> list[ScoredPassage]:
        page = await self._store.timeline(audience=audience, where=where, before=None, limit=limit)
        return [ScoredPassage(passage=passage, score=0.0) for passage in page.passages]

    async def _with_events(self, understood: Understanding, audience: Audience, where: PassageFilter) -> Understanding:
        for expression in understood.expressions:
            if expression.event is not None:
                event = await self._event(expression.event, audience, where)
                understood = with_event(understood, expression, event)
        return understood

    async def _event(self, words: str, audience: Audience, where: PassageFilter) -> Event | None:
        """The message that told of an event, among what this audience may read."""
        query = SearchQuery(text=words, audience=audience, where=where, limit=_EVENT_CANDIDATES)
        with archive_failures():
            found = await self._searcher.search(query)
        evidence = await describe(self._database, found, question=words)
        return await asyncio.to_thread(tells_of, words, evidence)
