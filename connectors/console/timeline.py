"""The timeline page's data."""

from typing import Any

from aiohttp import web

from connectors.console.bodies import TimelineFilters, query_of
from connectors.console.host import ConsoleHost, TimelineQuery
from connectors.console.people import People
from connectors.console.wire import all_as_json
from connectors.events import ChannelId


class Timeline:
    """Browsing the archive by day, channel, kind and words."""

    def __init__(self, host: ConsoleHost, people: People) -> None:
        self._host = host
        self._people = people

    async def page(self, request: web.Request) -> web.Response:
        """``GET /api/timeline``."""
        person = await self._people.of(request)
        filters = query_of(request, TimelineFilters)
        query = TimelineQuery(
            day=filters.day,
            channel_id=ChannelId(filters.channel) if filters.channel else None,
            kind=filters.kind,
            text=filters.text.strip(),
            before=filters.before,
            limit=filters.limit,
        )
        found = await self._host.timeline(person.person_id, query)
        body: dict[str, Any] = {
            "entries": all_as_json(found.entries),
            "next_before": found.next_before,
            "days": [[day.isoformat(), count] for day, count in found.days],
        }
        return web.json_response(body)
