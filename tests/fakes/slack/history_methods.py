"""conversations.history and conversations.replies: the archive's two windows into the past."""

import base64
import re

from tests.fakes.slack.call import Call
from tests.fakes.slack.errors import Json, Refused
from tests.fakes.slack.message import Message
from tests.fakes.slack.methods import method

_SCOPES = "channels:history groups:history im:history mpim:history"
_WINDOW = "cursor inclusive include_all_metadata latest oldest limit"
_TS = re.compile(r"\d+(\.\d{1,6})?")
UNLISTED_PAGE = 15


@method("conversations.history", takes=f"channel! {_WINDOW}", scopes=_SCOPES)
def history(call: Call) -> Json:
    """Newest first: first messages and broadcasts, no replies; tombstones stand in for deleted parents."""
    channel = call.channel(half="history", as_member=True)
    limit = _limit(call, default=100, most=999)
    messages = [m for m in reversed(channel.messages.values()) if not m.is_reply or m.is_broadcast]
    messages = _in_window(call, messages)
    shown = [message for message in messages if not _is_hidden_by_plan(call, message)]
    is_limited, messages = len(shown) < len(messages), shown
    before = _cursor_ts(call)
    if before is not None:
        messages = [message for message in messages if message.ts < before]
    page = messages[:limit]
    has_more = len(messages) > limit
    body: Json = {
        "messages": [_shown(call, message) for message in page],
        "has_more": has_more,
        "pin_count": sum(1 for message in channel.messages.values() if message.pinned_to),
        "channel_actions_ts": None,
        "channel_actions_count": 0,
    }
    if is_limited:
        body["is_limited"] = True
    if has_more:
        body["response_metadata"] = {"next_cursor": _cursor(page[-1].ts)}
    return body


@method("conversations.replies", takes=f"channel! ts! {_WINDOW}", scopes=_SCOPES)
def replies(call: Call) -> Json:
    """Oldest first; the parent comes again on every page. For a reply's ts only that reply."""
    channel = call.channel(half="history", as_member=True)
    first = channel.messages.get(call.arguments.text("ts"))
    if first is None or _is_hidden_by_plan(call, first):
        raise Refused("thread_not_found")
    limit = _limit(call, default=1000, most=1000)
    if first.is_reply:
        return {"messages": [_shown(call, first)], "has_more": False}
    messages = [m for m in _in_window(call, first.replies) if not _is_hidden_by_plan(call, m)]
    after = _cursor_ts(call)
    if after is not None:
        messages = [message for message in messages if message.ts > after]
    page = messages[: max(limit - 1, 1)]
    has_more = len(messages) > len(page)
    body: Json = {"messages": [_shown(call, message) for message in [first, *page]], "has_more": has_more}
    if has_more:
        body["response_metadata"] = {"next_cursor": _cursor(page[-1].ts)}
    return body


def _limit(call: Call, *, default: int, most: int) -> int:
    limit = call.arguments.limit(default=default, most=most)
    is_scarce = call.installation.app.distribution == "unlisted"
    return min(limit, UNLISTED_PAGE) if is_scarce else limit


def _is_hidden_by_plan(call: Call, message: Message) -> bool:
    days = call.workspace.hides_older_than_days
    return days is not None and float(message.ts) < call.world.clock.now() - days * 86_400


def _in_window(call: Call, messages: list[Message]) -> list[Message]:
    """``oldest`` and ``latest`` are outside unless ``inclusive``."""
    inclusive = call.arguments.flag("inclusive")
    oldest, latest = (_moment(call, name) for name in ("oldest", "latest"))
    return [
        message
        for message in messages
        if (oldest is None or message.ts > oldest or (inclusive and message.ts == oldest))
        and (latest is None or message.ts < latest or (inclusive and message.ts == latest))
    ]


def _moment(call: Call, name: str) -> str | None:
    """A timestamp made as long as those of messages; ``0`` and ``now`` mean no bound."""
    text = call.arguments.optional_text(name)
    if text in (None, "", "0", "now"):
        return None
    assert text is not None, "None was sorted out above"
    if not _TS.fullmatch(text):
        raise Refused(f"invalid_ts_{name}")
    seconds, _, fraction = text.partition(".")
    return f"{seconds:>010}.{fraction:<06}"


def _cursor(ts: str) -> str:
    return base64.b64encode(f"next_ts:{ts}".encode()).decode()


def _cursor_ts(call: Call) -> str | None:
    cursor = call.arguments.optional_text("cursor")
    if not cursor:
        return None
    try:
        word, _, ts = base64.b64decode(cursor, validate=True).decode().partition(":")
    except ValueError:
        raise Refused("invalid_cursor") from None
    if word != "next_ts" or not _TS.fullmatch(ts):
        raise Refused("invalid_cursor")
    return ts


def _shown(call: Call, message: Message) -> Json:
    return message.in_history(with_metadata=call.arguments.flag("include_all_metadata"))
