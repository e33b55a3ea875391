"""How Slack's ids become ours. Exports, history and live events agree here, so the same message is one record."""

import re
from datetime import UTC, datetime, timedelta

from connectors.events import ChannelId, PersonId, RecordId

_TS = re.compile(r"(\d{1,11})(?:\.(\d{1,6}))?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def channel_id(slack_id: str) -> ChannelId:
    """``C1`` becomes ``slack:C1``."""
    return ChannelId(f"slack:{slack_id}")


def person_id(slack_id: str) -> PersonId:
    """A user (``U1``) or bot (``B1``)."""
    return PersonId(f"slack:{slack_id}")


def message_id(slack_channel_id: str, ts: str) -> RecordId:
    """A message: its ``ts`` is unique in its channel only."""
    return RecordId(f"slack:{slack_channel_id}:{ts}")


def file_id(slack_id: str) -> RecordId:
    """A shared file (``F1``)."""
    return RecordId(f"slack:{slack_id}")


def moment(ts: str) -> datetime | None:
    """The time that a ``ts`` such as ``1790000000.000100`` names, or None when it names none."""
    match = _TS.fullmatch(ts)
    if match is None or not ts.isascii():
        return None
    seconds, fraction = match.groups()
    return _EPOCH + timedelta(seconds=int(seconds), microseconds=int((fraction or "0").ljust(6, "0")))
