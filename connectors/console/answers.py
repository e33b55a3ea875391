"""What people do with answers: stop them while they are made, and judge them."""

from aiohttp import web

from connectors.console.asking import Asking
from connectors.console.bodies import Verdict, body_of
from connectors.console.host import ConsoleHost
from connectors.console.people import People


class Answers:
    """Stop, thumbs up, thumbs down with reasons, undo."""

    def __init__(self, host: ConsoleHost, people: People, asking: Asking) -> None:
        self._host = host
        self._people = people
        self._asking = asking

    async def stop(self, request: web.Request) -> web.Response:
        """``DELETE /api/asks``: stop an answer that is being made."""
        person = await self._people.of(request)
        await self._asking.cancel(request.query.get("id", ""), person.person_id)
        return web.json_response({})

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
