"""What each command of the long connection does: replies, pushes and uploads. Raises ``Refusal``."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.fakes.wecom.clock import DAY, Clock
from tests.fakes.wecom.ledger import Ledger
from tests.fakes.wecom.refusals import Json, Refusal
from tests.fakes.wecom.robot_voice import FILE_TYPES, RobotVoice
from tests.fakes.wecom.sent import Sent
from tests.fakes.wecom.streams import Streams
from tests.fakes.wecom.uploads import Uploads
from tests.fakes.wecom.world import Chat, World

EVENT_SECONDS = 5.0
_PUSHED = {"markdown", "template_card", *FILE_TYPES}

Command = Callable[[str, Json], Awaitable[Json]]


@dataclass(kw_only=True)
class LongCommands:
    """The robot's commands, after it has subscribed."""

    world: World
    clock: Clock
    voice: RobotVoice
    streams: Streams
    uploads: Uploads
    ledger: Ledger
    counts_stream_frames: bool = True
    """Whether each frame of a stream is one of the 30 a minute is stated nowhere: the stricter reading."""
    turns: dict[str, Sent] = field(default_factory=dict)
    """What was told to the bot, by ``req_id``."""

    def named(self, cmd: str) -> Command | None:
        """The command of this name."""
        return {
            "aibot_respond_msg": self._respond,
            "aibot_respond_welcome_msg": self._welcome,
            "aibot_respond_update_msg": self._update,
            "aibot_send_msg": self._push,
            "aibot_upload_media_init": self._begin_upload,
            "aibot_upload_media_chunk": self._upload_chunk,
            "aibot_upload_media_finish": self._finish_upload,
        }.get(cmd)

    async def _respond(self, req_id: str, body: Json) -> Json:
        turn = self._turn(req_id, "message", seconds=DAY)
        stream = self.streams.by_turn.get(req_id)
        if stream is not None and stream.shown.finished:
            raise Refusal(846605, "the stream is finished")
        msgtype = body.get("msgtype")
        if msgtype in ("stream", "stream_with_template_card"):
            if stream is None or self.counts_stream_frames:
                self.voice.count(turn.chat)
            await self.streams.frame(req_id, turn.chat, body, number=self.world.next_id())
            if msgtype == "stream_with_template_card":
                self.ledger.warnings.append("stream_with_template_card: acknowledged, but the card is not shown")
        elif msgtype in _PUSHED:
            self.voice.count(turn.chat)
            await self.voice.say(turn.chat, body)
        else:
            raise Refusal(40008, f"msgtype {msgtype!r}")
        turn.replied += 1
        return {}

    async def _welcome(self, req_id: str, body: Json) -> Json:
        turn = self._turn(req_id, "enter", seconds=EVENT_SECONDS)
        if turn.replied:
            raise Refusal(846605, "the person was welcomed already")
        if body.get("msgtype") not in ("text", "template_card"):
            raise Refusal(40008, f"msgtype {body.get('msgtype')!r}")
        self.voice.count(turn.chat)
        await self.voice.say(turn.chat, body)
        turn.replied += 1
        return {}

    async def _update(self, req_id: str, body: Json) -> Json:
        turn = self._turn(req_id, "card", seconds=EVENT_SECONDS)
        await self.voice.update_card(turn, body)
        turn.replied += 1
        return {}

    async def _push(self, req_id: str, body: Json) -> Json:
        del req_id
        chat = self._chat(body)
        if body.get("msgtype") not in _PUSHED:
            raise Refusal(40008, f"msgtype {body.get('msgtype')!r}")
        self.voice.count(chat)
        await self.voice.say(chat, body)
        return {}

    async def _begin_upload(self, req_id: str, body: Json) -> Json:
        del req_id
        return self.uploads.begin(body)

    async def _upload_chunk(self, req_id: str, body: Json) -> Json:
        del req_id
        return self.uploads.chunk(body)

    async def _finish_upload(self, req_id: str, body: Json) -> Json:
        del req_id
        return self.uploads.finish(body)

    def _turn(self, req_id: str, kind: str, *, seconds: float) -> Sent:
        turn = self.turns.get(req_id)
        if turn is None or turn.kind != kind or self.clock.time() - turn.at > seconds:
            raise Refusal(846605)
        return turn

    def _chat(self, body: Json) -> Chat:
        chatid, chat_type = body.get("chatid"), body.get("chat_type", 0)
        if not isinstance(chatid, str) or not chatid or chat_type not in (0, 1, 2):
            raise Refusal(40058, "chatid or chat_type")
        group = self.world.groups.get(chatid)
        person = self.world.known_to_robot(chatid)
        if chat_type != 1 and group is not None:
            if not group.has_robot:
                raise Refusal(86008)
            chat = self.world.group(chatid)
        elif chat_type != 2 and person is not None:
            chat = self.world.single(person)
        else:
            raise Refusal(93006)
        if chat.chatid not in self.world.robot.contacted:
            raise Refusal(93006, "nobody has spoken to the robot there yet")
        return chat
