"""Threads in a Slack export: replies lie in the day file of their own time."""

from pathlib import Path

from connectors.events import MessagePosted
from tests.fakes.slack_export import CHANNELS, USERS, events_of, read_export, write_zip


def test_head_reply_and_broadcast(tmp_path: Path) -> None:
    events = events_of(tmp_path, HEAD, REPLY, BROADCAST)
    found = [(e.record_id, e.thread_id, e.system) for e in events if isinstance(e, MessagePosted)]
    head = "slack:C1:1700000000.000100"
    assert found == [
        (head, None, False),
        ("slack:C1:1700000010.000200", head, False),
        ("slack:C1:1700000020.000300", head, False),
    ]


def test_a_reply_on_a_later_day_belongs_to_its_thread(tmp_path: Path) -> None:
    late = REPLY | {"ts": "1700500000.000100"}
    path = write_zip(
        tmp_path / "a.zip",
        {
            "channels.json": CHANNELS,
            "users.json": USERS,
            "general/2023-11-14.json": [HEAD],
            "general/2023-11-20.json": [late],
        },
    )
    messages = [event for event in read_export(path)[0] if isinstance(event, MessagePosted)]
    assert messages[1].thread_id == messages[0].record_id


def test_replies_repeated_in_the_head_are_not_messages(tmp_path: Path) -> None:
    assert len(events_of(tmp_path, HEAD)) == 1


HEAD = {
    "type": "message",
    "user": "U1",
    "text": "When do we release?",
    "ts": "1700000000.000100",
    "thread_ts": "1700000000.000100",
    "reply_count": 2,
    "reply_users": ["U2"],
    "replies": [{"user": "U2", "ts": "1700000010.000200"}, {"user": "U2", "ts": "1700000020.000300"}],
}
REPLY = {
    "type": "message",
    "user": "U2",
    "text": "Friday",
    "ts": "1700000010.000200",
    "thread_ts": "1700000000.000100",
    "parent_user_id": "U1",
}
BROADCAST = {
    "type": "message",
    "subtype": "thread_broadcast",
    "user": "U2",
    "text": "Friday, everybody",
    "ts": "1700000020.000300",
    "thread_ts": "1700000000.000100",
    "root": HEAD,
}
