from pathlib import Path

from knowledge.filetext import ReadLimits
from tests.unit.knowledge.filetext.documents import pdf_bytes, read_bytes


def test_pages_keep_their_numbers(tmp_path: Path) -> None:
    data = pdf_bytes(["The budget was approved on Monday", "", "The launch moved to the fourth of May"])
    found = read_bytes(tmp_path, data, "minutes.bin")
    assert found.kind == "pdf"
    assert [(page.label, page.text) for page in found.pages] == [
        ("1", "The budget was approved on Monday"),
        ("3", "The launch moved to the fourth of May"),
    ]
    assert found.reason == "ocr_off"  # the blank page may be a scan


def test_a_damaged_cross_reference_table_is_mended(tmp_path: Path) -> None:
    data = pdf_bytes(["Still readable in spite of the damage"]).replace(b"startxref\n", b"startxref\n9")
    assert "Still readable" in read_bytes(tmp_path, data, "a.pdf").text


def test_half_a_pdf(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, b"%PDF-1.4\n" + bytes(range(256)) * 4, "a.pdf")
    assert found.kind == "pdf"
    assert found.reason == "corrupt"


def test_a_blank_pdf_has_no_text(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, pdf_bytes([""]), "a.pdf", limits=ReadLimits(ocr=False))
    assert found.reason == "ocr_off"
