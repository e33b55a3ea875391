"""The Web API's front door: token, scope, rate limit, arguments; then the method, and the record of it all."""

import asyncio
import uuid
from email.utils import formatdate

from aiohttp import web

from tests.fakes.slack.app import App, Installation
from tests.fakes.slack.arguments import Arguments, read_arguments
from tests.fakes.slack.call import Call, need_scope
from tests.fakes.slack.errors import Json, Refused
from tests.fakes.slack.methods import METHODS, Method
from tests.fakes.slack.world import World

_HISTORY = ("conversations.history", "conversations.replies")


class WebApi:
    """Answers ``/api/<method>``."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One request; always JSON, nearly always status 200."""
        name = request.match_info["method"]
        arguments = Arguments({})
        token = ""
        granted: Installation | None = None
        fault = self._world.faults.next(name)
        status, headers = 200, {"X-Slack-Req-Id": uuid.uuid4().hex}
        try:
            arguments = await read_arguments(request)
            token = _token(request, arguments)
            if fault is not None and fault.status != 200:
                self._record(
                    request, name, token, arguments, {"ok": False, "error": f"http_{fault.status}"}, fault.status
                )
                return web.Response(status=fault.status, text="upstream error")
            method = METHODS.get(name)
            if method is None:
                raise Refused("unknown_method", req_method=name)
            app, granted = self._authorised(method, token, request)
            if fault is not None and fault.error is not None:
                raise Refused(fault.error, **(fault.fields or {}))
            body = self._done(method, app, granted, arguments, request)
        except Refused as refused:
            body, status = refused.body(), refused.status
            headers |= refused.headers
        if granted is not None:
            headers["X-OAuth-Scopes"] = ",".join(sorted(granted.scopes))
        self._record(request, name, token, arguments, body, status, headers)
        await self._world.faults.wait_if_held(name)
        if fault is not None and fault.loses_answer and isinstance(request.transport, asyncio.Transport):
            request.transport.abort()
        date = formatdate(int(self._world.clock.now()), usegmt=True)
        return web.json_response(body, status=status, headers=headers | {"Date": date})

    def _authorised(self, method: Method, token: str, request: web.Request) -> tuple[App | None, Installation | None]:
        if method.token == "none":
            return None, None
        if not token:
            raise Refused("not_authed")
        if token.startswith("xapp-"):
            app = next((app for app in self._world.apps if app.app_token == token), None)
            if app is None:
                raise Refused("invalid_auth")
            if method.token != "app":
                raise Refused("not_allowed_token_type")
            if "Authorization" not in request.headers:
                raise Refused("missing_args")
            return app, None
        granted = self._world.granted(token)
        if granted is None:
            raise Refused("invalid_auth")
        if granted.is_uninstalled:
            raise Refused("account_inactive")
        if granted.is_revoked:
            raise Refused("token_revoked")
        if method.token != "bot":
            raise Refused("not_allowed_token_type")
        need_scope(granted, *method.scopes)
        return granted.app, granted

    def _done(
        self, method: Method, app: App | None, granted: Installation | None, arguments: Arguments, request: web.Request
    ) -> Json:
        if app is not None:
            self._world.limits.check(
                method,
                app=app.id,
                team=granted.workspace.id if granted else "",
                channel=str(arguments.values.get("channel") or arguments.values.get("channel_id") or ""),
                history_is_scarce=app.distribution == "unlisted" and method.name in _HISTORY,
            )
        if method.must_post and request.method != "POST":
            raise Refused("insecure_request")
        if request.content_type == "application/json" and not method.takes_json:
            arguments = Arguments(dict(request.query))
        arguments.check(required=method.required, known=method.known)
        return {"ok": True, **method.handler(Call(world=self._world, app=app, granted=granted, arguments=arguments))}

    def _record(
        self,
        request: web.Request,
        name: str,
        token: str,
        arguments: Arguments,
        body: Json,
        status: int,
        headers: dict[str, str] | None = None,
    ) -> None:
        self._world.journal.record(
            "api",
            name,
            verb=request.method,
            token=token,
            arguments=arguments.values,
            response=body,
            status=status,
            headers=headers,
        )


def _token(request: web.Request, arguments: Arguments) -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind == "Bearer" else str(arguments.values.pop("token", ""))
