"""Builds Slack export ZIPs out of literal payloads."""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

from connectors.events import Event
from connectors.slack.export import SlackExport
from connectors.slack.export_files import FileSink

USERS = [
    {"id": "U1", "team_id": "T1", "name": "ann", "profile": {"display_name": "ann", "real_name": "Ann Li"}},
    {"id": "U2", "team_id": "T1", "name": "bob", "profile": {"display_name": "", "real_name": "Bob 王"}},
    {"id": "U3", "team_id": "T1", "name": "gus", "is_restricted": True, "profile": {}},
    {"id": "U4", "team_id": "T1", "name": "robot", "is_bot": True, "profile": {}},
    {"id": "U5", "team_id": "T9", "name": "outsider", "profile": {}},
]
CHANNELS = [
    {
        "id": "C1",
        "name": "general",
        "created": "1700000000",
        "is_archived": False,
        "members": ["U1", "U2"],
        "topic": {"value": ""},
    }
]
DAY = "general/2023-11-15.json"


def write_zip(path: Path, entries: Mapping[str, object]) -> Path:
    """A ZIP whose entries are bytes as given, or anything else as JSON."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content if isinstance(content, bytes) else json.dumps(content))
    return path


def export_of(*messages: object) -> dict[str, object]:
    """The entries of an export whose channel ``general`` (C1) holds ``messages``."""
    return {"channels.json": CHANNELS, "users.json": USERS, DAY: list(messages)}


def read_export(path: Path, *, sink: FileSink | None = None) -> tuple[list[Event], list[tuple[str, str]]]:
    """All events and what was skipped, as pairs of path and code."""
    with SlackExport(path, sink=sink) as export:
        events = [event for event, _ in export.events()]
        return events, [(part.path, part.code) for part in export.skipped]


def events_of(folder: Path, *messages: object) -> list[Event]:
    """The events of ``messages`` in ``general``, without the state of the channel that follows them."""
    events, skipped = read_export(write_zip(folder / "export.zip", export_of(*messages)))
    assert skipped == []
    return [event for event in events if event.type != "channel_changed"]
