"""Deletions in a Slack export: tombstones, deletion entries and deleted files."""

from pathlib import Path

from connectors.events import FileRemoved, MessageDeleted, MessagePosted
from tests.fakes.slack_export import events_of


def test_a_deleted_head_of_a_thread(tmp_path: Path) -> None:
    deleted, reply = events_of(tmp_path, TOMBSTONE, REPLY)
    assert isinstance(deleted, MessageDeleted)
    assert deleted.record_id == "slack:C1:1700000000.000100"
    assert isinstance(reply, MessagePosted)
    assert reply.thread_id == deleted.record_id


def test_a_deletion_kept_by_an_export_with_edit_history(tmp_path: Path) -> None:
    (event,) = events_of(tmp_path, DELETED)
    assert isinstance(event, MessageDeleted)
    assert event.record_id == "slack:C1:1700000000.000100"


def test_a_change_into_a_tombstone_is_the_same_deletion(tmp_path: Path) -> None:
    (by_change,) = events_of(tmp_path, CHANGED_TO_TOMBSTONE)
    (by_entry,) = events_of(tmp_path, DELETED)
    assert by_change.event_id == by_entry.event_id == "slack:export:C1:1700000000.000100:deleted"


def test_a_deleted_file_is_removed_and_not_named(tmp_path: Path) -> None:
    message, removed = events_of(tmp_path, WITH_DELETED_FILE)
    assert isinstance(message, MessagePosted)
    assert [file.file_id for file in message.files] == ["slack:F2"]
    assert isinstance(removed, FileRemoved)
    assert removed.file_id == "slack:F1"
    assert "secret" not in message.model_dump_json()


TOMBSTONE = {
    "type": "message",
    "subtype": "tombstone",
    "user": "USLACKBOT",
    "text": "This message was deleted.",
    "hidden": True,
    "ts": "1700000000.000100",
    "thread_ts": "1700000000.000100",
    "reply_count": 1,
}
REPLY = {
    "type": "message",
    "user": "U2",
    "text": "why?",
    "ts": "1700000020.000100",
    "thread_ts": "1700000000.000100",
    "parent_user_id": "USLACKBOT",
}
DELETED = {
    "type": "message",
    "subtype": "message_deleted",
    "hidden": True,
    "ts": "1700000060.000300",
    "deleted_ts": "1700000000.000100",
    "previous_message": {"type": "message", "user": "U1", "text": "secret", "ts": "1700000000.000100"},
}
CHANGED_TO_TOMBSTONE = {
    "type": "message",
    "subtype": "message_changed",
    "hidden": True,
    "ts": "1700000070.000400",
    "message": TOMBSTONE,
}
WITH_DELETED_FILE = {
    "type": "message",
    "user": "U1",
    "text": "two files",
    "ts": "1700000080.000100",
    "files": [
        {"id": "F1", "mode": "tombstone", "name": "secret.pdf"},
        {"id": "F2", "mode": "hosted", "name": "plan.pdf", "mimetype": "application/pdf", "size": 12},
    ],
}
