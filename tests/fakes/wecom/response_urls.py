"""``response_url``: one plain, unencrypted reply within an hour of a callback."""

import secrets
from dataclasses import dataclass, field

from aiohttp import web

from tests.fakes.wecom.clock import HOUR, Clock
from tests.fakes.wecom.ledger import Ledger
from tests.fakes.wecom.refusals import OK, Json, Refusal
from tests.fakes.wecom.robot_voice import RobotVoice
from tests.fakes.wecom.sent import Sent


@dataclass(kw_only=True)
class ResponseUrls:
    """Hands out the addresses and takes what is posted to them."""

    clock: Clock
    voice: RobotVoice
    ledger: Ledger
    base_url: str = ""
    _open: dict[str, Sent] = field(default_factory=dict)

    def issue(self, sent: Sent) -> str:
        """A new address for one callback."""
        code = secrets.token_urlsafe(24)
        self._open[code] = sent
        return f"{self.base_url}/cgi-bin/aibot/response?response_code={code}"

    async def respond(self, request: web.Request) -> web.Response:
        """Take the one reply; a call that is refused uses the address up as well."""
        body: Json = {}
        refusal: Refusal | None = None
        try:
            body = await _plain_object(request)
            await self._say(self._open.pop(request.query.get("response_code", ""), None), body)
        except Refusal as error:
            refusal = error
        self.ledger.note("response_url", "aibot/response", body, refusal)
        return web.json_response(refusal.answer() if refusal else OK)

    async def _say(self, sent: Sent | None, body: Json) -> None:
        if sent is None or self.clock.time() - sent.at > HOUR:
            raise Refusal(40058, "the response_code is unknown, used or older than an hour")
        if body.get("msgtype") not in ("markdown", "template_card"):
            raise Refusal(40008, f"msgtype {body.get('msgtype')!r}")
        if body["msgtype"] == "template_card" and sent.chat.chattype == "group":
            raise Refusal(40058, "template_card is for single chats only")
        self.voice.count(sent.chat)
        await self.voice.say(sent.chat, body, quotes=sent.msgid if sent.chat.chattype == "group" else "")


async def _plain_object(request: web.Request) -> Json:
    try:
        body = await request.json()
    except ValueError:
        raise Refusal(40058, "no JSON") from None
    if not isinstance(body, dict) or "encrypt" in body:
        raise Refusal(40058, "the body is plain JSON, not encrypted")
    return body
