import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import ImportRefused
from bot.importing import jsonl
from bot.importing.jsonl import FILE_NOT_IN_IMPORT, JsonlSource, open_jsonl
from connectors.events import EVENT_ADAPTER, MessagePosted

GOOD: dict[str, object] = {
    "id": "m1",
    "platform": "slack",
    "channel": "general",
    "user": "Ann",
    "ts": "2023-05-08T13:56:00Z",
    "thread_id": None,
    "text": "hi",
    "files": [],
}


def write(path: Path, *lines: object) -> Path:
    path.write_bytes(
        b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines)
    )
    return path


def read(path: Path) -> tuple[list[MessagePosted], list[tuple[str, str]]]:
    source = open_jsonl(path)
    events = [event for event, _ in source.events()]
    source.close()
    assert all(part.reason("zh") and part.reason("en") for part in source.skipped)
    return [e for e in events if isinstance(e, MessagePosted)], [(part.path, part.code) for part in source.skipped]


def test_a_line_becomes_a_message(tmp_path: Path) -> None:
    events, skipped = read(write(tmp_path / "a.jsonl", GOOD, GOOD | {"id": "m2", "thread_id": "m1", "session": 1}))
    first, second = events
    assert skipped == []
    assert (first.record_id, first.text, first.thread_id, first.system) == ("m1", "hi", None, False)
    assert first.occurred_at == datetime(2023, 5, 8, 13, 56, tzinfo=UTC)
    assert (first.channel.channel_id, first.channel.name, first.channel.visibility) == (
        "slack:general",
        "general",
        "public",
    )
    assert (first.author.person_id, first.author.name, first.author.platform) == ("slack:Ann", "Ann", "slack")
    assert second.thread_id == "m1"


def test_the_first_message_of_a_thread_is_in_none(tmp_path: Path) -> None:
    assert read(write(tmp_path / "a.jsonl", GOOD | {"thread_id": "m1"}))[0][0].thread_id is None


def test_files_with_captions(tmp_path: Path) -> None:
    files = [
        {"type": "image", "url": "https://i.example/abc.jpg?t=1", "caption": "a dog by a wall"},
        {"caption": "  a   cat  "},
        {"name": "plan\n.pdf", "extra": 1},
        "notes.txt",
        7,
    ]
    event = read(write(tmp_path / "a.jsonl", GOOD | {"files": files}))[0][0]
    assert [(f.file_id, f.name, f.caption) for f in event.files] == [
        ("m1:file:1", "abc.jpg", "a dog by a wall"),
        ("m1:file:2", "a cat", "a   cat"),
        ("m1:file:3", "plan .pdf", ""),
        ("m1:file:4", "notes.txt", ""),
        ("m1:file:5", "file 5", ""),
    ]
    assert {f.unavailable_reason for f in event.files} == {FILE_NOT_IN_IMPORT}
    assert FILE_NOT_IN_IMPORT in jsonl.FILE_REASONS


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b'{"id": "m2", ', "broken_json"),
        (b"\xff\xfe{}", "broken_json"),
        (b"[" * 100_000, "broken_json"),
        (b"[1]", "not_an_object"),
        (GOOD | {"id": None}, "wrong_id"),
        (GOOD | {"id": ""}, "wrong_id"),
        (GOOD | {"id": "x" * 401}, "wrong_id"),
        (GOOD | {"id": "a\0"}, "wrong_id"),
        (GOOD | {"id": True}, "wrong_id"),
        (GOOD | {"id": "m2", "platform": "irc"}, "wrong_platform"),
        (GOOD | {"id": "m2", "platform": ["slack"]}, "wrong_platform"),
        (GOOD | {"id": "m2", "channel": {}}, "wrong_channel"),
        (GOOD | {"id": "m2", "user": " "}, "wrong_user"),
        (GOOD | {"id": "m2", "ts": "yesterday"}, "wrong_time"),
        (GOOD | {"id": "m2", "ts": 1700000000}, "wrong_time"),
        (GOOD | {"id": "m2", "ts": "0001-01-01T00:00:00+10:00"}, "wrong_time"),
        (GOOD | {"id": "m2", "text": ["x"]}, "wrong_text"),
        (GOOD | {"id": "m2", "thread_id": []}, "wrong_thread"),
        (GOOD | {"id": "m2", "files": {}}, "wrong_files"),
        (GOOD | {"text": "again"}, "duplicate_id"),
    ],
)
def test_only_the_broken_line_is_skipped(tmp_path: Path, line: object, code: str) -> None:
    events, skipped = read(write(tmp_path / "a.jsonl", GOOD, line, GOOD | {"id": "m3"}))
    assert [event.record_id for event in events] == ["m1", "m3"]
    assert skipped == [("line 2", code)]


def test_byte_order_mark_line_ends_and_empty_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    first, second = (json.dumps(GOOD | {"id": name}).encode() for name in ("m1", "m2"))
    path.write_bytes(b"\xef\xbb\xbf" + first + b"\r\n\r\n  \n" + second)
    events, skipped = read(path)
    assert [event.record_id for event in events] == ["m1", "m2"]
    assert skipped == []


def test_a_time_without_zone_is_taken_as_utc_and_said(tmp_path: Path) -> None:
    lines = [GOOD | {"id": name, "ts": "2023-05-08T13:56:00"} for name in ("m1", "m2")]
    source = open_jsonl(write(tmp_path / "a.jsonl", *lines))
    events = [event for event, _ in source.events()]
    source.close()
    assert {event.occurred_at for event in events} == {datetime(2023, 5, 8, 13, 56, tzinfo=UTC)}
    assert [(part.code, part.count, part.imported) for part in source.skipped] == [("time_zone_assumed", 2, True)]


def test_a_huge_line_is_skipped_without_being_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonl, "LINE_LIMIT_BYTES", 1000)
    path = write(tmp_path / "a.jsonl", GOOD, GOOD | {"id": "m2", "text": "x" * 5000}, GOOD | {"id": "m3"})
    events, skipped = read(path)
    assert [event.record_id for event in events] == ["m1", "m3"]
    assert skipped == [("line 2", "line_too_long")]


def test_ids_of_events_follow_the_content(tmp_path: Path) -> None:
    first = read(write(tmp_path / "a.jsonl", GOOD))[0][0]
    again = read(write(tmp_path / "b.jsonl", GOOD | {"session": 2}))[0][0]
    changed = read(write(tmp_path / "c.jsonl", GOOD | {"text": "hi!"}))[0][0]
    assert first.event_id == again.event_id != changed.event_id


def test_positions_lead_back_to_where_reading_stopped(tmp_path: Path) -> None:
    source = open_jsonl(write(tmp_path / "a.jsonl", *(GOOD | {"id": f"m{n}"} for n in range(5)), b"broken"))
    everything = list(source.events())
    for stop, (_, position) in enumerate(everything):
        assert list(source.events(start=position)) == everything[stop + 1 :]
    assert source.skipped[-1].path.startswith("byte ")
    assert everything[-1][1] < source.total
    source.close()


def test_the_fingerprint_follows_the_content(tmp_path: Path) -> None:
    sources = [JsonlSource(write(tmp_path / name, GOOD | {"text": text})) for name, text in ("ax", "bx", "cy")]
    assert sources[0].fingerprint == sources[1].fingerprint != sources[2].fingerprint
    for source in sources:
        source.close()


def test_refuses_what_is_no_list_of_messages(tmp_path: Path) -> None:
    binary = tmp_path / "a.jsonl"
    binary.write_bytes(b"PK\x03\x04" + bytes(range(256)) * 20)
    for path in (binary, tmp_path, tmp_path / "none"):
        with pytest.raises(ImportRefused) as caught:
            open_jsonl(path)
        assert path.name in caught.value.sentence("zh")
        assert caught.value.sentence("en").startswith("This cannot be imported")


def test_an_empty_file_is_an_import_of_nothing(tmp_path: Path) -> None:
    assert read(write(tmp_path / "a.jsonl")) == ([], [])


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=10)
    | st.sampled_from(["\ud800", "slack"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["caption", "name", "url"]), inner),
    max_leaves=5,
)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(st.dictionaries(st.sampled_from(sorted(GOOD)), VALUES) | st.binary(max_size=30), max_size=5))
def test_never_raises(tmp_path: Path, lines: list[dict[str, object] | bytes]) -> None:
    path = write(tmp_path / "a.jsonl", GOOD, *(line if isinstance(line, bytes) else GOOD | line for line in lines))
    for event in read(path)[0]:
        assert EVENT_ADAPTER.validate_json(EVENT_ADAPTER.dump_json(event)) == event
