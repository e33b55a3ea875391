"""The timeline page's data: pages with counts, stories, and categories corrected by hand."""

from aiohttp import web

from connectors.console.bodies import Categorized, TimelineFilters, body_of, query_of
from connectors.console.errors import ConsoleError
from connectors.console.host import ConsoleHost, TimelineQuery
from connectors.console.people import People
from connectors.console.wire import as_json
from connectors.events import ChannelId, PersonId, RecordId


class Timeline:
    """Browsing the archive by period, channel, person, kind, category and words."""

    def __init__(self, host: ConsoleHost, people: People) -> None:
        self._host = host
        self._people = people

    async def page(self, request: web.Request) -> web.Response:
        """``GET /api/timeline``."""
        person = await self._people.of(request)
        return web.json_response(as_json(await self._host.timeline(person.person_id, _query(request))))

    async def story(self, request: web.Request) -> web.Response:
        """``GET /api/story``: what happened with ``text``."""
        person = await self._people.of(request)
        query = _query(request)
        if not query.text:
            raise ConsoleError("bad_input", "text: a topic is expected")
        return web.json_response(as_json(await self._host.story(person.person_id, query)))

    async def categorize(self, request: web.Request) -> web.Response:
        """``PUT /api/categories``: the newest word about a record and a category counts."""
        person = await self._people.of(request)
        body = await body_of(request, Categorized)
        await self._host.categorize(person.person_id, RecordId(body.record_id), body.category_id, present=body.present)
        return web.json_response({})


def _query(request: web.Request) -> TimelineQuery:
    filters = query_of(request, TimelineFilters)
    return TimelineQuery(
        day=filters.day,
        period=filters.period,
        channel_id=ChannelId(filters.channel) if filters.channel else None,
        author_id=PersonId(filters.author) if filters.author else None,
        kind=filters.kind,
        category=filters.category,
        text=filters.text.strip(),
        before=filters.before,
        limit=filters.limit,
    )
