"""The robot's URL callback: encrypted JSON both ways, and the refresh polls of a stream."""

import json
from dataclasses import dataclass, field

from tests.fakes.wecom.callbacks import CallbackSender, SignedRequest, signed_query
from tests.fakes.wecom.clock import Clock
from tests.fakes.wecom.crypto import Undecipherable
from tests.fakes.wecom.ledger import Ledger
from tests.fakes.wecom.payloads import Payloads
from tests.fakes.wecom.refusals import Json, Refusal
from tests.fakes.wecom.robot_voice import RobotVoice
from tests.fakes.wecom.sent import Kind, Sent
from tests.fakes.wecom.streams import Stream, Streams
from tests.fakes.wecom.world import World

MOST_IN_FLIGHT = 3
_STREAMS = {"stream", "stream_with_template_card"}
_ALLOWED: dict[Kind, set[str]] = {
    "message": {"template_card", *_STREAMS},
    "refresh": _STREAMS,
    "enter": {"text", "template_card"},
}


@dataclass(kw_only=True)
class CallbackRobot:
    """Delivers to the robot's address and takes its passive replies."""

    world: World
    clock: Clock
    sender: CallbackSender
    voice: RobotVoice
    streams: Streams
    payloads: Payloads
    ledger: Ledger
    tries: int = 1
    """Whether plain messages are sent again is documented nowhere, so that no bot may count on it."""
    poll_seconds: float = 1.0
    _in_flight: dict[str, list[Sent]] = field(default_factory=dict)
    _cards_given: set[str] = field(default_factory=set)

    async def deliver(self, sent: Sent, *, repeated: bool = False) -> None:
        """Send one message or event and take the reply."""
        if sent.kind == "message" and not repeated:
            flying = [other for other in self._in_flight.get(sent.userid, []) if self._flies(other)]
            self._in_flight[sent.userid] = flying
            if len(flying) >= MOST_IN_FLIGHT:
                sent.held_back = f"{MOST_IN_FLIGHT} messages of this person are in flight"
                return
            flying.append(sent)
        tries = self.tries if sent.kind == "message" else 1
        attempts, request = await self.sender.post(
            self.world.robot.callback_url, lambda: self.sealed(sent.body), tries=tries
        )
        sent.attempts += attempts
        if request is None:
            return
        sent.delivered = True
        await self._take(sent, sent, attempts[-1].body, nonce=request.query["nonce"], repeated=repeated)

    async def poll(self, sent: Sent) -> bool:
        """Ask once for the state of the answer's stream; False when there is nothing left to ask for."""
        stream = self.stream_of(sent)
        if stream is None or stream.shown.finished or self.streams.expired(stream):
            return False
        body = {**self.payloads.common(sent.userid, sent.chat), "msgtype": "stream", "stream": {"id": stream.stream_id}}
        refresh = Sent(kind="refresh", userid=sent.userid, chat=sent.chat, body=body, at=self.clock.time())
        attempts, request = await self.sender.post(self.world.robot.callback_url, lambda: self.sealed(body), tries=1)
        sent.attempts += attempts
        if request is not None:
            await self._take(refresh, sent, attempts[-1].body, nonce=request.query["nonce"], repeated=False)
        return not stream.shown.finished

    async def follow(self, sent: Sent) -> None:
        """Poll like the platform: about once a second, until the last frame or for six minutes."""
        while await self.poll(sent):
            await self.clock.sleep(self.poll_seconds)

    def stream_of(self, sent: Sent) -> Stream | None:
        """The stream that answers a message."""
        return self.streams.by_turn.get(sent.msgid)

    def _flies(self, sent: Sent) -> bool:
        stream = self.stream_of(sent)
        if stream is not None:
            return not stream.shown.finished and not self.streams.expired(stream)
        return not sent.attempts

    def sealed(self, body: Json) -> SignedRequest:
        """A message or event as the request that carries it."""
        envelope = self.world.robot.envelope
        encrypted = envelope.seal(json.dumps(body, ensure_ascii=False))
        return SignedRequest(
            query=signed_query(envelope, encrypted),
            body=json.dumps({"encrypt": encrypted}).encode(),
            content_type="application/json",
        )

    async def _take(self, sent: Sent, turn: Sent, body: str, *, nonce: str, repeated: bool) -> None:
        plain: Json = {}
        refusal: Refusal | None = None
        try:
            if body:
                plain = self._opened(body, nonce)
                await self._apply(sent, turn, plain, repeated=repeated)
                turn.replied += 1
            elif sent.kind == "refresh":
                raise Refusal(40058, "a refresh needs an answer")
        except Refusal as error:
            refusal = error
            turn.refusals.append(error.detail or str(error))
        self.ledger.note("callback", f"reply to {sent.kind}", plain, refusal)

    def _opened(self, body: str, nonce: str) -> Json:
        envelope = self.world.robot.envelope
        try:
            packet = json.loads(body)
            encrypted, timestamp = packet["encrypt"], str(packet["timestamp"])
            signed, answered = packet["msgsignature"], packet["nonce"]
        except (ValueError, KeyError, TypeError) as error:
            raise Refusal(40058, f"the reply is no packet of four values: {type(error).__name__} {error}") from None
        if str(answered) != nonce or not timestamp.isdigit():
            raise Refusal(40058, "the reply's nonce is not that of the request, or its timestamp is no number")
        if signed != envelope.sign(timestamp, nonce, str(encrypted)):
            raise Refusal(40058, "the reply's signature is wrong")
        try:
            plain = json.loads(envelope.open(encrypted))
        except (Undecipherable, ValueError) as error:
            raise Refusal(40058, f"the reply cannot be read: {error}") from None
        if not isinstance(plain, dict):
            raise Refusal(40058, "the reply is no object")
        return plain

    async def _apply(self, sent: Sent, turn: Sent, plain: Json, *, repeated: bool) -> None:
        if sent.kind == "feedback":
            raise Refusal(40058, "a feedback event allows an empty packet only")
        if sent.kind == "card":
            await self.voice.update_card(sent, plain)
            return
        msgtype = plain.get("msgtype")
        if msgtype not in _ALLOWED[sent.kind]:
            raise Refusal(40008, f"msgtype {msgtype!r} as reply to {sent.kind}")
        if msgtype not in _STREAMS:
            self.voice.count(turn.chat)
            await self.voice.say(turn.chat, plain)
            return
        stream = self.stream_of(turn)
        if stream is None:
            self.voice.count(turn.chat)
        elif repeated and stream.shown.finished and plain.get("stream", {}).get("id") == stream.stream_id:
            return
        number = self.world.next_id()
        await self.streams.frame(turn.msgid, turn.chat, plain, number=number, asked_at=turn.at)
        if msgtype == "stream_with_template_card" and "template_card" in plain:
            if turn.msgid in self._cards_given:
                raise Refusal(40058, "a message gets one card only")
            self._cards_given.add(turn.msgid)
            await self.voice.say(turn.chat, {"msgtype": "template_card", "template_card": plain["template_card"]})
