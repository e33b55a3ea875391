import pytest

from knowledge.filetext.kinds import find_kind
from tests.unit.knowledge.filetext.documents import docx_bytes, pdf_bytes, pptx_bytes, xlsx_bytes, zip_bytes


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (pdf_bytes(["a"]), "invoice.docx", "pdf"),
        (docx_bytes(""), "report.pdf", "docx"),
        (pptx_bytes([]), "deck.txt", "pptx"),
        (xlsx_bytes({"a": ""}), "table.csv", "spreadsheet"),
        (zip_bytes({"a.txt": "x"}), "a.xlsx", "archive"),
        (b"\x89PNG\r\n\x1a\n....", "photo.jpg", "image"),
        (b"{\\rtf1 hi}", "old.doc", "office"),
        (b"<!DOCTYPE html><p>hi", "page.txt", "html"),
        (b"<p>hi</p>", "page.html", "html"),
        (b"<p> is a tag", "notes.txt", "text"),
        (b"# Title\n", "notes.md", "markdown"),
        (b"a,b\n1,2\n", "t.csv", "csv"),
        (b"From: a@b.c\nTo: d@e.f\nSubject: hi\n\nbody", "", "email"),
        ("会议：周三\n".encode("utf-16-le"), "a.txt", "text"),
        (b"MZ is how this text begins", "a.txt", "text"),
        (b"MZ\x90\0\3\0\0\0", "setup.pdf", "unknown"),
        (b"\0\1\2\3" * 50, "data.txt", "unknown"),
        (b"Rar!\x1a\x07\1\0", "a.zip", "unknown"),
        (b"\0\0\0\x18ftypmp42", "film.mp4", "unknown"),
    ],
)
def test_content_decides(data: bytes, name: str, kind: str) -> None:
    assert find_kind(data, name=name).kind == kind


def test_the_media_type_helps_only_for_text() -> None:
    assert find_kind(b"a,b\n1,2", media_type="text/csv").kind == "csv"
    assert find_kind(pdf_bytes(["a"]), media_type="text/csv").kind == "pdf"


def test_an_encrypted_office_file_is_told_by_its_container() -> None:
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "EncryptedPackage".encode("utf-16-le")
    assert find_kind(data, name="a.xlsx").reason == "encrypted"


def test_a_cut_off_office_file_is_still_one() -> None:
    assert find_kind(docx_bytes("<w:p/>" * 50)[:-40], name="a").kind == "docx"
