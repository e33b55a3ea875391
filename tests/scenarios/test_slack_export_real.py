"""Two exports of real workspaces, read whole. Skipped where the data is not beside the repository."""

import time
from collections import Counter
from pathlib import Path

import pytest

from connectors.events import ChannelChanged, Event, MessagePosted
from connectors.slack.export import SlackExport

DATA = Path(__file__).parents[3] / "shared" / "data"


def read(name: str) -> list[Event]:
    path = DATA / name
    if not path.is_file():
        pytest.skip(f"../shared/data/{name} is not here")
    with SlackExport(path) as export:
        events = [event for event, _ in export.events()]
        assert list(export.skipped) == []
    return events


def test_the_large_public_channel() -> None:
    began = time.process_time()
    events = read("slack-export-dev.zip")
    seconds = time.process_time() - began
    messages = [event for event in events if isinstance(event, MessagePosted)]
    assert len(messages) == 16_465
    assert len({message.record_id for message in messages}) == 16_465
    assert {message.channel.name for message in messages} == {"general"}
    people = {message.author.person_id: message.author.name for message in messages}
    assert not any(name == person_id.removeprefix("slack:") for person_id, name in people.items())
    state = events[-1]
    assert isinstance(state, ChannelChanged)
    assert state.members is not None
    assert len(state.members) == 224
    assert not any("&lt;" in message.text or "<@U" in message.text for message in messages)
    assert len(messages) / seconds > 5_000, "reading takes a fraction of the time that embedding takes"


def test_the_export_that_slack_itself_wrote() -> None:
    events = read("slack-export-native-dev.zip")
    kinds = Counter(event.type for event in events)
    messages = [event for event in events if isinstance(event, MessagePosted)]
    assert kinds == {
        "message_posted": 1382,
        "membership_changed": 323,
        "reaction_changed": 199,
        "channel_changed": 16,
    }
    assert sum(message.system for message in messages) == 351
    assert sum(message.edited_at is not None for message in messages) == 37
    files = [file for message in messages for file in message.files]
    assert len(files) == 61
    assert {file.unavailable_reason for file in files} <= {"file_not_in_export", "file_external"}
    assert sum(message.channel.archived for message in messages) > 0
    assert len({message.author.person_id for message in messages}) > 50
    assert not any(message.author.name == "unknown" for message in messages)
    assert len({event.event_id for event in events}) == len(events)
