"""What the platform refuses, with its error codes and the look of its messages."""

import itertools
from typing import Any

Json = dict[str, Any]

# From the protocol reference, or seen in public reports of the same call. See GUESSED for the rest.
MESSAGES: dict[int, str] = {
    -1: "system busy",
    6000: "data conflict",
    40001: "invalid credential",
    40004: "invalid media type",
    40006: "invalid media size",
    40007: "invalid media_id",
    40008: "invalid message type",
    40009: "invalid image size",
    40013: "invalid corpid",
    40014: "invalid access_token",
    40035: "invalid parameter",
    40056: "invalid agentid",
    40058: "invalid Request Parameter",
    41001: "access_token missing",
    42001: "access_token expired",
    44001: "empty media data",
    44004: "content is empty",
    45002: "message content size out of limit",
    45009: "api freq out of limit",
    45033: "api concurrent out of limit",
    48002: "api forbidden",
    60011: "no privilege to access/modify contact/party/agent",
    60020: "not allow to access from your ip",
    81013: "user & party & tag all invalid",
    86001: "invalid chatid",
    86003: "chatid not exist",
    86004: "invalid chat name",
    86005: "invalid chat owner",
    86006: "chat member count out of limit",
    86007: "invalid chat member",
    86008: "not allow to access other chat",
    86215: "chatid already exists",
    93000: "invalid webhook url",
    93006: "invalid chatid",
    93019: "invalid bot_id",
    846605: "invalid req_id",
    846608: "stream message update expired (>6 minutes), cannot update",
    846609: "aibot websocket not subscribed",
    853000: "signature is incorrect, please check if the bot secret is correct",
}
GUESSED = frozenset({44001, 93006})
"""Codes for which no public source says that the platform gives just this one in just this case."""

_hints = itertools.count(1_790_000_000_000_000)


class Refusal(Exception):
    """The platform says no: a code, and what is wrong in the caller's own terms."""

    def __init__(self, code: int, detail: str = "") -> None:
        super().__init__(f"{code}: {detail or MESSAGES[code]}")
        self.code = code
        self.detail = detail

    def answer(self, address: str = "127.0.0.1") -> Json:
        """The body that the platform sends, with hint and caller's address in the message as it has them."""
        text = f"{self.detail}. {MESSAGES[self.code]}" if self.detail else MESSAGES[self.code]
        return {
            "errcode": self.code,
            "errmsg": f"{text}, hint: [{next(_hints)}], from ip: {address}, "
            f"more info at https://open.work.weixin.qq.com/devtool/query?e={self.code}",
        }


OK: Json = {"errcode": 0, "errmsg": "ok"}


def text_field(holder: object, key: str, *, limit: int, name: str, empty: int = 44004, too_long: int = 40058) -> str:
    """A text that must be there and fit so many bytes of UTF-8."""
    value = holder.get(key) if isinstance(holder, dict) else None
    if not isinstance(value, str) or not value:
        raise Refusal(empty, f"{name} is empty")
    size = len(value.encode("utf-8", "surrogatepass"))
    if size > limit:
        raise Refusal(too_long, f"{name} exceed max length {limit}")
    return value


def part(body: object, key: str) -> Json:
    """The object under ``key``."""
    value = body.get(key) if isinstance(body, dict) else None
    if not isinstance(value, dict):
        raise Refusal(40058, f"{key} is missing")
    return value


def feedback_id(holder: Json) -> str | None:
    """``feedback.id`` where it may be set: at most 256 bytes."""
    feedback = holder.get("feedback")
    if feedback is None:
        return None
    return text_field(feedback, "id", limit=256, name="feedback.id", empty=40058)
