from hashlib import sha256
from pathlib import Path

import pytest

from connectors.events import FileRef, MessagePosted
from connectors.slack.export_files import FILE_REASONS, ByteReader
from tests.fakes.slack_export import export_of, read_export, write_zip


class MemorySink:
    def __init__(self, limit: int = 1000) -> None:
        self.limit = limit
        self.stored: list[bytes] = []

    def put_stream(self, stream: ByteReader) -> tuple[str, int]:
        data = b""
        while piece := stream.read(7):
            data += piece
            if len(data) > self.limit:
                raise ValueError("too large")
        self.stored.append(data)
        return sha256(data).hexdigest(), len(data)


class FailingSink:
    def put_stream(self, stream: ByteReader) -> tuple[str, int]:
        raise OSError("disk full")


def message(ts: str, *files: object) -> dict[str, object]:
    return {"type": "message", "user": "U1", "text": "", "ts": ts, "files": list(files)}


def files_of(path: Path, sink: MemorySink | None = None) -> tuple[list[FileRef], list[tuple[str, str]]]:
    events, skipped = read_export(path, sink=sink)
    return [file for event in events if isinstance(event, MessagePosted) for file in event.files], skipped


@pytest.mark.parametrize("where", ["__uploads/F1/plan.txt", "general/attachments/F1-plan.txt"])
def test_bytes_that_are_there_are_stored_once(tmp_path: Path, where: str) -> None:
    sink = MemorySink()
    file = {"id": "F1", "name": "plan.txt", "mimetype": "text/plain", "size": 999}
    entries = export_of(message("1700000000.000100", file), message("1700000001.000100", file)) | {where: b"the plan"}
    found, skipped = files_of(write_zip(tmp_path / "a.zip", entries), sink)
    assert skipped == []
    assert sink.stored == [b"the plan"]
    assert [(f.file_id, f.sha256, f.size_bytes, f.unavailable_reason) for f in found] == [
        ("slack:F1", sha256(b"the plan").hexdigest(), 8, None)
    ] * 2


def test_too_large_and_damaged_bytes_leave_the_reference(tmp_path: Path) -> None:
    entries = export_of(message("1700000000.000100", {"id": "F1", "name": "a"}, {"id": "F2", "name": "b"}))
    path = write_zip(tmp_path / "a.zip", entries | {"__uploads/F1/a": b"x" * 2000, "__uploads/F2/b": b"yyyyyyyy" * 40})
    raw = path.read_bytes()
    at = raw.find(b"__uploads/F2/b") + len(b"__uploads/F2/b")
    path.write_bytes(raw[:at] + b"\xff\xff\xff" + raw[at + 3 :])
    found, skipped = files_of(path, MemorySink())
    assert [(f.name, f.sha256, f.unavailable_reason) for f in found] == [
        ("a", None, "file_too_large"),
        ("b", None, "file_damaged"),
    ]
    assert skipped == [("__uploads/F1/a", "file_not_stored"), ("__uploads/F2/b", "damaged_entry")]


def test_a_failing_disk_stops_the_import(tmp_path: Path) -> None:
    entries = export_of(message("1700000000.000100", {"id": "F1", "name": "a"})) | {"__uploads/F1/a": b"x"}
    with pytest.raises(OSError, match="disk full"):
        read_export(write_zip(tmp_path / "a.zip", entries), sink=FailingSink())


def test_why_bytes_are_absent(tmp_path: Path) -> None:
    files = [
        {"id": "F1", "name": "a", "size": "12"},
        {"id": "F2", "name": "b", "mode": "external"},
        {"id": "F3", "mode": "hidden_by_limit"},
        {"id": "F4", "name": None, "title": "x/y\n", "is_external": True},
        {"name": "no id"},
        "F5",
    ]
    found, _ = files_of(write_zip(tmp_path / "a.zip", export_of(message("1700000000.000100", *files))))
    assert [(f.file_id, f.name, f.unavailable_reason) for f in found] == [
        ("slack:F1", "a", "file_not_in_export"),
        ("slack:F2", "b", "file_external"),
        ("slack:F3", "F3", "file_hidden_by_limit"),
        ("slack:F4", "x/y", "file_external"),
    ]
    assert found[0].size_bytes == 12
    assert {f.unavailable_reason for f in found} <= FILE_REASONS.keys()


def test_the_words_of_the_reference_become_its_caption(tmp_path: Path) -> None:
    file = {
        "id": "F1",
        "name": "shot.png",
        "title": "Login page",
        "alt_txt": "a form",
        "preview": "<document><p>two</p></document>",
        "url_private": "https://files.slack.com/F1?t=xoxe-1-secret",
    }
    found, _ = files_of(write_zip(tmp_path / "a.zip", export_of(message("1700000000.000100", file))))
    assert found[0].caption.split() == ["Login", "page", "a", "form", "two"]
    assert "xoxe" not in found[0].model_dump_json()


def test_the_digest_of_bytes_makes_a_new_version(tmp_path: Path) -> None:
    entries = export_of(message("1700000000.000100", {"id": "F1", "name": "a"}))
    without, _ = read_export(write_zip(tmp_path / "a.zip", entries))
    within, _ = read_export(write_zip(tmp_path / "b.zip", entries | {"__uploads/F1/a": b"x"}), sink=MemorySink())
    assert without[0].event_id == "slack:export:C1:1700000000.000100:0"
    assert within[0].event_id != without[0].event_id
