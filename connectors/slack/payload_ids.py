"""Ids and times as payloads give them, checked: whatever is not one makes the payload unreadable."""

import re
from datetime import datetime

from connectors.slack.fields import Payload, text_of
from connectors.slack.ids import moment

_ID = re.compile(r"[A-Z0-9]{2,40}")


class PayloadUnreadable(ValueError):
    """Something that every payload of its kind has is missing or malformed."""


def slack_id(payload: Payload, key: str) -> str:
    """The id under a key."""
    found = text_of(payload, key)
    if not is_slack_id(found):
        msg = f"no id in {key}"
        raise PayloadUnreadable(msg)
    return found


def is_slack_id(text: str) -> bool:
    """Whether a text is an id of Slack's, and so can be part of one of ours."""
    return _ID.fullmatch(text) is not None


def ts_and_moment(payload: Payload, key: str) -> tuple[str, datetime]:
    """A time that names a message, as it stands there and as a moment."""
    ts = text_of(payload, key)
    at = moment(ts)
    if at is None:
        msg = f"no time in {key}"
        raise PayloadUnreadable(msg)
    return ts, at
