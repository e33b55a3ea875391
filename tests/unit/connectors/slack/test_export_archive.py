import io
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from connectors.slack.export_archive import ExportArchive, ExportLimits
from connectors.slack.export_skipped import ExportRefused, SkippedParts
from tests.fakes.slack_export import write_zip


def opened(path: Path, **limits: int) -> tuple[list[str], list[tuple[str, str]]]:
    skipped = SkippedParts()
    archive = ExportArchive(path, skipped=skipped, limits=ExportLimits(**limits))
    archive.close()
    return sorted(archive.entries), [(part.path, part.code) for part in skipped]


def refusal(path: Path, **limits: int) -> str:
    with pytest.raises(ExportRefused) as caught:
        opened(path, **limits)
    assert caught.value.reason("zh")
    assert caught.value.reason("en")
    return caught.value.code


def test_refuses_what_is_no_zip(tmp_path: Path) -> None:
    text = tmp_path / "a.zip"
    text.write_bytes(b"hello")
    assert refusal(text) == "not_a_zip"
    assert refusal(tmp_path) == "not_found"
    assert refusal(tmp_path / "none.zip") == "not_found"
    assert refusal(Path("/proc/self/mem\0")) == "not_found"


def test_refuses_a_zip_without_its_index(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {f"general/2020-01-{n:02}.json": [] for n in range(1, 20)})
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) // 2] + raw[-22:])
    assert refusal(path) == "damaged"


def test_names_that_lead_outside_are_listed(tmp_path: Path) -> None:
    entries = dict.fromkeys(
        [
            "/etc/passwd",
            "../up.json",
            "a/../../b.json",
            "C:\\w.json",
            "..\\x.json",
            "\\\\host\\y",
            "ok/a.json",
            "b.json",
        ],
        b"[]",
    )
    found, skipped = opened(write_zip(tmp_path / "a.zip", entries))
    assert found == ["b.json", "ok/a.json"]
    assert {code for _, code in skipped} == {"unsafe_path"}
    assert len(skipped) == 6


def test_links_encrypted_nested_and_doubled_entries_are_listed(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("general/link.json")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("channels.json", b"[]")
        archive.writestr("inner.zip", b"PK")
        archive.writestr("general/attachments/F1-inner.zip", b"PK")
        archive.writestr("general/twice.json", b"first")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("general/twice.json", b"second")
        archive.writestr("secret.json", b"[]")
    raw = bytearray(path.read_bytes())
    at = raw.rfind(b"secret.json") - 46
    raw[at + 8] |= 1
    path.write_bytes(raw)
    found, skipped = opened(path)
    assert found == ["channels.json", "general/attachments/F1-inner.zip", "general/twice.json"]
    assert sorted(skipped) == [
        ("general/link.json", "symbolic_link"),
        ("general/twice.json", "duplicate_entry"),
        ("inner.zip", "nested_archive"),
        ("secret.json", "encrypted"),
    ]
    archive_again = ExportArchive(path, skipped=SkippedParts(), limits=ExportLimits())
    assert archive_again.read(archive_again.entries["general/twice.json"]) == b"second"
    archive_again.close()


def test_junk_of_packing_tools_is_passed_over_in_silence(tmp_path: Path) -> None:
    entries = {
        "__MACOSX/._a.json": b"",
        "general/.DS_Store": b"",
        "general/._b.json": b"",
        "Thumbs.db": b"",
        "a.json": b"",
    }
    assert opened(write_zip(tmp_path / "a.zip", entries)) == (["a.json"], [])


@pytest.mark.parametrize("around", ["export/", "My Export (1)/", "a/b/", "./", "general/"])
def test_a_folder_around_everything_is_taken_away(tmp_path: Path, around: str) -> None:
    names = ["channels.json", "general/2020-01-01.json"]
    path = write_zip(tmp_path / "a.zip", {around + name: b"[]" for name in names} | {"__MACOSX/x": b""})
    assert opened(path)[0] == names


@pytest.mark.parametrize(
    "names",
    [
        ["general/2020-01-01.json"],
        ["general/2020-01-01.json", "general/2020-01-02.json"],
        ["general/2020-01-01.json", "general/attachments/F1-a.txt"],
    ],
)
def test_the_only_channel_keeps_its_folder(tmp_path: Path, names: list[str]) -> None:
    assert opened(write_zip(tmp_path / "a.zip", dict.fromkeys(names, b"[]")))[0] == names
    wrapped = {f"export/{name}": b"[]" for name in names}
    assert opened(write_zip(tmp_path / "b.zip", wrapped))[0] == names


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_names_without_the_utf_8_flag(tmp_path: Path, encoding: str) -> None:
    # ASCII of the same length, replaced afterwards: no flag says how the name is encoded.
    raw_name = "产品讨论/2020-01-01.json".encode(encoding)
    placeholder = "x" * len(raw_name)
    path = write_zip(tmp_path / "a.zip", {placeholder: b"[]"})
    path.write_bytes(path.read_bytes().replace(placeholder.encode(), raw_name))
    assert opened(path)[0] == ["产品讨论/2020-01-01.json"]


def test_bombs(tmp_path: Path) -> None:
    zeros = write_zip(tmp_path / "a.zip", {"general/2020-01-01.json": b"0" * 3_000_000, "channels.json": b"[]"})
    found, skipped = opened(zeros, ratio_free_bytes=1_000_000)
    assert found == ["channels.json"]
    assert skipped == [("general/2020-01-01.json", "suspicious_compression")]
    assert refusal(zeros, ratio_free_bytes=10_000) == "zip_bomb"
    assert refusal(zeros, total_bytes=1_000_000) == "zip_bomb"


def test_too_many_entries_are_refused_before_they_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_zip(tmp_path / "a.zip", {f"c/{n}": b"" for n in range(300)})
    assert len(opened(path, entries=300)[0]) == 300
    monkeypatch.setattr(zipfile, "ZipFile", None)
    assert refusal(path, entries=299) == "too_many_entries"
    assert refusal(path, index_bytes=1000) == "too_many_entries"


def test_the_end_record_of_large_zips_is_looked_at(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {f"c/{n}": b"" for n in range(300)})
    raw = path.read_bytes()
    end = struct.unpack("<4s4H2LH", raw[-22:])
    wide = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 300, 300, end[5], end[6])
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(raw) - 22, 1)
    lying = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, 0, 0, 0)
    path.write_bytes(raw[:-22] + wide + locator + lying)
    assert len(opened(path)[0]) == 300
    assert refusal(path, entries=299) == "too_many_entries"


def test_large_and_damaged_entries_are_listed_when_read(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {"big.json": b"x" * 2000, "bad.json": b"y" * 500})
    raw = path.read_bytes()
    at = raw.find(b"bad.json") + len(b"bad.json")
    path.write_bytes(raw[:at] + b"\xff\xff\xff" + raw[at + 3 :])
    skipped = SkippedParts()
    archive = ExportArchive(path, skipped=skipped, limits=ExportLimits(json_bytes=1000))
    assert archive.read(archive.entries["big.json"]) is None
    assert archive.read(archive.entries["bad.json"]) is None
    archive.close()
    assert [(part.path, part.code) for part in skipped] == [("big.json", "too_large"), ("bad.json", "damaged_entry")]


def test_the_fingerprint_follows_the_content(tmp_path: Path) -> None:
    def fingerprint(content: bytes) -> str:
        archive = ExportArchive(
            write_zip(tmp_path / "a.zip", {"a.json": content}), skipped=SkippedParts(), limits=ExportLimits()
        )
        archive.close()
        return archive.fingerprint

    assert fingerprint(b"1") == fingerprint(b"1") != fingerprint(b"2")


def test_the_list_of_skipped_parts_is_bounded_and_printable() -> None:
    skipped = SkippedParts()
    for n in range(1500):
        skipped.add(f"{n}\x1b[2J", "unsafe_path")
    skipped.add("0\x1b[2J", "unsafe_path")
    parts = list(skipped)
    assert len(parts) == 1000
    assert len(skipped) == 1500
    assert parts[0].count == 2
    assert all(part.path.isprintable() for part in parts)


def test_streams(tmp_path: Path) -> None:
    archive = ExportArchive(write_zip(tmp_path / "a.zip", {"a": b"abc"}), skipped=SkippedParts(), limits=ExportLimits())
    with archive.stream(archive.entries["a"]) as stream:
        assert io.BytesIO(stream.read()).getvalue() == b"abc"
    archive.close()
