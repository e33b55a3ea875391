"""The desk's server: who may use a route is checked here, what was done is audited here, failures become JSON here.

To add a page:

1. Server: a class in ``bot/desk/<name>.py`` with ``routes(self) -> Sequence[Route]`` (see ``bot/desk/route.py``); its
   handlers take a ``DeskRequest`` and return an ``Outcome``. What comes in is checked with
   ``bot.desk.body.checked(Model, request.body)``, where ``Model`` derives from ``bot.desk.body.Body``. What the
   operator is to be told is raised as a ``ShiguangError``.
2. Add it to ``parts`` in ``bot/desk/furnishing.py``.
3. Page: ``static/js/pages/<name>.js`` exporting ``page`` (the contract stands at the top of ``static/js/desk.js``),
   its texts in ``static/i18n/zh/<name>.json`` and ``en/<name>.json`` with keys that begin with the page's name
   (``queue.empty``) or are ``nav.<name>`` and ``audit.<action>``, and one line in ``static/js/pages.js``. Styles, where
   those of ``static/css/parts.css`` do not do: ``static/css/<name>.css``, linked in ``static/index.html``.
"""

import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiohttp import web

from bot.desk.assets import Assets
from bot.desk.auditing import Auditing
from bot.desk.body import Body, Text, checked
from bot.desk.operators import Operators
from bot.desk.route import DeskRequest, Operator, Part, Route
from bot.desk.session import Sessions
from bot.errors import BadInput, Language, NotFound, NotPermitted, NotSignedIn, ShiguangError
from bot.truth.database import Database
from connectors.console.guard import Guard, Handler

_LOG = logging.getLogger(__name__)
_MAX_BODY_BYTES = 1_000_000
_STATUS = {
    "bad_input": 400,
    "not_signed_in": 401,
    "wrong_token": 403,
    "not_permitted": 403,
    "too_many_attempts": 429,
}


class _Login(Body):
    token: Text


class Desk:
    """Pages at ``/admin``, their JSON under ``/admin/api/``::

        Desk(database, guard=console.guard, parts=parts(application)).setup(app)

    ``guard`` is the console's: it checks Host and Origin and adds the headers. Its token is not the desk's; operators
    have their own.
    """

    def __init__(self, database: Database, *, guard: Guard, parts: Sequence[Part] = ()) -> None:
        self._guard = guard
        self._parts = parts
        self._sessions = Sessions(Operators(database))
        self._auditing = Auditing(database)
        self._assets = Assets()

    def setup(self, app: web.Application) -> None:
        """Add the routes to an application that listens somewhere else."""
        app.add_routes(self.routes())

    def routes(self) -> list[web.RouteDef]:
        """Everything below ``/admin``."""
        served: list[tuple[str, str, Handler]] = [
            ("GET", "/admin/static/{path:.+}", self._assets.asset),
            ("POST", "/admin/api/login", self._speaking(self._login)),
            ("POST", "/admin/api/logout", self._speaking(self._logout)),
            ("GET", "/admin/api/me", self._speaking(self._me)),
        ]
        for part in self._parts:
            served += [(route.method, f"/admin/api/{route.path}", self._handler(route)) for route in part.routes()]
        served += [
            ("*", "/admin/api/{path:.*}", self._speaking(self._nowhere)),
            ("GET", "/admin", self._page),
            ("GET", "/admin/{path:.*}", self._page),
        ]
        return [web.route(method, path, self._guard.open(handler)) for method, path, handler in served]

    def _handler(self, route: Route) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            operator = await self._sessions.operator(request)
            if route.method != "GET" and operator.role != "operator":
                raise NotPermitted
            asked = DeskRequest(
                operator=operator,
                language=_language(request),
                path=dict(request.match_info),
                query=dict(request.query),
                body=await _body(request),
            )
            if route.method == "GET":
                outcome = await route.handler(asked)
            else:
                with self._auditing.going_along(operator.name, route.action) as entry:
                    outcome = await route.handler(asked)
                await self._auditing.finish(entry, outcome.target, outcome.detail)
            return web.json_response(dict(outcome.body))

        return self._speaking(handle)

    async def _login(self, request: web.Request) -> web.Response:
        body = checked(_Login, await _body(request))
        operator, response = await self._sessions.login(request, body.token)
        await self._auditing.note(operator.name, "signed_in")
        return response

    async def _logout(self, _: web.Request) -> web.Response:
        return self._sessions.logout()

    async def _me(self, request: web.Request) -> web.Response:
        return web.json_response(_operator(await self._sessions.operator(request)))

    async def _nowhere(self, request: web.Request) -> web.Response:
        await self._sessions.operator(request)
        raise NotFound

    async def _page(self, request: web.Request) -> web.Response:
        """Every address of the desk is one page, which finds its way by itself; without a session it is the login."""
        try:
            await self._sessions.operator(request)
        except NotSignedIn:
            response = self._assets.page(request, "login.html")
            if response.status == 200:
                response.set_status(401)
            return response
        return self._assets.page(request, "index.html")

    @staticmethod
    def _speaking(handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> Handler:
        """Failures in the reader's language. What the guard refuses, it says itself."""

        async def wrapped(request: web.Request) -> web.StreamResponse:
            try:
                return await handler(request)
            except web.HTTPException:
                raise
            except ShiguangError as error:
                return _failure(error)
            except PermissionError:
                return _failure(NotPermitted())
            except LookupError:
                return _failure(NotFound())
            except Exception:  # noqa: BLE001 - the edge: nothing raw reaches a person
                _LOG.exception("desk request failed: %s", request.path)
                return _failure(ShiguangError())

        return wrapped


def _failure(error: ShiguangError) -> web.Response:
    otherwise = 500 if error.code == "error" else 503
    of_its_kind = 404 if isinstance(error, NotFound) else 400 if isinstance(error, BadInput) else otherwise
    status = _STATUS.get(error.code, of_its_kind)
    body = {
        "code": error.code,
        "sentence": {"zh": error.sentence("zh"), "en": error.sentence("en")},
        "hint": {"zh": error.hint("zh"), "en": error.hint("en")},
    }
    return web.json_response({"error": body}, status=status)


def _operator(operator: Operator) -> dict[str, str]:
    return {"name": operator.name, "role": operator.role}


def _language(request: web.Request) -> Language:
    return "zh" if request.headers.get("Accept-Language", "").lower().startswith("zh") else "en"


async def _body(request: web.Request) -> dict[str, Any]:
    """The JSON object that was sent; empty without one. Raises ``BadInput``."""
    if request.method == "GET" or not request.can_read_body:
        return {}
    if request.content_type != "application/json":
        raise BadInput("application/json was expected")
    if request.content_length is not None and request.content_length > _MAX_BODY_BYTES:
        raise BadInput(f"more than {_MAX_BODY_BYTES} bytes")
    try:
        data = json.loads(await request.text())
    except web.HTTPRequestEntityTooLarge:
        raise BadInput(f"more than {_MAX_BODY_BYTES} bytes") from None
    except (ValueError, RecursionError, LookupError):
        raise BadInput("JSON was expected") from None
    if not isinstance(data, dict):
        raise BadInput("a JSON object was expected")
    return data
