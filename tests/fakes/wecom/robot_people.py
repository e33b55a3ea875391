"""What people do with the robot: the methods by which tests drive it, on whichever way the robot is set."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal

from tests.fakes.wecom.callback_robot import CallbackRobot
from tests.fakes.wecom.clock import Clock
from tests.fakes.wecom.long_connection import LongConnection
from tests.fakes.wecom.payloads import Payloads
from tests.fakes.wecom.refusals import Json
from tests.fakes.wecom.response_urls import ResponseUrls
from tests.fakes.wecom.screen import Shown
from tests.fakes.wecom.sent import Kind, Sent
from tests.fakes.wecom.world import Chat, World

Verdict = Literal["up", "down", "withdrawn"]
_VERDICTS: dict[Verdict, int] = {"up": 1, "down": 2, "withdrawn": 3}
_CHINA = timezone(timedelta(hours=8))


@dataclass(kw_only=True)
class RobotPeople:
    """Everybody around the robot."""

    world: World
    clock: Clock
    payloads: Payloads
    callback: CallbackRobot
    long_connection: LongConnection
    response_urls: ResponseUrls
    long_connection_has_response_url: bool = False
    _greeted: set[tuple[str, str]] = field(default_factory=set)

    async def mention(
        self,
        userid: str,
        chatid: str,
        text: str,
        *,
        quote: Json | None = None,
        space: str = " ",
        images: Sequence[bytes] = (),
    ) -> Sent:
        """Somebody writes ``@拾光 text`` in a group; with images it becomes ``mixed``; ``space`` may be U+2005."""
        group = self.world.groups[chatid]
        assert group.has_robot and userid in group.members, "the platform would not deliver this"
        content = f"@{self.world.robot.name}{space}{text}"
        return await self._message(userid, self.world.group(chatid), self._content(content, images), quote)

    async def direct(self, userid: str, text: str, *, quote: Json | None = None, images: Sequence[bytes] = ()) -> Sent:
        """Somebody writes to the robot alone."""
        return await self._message(userid, self.world.single(userid), self._content(text, images), quote)

    async def send_file(
        self, userid: str, name: str, data: bytes, *, msgtype: Literal["file", "image", "video"] = "file"
    ) -> Sent:
        """Somebody sends a file to the robot alone: in groups the platform delivers none, except quoted or mixed."""
        return await self._message(userid, self.world.single(userid), self.payloads.file(msgtype, name, data), None)

    async def speak(self, userid: str, transcript: str) -> Sent:
        """Somebody sends a voice message to the robot alone."""
        return await self._message(userid, self.world.single(userid), self.payloads.voice(transcript), None)

    async def open_chat(self, userid: str) -> Sent | None:
        """Somebody opens the single chat: an event for the first time of the day (in China) only."""
        day = datetime.fromtimestamp(self.clock.time(), UTC).astimezone(_CHINA).date().isoformat()
        if (userid, day) in self._greeted:
            return None
        self._greeted.add((userid, day))
        return await self._event("enter", userid, self.world.single(userid), {"eventtype": "enter_chat"})

    async def press(
        self, userid: str, shown: Shown, event_key: str, *, selected: dict[str, list[str]] | None = None
    ) -> Sent:
        """Somebody presses a button of a card, with what is ticked there."""
        assert shown.card is not None, "there is no card to press"
        card = shown.card_for.get(userid, shown.card)
        return await self._event("card", userid, shown.chat, self.payloads.card_click(card, event_key, selected or {}))

    async def rate(
        self, userid: str, shown: Shown, verdict: Verdict, *, reasons: Sequence[int] = (), content: str = ""
    ) -> Sent | None:
        """Somebody judges an answer; without ``feedback.id`` in it there is nothing to press and no event."""
        if shown.feedback_id is None:
            return None
        event = self.payloads.feedback(shown.feedback_id, _VERDICTS[verdict], list(reasons), content)
        return await self._event("feedback", userid, shown.chat, event)

    async def repeat(self, sent: Sent) -> None:
        """The network delivers the same message or event once more."""
        if self.world.robot.mode == "callback":
            await self.callback.deliver(sent, repeated=True)
        else:
            await self.long_connection.repeat(sent)

    def recall(self, sent: Sent) -> None:
        """Somebody recalls (撤回) a message: the platform tells a robot nothing about it."""
        sent.recalled = True

    async def _message(self, userid: str, chat: Chat, content: Json, quote: Json | None) -> Sent:
        body = {**self.payloads.common(userid, chat), **content}
        if quote is not None:
            body["quote"] = quote
        sent = Sent(kind="message", userid=userid, chat=chat, body=body, at=self.clock.time())
        self.world.robot.contacted.add(chat.chatid)
        return await self._deliver(sent, has_response_url=True)

    async def _event(self, kind: Kind, userid: str, chat: Chat, event: Json) -> Sent:
        body = {
            **self.payloads.common(userid, chat),
            "create_time": int(self.clock.time()),
            "msgtype": "event",
            "event": event,
        }
        sent = Sent(kind=kind, userid=userid, chat=chat, body=body, at=self.clock.time())
        return await self._deliver(sent, has_response_url=kind == "card")

    async def _deliver(self, sent: Sent, *, has_response_url: bool) -> Sent:
        by_callback = self.world.robot.mode == "callback"
        if has_response_url and (by_callback or self.long_connection_has_response_url):
            sent.body["response_url"] = self.response_urls.issue(sent)
        if by_callback:
            await self.callback.deliver(sent)
        else:
            await self.long_connection.deliver(sent)
        return sent

    def _content(self, text: str, images: Sequence[bytes]) -> Json:
        if not images:
            return self.payloads.text(text)
        pictures = (self.payloads.file("image", f"{number}.png", data) for number, data in enumerate(images))
        return self.payloads.mixed(self.payloads.text(text), *pictures)
