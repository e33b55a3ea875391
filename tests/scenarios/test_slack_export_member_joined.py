"""Joining, leaving and other things that Slack itself reports in an export."""

from pathlib import Path

import pytest

from connectors.events import MembershipChanged, MessagePosted
from tests.fakes.slack_export import events_of


@pytest.mark.parametrize(
    ("subtype", "present"),
    [("channel_join", True), ("group_join", True), ("channel_leave", False), ("group_leave", False)],
)
def test_joining_and_leaving(tmp_path: Path, subtype: str, present: bool) -> None:
    message, change = events_of(tmp_path, JOINED | {"subtype": subtype})
    assert isinstance(message, MessagePosted)
    assert message.system
    assert message.text == "@Bob 王 has joined the channel"
    assert isinstance(change, MembershipChanged)
    assert (change.person.person_id, change.present, change.channel.channel_id) == ("slack:U2", present, "slack:C1")
    assert change.occurred_at == message.occurred_at


@pytest.mark.parametrize("message", ["topic", "name", "archive", "pinned", "bot_add", "newer"])
def test_reports_are_kept_as_system_messages(tmp_path: Path, message: str) -> None:
    (event,) = events_of(tmp_path, REPORTS[message])
    assert isinstance(event, MessagePosted)
    assert event.system


JOINED = {
    "type": "message",
    "subtype": "channel_join",
    "user": "U2",
    "text": "<@U2> has joined the channel",
    "inviter": "U1",
    "ts": "1700000000.000100",
}
REPORTS = {
    "topic": {
        "type": "message",
        "subtype": "channel_topic",
        "user": "U1",
        "topic": "Release 2",
        "text": "<@U1> set the channel topic: Release 2",
        "ts": "1700000001.000100",
    },
    "name": {
        "type": "message",
        "subtype": "channel_name",
        "user": "U1",
        "old_name": "random",
        "name": "general",
        "text": '<@U1> has renamed the channel from "random" to "general"',
        "ts": "1700000002.000100",
    },
    "archive": {
        "type": "message",
        "subtype": "channel_archive",
        "user": "U1",
        "members": ["U1"],
        "text": "archived the channel",
        "ts": "1700000003.000100",
    },
    "pinned": {
        "type": "message",
        "subtype": "pinned_item",
        "user": "U1",
        "item_type": "C",
        "attachments": [{"is_msg_unfurl": True, "text": "quoted", "fallback": "quoted"}],
        "text": "<@U1> pinned a message to this channel.",
        "ts": "1700000004.000100",
    },
    "bot_add": {
        "type": "message",
        "subtype": "bot_add",
        "user": "U1",
        "bot_id": "B1",
        "text": "",
        "ts": "1700000005.1",
    },
    "newer": {"type": "message", "subtype": "made_up_in_2031", "text": "?", "ts": "1700000006.000100"},
}
