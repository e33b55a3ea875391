"""Whatever bytes a ZIP holds: an export is read or refused, nothing else is raised, and nothing is written anywhere."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.events import EVENT_ADAPTER
from connectors.slack.export import SlackExport
from connectors.slack.export_files import ByteReader
from connectors.slack.export_skipped import ExportRefused
from tests.fakes.slack_export import CHANNELS, DAY, USERS, export_of, read_export, write_zip
from tests.unit.connectors.slack.test_fields import JSON

MANY = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
KEYS = st.sampled_from(
    [
        "ts",
        "type",
        "subtype",
        "user",
        "text",
        "files",
        "file",
        "id",
        "blocks",
        "attachments",
        "edited",
        "message",
        "reactions",
        "name",
        "users",
        "thread_ts",
        "user_profile",
        "comment",
        "deleted_ts",
        "members",
        "mode",
        "profile",
    ]
)
TS = st.sampled_from(["1700000000.000100", "99999999999.9", "0", "x", ""])
SUBTYPES = st.sampled_from(
    ["message_changed", "message_deleted", "tombstone", "channel_join", "file_comment", "file_share"]
)
VALUES = st.recursive(
    JSON | TS | st.sampled_from(["U1", "C1", "<@U1|x>", "\x00", "\ud800", "a" * 600, "../../x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=8,
)
MESSAGES = st.fixed_dictionaries({"ts": TS}, optional={"subtype": SUBTYPES}).flatmap(
    lambda head: st.dictionaries(KEYS, VALUES, max_size=6).map(lambda rest: rest | head)
)


class NoSink:
    def put_stream(self, stream: ByteReader) -> tuple[str, int]:
        size = 0
        while piece := stream.read(1000):
            size += len(piece)
        return "0" * 64, size


def read_or_refuse(path: Path) -> None:
    try:
        events, _ = read_export(path, sink=NoSink())
    except ExportRefused:
        return
    for event in events:
        again = EVENT_ADAPTER.validate_json(EVENT_ADAPTER.dump_json(event))
        assert again == event
        assert "\0" not in event.model_dump_json()


@MANY
@given(st.lists(MESSAGES, max_size=4), VALUES, VALUES)
def test_hostile_json(tmp_path: Path, messages: list[object], users: object, channels: object) -> None:
    entries = export_of(*messages)
    read_or_refuse(write_zip(tmp_path / "a.zip", entries))
    read_or_refuse(write_zip(tmp_path / "b.zip", entries | {"users.json": [users], "channels.json": [channels]}))


@MANY
@given(
    st.lists(st.tuples(st.text(alphabet="ab./\\:-Qé频_", min_size=1, max_size=12), st.binary(max_size=20)), max_size=6)
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_hostile_names(tmp_path: Path, entries: list[tuple[str, bytes]]) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("channels.json", json.dumps(CHANNELS))
        for name, content in entries:
            archive.writestr(name, content)
    path.write_bytes(path.read_bytes().replace(b"Q", b"\0"))
    before = sorted(tmp_path.rglob("*"))
    read_or_refuse(path)
    assert sorted(tmp_path.rglob("*")) == before


def _small_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("channels.json", json.dumps(CHANNELS))
        archive.writestr("users.json", json.dumps(USERS))
        archive.writestr(
            DAY, json.dumps([{"type": "message", "ts": "1700000000.1", "user": "U1", "text": "hello " * 9}])
        )
        archive.writestr("__uploads/F1/a", b"bytes")
    return buffer.getvalue()


SMALL_ZIP = _small_zip()


@settings(MANY, max_examples=400)
@given(st.lists(st.tuples(st.integers(0, len(SMALL_ZIP) - 1), st.integers(0, 255)), max_size=6), st.integers(0, 40))
def test_damaged_bytes(tmp_path: Path, changes: list[tuple[int, int]], cut: int) -> None:
    raw = bytearray(SMALL_ZIP)
    for at, value in changes:
        raw[at] = value
    path = tmp_path / "a.zip"
    path.write_bytes(bytes(raw[: len(raw) - cut]))
    read_or_refuse(path)


@MANY
@given(st.binary(max_size=300))
def test_any_bytes(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(raw)
    read_or_refuse(path)
    path.write_bytes(raw + SMALL_ZIP)
    read_or_refuse(path)


def test_the_damaged_names_of_a_channel_never_reach_a_path(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {"channels.json": [{"id": "../../etc", "name": "x"}], "x/2020-01-01.json": []})
    with SlackExport(path) as export:
        assert [event.type for event, _ in export.events()] == ["channel_changed"]
    assert list(tmp_path.iterdir()) == [path]
