"""What the platform says to a robot: messages and events as in the reference, the same on both ways."""

from tests.fakes.wecom.media import MediaStore, file_key
from tests.fakes.wecom.refusals import Json
from tests.fakes.wecom.world import Chat, World


class Payloads:
    """Builds the bodies; knows how files are offered in the robot's mode."""

    def __init__(self, world: World, media: MediaStore) -> None:
        self._world = world
        self._media = media

    def msgid(self) -> str:
        """A new one."""
        return f"CAIQ{self._world.next_id()}"

    def common(self, userid: str, chat: Chat) -> Json:
        """The fields that every message and event has; ``chatid`` for groups only, and no names at all."""
        body: Json = {
            "msgid": self.msgid(),
            "aibotid": self._world.robot.bot_id,
            "chattype": chat.chattype,
            "from": {"userid": self._world.robot_sees(userid)},
        }
        if chat.chattype == "group":
            body["chatid"] = chat.chatid
        return body

    def text(self, content: str) -> Json:
        """A text."""
        return {"msgtype": "text", "text": {"content": content}}

    def voice(self, transcript: str) -> Json:
        """A voice message: the platform hands out its transcript only."""
        return {"msgtype": "voice", "voice": {"content": transcript}}

    def file(self, msgtype: str, name: str, data: bytes) -> Json:
        """An image, file or video: an address for five minutes, and no name."""
        robot = self._world.robot
        if robot.mode == "callback":
            return {"msgtype": msgtype, msgtype: {"url": self._media.offer(name, data, key=robot.encoding_aes_key)}}
        key = file_key(self._world.next_id())
        return {"msgtype": msgtype, msgtype: {"url": self._media.offer(name, data, key=key), "aeskey": key}}

    def mixed(self, *parts: Json) -> Json:
        """Texts and images in one message."""
        return {"msgtype": "mixed", "mixed": {"msg_item": list(parts)}}

    def card_click(self, card: Json, event_key: str, selected: dict[str, list[str]]) -> Json:
        """A button was pressed; choices arrive only together with one."""
        event: Json = {
            "card_type": card.get("card_type", ""),
            "event_key": event_key,
            "task_id": card.get("task_id", ""),
        }
        if selected:
            items = [{"question_key": key, "option_ids": {"option_id": options}} for key, options in selected.items()]
            event["selected_items"] = {"selected_item": items}
        return {"eventtype": "template_card_event", "template_card_event": event}

    def feedback(self, feedback_id: str, kind: int, reasons: list[int], content: str) -> Json:
        """Somebody judged an answer; reasons and words exist with a thumb down only."""
        event: Json = {"id": feedback_id, "type": kind}
        if kind == 2:
            if content:
                event["content"] = content
            if reasons:
                event["inaccurate_reason_list"] = reasons
        return {"eventtype": "feedback_event", "feedback_event": event}
