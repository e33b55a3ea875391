"""What operators try while they write: a search for sources, and whether a standard answer would now be given."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.answering.finding import Finder
from bot.curating.matching import Matching
from bot.curating.standard_answer import StandardSource
from bot.desk.body import Body, Identifier, Line, checked
from bot.desk.naming import channel_choices, sources_described
from bot.desk.route import DeskRequest, Outcome, Route
from bot.permissions import Permissions
from bot.truth.database import Database
from knowledge.passage import Audience

_FOUND = 12


class _Searched(Body):
    text: Line


class _Place(Body):
    question: Line
    channel_id: Identifier | None = None


class TryingPart:
    """``find`` looks through the whole archive: operators see all of it. ``try`` asks as people in a channel would."""

    def __init__(self, database: Database, *, finder: Finder, matching: Matching, permissions: Permissions) -> None:
        self._database = database
        self._finder = finder
        self._matching = matching
        self._permissions = permissions

    def routes(self) -> Sequence[Route]:
        """All of them."""
        return [
            Route(method="GET", path="find", handler=self._find),
            Route(method="GET", path="channel-choices", handler=self._channels),
            Route(method="GET", path="try", handler=self._try),
        ]

    async def _find(self, request: DeskRequest) -> Outcome:
        text = checked(_Searched, request.query).text
        found = await self._finder.search(text, audience=Audience.operator(), limit=_FOUND)
        sources = [
            StandardSource(n=item.n, record_id=item.message_id, file_id=item.file_id, page=item.page) for item in found
        ]

        def describe(session: Session) -> list[dict[str, Any]]:
            return sources_described(session, sources)

        async with self._database.read() as connection:
            described = await connection.run_sync(lambda sync: describe(Session(sync)))
        excerpts = {item.n: item.excerpt for item in found}
        hits = [one | {"quote": excerpts[one["n"]]} for one in described if one["stands"]]
        return Outcome(body={"hits": hits})

    async def _channels(self, _: DeskRequest) -> Outcome:
        async with self._database.read() as connection:
            return Outcome(body={"channels": await connection.run_sync(lambda sync: channel_choices(Session(sync)))})

    async def _try(self, request: DeskRequest) -> Outcome:
        """A question as it would be asked in a channel now, by the very matching that conversations use."""
        place = checked(_Place, request.query)
        audience = await self._permissions.of_channel(place.channel_id) if place.channel_id else Audience.operator()
        found = await self._matching.find(place.question, audience=audience, now=datetime.now(UTC))
        return Outcome(
            body={
                "question": place.question,
                "channel_id": place.channel_id,
                "standard_answer_id": found.standard_answer_id if found else None,
                "matched": found.question if found else None,
            }
        )
