import gzip
import io
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest

from knowledge.filetext import ReadLimits
from tests.unit.knowledge.filetext.documents import docx_bytes, pdf_bytes, read_bytes, zip_bytes


def tar_bytes(members: list[tuple[tarfile.TarInfo, bytes]], mode: str = "w") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as tape:  # type: ignore[call-overload]  # the mode is a parameter here
        for info, content in members:
            info.size = len(content)
            tape.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def test_members_are_listed_and_read(tmp_path: Path) -> None:
    data = zip_bytes(
        {"docs/说明.txt": "安装步骤", "a.pdf": pdf_bytes(["page text of the pdf"]), "tool.exe": b"MZ\0\0\1"}
    )
    found = read_bytes(tmp_path, data, "包.zip")
    assert found.kind == "archive"
    assert found.reason is None
    assert [page.label for page in found.pages] == ["", "docs/说明.txt", "a.pdf · 1"]
    assert "tool.exe (5 bytes)" in found.pages[0].text


def test_names_in_gbk(tmp_path: Path) -> None:
    data = zip_bytes({"aaaaaaaa.txt": "内容"}).replace(b"aaaaaaaa", "会议纪要".encode("gbk"))
    assert read_bytes(tmp_path, data, "a.zip").pages[0].text.startswith("会议纪要.txt")


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "C:\\x.txt", "a\\..\\..\\b.txt"])
def test_names_that_climb_out_are_listed_and_not_read(tmp_path: Path, name: str) -> None:
    found = read_bytes(tmp_path, zip_bytes({name: "secret", "ok.txt": "fine"}), "a.zip")
    assert found.reason == "hostile"
    assert "secret" not in found.text
    assert "fine" in found.text
    assert name in found.pages[0].text


def test_links_in_tapes_are_not_followed(tmp_path: Path) -> None:
    link = tarfile.TarInfo("notes.txt")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    plain = tarfile.TarInfo("说明.txt")
    data = tar_bytes([(link, b""), (plain, "正文".encode())], "w:gz")
    found = read_bytes(tmp_path, data, "a.tar.gz")
    assert [page.label for page in found.pages] == ["", "说明.txt"]
    assert "root:" not in found.text


def test_a_compressed_file_is_what_it_holds(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, gzip.compress("日志第一行\n".encode()), "app.log.gz")
    assert [(page.label, page.text) for page in found.pages] == [("app.log", "日志第一行")]


def test_bombs_are_not_unpacked(tmp_path: Path) -> None:
    zeros = bytes(30_000_000)
    limits = ReadLimits(ocr=False, max_unpacked_bytes=20_000_000)
    zipped = read_bytes(tmp_path, zip_bytes({"zeros.txt": zeros, "a.txt": "small"}), "a.zip", limits=limits)
    assert zipped.reason == "too_large"
    assert "small" in zipped.text
    assert read_bytes(tmp_path, gzip.compress(zeros), "a.gz", limits=limits).reason == "too_large"


def test_a_member_that_lies_about_its_size(tmp_path: Path) -> None:
    data = bytearray(zip_bytes({"zeros.txt": bytes(30_000_000)}))
    at = data.rindex(b"PK\x01\x02") + 24
    data[at : at + 4] = struct.pack("<I", 10)
    limits = ReadLimits(ocr=False, max_unpacked_bytes=1_000_000, memory_bytes=200_000_000)
    assert len(read_bytes(tmp_path, bytes(data), "a.zip", limits=limits).text) < 100


def test_archives_inside_archives_end_somewhere(tmp_path: Path) -> None:
    data = zip_bytes({"deep.txt": "bottom"})
    for level in range(5):
        data = zip_bytes({f"level{level}.zip": data})
    found = read_bytes(tmp_path, data, "a.zip")
    assert "level3.zip" in found.text
    assert "bottom" not in found.text
    shallow = zip_bytes({"b.zip": zip_bytes({"deep.txt": "bottom"})})
    assert read_bytes(tmp_path, shallow, "a.zip").pages[-1].label == "b.zip · deep.txt"


def test_encrypted_members(tmp_path: Path) -> None:
    data = bytearray(zip_bytes({"secret.txt": "hidden"}, compression=zipfile.ZIP_STORED))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    found = read_bytes(tmp_path, bytes(data), "a.zip")
    assert found.reason == "encrypted"
    assert "secret.txt" in found.text
    assert "hidden" not in found.text


def test_only_so_many_members_are_read(tmp_path: Path) -> None:
    data = zip_bytes({f"{number}.txt": f"text {number}" for number in range(10)})
    found = read_bytes(tmp_path, data, "a.zip", limits=ReadLimits(max_members=3))
    assert len(found.pages) == 4
    assert found.truncated


def test_damage_in_one_member_leaves_the_others(tmp_path: Path) -> None:
    data = bytearray(zip_bytes({"a.txt": "alpha alpha", "b.txt": "beta"}, compression=zipfile.ZIP_STORED))
    data[data.index(b"alpha")] = ord("X")
    found = read_bytes(tmp_path, bytes(data), "a.zip")
    assert "beta" in found.text
    assert found.reason == "corrupt"


def test_a_cut_off_archive(tmp_path: Path) -> None:
    assert read_bytes(tmp_path, zip_bytes({"a.txt": "x" * 1000})[:-20], "a.zip").reason == "corrupt"
    assert read_bytes(tmp_path, gzip.compress(b"x" * 1000)[:-12], "a.gz").reason == "corrupt"


def test_office_files_in_archives_keep_their_pages(tmp_path: Path) -> None:
    document = docx_bytes("<w:p><w:r><w:t>hello</w:t></w:r></w:p>")
    found = read_bytes(tmp_path, zip_bytes({"x/a.docx": document}), "a.zip")
    assert found.pages[1].label == "x/a.docx · 1"
