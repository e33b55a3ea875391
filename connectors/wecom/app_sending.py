"""What an app sends to one person: paced, told apart from a repetition, and checked for who did not get it."""

import asyncio
import hashlib
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from connectors.wecom.api import MediaKind, WeComApi
from connectors.wecom.errors import WeComError, WeComPaused
from connectors.wecom.send_pacing import SendPacing
from connectors.wecom.site import CardChange, Json

SEND = "message/send"
NOT_REACHED = 81013
NO_PERSON = 40003
PER_MINUTE = 30
PER_HOUR = 1000
_LONGEST_PAUSE_SECONDS = 90.0
"""For so long a message waits when WeCom asks for a pause."""
_DUPLICATE_SECONDS = 1800
_MOST_REMEMBERED = 10_000
_UNDELIVERED = ("invaliduser", "unlicenseduser")
_ROBOT_ONLY = frozenset({"feedback"})
_ASK_ROBOT = 3
_EVERYBODY = "@all"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMessage:
    """What WeCom says of a message that it took."""

    msgid: str
    response_code: str = ""


class AppSending:
    """``message/send`` of one app, to one person at a time.

    WeCom is asked to drop a message that repeats one of the last half hour, because the outcome of a call is sometimes
    not known. Two answers may well say the same: what another ``purpose`` said before is therefore sent unchecked.
    """

    def __init__(
        self,
        api: WeComApi,
        *,
        agent_id: int,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._api = api
        self._agent_id = agent_id
        self._now = now
        self._sleep = sleep
        self._started_at = now()
        self._pacing = SendPacing(per_minute=PER_MINUTE, per_hour=PER_HOUR, now=now, sleep=sleep)
        self._said: OrderedDict[str, str] = OrderedDict()

    async def text(self, user_id: str, text: str, *, purpose: str = "", resumed: bool = False) -> SentMessage:
        """Plain text of at most 2,048 bytes. Raises ``WeComError``, 81013 when it did not reach the person."""
        return await self._send(user_id, "text", {"content": text}, purpose, resumed=resumed)

    async def markdown(self, user_id: str, markdown: str, *, purpose: str = "", resumed: bool = False) -> SentMessage:
        """Markdown of at most 2,048 bytes. ``purpose`` is the same when the same thing is said again.

        ``resumed``: it may have been said before the last start.
        """
        return await self._send(user_id, "markdown", {"content": markdown}, purpose, resumed=resumed)

    async def card(self, user_id: str, card: Json) -> SentMessage:
        """A template card, from one made for a robot or an app."""
        return await self._send(user_id, "template_card", app_card(card), str(card.get("task_id", "")))

    async def file(self, user_id: str, *, kind: MediaKind, name: str, content: bytes) -> SentMessage:
        """Upload a file and send it."""
        media_id = await self._api.upload(kind=kind, name=name, content=content)
        return await self._send(user_id, kind, {"media_id": media_id}, "")

    async def change_card(self, response_code: str, change: CardChange, *, user_id: str, task_id: str) -> None:
        """Put another card in the place of one that was pressed; each ``response_code`` is good for one time."""
        await self._api.call(
            "message/update_template_card",
            agentid=self._agent_id,
            userids=[user_id] if change.alone else None,
            atall=None if change.alone else 1,
            response_code=response_code,
            template_card={"task_id": task_id, **app_card(change.card)},
        )

    async def recall(self, sent: SentMessage) -> None:
        """Take a message back, within 24 hours."""
        await self._api.call("message/recall", msgid=sent.msgid)

    async def _send(
        self, user_id: str, msgtype: str, content: Json, purpose: str, *, resumed: bool = False
    ) -> SentMessage:
        if not user_id or user_id == _EVERYBODY or "|" in user_id:
            # What is for one person must never reach another.
            raise WeComError(SEND, NO_PERSON, "not the id of one person")
        message = {
            "touser": user_id,
            "agentid": self._agent_id,
            "msgtype": msgtype,
            msgtype: content,
            **self._check(user_id, f"{msgtype}:{sorted(content.items())!r}", purpose, resumed=resumed),
        }
        await self._pacing.turn(user_id, call=SEND)
        try:
            answer = await self._api.call(SEND, **message)
        except WeComPaused as paused:
            if paused.seconds > _LONGEST_PAUSE_SECONDS:
                raise
            await self._sleep(paused.seconds)
            answer = await self._api.call(SEND, **message)
        missed = [name for name in _UNDELIVERED if user_id in str(answer.get(name) or "").split("|")]
        if missed:
            # HTTP 200 and errcode 0: the lists alone say that nobody has seen it.
            raise WeComError(SEND, NOT_REACHED, f"{missed[0]}: {user_id}")
        return SentMessage(msgid=str(answer.get("msgid", "")), response_code=str(answer.get("response_code", "")))

    def _check(self, user_id: str, content: str, purpose: str, *, resumed: bool) -> dict[str, Any]:
        if not purpose:
            return {}
        key = hashlib.sha256(f"{user_id}\n{content}".encode("utf-8", "replace")).hexdigest()
        before = self._said.pop(key, purpose)
        self._said[key] = purpose
        if len(self._said) > _MOST_REMEMBERED:
            self._said.popitem(last=False)
        if before != purpose:
            return {}
        # What was said before the start by another purpose is not remembered here: WeCom must not look back that far.
        since = _DUPLICATE_SECONDS if resumed else min(_DUPLICATE_SECONDS, int(self._now() - self._started_at))
        return {"enable_duplicate_check": 1, "duplicate_check_interval": max(1, since)}


def app_card(card: Json) -> dict[str, Any]:
    """A card within what apps know: limits of robots are narrower, but they have two things that apps have not."""
    shown = {name: value for name, value in card.items() if name not in _ROBOT_ONLY}
    jumps = shown.get("jump_list")
    if isinstance(jumps, list | tuple):
        shown["jump_list"] = [jump for jump in jumps if jump.get("type") != _ASK_ROBOT]
    return shown
