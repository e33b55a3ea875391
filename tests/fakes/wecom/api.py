"""The app's HTTP API: token, caller's address and frequency are checked, then the call is made; always HTTP 200."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import web

from tests.fakes.wecom.app_groups import AppGroups
from tests.fakes.wecom.app_messages import AppMessages
from tests.fakes.wecom.audit import Audit
from tests.fakes.wecom.clock import HOUR, MINUTE, Clock
from tests.fakes.wecom.ledger import Ledger
from tests.fakes.wecom.limits import Frequency
from tests.fakes.wecom.media import MediaStore, disposition, uploaded_part
from tests.fakes.wecom.refusals import Json, Refusal
from tests.fakes.wecom.tokens import Tokens
from tests.fakes.wecom.world import World

Poster = Callable[[Json], Awaitable[Json]]


@dataclass(kw_only=True)
class Api:
    """Everything under ``/cgi-bin/`` that wants an access token, and ``gettoken``."""

    world: World
    clock: Clock
    ledger: Ledger
    tokens: Tokens
    media: MediaStore
    messages: AppMessages
    groups: AppGroups
    frequency: Frequency = field(init=False)
    audit_tokens: Tokens = field(init=False)

    def __post_init__(self) -> None:
        self.audit_tokens = Tokens(world=self.world, clock=self.clock, of_archive=True)
        self._audit = Audit(world=self.world)
        self.frequency = Frequency(clock=self.clock, per_minute=10_000, per_hour=150_000)

    def limit(self, name: str, *, window: Literal["minute", "hour"] = "minute") -> None:
        """Somebody used up the quota of a path: 45009 for as long as the platform blocks."""
        self.frequency.block(name, MINUTE if window == "minute" else HOUR)

    def routes(self) -> list[web.RouteDef]:
        """Where it all lies."""
        posts: dict[str, Poster] = {
            "message/send": self.messages.send,
            "message/recall": self.messages.recall,
            "message/update_template_card": self.messages.update_card,
            "appchat/create": self.groups.create,
            "appchat/update": self.groups.update,
            "appchat/send": self.groups.send,
            "msgaudit/groupchat/get": self._audit.get_group,
        }
        return [
            web.get("/cgi-bin/gettoken", self._gettoken),
            web.get("/cgi-bin/getcallbackip", self._callback_addresses),
            web.get("/cgi-bin/agent/get", self._get_agent),
            web.get("/cgi-bin/appchat/get", self._get_group),
            web.get("/cgi-bin/msgaudit/get_robot_info", self._get_robot),
            web.post("/cgi-bin/media/upload", self._upload),
            web.get("/cgi-bin/media/get", self._get_media),
            *(web.post(f"/cgi-bin/{name}", self._poster(name, call)) for name, call in posts.items()),
        ]

    def _poster(self, name: str, call: Poster) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                body = json.loads(await request.text())
            except ValueError:
                body = None

            async def work() -> Json:
                if not isinstance(body, dict):
                    raise Refusal(40058, "the body is no JSON object")
                return await call(body)

            return await self._answer(request, name, body if isinstance(body, dict) else {}, work)

        return handle

    async def _gettoken(self, request: web.Request) -> web.StreamResponse:
        async def work() -> Json:
            secret = request.query.get("corpsecret", "")
            tokens = self.audit_tokens if secret == self.world.archive_secret else self.tokens
            return tokens.get(request.query.get("corpid", ""), secret)

        return await self._answer(request, "gettoken", {}, work, needs_token=False)

    async def _callback_addresses(self, request: web.Request) -> web.StreamResponse:
        async def work() -> Json:
            return {"errcode": 0, "errmsg": "ok", "ip_list": ["127.0.0.1"]}

        return await self._answer(request, "getcallbackip", {}, work)

    async def _get_agent(self, request: web.Request) -> web.StreamResponse:
        async def work() -> Json:
            if request.query.get("agentid") != str(self.world.app.agentid):
                raise Refusal(40056)
            return {"errcode": 0, "errmsg": "ok", "agentid": self.world.app.agentid, "name": self.world.app.name,
                    "close": 0}  # fmt: skip

        return await self._answer(request, "agent/get", dict(request.query), work)

    async def _get_group(self, request: web.Request) -> web.StreamResponse:
        async def work() -> Json:
            return await self.groups.get(request.query.get("chatid", ""))

        return await self._answer(request, "appchat/get", dict(request.query), work)

    async def _get_robot(self, request: web.Request) -> web.StreamResponse:
        async def work() -> Json:
            return await self._audit.get_robot(request.query.get("robot_id", ""))

        return await self._answer(request, "msgaudit/get_robot_info", dict(request.query), work)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        async def work() -> Json:
            name, data = await uploaded_part(request)
            media = self.media.keep(request.query.get("type", ""), name, data, owner="corp")
            return {
                "errcode": 0,
                "errmsg": "ok",
                "type": media.media_type,
                "media_id": media.media_id,
                "created_at": str(int(self.clock.time())),
            }

        return await self._answer(request, "media/upload", {"type": request.query.get("type", "")}, work)

    async def _get_media(self, request: web.Request) -> web.StreamResponse:
        async def work() -> web.StreamResponse:
            media = self.media.find(request.query.get("media_id"), owner="corp")
            headers = {"Content-Disposition": disposition(media.name)}
            wanted = request.http_range
            if wanted.start is None and wanted.stop is None:
                return web.Response(body=media.data, headers=headers)
            start = wanted.start or 0
            stop = min(wanted.stop or len(media.data), len(media.data))
            headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(media.data)}"
            return web.Response(status=206, body=media.data[start:stop], headers=headers)

        return await self._answer(request, "media/get", {"media_id": request.query.get("media_id", "")}, work)

    async def _answer(
        self,
        request: web.Request,
        name: str,
        body: Json,
        work: Callable[[], Awaitable[Json]] | Callable[[], Awaitable[web.StreamResponse]],
        *,
        needs_token: bool = True,
    ) -> web.StreamResponse:
        address = request.remote or ""
        try:
            self.frequency.take(name)
            if needs_token:
                is_audit = name.startswith("msgaudit/")
                (self.audit_tokens if is_audit else self.tokens).check(request.query.get("access_token"))
                trusted = None if is_audit else self.world.app.trusted_addresses
                if trusted is not None and address not in trusted:
                    raise Refusal(60020)
            answer = await work()
        except Refusal as refusal:
            self.ledger.note("api", name, body, refusal)
            return web.json_response(refusal.answer(address))
        self.ledger.note("api", name, body)
        return answer if isinstance(answer, web.StreamResponse) else web.json_response(answer)
