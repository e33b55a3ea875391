"""Edits in a Slack export: the last text, with edit history its versions, and newer exports bring newer texts."""

from datetime import UTC, datetime
from pathlib import Path

from connectors.events import MessagePosted
from tests.fakes.slack_export import events_of


def test_an_edited_message_says_when(tmp_path: Path) -> None:
    (event,) = events_of(tmp_path, EDITED)
    assert isinstance(event, MessagePosted)
    assert event.text == "hi all"
    assert event.occurred_at == datetime(2023, 11, 14, 22, 13, 20, 100, tzinfo=UTC)
    assert event.version_at == event.edited_at == datetime(2023, 11, 14, 22, 14, 10, tzinfo=UTC)


def test_a_newer_export_brings_the_edit_under_a_new_event_id(tmp_path: Path) -> None:
    (before,), (after,) = events_of(tmp_path, ORIGINAL), events_of(tmp_path, EDITED)
    assert isinstance(before, MessagePosted)
    assert isinstance(after, MessagePosted)
    assert before.record_id == after.record_id == "slack:C1:1700000000.000100"
    assert before.event_id == "slack:export:C1:1700000000.000100:0"
    assert after.event_id == "slack:export:C1:1700000000.000100:1700000050.000000"
    assert after.version_at > before.version_at


def test_the_history_of_edits_ends_with_the_same_version(tmp_path: Path) -> None:
    events = events_of(tmp_path, EDITED, CHANGED)
    assert [event.event_id for event in events] == ["slack:export:C1:1700000000.000100:1700000050.000000"] * 2


def test_an_edit_whose_message_is_not_in_the_export_is_complete(tmp_path: Path) -> None:
    (event,) = events_of(tmp_path, CHANGED)
    assert isinstance(event, MessagePosted)
    assert (event.text, event.author.name) == ("hi all", "ann")


def test_a_change_without_time_of_the_edit_takes_its_own(tmp_path: Path) -> None:
    message = {key: value for key, value in MESSAGE_AFTER.items() if key != "edited"}
    (event,) = events_of(tmp_path, CHANGED | {"message": message})
    assert isinstance(event, MessagePosted)
    assert event.edited_at == datetime(2023, 11, 14, 22, 14, 10, 200, tzinfo=UTC)


def test_a_change_of_nothing_that_is_read_is_no_event(tmp_path: Path) -> None:
    assert events_of(tmp_path, UNFURLED) == []


ORIGINAL = {"type": "message", "user": "U1", "text": "hi", "ts": "1700000000.000100", "team": "T1"}
MESSAGE_AFTER = {
    "type": "message",
    "user": "U1",
    "text": "hi all",
    "ts": "1700000000.000100",
    "edited": {"user": "U1", "ts": "1700000050.000000"},
}
EDITED = MESSAGE_AFTER
CHANGED = {
    "type": "message",
    "subtype": "message_changed",
    "hidden": True,
    "ts": "1700000050.000200",
    "message": MESSAGE_AFTER,
    "previous_message": {"type": "message", "user": "U1", "text": "hi", "ts": "1700000000.000100"},
}
UNFURLED = {
    "type": "message",
    "subtype": "message_changed",
    "hidden": True,
    "ts": "1700000060.000300",
    "message": ORIGINAL | {"attachments": [{"title": "Example", "from_url": "https://e.x"}]},
    "previous_message": ORIGINAL,
}
