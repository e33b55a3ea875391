"""The 群机器人 of a group: a key in the address, limits in bytes, 20 messages a minute."""

import json
from dataclasses import dataclass, field

from aiohttp import web

from tests.fakes.wecom.app_content import news
from tests.fakes.wecom.cards import check_card
from tests.fakes.wecom.clock import Clock
from tests.fakes.wecom.ledger import Ledger
from tests.fakes.wecom.limits import Frequency
from tests.fakes.wecom.media import MediaStore, uploaded_part
from tests.fakes.wecom.refusals import OK, Json, Refusal, part, text_field
from tests.fakes.wecom.screen import Screen, Shown
from tests.fakes.wecom.streams import inline_image
from tests.fakes.wecom.world import World

_LONGEST = {"text": 2048, "markdown": 4096, "markdown_v2": 4096}


@dataclass(kw_only=True)
class Webhooks:
    """``webhook/send`` and ``webhook/upload_media``."""

    world: World
    clock: Clock
    screen: Screen
    ledger: Ledger
    media: MediaStore
    frequency: Frequency = field(init=False)

    def __post_init__(self) -> None:
        self.frequency = Frequency(clock=self.clock, per_minute=20)

    async def send(self, request: web.Request) -> web.Response:
        """One message to the webhook's group."""
        body: Json = {}
        try:
            key = self._key(request)
            parsed = json.loads(await request.text())
            if not isinstance(parsed, dict):
                raise Refusal(40058, "the body is no JSON object")
            body = parsed
            shown = self._made(body, key)
            self.frequency.take(key)
        except ValueError:
            return self._refused(request, "webhook/send", body, Refusal(40058, "no JSON"))
        except Refusal as refusal:
            return self._refused(request, "webhook/send", body, refusal)
        self.ledger.note("webhook", "webhook/send", body)
        await self.screen.show(shown)
        return web.json_response(OK)

    async def upload(self, request: web.Request) -> web.Response:
        """A file or voice message for this webhook only."""
        try:
            key = self._key(request)
            if request.query.get("type") not in ("file", "voice"):
                raise Refusal(40004)
            name, data = await uploaded_part(request)
            media = self.media.keep(request.query["type"], name, data, owner=key)
        except Refusal as refusal:
            return self._refused(request, "webhook/upload_media", {}, refusal)
        self.ledger.note("webhook", "webhook/upload_media", {"name": name})
        answer = {"type": media.media_type, "media_id": media.media_id, "created_at": str(int(self.clock.time()))}
        return web.json_response({**OK, **answer})

    def _key(self, request: web.Request) -> str:
        key = request.query.get("key", "")
        if key != self.world.webhook.key:
            raise Refusal(93000)
        return key

    def _made(self, body: Json, key: str) -> Shown:
        msgtype = str(body.get("msgtype"))
        chat = self.world.group(self.world.webhook.chatid)
        shown = Shown(number=self.world.next_id(), chat=chat, via="webhook", msgtype=msgtype)
        if msgtype in _LONGEST:
            limit = _LONGEST[msgtype]
            shown.text = text_field(part(body, msgtype), "content", limit=limit, name=f"{msgtype}.content")
        elif msgtype == "image":
            shown.data = inline_image(part(body, "image"), limit=2 * 1024 * 1024)
        elif msgtype == "news":
            shown.text = news(part(body, "news"))
        elif msgtype in ("file", "voice"):
            media = self.media.find(part(body, msgtype).get("media_id"), owner=key, media_type=msgtype)
            shown.file_name, shown.data = media.name, media.data
        elif msgtype == "template_card":
            shown.card = part(body, "template_card")
            self.ledger.warnings += check_card(shown.card, dialect="webhook")
        else:
            raise Refusal(40008)
        return shown

    def _refused(self, request: web.Request, name: str, body: Json, refusal: Refusal) -> web.Response:
        self.ledger.note("webhook", name, body, refusal)
        return web.json_response(refusal.answer(request.remote or ""))
