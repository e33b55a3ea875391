"""What people do with the app: encrypted XML to its address, three tries, and its passive replies."""

import re
from dataclasses import dataclass
from xml.etree import ElementTree

from tests.fakes.wecom.app_messages import AppMessages
from tests.fakes.wecom.callbacks import CallbackSender, SignedRequest, signed_query
from tests.fakes.wecom.clock import Clock
from tests.fakes.wecom.crypto import Undecipherable
from tests.fakes.wecom.ledger import Ledger
from tests.fakes.wecom.media import MediaStore
from tests.fakes.wecom.refusals import Json, Refusal
from tests.fakes.wecom.screen import Screen, Shown
from tests.fakes.wecom.sent import Kind, Sent
from tests.fakes.wecom.world import World

LONGEST_REPLY = 2048
_PASSIVE = {"text", "image", "voice", "video", "news", "update_button", "update_template_card"}
_NUMBERS = {"CreateTime", "MsgId", "AgentID", "Location_X", "Location_Y", "Scale"}


@dataclass(kw_only=True)
class AppPeople:
    """Everybody around the app; each method returns what was sent and how it was taken."""

    world: World
    clock: Clock
    sender: CallbackSender
    media: MediaStore
    messages: AppMessages
    screen: Screen
    ledger: Ledger
    tries: int = 3

    async def say(self, userid: str, text: str) -> Sent:
        """A text to the app; the app never gets messages of groups."""
        return await self._message(userid, "text", {"Content": text})

    async def send_image(self, userid: str, name: str, data: bytes) -> Sent:
        """An image."""
        media = self.media.keep("image", name, data, owner="corp")
        picture = self.media.offer(name, data, key=None)
        return await self._message(userid, "image", {"PicUrl": picture, "MediaId": media.media_id})

    async def speak(self, userid: str, data: bytes = b"#!AMR\n0123456789") -> Sent:
        """A voice message: here the platform gives the sound and no transcript."""
        media = self.media.keep("voice", "voice.amr", data, owner="corp")
        return await self._message(userid, "voice", {"MediaId": media.media_id, "Format": "amr"})

    async def send_file(self, userid: str, name: str, data: bytes, *, with_name: bool = True) -> Sent:
        """A file: in no official list, but seen; sometimes with its name."""
        media = self.media.keep("file", name, data, owner="corp")
        fields = {"MediaId": media.media_id, **({"FileName": name} if with_name else {})}
        return await self._message(userid, "file", fields)

    async def send_link(self, userid: str, title: str, url: str) -> Sent:
        """A shared link."""
        fields = {"Title": title, "Description": "", "Url": url, "PicUrl": ""}
        return await self._message(userid, "link", fields)

    async def send_location(self, userid: str, label: str) -> Sent:
        """A place."""
        place = {"Location_X": "31.23", "Location_Y": "121.47", "Scale": "16", "Label": label, "AppType": "wxwork"}
        return await self._message(userid, "location", place)

    async def happens(self, userid: str, event: str, fields: Json | None = None) -> Sent:
        """An event such as ``enter_agent``, ``subscribe`` or ``unsubscribe``; it has no ``MsgId``."""
        return await self._deliver(userid, {"MsgType": "event", "Event": event, "EventKey": "", **(fields or {})})

    async def press(
        self, userid: str, shown: Shown, event_key: str, *, selected: dict[str, list[str]] | None = None
    ) -> Sent:
        """A button of the app's card, with what is ticked there."""
        assert shown.card is not None, "there is no card to press"
        fields: Json = {
            "EventKey": event_key,
            "TaskId": shown.task_id,
            "CardType": shown.card["card_type"],
            "ResponseCode": self.messages.new_response_code(shown.task_id),
        }
        if selected:
            items = [
                {"SelectedItem": {"QuestionKey": key, "OptionIds": [{"OptionId": option} for option in options]}}
                for key, options in selected.items()
            ]
            fields["SelectedItems"] = items
        return await self.happens(userid, "template_card_event", fields)

    async def repeat(self, sent: Sent) -> None:
        """The same message or event again, sealed anew."""
        await self._post(sent)

    async def _message(self, userid: str, msgtype: str, fields: Json) -> Sent:
        return await self._deliver(userid, {"MsgType": msgtype, **fields, "MsgId": str(self.world.next_id() << 32)})

    async def _deliver(self, userid: str, fields: Json) -> Sent:
        head = {
            "ToUserName": self.world.corpid,
            "FromUserName": self.world.people[userid].userid,
            "CreateTime": str(int(self.clock.time())),
        }
        body = {**head, **fields, "AgentID": str(self.world.app.agentid)}
        kind: Kind = "card" if body.get("Event") == "template_card_event" else "message"
        sent = Sent(kind=kind, userid=userid, chat=self.world.single(userid), body=body, at=self.clock.time())
        await self._post(sent)
        return sent

    async def _post(self, sent: Sent) -> None:
        attempts, request = await self.sender.post(
            self.world.app.callback_url, lambda: self.sealed(sent.body), tries=self.tries
        )
        sent.attempts += attempts
        if request is None:
            return
        sent.delivered = True
        if attempts[-1].body:
            await self._take(sent, attempts[-1].body, nonce=request.query["nonce"])

    def sealed(self, body: Json) -> SignedRequest:
        """A message or event as the request that carries it."""
        envelope = self.world.app.envelope
        encrypted = envelope.seal(f"<xml>{xml(body)}</xml>")
        outer = {"ToUserName": self.world.corpid, "AgentID": str(self.world.app.agentid), "Encrypt": encrypted}
        text = "<xml>" + "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in outer.items()) + "</xml>"
        return SignedRequest(query=signed_query(envelope, encrypted), body=text.encode(), content_type="text/xml")

    async def _take(self, sent: Sent, body: str, *, nonce: str) -> None:
        refusal: Refusal | None = None
        reply: Json = {}
        try:
            reply = self._opened(body, nonce)
            await self._show(sent, reply)
            sent.replied += 1
        except Refusal as error:
            refusal = error
            sent.refusals.append(error.detail or str(error))
        self.ledger.note("callback", "passive reply", reply, refusal)

    def _opened(self, body: str, nonce: str) -> Json:
        envelope = self.world.app.envelope
        try:
            packet = {child.tag: child.text or "" for child in ElementTree.fromstring(body)}  # noqa: S314 - the bot under test wrote it
            encrypted, timestamp = packet["Encrypt"], packet["TimeStamp"]
            if packet["MsgSignature"] != envelope.sign(timestamp, packet["Nonce"], encrypted):
                raise Refusal(40058, "the reply's signature is wrong")
            if packet["Nonce"] != nonce:
                raise Refusal(40058, "the reply's nonce is not that of the request")
            inner = ElementTree.fromstring(envelope.open(encrypted))  # noqa: S314 - the same
        except (ElementTree.ParseError, KeyError, Undecipherable) as error:
            raise Refusal(40058, f"the reply cannot be read: {type(error).__name__} {error}") from None
        return {child.tag: child.text or "" for child in inner}

    async def _show(self, sent: Sent, reply: Json) -> None:
        msgtype = reply.get("MsgType", "")
        if msgtype not in _PASSIVE:
            raise Refusal(40008, f"MsgType {msgtype!r}")
        if reply.get("FromUserName") != self.world.corpid or reply.get("ToUserName") != sent.userid:
            raise Refusal(40058, "ToUserName and FromUserName are not swapped")
        text = reply.get("Content", "")
        if len(text.encode()) > LONGEST_REPLY:
            raise Refusal(45002)
        shown = Shown(number=self.world.next_id(), chat=sent.chat, via="app", msgtype=msgtype, text=text)
        await self.screen.show(shown)


def xml(value: object) -> str:
    """Fields as the platform writes them: numbers bare, everything else in CDATA, lists one after the other."""
    if isinstance(value, list):
        return "".join(xml(entry) for entry in value)
    assert isinstance(value, dict)
    return "".join(f"<{name}>{_xml_value(name, content)}</{name}>" for name, content in value.items())


def _xml_value(name: str, content: object) -> str:
    if isinstance(content, dict | list):
        return xml(content)
    text = re.sub(r"[^\t\n\r -\U0010ffff]", "", str(content))
    return text if name in _NUMBERS else f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"
