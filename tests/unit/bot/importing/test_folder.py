import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from bot.errors import ImportRefused
from bot.file_store import FileStore
from bot.importing.folder import open_folder
from connectors.events import MessagePosted


@pytest.fixture
def store(tmp_path: Path) -> Iterator[FileStore]:
    store = FileStore(tmp_path / "store", max_bytes=1000)
    store.open()
    yield store
    store.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    (folder / "年度").mkdir(parents=True)
    (folder / "plan.txt").write_bytes(b"the plan")
    (folder / "年度" / "report.pdf").write_bytes(b"%PDF")
    os.utime(folder / "plan.txt", (1_700_000_000, 1_700_000_000))
    return folder


def read(folder: Path, store: FileStore) -> tuple[list[MessagePosted], dict[str, str]]:
    source = open_folder(folder, "#docs", store)
    events = [event for event, _ in source.events() if isinstance(event, MessagePosted)]
    source.close()
    return events, {part.path: part.code for part in source.skipped}


def test_each_file_is_a_message_in_the_channel(folder: Path, store: FileStore) -> None:
    events, skipped = read(folder, store)
    assert skipped == {}
    assert [event.text for event in events] == ["plan.txt", "年度/report.pdf"]
    plan = events[0]
    assert (plan.channel.channel_id, plan.channel.name, plan.channel.visibility) == ("console:docs", "docs", "public")
    assert plan.occurred_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    file = plan.files[0]
    assert (file.name, file.media_type, file.size_bytes) == ("plan.txt", "text/plain", 8)
    assert file.sha256 == sha256(b"the plan").hexdigest()
    assert store.path(file.sha256).read_bytes() == b"the plan"


def test_a_second_run_gives_the_same_events(folder: Path, store: FileStore) -> None:
    assert read(folder, store) == read(folder, store)


def test_a_changed_file_is_a_newer_version_of_the_same_message(folder: Path, store: FileStore) -> None:
    before = read(folder, store)[0][0]
    (folder / "plan.txt").write_bytes(b"another plan")
    after = read(folder, store)[0][0]
    assert after.record_id == before.record_id
    assert after.event_id != before.event_id
    assert after.version_at > before.version_at
    assert after.files[0].file_id != before.files[0].file_id


def test_the_same_bytes_under_two_names_are_two_messages(folder: Path, store: FileStore) -> None:
    (folder / "copy.txt").write_bytes(b"the plan")
    copy, plan = read(folder, store)[0][:2]
    assert copy.record_id != plan.record_id
    assert copy.files[0].sha256 == plan.files[0].sha256


def test_what_cannot_be_taken_is_listed(folder: Path, store: FileStore, tmp_path: Path) -> None:
    outside = tmp_path / "secret.txt"
    outside.write_bytes(b"secret")
    (folder / "link.txt").symlink_to(outside)
    (folder / "inner-link.txt").symlink_to(folder / "plan.txt")
    (folder / "up").symlink_to(tmp_path)
    (folder / ".hidden").write_bytes(b"x")
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_bytes(b"x")
    os.mkfifo(folder / "pipe")
    (folder / "empty").touch()
    (folder / "big").write_bytes(b"x" * 1001)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / "socket"))
        events, skipped = read(folder, store)
    assert [event.text for event in events] == ["plan.txt", "年度/report.pdf"]
    assert skipped == {
        "link.txt": "symbolic_link",
        "inner-link.txt": "symbolic_link",
        "up": "symbolic_link",
        ".hidden": "hidden",
        ".git": "hidden",
        "pipe": "not_a_file",
        "socket": "not_a_file",
        "empty": "empty",
        "big": "too_large",
    }


def test_what_changes_after_it_was_seen(folder: Path, store: FileStore, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_bytes(b"secret")
    (folder / "gone.txt").write_bytes(b"x")
    (folder / "pipe.txt").write_bytes(b"x")
    source = open_folder(folder, "docs", store)
    (folder / "gone.txt").unlink()
    (folder / "plan.txt").unlink()
    (folder / "plan.txt").symlink_to(secret)
    (folder / "pipe.txt").unlink()
    os.mkfifo(folder / "pipe.txt")
    events = [event for event, _ in source.events()]
    assert len(events) == 1
    assert {part.path: part.code for part in source.skipped} == {
        "gone.txt": "unreadable",
        "plan.txt": "unreadable",
        "pipe.txt": "not_a_file",
    }


def test_names_that_are_no_text_are_listed(folder: Path, store: FileStore) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff\xfe.txt")).write_bytes(b"x")
    events, skipped = read(folder, store)
    assert len(events) == 2
    assert list(skipped.values()) == ["name_not_text"]
    assert all(path.isprintable() and path.encode() for path in skipped)


def test_folders_are_not_followed_without_end(folder: Path, store: FileStore) -> None:
    deep = folder
    for _ in range(70):
        deep = deep / "d"
    deep.mkdir(parents=True)
    (deep / "x.txt").write_bytes(b"x")
    events, skipped = read(folder, store)
    assert len(events) == 2
    assert list(skipped.values()) == ["too_deep"]


def test_positions_lead_back_to_where_reading_stopped(folder: Path, store: FileStore) -> None:
    source = open_folder(folder, "docs", store)
    everything = list(source.events())
    assert source.total == 12
    assert [position for _, position in everything] == [8, 12]
    assert list(source.events(start=8)) == everything[1:]
    (folder / "new.txt").write_bytes(b"x")
    assert open_folder(folder, "docs", store).fingerprint != source.fingerprint


@pytest.mark.parametrize("channel", ["", " # ", "a\nb", "x" * 201])
def test_refuses_a_channel_without_a_name(folder: Path, store: FileStore, channel: str) -> None:
    with pytest.raises(ImportRefused):
        open_folder(folder, channel, store)


def test_refuses_what_is_no_folder(folder: Path, store: FileStore) -> None:
    for path, words in (
        (folder / "plan.txt", "not a folder"),
        (folder / "none", "not there"),
        (Path("a\0b"), "not there"),
    ):
        with pytest.raises(ImportRefused) as caught:
            open_folder(path, "docs", store)
        assert words in caught.value.sentence("en")
        assert caught.value.sentence("zh") != caught.value.sentence("en")
