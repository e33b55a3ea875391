"""What people do with answers: stop them while they are made, decide cards, and judge."""

from aiohttp import web

from connectors.console.asking import Asking
from connectors.console.bodies import Decided, Opened, Verdict, body_of
from connectors.console.host import ConsoleHost
from connectors.console.people import People
from connectors.console.wire import as_json
from connectors.events import RecordId


class Answers:
    """Stop, confirm or cancel, thumbs up, thumbs down with reasons, undo."""

    def __init__(self, host: ConsoleHost, people: People, asking: Asking) -> None:
        self._host = host
        self._people = people
        self._asking = asking

    async def stop(self, request: web.Request) -> web.Response:
        """``DELETE /api/asks``: stop an answer that is being made."""
        person = await self._people.of(request)
        await self._asking.cancel(request.query.get("id", ""), person.person_id)
        return web.json_response({})

    async def decide(self, request: web.Request) -> web.Response:
        """``PUT /api/cards``: confirm or cancel what a card asks; asked again it tells what came of it."""
        person = await self._people.of(request)
        body = await body_of(request, Decided)
        decision = await self._host.decide(body.card_id, person, accepted=body.accepted)
        return web.json_response({"decision": as_json(decision)})

    async def judge(self, request: web.Request) -> web.Response:
        """``PUT /api/verdicts``: the last verdict of a person counts; ``withdrawn`` takes it back."""
        person = await self._people.of(request)
        body = await body_of(request, Verdict)
        await self._host.judge(
            answer_id=body.answer_id,
            person=person,
            verdict=body.verdict,
            reasons=body.reasons if body.verdict == "down" else (),
            comment=body.comment.strip() if body.verdict == "down" else "",
        )
        return web.json_response({})

    async def opened(self, request: web.Request) -> web.Response:
        """``POST /api/signs``: a source of an answer was opened."""
        person = await self._people.of(request)
        body = await body_of(request, Opened)
        await self._host.source_opened(answer_id=body.answer_id, record_id=RecordId(body.record_id), person=person)
        return web.json_response({})
